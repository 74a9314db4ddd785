"""Disputes: the pairs about which annotators say different things now."""

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from hhtui.model import Kind
from hhtui.store.events import LIVE, PAIR_ID, SAYS

MARKS = ("drop", "flag", "label")


class Dispute(NamedTuple):
    """Decisions of one kind, side and label that differ: what annotators say, by name, the first to say so first.

    It is `settled` where that was decided in the lane of adjudication; the newest value of that lane is what counts.
    """

    kind: Kind
    side: str
    label: str
    said: tuple[tuple[str, str], ...]
    settled: bool


def disputes_about(connection: sqlite3.Connection, pair_id: int) -> list[Dispute]:
    """Return what annotators differ about in one pair, see `disputed`."""
    events = connection.execute(
        "SELECT kind, side, label, annotator, value, coalesce(json_extract(context, '$.lane'), '') FROM event "
        f"WHERE pair_hash = (SELECT hash FROM pair WHERE id = ?) AND kind IN ('preference', {_quoted(MARKS)}) "
        f"AND {SAYS} AND {PAIR_ID} = ? ORDER BY made_at, uuid",
        (pair_id, pair_id),
    )
    said: dict[tuple[Kind, str, str], dict[str, str]] = {}
    settled: dict[tuple[Kind, str, str], str] = {}
    for kind, side, label, annotator, value, lane in events:
        said.setdefault((kind, side, label), {})[annotator] = value
        if lane == "adjudication":
            settled[kind, side, label] = value
    values = {place: {name: value for name, value in each.items() if value} for place, each in said.items()}
    return [
        Dispute(*place, tuple(each.items()), bool(settled.get(place)))
        for place, each in values.items()
        if len(set(each.values())) > 1
    ]


def disputed(connection: sqlite3.Connection, kinds: Sequence[str], annotators: Sequence[str] | None) -> str | None:
    """Return the ids of the pairs about which annotators differ in a decision of one of `kinds`, joined by commas.

    Two preferences differ where their values do. A mark (drop, flag, or a label on the same side) is disputed where
    one has it and another said no: that nobody else has it is no dispute. None where there is no such pair;
    `annotators` are those whose decisions count, None for everyone.
    """
    found: list[tuple[int]] = []
    if "preference" in kinds:
        found += connection.execute(
            f"SELECT pair_id FROM decision WHERE kind = 'preference' AND {_among('annotator', annotators)} "
            "GROUP BY pair_id HAVING count(DISTINCT value) > 1",
            tuple(annotators or ()),
        )
    marks = [kind for kind in kinds if kind in MARKS]
    if marks:
        found += connection.execute(
            "SELECT DISTINCT decision.pair_id FROM decision JOIN pair ON pair.id = decision.pair_id "
            "JOIN event ON event.pair_hash = pair.hash AND event.kind = decision.kind AND event.side = decision.side "
            "           AND event.label = decision.label AND event.annotator <> decision.annotator "
            f"WHERE decision.kind IN ({', '.join('?' * len(marks))}) AND event.value = 'no' "
            f"AND {_among('decision.annotator', annotators)} AND {_among('event.annotator', annotators)} "
            "AND NOT EXISTS (SELECT 1 FROM decision AS theirs "
            "    WHERE theirs.pair_id = decision.pair_id AND theirs.annotator = event.annotator "
            "    AND theirs.kind = event.kind AND theirs.side = event.side AND theirs.label = event.label) "
            f"AND {LIVE} AND {PAIR_ID} = pair.id",
            (*marks, *(annotators or ()), *(annotators or ())),
        )
    return ",".join(str(pair_id) for (pair_id,) in found) or None


def _quoted(words: Sequence[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def _among(column: str, annotators: Sequence[str] | None) -> str:
    return "1" if annotators is None else f"{column} IN ({', '.join('?' * len(annotators))})"
