"""The work of scoring as the database sees it: texts without a score, their new scores, packed columns."""

import json
import math
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from hhtui.dialogue import parse, prompt_text, response_text
from hhtui.model import Side
from hhtui.store.columns import Columns, pack
from hhtui.store.database import Database
from hhtui.store.scorers import StoredScorer, owners

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

MOST_VARIABLES = 900

ScoreRow = tuple[bytes, int, str]


class SideTexts(NamedTuple):
    """The texts by which a pair's sides are judged; "" where a side has none."""

    pair_id: int
    prompt: str
    chosen: str
    rejected: str


class SideHashes(NamedTuple):
    """The hashes of a pair's texts; None where a text is empty."""

    pair_id: int
    prompt: bytes | None
    chosen: bytes | None
    rejected: bytes | None


def unfinished(connection: sqlite3.Connection, scorer: StoredScorer, after: int, upto: int) -> Iterator[SideTexts]:
    """Yield the texts of the pairs with `after` < id ≤ `upto` of which `scorer` lacks one, in the order of ids."""
    lacking = "".join(
        f" OR (pair_text.{side} IS NOT NULL AND NOT EXISTS "
        f"(SELECT 1 FROM score WHERE score.text_hash = pair_text.{side} AND score.scorer_id = :scorer))"
        for side in scorer.sides
    )
    rows = connection.execute(
        "SELECT body.id, body.prompt, body.chosen, body.rejected "
        "FROM body LEFT JOIN pair_text ON pair_text.pair_id = body.id "
        f"WHERE body.id > :after AND body.id <= :upto AND (pair_text.pair_id IS NULL{lacking}) ORDER BY body.id",
        {"scorer": scorer.id, "after": after, "upto": upto},
    )
    for pair_id, prompt, chosen, rejected in rows:
        yield SideTexts(
            pair_id, prompt_text(parse(prompt)), response_text(parse(chosen)), response_text(parse(rejected))
        )


def missing(connection: sqlite3.Connection, scorer: StoredScorer, hashes: Sequence[bytes]) -> list[bytes]:
    """Return those of `hashes` that have no score by `scorer`, in their order."""
    found: set[bytes] = set()
    for start in range(0, len(hashes), MOST_VARIABLES):
        some = hashes[start : start + MOST_VARIABLES]
        marks = ",".join("?" * len(some))
        found.update(
            digest
            for (digest,) in connection.execute(
                f"SELECT text_hash FROM score WHERE text_hash IN ({marks}) AND scorer_id = ?", (*some, scorer.id)
            )
        )
    return [digest for digest in hashes if digest not in found]


def rows(scorer: StoredScorer, hashes: Sequence[bytes], values: "NDArray[numpy.float32]") -> list[ScoreRow]:
    """Return what `insert` stores of these texts' scores, one row of `values` each.

    A number that is not finite becomes null.
    """
    return [(digest, scorer.id, _json(numbers)) for digest, numbers in zip(hashes, values, strict=True)]


def insert(connection: sqlite3.Connection, some: Iterable[ScoreRow]) -> None:
    """Store scores, within the caller's transaction; a text that has scores keeps them."""
    connection.executemany("INSERT OR IGNORE INTO score VALUES (?, ?, ?)", some)


def link(connection: sqlite3.Connection, pairs: Iterable[SideHashes]) -> None:
    """Store which texts these pairs have, within the caller's transaction."""
    connection.executemany("INSERT OR REPLACE INTO pair_text VALUES (?, ?, ?, ?)", pairs)


def finish(connection: sqlite3.Connection, scorer: StoredScorer, pair_id: int) -> None:
    """Write down that every pair up to `pair_id` has its scores, within the caller's transaction."""
    connection.execute("UPDATE scorer SET pairs_done = max(pairs_done, ?) WHERE id = ?", (pair_id, scorer.id))


def is_packed(connection: sqlite3.Connection, scorer: StoredScorer, pair_id: int) -> bool:
    """Return whether the packed columns that are shown from `scorer` reach up to `pair_id`."""
    return all(
        connection.execute(
            "SELECT 1 FROM packed_column WHERE name = ? AND scorer_id = ? AND pairs >= ?", (name, scorer.id, pair_id)
        ).fetchone()
        for names in _kinds(connection, scorer)
        for name in names
    )


def pack_scores(database: Database, scorer: StoredScorer, columns: Columns, pair_id: int) -> None:
    """Pack the columns that are shown from `scorer` for the pairs up to `pair_id`, with their percentiles.

    `columns` keeps what it has read from one call to the next. Both responses share their percentiles, the prompts
    have their own: the k-th is the least value that k percent of the texts, each at every place, do not exceed.
    """
    import numpy

    reader = database.reader()
    for names in _kinds(reader, scorer):
        arrays = {name: columns.get(reader, name)[:pair_id].astype(numpy.float32) for name in names}
        together = numpy.concatenate(list(arrays.values()))
        scored = together[~numpy.isnan(together)]
        percentiles = list(numpy.percentile(scored, range(101), method="inverted_cdf")) if scored.size else None
        for name, values in arrays.items():
            with database.writing(durable=False) as connection:
                pack(connection, name, values, scorer_id=scorer.id, percentiles=percentiles)


def _kinds(connection: sqlite3.Connection, scorer: StoredScorer) -> list[list[str]]:
    """Return the names of the packed columns of `scorer`, grouped into those that share their percentiles."""
    shown_from = owners(connection)
    mine = [column.name for column in scorer.columns if shown_from[column.name].id == scorer.id]
    together: list[tuple[Side, ...]] = [("chosen", "rejected"), ("prompt",)]
    return [
        [f"{name}.{side}" for side in sides] for name in mine for sides in together if set(sides) <= set(scorer.sides)
    ]


def _json(numbers: "NDArray[numpy.float32]") -> str:
    return json.dumps([float(str(number)) if math.isfinite(number) else None for number in numbers])
