"""Random samples of a frame: which of the first n pairs of the draw were read, which were skipped, what is open."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from hhtui.audit import intervals
from hhtui.model import Lane, Question
from hhtui.query.parser import parse
from hhtui.store import frames, readings, results
from hhtui.store.connection import Connection
from hhtui.store.frames import Frame
from hhtui.store.triage import Item

Decided = Literal["again", "count"]
"""Whether pairs that were decided before are shown again, blind, or count by that decision."""


class Drawn(NamedTuple):
    """A pair of the sample: its place in the draw from 0, its local id, and whether the answer was yes.

    `answer` is None where the pair was skipped, or read in the random lane without the preference that is asked for.
    """

    draw: int
    pair_id: int
    answer: bool | None


class Sample(NamedTuple):
    """The first `size` pairs in the order of the draw, and what is known of them.

    `order` are the ids of the frame's pairs that the database holds, in the order of the draw. `drawn` are the pairs up
    to the first one that is open; only such an unbroken beginning is a random sample. `open` are the draws, from 0, and
    ids of those still to be read. `after_gap` and `after_end` count what was read, but lies behind an open pair, or
    behind the first `size`. `annotator` is whose answers count, "" for everybody's; `by_others` counts the open pairs
    that others have read. `without_preference` counts the drawn pairs without an answer that were read all the same.
    Where scores have changed since the frame was frozen, its query now finds `joined` pairs that are not in it, and
    `left` that are no longer.
    """

    frame: Frame
    question: Question
    annotator: str
    decided: Decided
    order: Sequence[int]
    size: int
    drawn: tuple[Drawn, ...]
    open: tuple[tuple[int, int], ...]
    after_gap: int
    after_end: int
    by_others: int
    without_preference: int
    joined: int
    left: int

    @property
    def population(self) -> int:
        """How many of the frame's pairs the database holds."""
        return len(self.order)

    @property
    def read(self) -> tuple[Drawn, ...]:
        """The pairs that were answered."""
        return tuple(one for one in self.drawn if one.answer is not None)

    @property
    def skipped(self) -> int:
        """How many pairs have no answer: skipped, or read at random without the preference that is asked for."""
        return len(self.drawn) - len(self.read)

    @property
    def is_complete(self) -> bool:
        """Whether every pair of the sample was read or skipped."""
        return len(self.drawn) == self.size

    def items(self, lane: Lane) -> list[Item]:
        """Return what is still to be read, blind, for a triage."""
        return [Item(pair_id, lane, True, frame=self.frame.id, draw=draw) for draw, pair_id in self.open]


def sample_of(
    connection: Connection,
    frame: Frame,
    question: Question,
    size: int,
    *,
    annotator: str = "",
    decided: Decided = "again",
) -> Sample:
    """Return the state of the sample of `size` pairs of `frame`, or of all where there are fewer.

    With `decided` "count" also the pairs that `annotator` decided elsewhere on the screen, one by one, count as read.
    """
    order = frames.permutation(connection, frame).tolist()
    found = set(map(int, results.search(connection, parse(frame.query)).ids))
    answers = readings.of_frame(connection, frame, question, annotator)
    if decided == "count":
        answers = {**answers, **_added(answers, readings.read(connection, question, annotator))}
    size = min(size, len(order))
    opened = [(draw, pair_id) for draw, pair_id in enumerate(order[:size]) if pair_id not in answers]
    end = opened[0][0] if opened else size
    others = readings.of_frame(connection, frame, question) if annotator and opened else {}
    drawn = tuple(Drawn(draw, pair_id, answers[pair_id]) for draw, pair_id in enumerate(order[:end]))
    read = readings.read_unasked(connection, frame, annotator) if question.kind == "preference" else set()
    return Sample(
        *(frame, question, annotator, decided, order, size),
        drawn=drawn,
        open=tuple(opened),
        after_gap=sum(pair_id in answers for pair_id in order[end:size]),
        after_end=sum(pair_id in answers for pair_id in order[size:]),
        by_others=sum(pair_id in others for _, pair_id in opened),
        without_preference=sum(one.answer is None and one.pair_id in read for one in drawn),
        joined=len(found - set(order)),
        left=len(set(order) - found),
    )


def _added(answers: readings.Answers, decisions: readings.Answers) -> readings.Answers:
    """Return the decisions about pairs that have no answer yet; one takes the place of a skip."""
    return {pair_id: answer for pair_id, answer in decisions.items() if answers.get(pair_id) is None}


class Attainable(NamedTuple):
    """What a sample can tell before it is read: its size, and half the width of the interval, from 0 to 1.

    `margin` is that of the worst case, where half of the pairs are positive, `expected_margin` that where the share
    `expected` is. `needed` is the size for the margin `wanted`, where one was wanted.
    """

    size: int
    margin: float
    expected: float
    expected_margin: float
    wanted: float | None = None
    needed: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it in JSON's types, margins in percentage points and the expected share in percent."""
        return {
            "n": self.size,
            "margin": 100 * self.margin,
            "expected": 100 * self.expected,
            "expected_margin": 100 * self.expected_margin,
            "wanted_margin": None if self.wanted is None else 100 * self.wanted,
            "needed": self.needed,
        }


def attainable(size: int, population: int, expected: float, wanted: float | None = None) -> Attainable:
    """Return what `size` of `population` pairs can tell; `expected` and the margin `wanted` are from 0 to 1."""
    return Attainable(
        *(size, intervals.margin(size, population)),
        *(expected, intervals.margin(size, population, expected)),
        *((None, None) if wanted is None else (wanted, intervals.size_for(wanted, population))),
    )


def families_of(connection: Connection, pair_ids: Sequence[int]) -> list[int]:
    """Return a number for each pair that the pairs of one family share."""
    return [
        family or -pair_id for pair_id, family in zip(pair_ids, _column(connection, "family", pair_ids), strict=True)
    ]


def subsets_of(connection: Connection, pair_ids: Sequence[int]) -> list[str]:
    """Return the subset that each pair was loaded from."""
    from hhtui.store.sources import all_sources

    names = {number: source.subset for number, source in all_sources(connection).items()}
    return [names[number] for number in _column(connection, "source", pair_ids)]


def _column(connection: Connection, name: str, pair_ids: Sequence[int]) -> list[int]:
    import numpy

    from hhtui.store.columns import Columns
    from hhtui.store.connection import kept_by

    values = kept_by(connection, Columns).get(connection, name)
    found: list[int] = values[numpy.asarray(pair_ids, dtype=numpy.int64) - 1].tolist()
    return found
