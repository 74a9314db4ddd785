"""Sources, batches of pairs and refused rows are written to a database."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, islice
from typing import NamedTuple

from hhtui.store import settings
from hhtui.store.errors import StoreError
from hhtui.store.events import derive_for_source

PAIRS_IN_STATEMENT = 250
_INSERT_PAIRS = """
INSERT INTO pair (id, source_id, row, hash, turns_prompt, turns_chosen, turns_rejected, length_prompt,
                  length_chosen, length_rejected, divergence, bits)
SELECT ?1 + column1, ?2, column2, column3, column4, column5, column6, column7, column8, column9, column10, column11
FROM (VALUES {})
"""
_INSERT_BODIES = """
INSERT INTO body (id, prompt, chosen, rejected, raw_line, extra)
SELECT ?1 + column1 + 0 * ?2, CAST(column2 AS TEXT), CAST(column3 AS TEXT), CAST(column4 AS TEXT), column5, column6
FROM (VALUES {})
"""
ANOTHER_LOADS = "another process is loading the same source; wait for it to end, then try again"
INDEXED = "indexed_pairs"
"""The setting that holds the greatest id of a pair in the text index."""


@dataclass(frozen=True, slots=True)
class NewSource:
    """A source that is about to be loaded; see the table `source`."""

    uri: str
    configuration: str | None
    data_dir: str | None
    split: str
    subset: str
    revision: str | None
    format: str
    columns: Sequence[str]
    json_style: str | None


class NewPair(NamedTuple):
    """A pair that is about to be stored, its texts in UTF-8; see the tables `pair` and `body`."""

    row: int
    hash: bytes
    turns: tuple[int, int, int]
    lengths: tuple[int, int, int]
    divergence: int
    bits: int
    prompt: bytes
    chosen: bytes
    rejected: bytes
    raw_line: bytes | None
    extra: str | None


class RefusedRow(NamedTuple):
    """A row that could not be read; `raw` is the beginning of the line."""

    line: int
    row: int
    reason: str
    raw: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Pairs and refused rows that follow each other in a source, and where the source stands after them."""

    pairs: Sequence[NewPair]
    refused: Sequence[RefusedRow]
    rows_read: int
    lines_done: int


@dataclass(frozen=True, slots=True)
class Prepared:
    """A batch as statements with their values, which follow the first pair's id and the source's id."""

    statements: Sequence[tuple[str, tuple[object, ...]]]
    refused: Sequence[RefusedRow]
    rows_read: int
    lines_done: int


def watermark(connection: sqlite3.Connection) -> int:
    """Return the greatest id of a pair that is in the text index, which grows in the order of ids."""
    return int(settings.get(connection, INDEXED) or 0)


def begin(connection: sqlite3.Connection, source: NewSource) -> int:
    """Write down that a source is being loaded, within the caller's transaction, and return its id.

    `identify` is to follow, once it is known what the source is.
    """
    cursor = connection.execute(
        "INSERT INTO source (uri, configuration, data_dir, split, subset, revision, format, sha256, columns, "
        "json_style, loaded_at) VALUES (?, ?, ?, ?, ?, ?, ?, '', ?, ?, ?)",
        (
            *(source.uri, source.configuration, source.data_dir, source.split, source.subset, source.revision),
            *(source.format, json.dumps(list(source.columns), ensure_ascii=False), source.json_style),
            datetime.now(UTC).isoformat(timespec="seconds"),
        ),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def identify(connection: sqlite3.Connection, source_id: int, sha256: str) -> None:
    """Write down what a source is by its hash, in hexadecimal, within the caller's transaction."""
    connection.execute("UPDATE source SET sha256 = ? WHERE id = ?", (sha256, source_id))


def pair_hashes(connection: sqlite3.Connection, source_id: int) -> list[tuple[int, bytes]]:
    """Return the row and the hash of every pair of a source, in their order."""
    return connection.execute("SELECT row, hash FROM pair WHERE source_id = ? ORDER BY row", (source_id,)).fetchall()


def prepare(batch: Batch) -> Prepared:
    """Return a batch as statements; this is most of the work with it, and needs no database."""
    pairs = [
        (place, pair.row, pair.hash, *pair.turns, *pair.lengths, pair.divergence, pair.bits)
        for place, pair in enumerate(batch.pairs)
    ]
    bodies = [
        (place, pair.prompt, pair.chosen, pair.rejected, pair.raw_line, pair.extra)
        for place, pair in enumerate(batch.pairs)
    ]
    statements = [*_statements(_INSERT_PAIRS, pairs), *_statements(_INSERT_BODIES, bodies)]
    return Prepared(statements, batch.refused, batch.rows_read, batch.lines_done)


def append(connection: sqlite3.Connection, source_id: int, lines_done: int, batch: Batch | Prepared) -> int:
    """Store a batch that follows line `lines_done` of the source, within the caller's transaction.

    Return the id of its first pair, which the others follow.
    Raises StoreError where the source stands somewhere else, because another process loads it too.
    """
    stands = connection.execute("SELECT lines_done FROM source WHERE id = ?", (source_id,)).fetchone()
    if stands != (lines_done,):
        raise StoreError(ANOTHER_LOADS)
    prepared = prepare(batch) if isinstance(batch, Batch) else batch
    first = _next_id(connection)
    for statement, values in prepared.statements:
        connection.execute(statement, (first, source_id, *values))
    connection.executemany(
        "INSERT INTO refused_row (source_id, line, row, reason, raw) VALUES (?, ?, ?, ?, ?)",
        [(source_id, refused.line, refused.row, refused.reason, refused.raw) for refused in prepared.refused],
    )
    connection.execute(
        "UPDATE source SET rows_read = ?, lines_done = ?, rows_refused = rows_refused + ? WHERE id = ?",
        (prepared.rows_read, prepared.lines_done, len(prepared.refused), source_id),
    )
    return first


def finish(connection: sqlite3.Connection, source_id: int) -> None:
    """Write down that the source was read to its end, within the caller's transaction; decisions about it count now."""
    connection.execute("UPDATE source SET complete = 1 WHERE id = ?", (source_id,))
    derive_for_source(connection, source_id)


def refused_rows(connection: sqlite3.Connection, source_id: int, limit: int) -> list[RefusedRow]:
    """Return the first refused rows of a source, in its order."""
    rows = connection.execute(
        "SELECT line, row, reason, raw FROM refused_row WHERE source_id = ? ORDER BY line LIMIT ?", (source_id, limit)
    )
    return [RefusedRow(*row) for row in rows]


def _next_id(connection: sqlite3.Connection) -> int:
    """Return an id above every pair that is or was in the text index."""
    greatest: int = connection.execute("SELECT coalesce(max(id), 0) FROM pair").fetchone()[0]
    return max(greatest, watermark(connection)) + 1


def _statements(insert: str, rows: Sequence[tuple[object, ...]]) -> Iterator[tuple[str, tuple[object, ...]]]:
    """Yield statements that insert many rows each.

    One statement for each row takes twice as long, and gives other threads of this process as many chances to
    make it wait while it holds the lock.
    """
    waiting = iter(rows)
    while some := list(islice(waiting, PAIRS_IN_STATEMENT)):
        places = f"({', '.join('?' * len(some[0]))})"
        yield insert.format(", ".join([places] * len(some))), tuple(chain.from_iterable(some))
