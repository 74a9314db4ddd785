"""Pairs read from the database, by id and by key."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from hhtui.dialogue import HUMAN_MARKER, MARKER, pair_up
from hhtui.model import HUMAN, Bit, Pair
from hhtui.store.by_key import PAIR_KEY, id_by_key
from hhtui.store.connection import kept_by
from hhtui.store.errors import StoreError

FEW_WORDS = 3

_PAIR = f"""
SELECT pair.id, {PAIR_KEY}, pair.hash, source.subset, source.split, pair.row, pair.bits, pair.family, pair.opening,
       body.prompt, body.chosen, body.rejected, body.extra
FROM pair JOIN source ON source.id = pair.source_id JOIN body ON body.id = pair.id
"""


class Heading(NamedTuple):
    """What a list shows of a pair: its key, and its last Human turn with the one before it where it is short.

    The texts are raw; `earlier` is "" where the last turn has more than three words or is the only one.
    """

    id: int
    key: str
    last_human: str
    earlier: str
    bits: Bit


def count(connection: sqlite3.Connection) -> int:
    """Return how many pairs the database holds; they are counted again once it has changed."""
    return kept_by(connection, _Count).of(connection)


def last_id(connection: sqlite3.Connection) -> int:
    """Return the greatest pair id, 0 in an empty database."""
    greatest: int = connection.execute("SELECT coalesce(max(id), 0) FROM pair").fetchone()[0]
    return greatest


def read(connection: sqlite3.Connection, pair_id: int) -> Pair:
    """Return the pair with the local id `pair_id`; raises KeyError where there is none."""
    row = connection.execute(f"{_PAIR} WHERE pair.id = ?", (pair_id,)).fetchone()
    if row is None:
        raise KeyError(pair_id)
    return _pair(row)


def read_many(connection: sqlite3.Connection, pair_ids: Sequence[int]) -> Iterator[Pair]:
    """Yield the pairs with these local ids, in their order; ids that are gone are left out."""
    for pair_id in pair_ids:
        row = connection.execute(f"{_PAIR} WHERE pair.id = ?", (int(pair_id),)).fetchone()
        if row is not None:
            yield _pair(row)


def with_bits(connection: sqlite3.Connection, bits: Bit) -> frozenset[int]:
    """Return the ids of the pairs that have any of these structure bits."""
    rows = connection.execute("SELECT id FROM pair WHERE bits & ?", (bits.value,))
    return frozenset(pair_id for (pair_id,) in rows)


def transcripts(connection: sqlite3.Connection, pair_id: int) -> tuple[str, str]:
    """Return the chosen and the rejected transcript of a pair, exactly as they were loaded."""
    row = connection.execute(
        "SELECT prompt || chosen, prompt || rejected FROM body WHERE id = ?", (pair_id,)
    ).fetchone()
    if row is None:
        raise KeyError(pair_id)
    return row[0], row[1]


def headings(connection: sqlite3.Connection, pair_ids: Sequence[int]) -> list[Heading]:
    """Return what a list shows of these pairs, in their order; ids that are gone are left out."""
    rows = connection.execute(
        f"SELECT pair.id, {PAIR_KEY}, pair.bits, iif(instr(prompt, ?1), prompt, prompt || chosen) "
        "FROM json_each(?2) AS wanted CROSS JOIN pair ON pair.id = wanted.value CROSS JOIN body ON body.id = pair.id "
        "ORDER BY wanted.key",
        (HUMAN_MARKER, json.dumps([int(pair_id) for pair_id in pair_ids])),
    )
    return [_heading(*row) for row in rows]


def id_of(connection: sqlite3.Connection, key: str) -> int:
    """Return the local id of the pair with this key; raises StoreError that names nearby keys where there is none."""
    pair_id = id_by_key(connection, key)
    if pair_id is not None:
        return pair_id
    sources = connection.execute(
        "SELECT source.subset || '/' || source.split, count(*), max(pair.row) FROM pair "
        "JOIN source ON source.id = pair.source_id GROUP BY source.id LIMIT 5"
    ).fetchall()
    known = "; ".join(f"{name}/0 to {name}/{last}" for name, _, last in sources) or "none, the database is empty"
    raise StoreError(f"there is no pair {key!r}; keys here: {known}")


def key_of(connection: sqlite3.Connection, pair_id: int) -> str | None:
    """Return the key of the pair with this local id, or None where there is none."""
    row = connection.execute(f"SELECT {PAIR_KEY} FROM pair WHERE id = ?", (pair_id,)).fetchone()
    return str(row[0]) if row else None


class _Count:
    """How many pairs there are, kept until another connection commits; one that has written itself keeps nothing."""

    def __init__(self) -> None:
        self._version: int | None = None
        self._pairs = 0

    def of(self, connection: sqlite3.Connection) -> int:
        version: int = connection.execute("PRAGMA data_version").fetchone()[0]
        if version != self._version or connection.total_changes:
            self._pairs = connection.execute("SELECT count(*) FROM pair").fetchone()[0]
            self._version = version
        return self._pairs


def _pair(row: tuple[Any, ...]) -> Pair:
    number, key, digest, subset, split, place, bits, family, opening, prompt, chosen, rejected, extra = row
    return Pair(
        id=number,
        key=key,
        hash=digest,
        subset=subset,
        split=split,
        row=place,
        dialogues=pair_up(f"{prompt}{chosen}", f"{prompt}{rejected}"),
        bits=Bit(bits),
        family=family,
        opening=opening,
        extra=json.loads(extra) if extra else {},
    )


def _heading(pair_id: int, key: str, bits: int, transcript: str) -> Heading:
    parts = MARKER.split(transcript)
    human = [text for role, text in zip(parts[1::2], parts[2::2], strict=True) if role == HUMAN]
    last = human[-1].strip() if human else ""
    earlier = human[-2].strip() if len(human) > 1 and len(last.split()) <= FEW_WORDS else ""
    return Heading(pair_id, key, last, earlier, Bit(bits))
