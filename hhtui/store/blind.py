"""What people said of the same pairs without seeing labels, scores or each other: readings of the blind lanes."""

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from hhtui.model import RESPONSES, Question
from hhtui.store.events import LIVE, PAIR_ID

Values = dict[tuple[str, int], str | None]
"""By annotator and local pair id the value, None where nothing was said that answers."""


class Repeated(NamedTuple):
    """What somebody said of a pair that was shown once more, and what they had said of it before."""

    annotator: str
    pair_id: int
    earlier: str | None
    again: str | None
    blind_before: bool


class Readings(NamedTuple):
    """The readings of the overlap and repeat lanes; `skipped` are pairs of the overlap lane that were only skipped."""

    overlap: Values
    skipped: frozenset[tuple[str, int]]
    repeated: tuple[Repeated, ...]


class _Event(NamedTuple):
    pair_id: int | None
    annotator: str
    kind: str
    side: str
    label: str
    value: str
    lane: str
    blind: bool
    on_screen: bool


def readings(connection: sqlite3.Connection, asked: Question) -> Readings:
    """Return what was said in reply to `asked` in the lanes where the same pair is read blind by several, or again.

    The newest live event of a lane counts; for `preference` its value, for a mark or label "yes" or "no". A pair that
    was read there without a mark is a no; a skip is no value. What was decided for many pairs at once counts nowhere.
    The value before a repeat is the newest one made on the screen before it.
    """
    rows = connection.execute(
        f"SELECT {PAIR_ID}, annotator, kind, side, label, value, coalesce(json_extract(context, '$.lane'), ''), "
        "json_extract(context, '$.blind') IS 1, json_extract(context, '$.interface') IS 'screen' FROM event "
        "WHERE pair_hash IN (SELECT pair_hash FROM event "
        "                    WHERE json_extract(context, '$.lane') IN ('overlap', 'repeat')) "
        "AND kind NOT IN ('retract', 'note') "
        f"AND json_extract(context, '$.bulk') IS NOT 1 AND {LIVE} ORDER BY made_at, uuid"
    )
    by_reader: dict[tuple[str, int], list[_Event]] = {}
    for event in map(_Event._make, rows):
        if event.pair_id is not None:
            by_reader.setdefault((event.annotator, event.pair_id), []).append(event)
    overlap: Values = {}
    skipped = set()
    repeated = []
    for reader, events in by_reader.items():
        shared = [event for event in events if event.lane == "overlap" and event.blind]
        if shared and all(event.kind == "skip" for event in shared):
            skipped.add(reader)
        elif shared:
            overlap[reader] = _value(shared, asked)
        once_more = _repeated(*reader, events, asked)
        if once_more is not None:
            repeated.append(once_more)
    return Readings(overlap, frozenset(skipped), tuple(repeated))


def _repeated(annotator: str, pair_id: int, events: list[_Event], asked: Question) -> Repeated | None:
    """Return a pair's reading in the repeat lane and the one before, None where one of both is not there."""
    again = [at for at, event in enumerate(events) if event.lane == "repeat" and event.blind and event.kind != "skip"]
    if not again:
        return None
    before = [event for event in events[: again[0]] if event.on_screen and event.kind != "skip"]
    if not before:
        return None
    said = [events[at] for at in again]
    return Repeated(annotator, pair_id, _value(before, asked), _value(said, asked), any(one.blind for one in before))


def _value(events: Iterable[_Event], asked: Question) -> str | None:
    """Return the value that events about one pair by one person give, the oldest first."""
    newest = {(event.kind, event.side, event.label): event.value for event in events}
    if asked.kind == "preference":
        return newest.get(("preference", "", "")) or None
    sides = (asked.side,) if asked.side or asked.kind != "label" else RESPONSES
    return "yes" if any(newest.get((asked.kind, side, asked.label)) == "yes" for side in sides) else "no"
