"""What was read of a frame's pairs, from the log: the answers to one question, given blind, and what was skipped."""

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from hhtui.model import Question
from hhtui.store.events import LIVE, PAIR_ID, SAYS
from hhtui.store.frames import Frame
from hhtui.store.questions import NOTHING_ASKED

Answers = dict[int, bool | None]
"""By local pair id whether the answer is positive; None where the pair got none: see `of_frame`."""

SAMPLED = ("estimate", "random", "check")
"""The lanes whose pairs are drawn from a frame whatever was decided about them."""

_EVENTS = f"""
SELECT {PAIR_ID}, annotator, kind, side, label, value,
       json_extract(context, '$.lane') = 'random' AND coalesce(json_extract(context, '$.what'), '') = '' AS unasked
FROM event
WHERE pair_hash IS NOT NULL AND kind NOT IN ('note', 'retract') AND json_extract(context, '$.bulk') IS NOT 1
AND :annotator IN ('', annotator) AND {LIVE}
"""
_FROM_FRAME = f"""
AND json_extract(context, '$.frame') = :frame AND json_extract(context, '$.blind') = 1
AND json_extract(context, '$.lane') IN {SAMPLED}
"""
_ANSWERING = """
AND (
    coalesce(json_extract(context, '$.what'), '') IN (:what, :also) OR kind = 'preference' AND value != ''
    OR :kind = 'preference' AND kind = 'skip' AND json_extract(context, '$.what') GLOB 'preference:*'
    OR unasked
)
"""
_IN_ORDER = "ORDER BY made_at, uuid"


_Values = dict[str, str | None]
"""By side what somebody said of a pair; None where a preference was open to be given, and was not."""


class _Event(NamedTuple):
    pair_id: int | None
    annotator: str
    kind: str
    side: str
    label: str
    value: str
    unasked: bool


def of_frame(connection: sqlite3.Connection, frame: Frame, question: Question, annotator: str = "") -> Answers:
    """Return what was answered to `question` in samples of `frame`, by `annotator` or, without one, by anybody.

    Of several answers by one person the newest counts, of several people that of the one who answered first. What was
    read with the labels in view, decided for many pairs at once, or asked something else is left out: a mark or a
    label given by the way says nothing of the pairs that were given none. A preference is whole in itself, whatever
    was asked; where it was asked for and none was given, the answer is no.

    In the random lane nothing in particular is asked, so there whoever read a pair could have given any mark: one that
    was not given is a no. A preference that was not given there is no answer, as a skip is.
    """
    also = "" if question == NOTHING_ASKED else str(question)
    rows = connection.execute(
        _EVENTS + _FROM_FRAME + _ANSWERING + _IN_ORDER,
        {
            **{"annotator": annotator, "frame": frame.id, "kind": question.kind},
            **{"what": str(question), "also": also},
        },
    )
    return _answers(map(_Event._make, rows), question)


def read_unasked(connection: sqlite3.Connection, frame: Frame, annotator: str = "") -> set[int]:
    """Return the pairs of `frame` that were read in the random lane by `annotator`, or anybody; skips are none."""
    rows = connection.execute(
        f"{_EVENTS} {_FROM_FRAME} AND unasked AND kind != 'skip'", {"annotator": annotator, "frame": frame.id}
    )
    return {event.pair_id for event in map(_Event._make, rows) if event.pair_id is not None}


def asked_at_random(connection: sqlite3.Connection, frame: Frame) -> list[Question]:
    """Return what the random lane of `frame` says something of, where nothing in particular was asked there.

    That is every mark and label that was given, and `preference:rejected` where any preference was; whether anything
    is to be said, where nothing was.
    """
    rows = connection.execute(
        f"SELECT DISTINCT kind, side, label FROM ({_EVENTS} {_FROM_FRAME} AND unasked AND kind != 'skip') "
        "WHERE value NOT IN ('', 'no') ORDER BY kind, side, label",
        {"annotator": "", "frame": frame.id},
    )
    found = [
        Question(kind, "rejected") if kind == "preference" else Question(kind, "yes", side, label)
        for kind, side, label in rows
    ]
    return found or [NOTHING_ASKED]


def decided(connection: sqlite3.Connection, question: Question, annotator: str) -> Answers:
    """Return what `annotator` has decided one by one that answers `question`, wherever it came from.

    What was withdrawn is left out.
    """
    return _decided(connection, question, annotator, "")


def read(connection: sqlite3.Connection, question: Question, annotator: str) -> Answers:
    """Return what `annotator` has decided one by one on the screen that answers `question`: those pairs were read.

    What came from a file or the command line is left out, and what was withdrawn.
    """
    return _decided(connection, question, annotator, "AND json_extract(context, '$.interface') = 'screen'")


def _decided(connection: sqlite3.Connection, question: Question, annotator: str, which: str) -> Answers:
    rows = connection.execute(
        f"{_EVENTS} {which} AND kind = :kind AND {SAYS} {_IN_ORDER}", {"annotator": annotator, "kind": question.kind}
    )
    return _answers((event._replace(unasked=False) for event in map(_Event._make, rows)), question, withdrawn="")


def _answers(events: Iterable[_Event], question: Question, withdrawn: str | None = None) -> Answers:
    """Return the answers that events, oldest first, give; a newest value that is `withdrawn` gives none."""
    said: dict[int, dict[str, _Values]] = {}
    answers: Answers = {}
    for event in events:
        if event.pair_id is None:
            continue
        if event.kind == "skip" or event.unasked:
            answers.setdefault(event.pair_id, None)
        values = _with(said.get(event.pair_id, {}).get(event.annotator, {}), event, question)
        if values:
            said.setdefault(event.pair_id, {})[event.annotator] = values
    for pair_id, readers in said.items():
        given = [set(values.values()) for values in readers.values() if set(values.values()) != {withdrawn}]
        if given:
            answers[pair_id] = question.value in given[0]
    return answers


def _with(said: _Values, event: _Event, question: Question) -> _Values:
    """Return what somebody said of a pair, with what `event` adds that answers `question`."""
    if (event.kind, event.label) == (question.kind, question.label) and question.side in ("", event.side):
        is_none = event.unasked and event.kind == "preference" and not event.value
        return {**said, event.side: None if is_none else event.value}
    if event.unasked and event.kind != "skip" and question.kind != "preference":
        return {"": "no", **said}
    return said
