"""Pairs with everything that is known of them: where they came from, their scores, the decisions about them."""

import json
import math
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hhtui.model import Decision, Pair
from hhtui.store import pairs
from hhtui.store.by_key import PAIR_KEY
from hhtui.store.columns import Columns
from hhtui.store.decisions import current
from hhtui.store.scorers import score_columns
from hhtui.store.sources import StoredSource, all_sources
from hhtui.store.votes import said_no

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Original:
    """A pair as its source had it.

    `fields` are the row's columns, `columns` their order; `json_style` is how the source wrote its lines, None
    where it was no JSON lines; `raw_line` is the line without its end where that style would not give its bytes.
    """

    fields: dict[str, Any]
    columns: tuple[str, ...]
    json_style: str | None
    raw_line: bytes | None


@dataclass(frozen=True, slots=True)
class Record:
    """A pair, its origin, its scores and current decisions, and the marks and labels to which annotators say no.

    `scores` has, by a column's qualified name, the number of each side, or one of the pair under "pair"; None
    where there is none.
    """

    pair: Pair
    origin: StoredSource
    scores: Mapping[str, Mapping[str, float | None]]
    decisions: Sequence[Decision]
    said_no: Sequence[Decision]


def origins_of(connection: sqlite3.Connection, pair_ids: Sequence[int]) -> Iterator[int]:
    """Yield the source id of each of these pairs, in their order; ids that are gone are left out."""
    for pair_id in pair_ids:
        row = connection.execute("SELECT source_id FROM pair WHERE id = ?", (int(pair_id),)).fetchone()
        if row is not None:
            yield row[0]


def keys(connection: sqlite3.Connection, pair_ids: Sequence[int]) -> Iterator[str]:
    """Yield the keys of these pairs, in their order; ids that are gone are left out."""
    for pair_id in pair_ids:
        row = connection.execute(f"SELECT {PAIR_KEY} FROM pair WHERE id = ?", (int(pair_id),)).fetchone()
        if row is not None:
            yield row[0]


def records(connection: sqlite3.Connection, pair_ids: Sequence[int]) -> Iterator[Record]:
    """Yield these pairs with all that is known of them, in their order; ids that are gone are left out."""
    origins = all_sources(connection)
    sides = {name: column.sides or ("pair",) for name, column in score_columns(connection).items()}
    columns = Columns()
    for start in range(0, len(pair_ids), CHUNK):
        some = [int(pair_id) for pair_id in pair_ids[start : start + CHUNK]]
        decided, denied = current(connection, some), said_no(connection, some)
        numbers = {
            (name, side): columns.get(connection, name if side == "pair" else f"{name}.{side}")
            for name, read in sides.items()
            for side in read
        }
        found = {pair.id: pair for pair in pairs.read_many(connection, some)}
        for pair_id, source in zip(found, origins_of(connection, list(found)), strict=True):
            scores: dict[str, dict[str, float | None]] = {
                name: {side: _known(float(numbers[name, side][pair_id - 1])) for side in read}
                for name, read in sides.items()
            }
            yield Record(found[pair_id], origins[source], scores, decided.get(pair_id, ()), denied.get(pair_id, ()))


def originals(connection: sqlite3.Connection, pair_ids: Sequence[int]) -> Iterator[Original]:
    """Yield these pairs as their sources had them, in their order; ids that are gone are left out."""
    origins = all_sources(connection)
    for pair_id in pair_ids:
        row = connection.execute(
            "SELECT pair.source_id, body.prompt || body.chosen, body.prompt || body.rejected, body.extra, "
            "body.raw_line FROM pair JOIN body ON body.id = pair.id WHERE pair.id = ?",
            (int(pair_id),),
        ).fetchone()
        if row is not None:
            source_id, chosen, rejected, extra, raw_line = row
            origin = origins[source_id]
            fields = {"chosen": chosen, "rejected": rejected, **(json.loads(extra) if extra else {})}
            yield Original(fields, origin.columns, origin.json_style, raw_line)


def flagged(connection: sqlite3.Connection) -> list[int]:
    """Return the ids of the pairs that anyone flags now, in the order of the database."""
    return [
        pair_id
        for (pair_id,) in connection.execute(
            "SELECT DISTINCT pair_id FROM decision WHERE kind = 'flag' AND value = 'yes' ORDER BY pair_id"
        )
    ]


def of_source(connection: sqlite3.Connection, source_id: int) -> list[int]:
    """Return the ids of the pairs of one source, in the order of its rows."""
    return [
        pair_id
        for (pair_id,) in connection.execute("SELECT id FROM pair WHERE source_id = ? ORDER BY row", (source_id,))
    ]


def every(connection: sqlite3.Connection) -> list[int]:
    """Return the ids of all pairs, in the order of the database."""
    return [pair_id for (pair_id,) in connection.execute("SELECT id FROM pair ORDER BY id")]


def _known(value: float) -> float | None:
    """Return a float32 as the shortest number that means it, None where it is not a number."""
    if math.isnan(value):
        return None
    return float(f"{value:.7g}")
