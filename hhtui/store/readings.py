"""What was read of a frame's pairs, from the log: the answers to one question, given blind, and what was skipped."""

import sqlite3
from collections.abc import Iterable

from hhtui.model import Question
from hhtui.store.events import LIVE, PAIR_ID
from hhtui.store.frames import Frame
from hhtui.store.questions import NOTHING_ASKED

Answers = dict[int, bool | None]
"""By local pair id whether the answer is positive; None where the pair was only skipped."""

SAMPLED = ("estimate", "random", "check")
"""The lanes whose pairs are drawn from a frame whatever was decided about them."""

_EVENTS = f"""
SELECT {PAIR_ID}, annotator, kind, side, value FROM event
WHERE pair_hash IS NOT NULL AND kind IN (:kind, 'skip') AND json_extract(context, '$.bulk') IS NOT 1
AND (kind = 'skip' OR (:side IN ('', side) AND label = :label)) AND :annotator IN ('', annotator) AND {LIVE}
"""
_OF_FRAME = f"""
AND json_extract(context, '$.frame') = :frame AND json_extract(context, '$.blind') = 1
AND json_extract(context, '$.lane') IN {SAMPLED}
AND (
    coalesce(json_extract(context, '$.what'), '') IN (:what, :also) OR kind = 'preference' AND value != ''
    OR :kind = 'preference' AND kind = 'skip' AND json_extract(context, '$.what') GLOB 'preference:*'
)
"""
_IN_ORDER = "ORDER BY made_at, uuid"


def of_frame(connection: sqlite3.Connection, frame: Frame, question: Question, annotator: str = "") -> Answers:
    """Return what was answered to `question` in samples of `frame`, by `annotator` or, without one, by anybody.

    Of several answers by one person the newest counts, of several people that of the one who answered first. What was
    read with the labels in view, decided for many pairs at once, or asked something else is left out: a mark or a
    label given by the way says nothing of the pairs that were given none. A preference is whole in itself, whatever
    was asked; where it was asked for and none was given, the answer is no.
    """
    also = "" if question == NOTHING_ASKED else str(question)
    rows = connection.execute(
        _EVENTS + _OF_FRAME + _IN_ORDER,
        {**_parameters(question, annotator), "frame": frame.id, "what": str(question), "also": also},
    )
    return _answers(rows, question)


def decided(connection: sqlite3.Connection, question: Question, annotator: str) -> Answers:
    """Return what `annotator` has decided one by one that answers `question`, wherever and however it was read.

    What was withdrawn is left out.
    """
    rows = connection.execute(_EVENTS + "AND kind != 'skip'" + _IN_ORDER, _parameters(question, annotator))
    return _answers(rows, question, withdrawn="")


def _parameters(question: Question, annotator: str) -> dict[str, str]:
    return {"kind": question.kind, "side": question.side, "label": question.label, "annotator": annotator}


def _answers(
    rows: Iterable[tuple[int | None, str, str, str, str]], question: Question, withdrawn: str | None = None
) -> Answers:
    """Return the answers that events, oldest first, give; a newest value that is `withdrawn` gives none."""
    said: dict[int, dict[str, dict[str, str]]] = {}
    answers: Answers = {}
    for pair_id, annotator, kind, side, value in rows:
        if pair_id is None:
            continue
        if kind == "skip":
            answers.setdefault(pair_id, None)
        else:
            said.setdefault(pair_id, {}).setdefault(annotator, {})[side] = value
    for pair_id, readers in said.items():
        values = set(next(iter(readers.values())).values())
        if values != {withdrawn}:
            answers[pair_id] = question.value in values
    return answers
