"""Disputes: the pairs about which annotators say different things now."""

import sqlite3
from collections.abc import Sequence

from hhtui.store.events import LIVE, PAIR_ID

MARKS = ("drop", "flag", "label")


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


def _among(column: str, annotators: Sequence[str] | None) -> str:
    return "1" if annotators is None else f"{column} IN ({', '.join('?' * len(annotators))})"
