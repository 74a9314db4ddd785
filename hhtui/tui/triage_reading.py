"""A triage while it is read: what is left of it, what is asked, and how long its pairs take."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from hhtui.model import Context, Question
from hhtui.store import triage as stored
from hhtui.store.connection import Connection
from hhtui.store.database import Database
from hhtui.store.disputes import Dispute, disputes_about
from hhtui.store.questions import NOTHING_ASKED, parse_question
from hhtui.store.triage import Item, Progress, Triage
from hhtui.tui import triage_words
from hhtui.tui.presentation import Blind
from hhtui.tui.reading_clock import ReadingClock
from hhtui.tui.triage_words import Figures

if TYPE_CHECKING:
    from hhtui.tui.shield import Shield


class TriageReading:
    """The pairs of a triage, and what was done about them since it began to be read here.

    What is done is read from the log after every step, so that nothing of it can be lost.
    """

    def __init__(self, connection: Connection, triage: Triage, clock: ReadingClock, shield: "Shield") -> None:
        """Begin to read `triage`: seconds are those of `clock` from now on, and reveals those of `shield`."""
        self.triage = triage
        self._connection, self._clock, self._shield = connection, clock, shield
        self._items = {item.pair_id: item for item in triage.items}
        self._seen = stored.last_event(connection)
        self._progress = stored.progress(connection, triage)
        self._seconds: list[float] = []
        self._arrived = self._seconds_before = clock.seconds
        self._reveals_before = shield.reveals

    @property
    def pair_ids(self) -> list[int]:
        """The local ids of its pairs, in its order."""
        return list(self._items)

    @property
    def any_blind(self) -> bool:
        """Whether pairs of it are read blind: then keys that choose between A and B do nothing else."""
        return any(item.blind for item in self._items.values())

    @property
    def adjudicates(self) -> bool:
        """Whether it is read to settle what annotators differ about."""
        return any(item.lane == "adjudication" for item in self._items.values())

    @property
    def decided(self) -> frozenset[int]:
        """The ids of the pairs about which what is asked was decided."""
        return self._progress.decided

    @property
    def dealt_with(self) -> frozenset[int]:
        """The ids of the pairs that are decided or skipped."""
        return self._progress.dealt_with

    @property
    def left(self) -> int:
        """How many pairs are neither decided nor skipped."""
        return len(self._items) - len(self.dealt_with)

    def item(self, pair_id: int | None) -> Item | None:
        """Return why a pair is in the triage, None where it is not."""
        return None if pair_id is None else self._items.get(pair_id)

    def context(self, pair_id: int) -> Context:
        """Return what a decision about a pair records of the triage."""
        item = self._items.get(pair_id)
        if item is None:
            return {}
        context = Context(triage=self.triage.id, lane=item.lane)
        if item.surfaced_by:
            context["surfaced_by"] = item.surfaced_by
        if item.frame and item.draw is not None:
            context["frame"], context["draw"] = item.frame, item.draw
        if self.triage.plan.question:
            context["what"] = self.triage.plan.question
        return context

    def query_of(self, pair_ids: Sequence[int]) -> str | None:
        """Return the query that brought these pairs into the triage, None where it is not the same for all."""
        queries = {item.query if (item := self._items.get(one)) else None for one in pair_ids}
        return queries.pop() if len(queries) == 1 else None

    def disputes(self, pair_id: int | None) -> Sequence[Dispute]:
        """Return what annotators differ about in a pair that is shown to settle it; of any other, nothing."""
        item = self.item(pair_id)
        if item is None or item.lane != "adjudication" or item.blind:
            return ()
        return disputes_about(self._connection, item.pair_id)

    def question(self, pair_id: int | None) -> Question | None:
        """Return what is asked of a pair: what is to be settled, or the triage's question."""
        for dispute in self.disputes(pair_id):
            if not dispute.settled:
                return Question(dispute.kind, "yes", dispute.side, dispute.label)
        return parse_question(self.triage.plan.question) if self.triage.plan.question else None

    def asked(self, pair_id: int) -> Question:
        """Return the same, as what an answer without words is about."""
        return self.question(pair_id) or NOTHING_ASKED

    def blinding_of(self, pair_id: int) -> Blind | None:
        """Return how a pair is read blind, None where it is not."""
        item = self._items.get(pair_id)
        return Blind(self.triage.id, self.triage.started_at) if item is not None and item.blind else None

    def undone(self, ids: Sequence[int], index: int, step: int) -> int | None:
        """Return the index in `ids` of the next pair from `index` on that is left, None without one."""
        places = range(index, len(ids)) if step > 0 else range(index, -1, -1)
        return next((at for at in places if int(ids[at]) not in self.dealt_with), None)

    def arrived(self) -> None:
        """Another pair is shown."""
        self._arrived = self._clock.seconds

    def saved(self, pair_ids: Sequence[int]) -> None:
        """Something was decided or undone about these pairs: read what came of them."""
        before = self.dealt_with
        self._read_progress(pair_ids)
        if len(self.dealt_with) > len(before):
            self._seconds.append(self._clock.seconds - self._arrived)
            self._arrived = self._clock.seconds

    def look_again(self) -> None:
        """Read what came of pairs since, as another window of the same annotator may have decided about them."""
        before, self._seen = self._seen, stored.last_event(self._connection)
        self._read_progress(stored.touched_since(self._connection, self.triage, before))

    def finish(self, database: Database) -> None:
        """Write down that the triage is over, where nothing of it is left; raises StoreError where that fails."""
        if not self.left:
            stored.finish(database, self.triage)

    def line(self, pair_id: int | None, width: int, *, pace_shown: bool) -> tuple[str, str]:
        """Return what is asked of a pair and how far the triage is, in `width` cells.

        Nothing is in it that a blind reader must not see.
        """
        words = triage_words.words(self.triage.plan, self.item(pair_id), self.question(pair_id))
        return triage_words.line(words, triage_words.statuses(self._figures(), pace_shown=pace_shown), width)

    def summary(self) -> str:
        """Return in words what was done."""
        return triage_words.summary(self._figures())

    def pace(self) -> str:
        """Return in words how fast that was."""
        return triage_words.pace(self._figures())[0]

    def _read_progress(self, pair_ids: Iterable[int]) -> None:
        for pair_id in self._items.keys() & set(pair_ids):
            now = stored.progress_of(self._connection, self.triage, pair_id)
            decided, skipped = (some - {pair_id} for some in self._progress)
            self._progress = Progress(decided | now.decided, skipped | now.skipped)

    def _figures(self) -> Figures:
        from statistics import median

        return Figures(
            len(self._items),
            len(self._progress.decided),
            len(self._progress.skipped),
            self._clock.seconds - self._seconds_before,
            self._clock.since_break,
            self._shield.reveals - self._reveals_before,
            median(self._seconds) if self._seconds else None,
            len(self._seconds),
        )
