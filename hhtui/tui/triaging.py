"""A triage on the Browse screen: what is left of it, what its keys do, and how long it takes."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING

from hhtui.model import RESPONSES, Context, Decision, Question
from hhtui.store import decisions
from hhtui.store import triage as stored
from hhtui.store.disputes import Dispute, disputes_about
from hhtui.store.errors import StoreError
from hhtui.store.questions import NOTHING_ASKED, parse_question
from hhtui.store.results import Result
from hhtui.store.triage import Item, Progress, Triage
from hhtui.tui import shell_words, triage_words
from hhtui.tui.actions import BY_ID, Action
from hhtui.tui.deciding import Change
from hhtui.tui.key_names import shown_key
from hhtui.tui.presentation import Blind
from hhtui.tui.reading_clock import REMIND_AFTER, ReadingClock
from hhtui.tui.triage_words import Figures
from hhtui.tui.view import ROW_ORDER, View, order_of
from hhtui.tui.widgets.line import Part

if TYPE_CHECKING:
    from hhtui.query.highlights import Highlighter
    from hhtui.tui.screens.browse import Browse

NOTHING = Progress(frozenset(), frozenset())


class Triaging:
    """Keeps the triage of a Browse screen, where one is being read, and the clock of its reader, who may also browse.

    What is done is read from the log after every step, so that nothing of it can be lost.
    """

    def __init__(self, screen: "Browse") -> None:
        self._screen = screen
        self.clock = ReadingClock(screen.app.now)
        self.triage: Triage | None = None
        self._items: dict[int, Item] = {}
        self._progress = NOTHING
        self._pace_shown = False
        self._arrived = 0.0
        self._seconds: list[float] = []
        self._seconds_before, self._reveals_before = 0.0, 0
        self._seen = 0

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what each action of this part does, by the action's id."""
        return {"read_on": self._read_on, "done": self._done, "pace": self._toggle_pace}

    @property
    def on(self) -> bool:
        """Whether a triage is being read."""
        return self.triage is not None

    @property
    def any_blind(self) -> bool:
        """Whether pairs of the triage are read blind: then keys that choose between A and B do nothing else."""
        return any(item.blind for item in self._items.values())

    @property
    def left(self) -> int:
        """How many pairs of the triage are neither decided nor skipped."""
        return len(self._items) - len(self._dealt_with())

    def item(self, pair_id: int | None) -> Item | None:
        """Return why this pair is in the triage, None where it is not, or there is no triage."""
        return None if pair_id is None else self._items.get(pair_id)

    def context(self, pair_id: int) -> Context:
        """Return what a decision about this pair records of the triage."""
        item = self._items.get(pair_id)
        if self.triage is None or item is None:
            return {}
        context = Context(triage=self.triage.id, lane=item.lane)
        if item.surfaced_by:
            context["surfaced_by"] = item.surfaced_by
        if item.frame and item.draw is not None:
            context["frame"], context["draw"] = item.frame, item.draw
        if self.triage.plan.question:
            context["what"] = self.triage.plan.question
        return context

    def found_by(self, pair_ids: Sequence[int]) -> Context:
        """Return the query and order that brought these pairs; in a triage those of their list, if they are of one."""
        if self.triage is None:
            return {"query": self._screen.view.text, "order": self._screen.view.order}
        queries = {item.query if (item := self._items.get(one)) else None for one in pair_ids}
        query = queries.pop() if len(queries) == 1 else None
        return {} if query is None else {"query": query, "order": _order_in(query)}

    def disputes(self, pair_id: int | None) -> Sequence[Dispute]:
        """Return what annotators differ about in a pair that is shown to settle it; of any other, nothing."""
        item = self.item(pair_id)
        if item is None or item.lane != "adjudication" or item.blind:
            return ()
        return disputes_about(self._screen.connection, item.pair_id)

    def blinding_of(self, pair_id: int) -> Blind | None:
        """Return how a pair is read blind, None where it is not."""
        item = self._items.get(pair_id)
        return (
            Blind(self.triage.id, self.triage.started_at) if self.triage is not None and item and item.blind else None
        )

    def begin(self, triage: Triage) -> None:
        """Show a triage at its first pair that is neither decided nor skipped."""
        self.close()
        self.triage, self._items = triage, {item.pair_id: item for item in triage.items}
        self._seen = stored.last_event(self._screen.connection)
        self._progress = stored.progress(self._screen.connection, triage)
        self._seconds = []
        self._seconds_before, self._reveals_before = self.clock.seconds, self._screen.shield.reveals
        ids = list(self._items)
        view = View(triage.plan.query, Result(ids), triage.plan.order or ROW_ORDER, _highlighter(triage.plan.query))
        first = next((at for at, one in enumerate(ids) if one not in self._dealt_with()), 0)
        self._screen.finding.show_triage(view.at(first))

    def end(self) -> None:
        """Go back to browsing from a triage of which nothing is left."""
        try:
            self.close()
        except StoreError as error:
            self._screen.say(str(error), error=True)
        self.triage, self._items, self._progress = None, {}, NOTHING
        self._screen.finding.go_back()

    def look_again(self) -> None:
        """Read what came of pairs since, as another window of the same annotator may have decided about them."""
        if self.triage is None:
            return
        before, self._seen = self._seen, stored.last_event(self._screen.connection)
        self._read_progress(stored.touched_since(self._screen.connection, self.triage, before))

    def close(self) -> None:
        """Write down that the triage is over, where nothing of it is left."""
        if self.triage is not None and not self.left:
            stored.finish(self._screen.database, self.triage)

    def as_pressed(self, action: Action | None) -> Action | None:
        """Return an action as it counts now: in a triage reading on may skip, and waits as decisions do."""
        return action._replace(decides=True) if self.on and action is not None and action.id == "read_on" else action

    def arrived(self) -> None:
        """Another pair is shown."""
        self._arrived = self.clock.seconds

    def saved(self, pair_ids: Sequence[int]) -> None:
        """Something was decided or undone about these pairs: read what came of them."""
        if self.triage is None:
            return
        before = self._dealt_with()
        self._read_progress(pair_ids)
        if len(self._dealt_with()) > len(before):
            self._seconds.append(self.clock.seconds - self._arrived)
            self._arrived = self.clock.seconds

    def _read_progress(self, pair_ids: Iterable[int]) -> None:
        """Read what came of these pairs."""
        if self.triage is None:
            return
        for pair_id in self._items.keys() & set(pair_ids):
            now = stored.progress_of(self._screen.connection, self.triage, pair_id)
            decided, skipped = (some - {pair_id} for some in self._progress)
            self._progress = Progress(decided | now.decided, skipped | now.skipped)

    def undone(self, index: int, step: int) -> int | None:
        """Return the index of the next pair from `index` on that is neither decided nor skipped, None without one."""
        ids, dealt_with = self._screen.view.ids, self._dealt_with()
        places = range(index, len(ids)) if step > 0 else range(index, -1, -1)
        return next((at for at in places if int(ids[at]) not in dealt_with), None)

    def go_on(self) -> None:
        """Show the next pair that is left, from the first one again behind the last; at the end sum up."""
        following = self.undone(self._screen.view.index + 1, 1)
        if following is None:
            following = self.undone(0, 1)
        if following is None:
            self._sum_up()
        elif following != self._screen.view.index:
            self._screen.go_to(following)

    def line(self, width: int) -> tuple[list[Part], list[Part]]:
        """Return both ends of what stands in the place of the query and the result's state, in `width` cells.

        Nothing is in it that a blind reader must not see.
        """
        if self.triage is None:
            return [], []
        words = triage_words.words(self.triage.plan, self.item(self._screen.view.current), self._question())
        statuses = triage_words.statuses(self._figures(), pace_shown=self._pace_shown)
        left, right = triage_words.line(words, statuses, width)
        return [(left, "")], [(right, "quiet")]

    def reminder(self) -> str:
        """Return that it is time for a break, once when it is, else ""."""
        if not self.clock.reminds():
            return ""
        return triage_words.reminder(REMIND_AFTER, shown_key(next(iter(self._screen.app.keys["blank"]), "colon")))

    def farewell(self) -> str:
        """Return how far the triage is and the command that goes on, for those who quit; "" without a triage."""
        if self.triage is None:
            return ""
        if self.left:
            return f"{self.left:,} of {len(self._items):,} left: {self.left_command()}"
        return f"{triage_words.summary(self._figures())}; more: {self.more_command()}"

    def more_command(self) -> str:
        """Return the command that shows the next pairs of the same kind."""
        start, triage = self._screen.app.start, self.triage
        if triage is None or (start.more and start.triage is not None and start.triage.id == triage.id):
            return start.more
        from hhtui.query.queues import TITLES

        plan = triage.plan
        if plan.name in TITLES:
            words = ["--queue", plan.name]
            if start.more and start.triage is None:
                return f"{start.more} {shell_words.command(*words)}"
        else:
            adjudicates = any(item.lane == "adjudication" for item in triage.items)
            ordered = ["--order", plan.order] if plan.order else []
            words = [*["--adjudicate"] * adjudicates, "--query", plan.query, *ordered]
        return self._command(*words)

    def left_command(self) -> str:
        """Return the command that goes on with this triage."""
        return self._screen.app.start.left or self._command("--resume")

    def _command(self, *words: str) -> str:
        by = shell_words.options([("--by", self._screen.app.start.by or None)])
        return shell_words.command("hhtui", "triage", self._screen.database.path, *words, *by)

    def _dealt_with(self) -> frozenset[int]:
        return self._progress.dealt_with

    def _figures(self) -> Figures:
        from statistics import median

        return Figures(
            len(self._items),
            len(self._progress.decided),
            len(self._progress.skipped),
            self.clock.seconds - self._seconds_before,
            self.clock.since_break,
            self._screen.shield.reveals - self._reveals_before,
            median(self._seconds) if self._seconds else None,
            len(self._seconds),
        )

    def _read_on(self) -> None:
        pair, current = self._screen.pair, self._screen.view.current
        if not pair.shows or pair.read_on() or self.item(current) is None:
            return
        if current in self._dealt_with():
            self.go_on()
        else:
            self._screen.deciding.record(Change("skip", "yes"), "skipped")

    def _done(self) -> None:
        current = self._screen.view.current
        if current is None or self.item(current) is None:
            self._screen.say("Enter goes on in a triage; O begins one")
        elif current in self._progress.decided:
            self.go_on()
        else:
            self._answer(current, self._question() or NOTHING_ASKED)

    def _answer(self, current: int, asked: Question) -> None:
        """Write down that the pair was read: what stands of what is asked is said once more, else the answer is no.

        What stands is what is shown. What was decided before a pair is read blind is hidden: then no is the answer of
        the sample alone, and what was decided stays.
        """
        stands = self._standing(self._screen.reader.decisions(current), asked)
        if stands:
            change = Change(asked.kind, next(iter(stands.values())), tuple(stands), asked.label)
            self._screen.deciding.record(change, "read, what you decided stays")
        elif asked.kind == "preference" and self.disputes(current):
            self._screen.say("say which is better to settle it, or skip it with space at the end of the text")
        else:
            no = "" if asked.kind == "preference" else "no"
            sides = (asked.side,) if asked.kind != "label" or asked.side else RESPONSES
            change = Change(asked.kind, no, sides, asked.label, answer_only=self._hides(current, asked))
            self._screen.deciding.record(change, "read, nothing to say of it")

    def _hides(self, current: int, asked: Question) -> bool:
        """Return whether the annotator decided about what is asked before they read the pair blind."""
        return bool(self._standing(decisions.current(self._screen.connection, [current]).get(current, []), asked))

    def _standing(self, found: Iterable[Decision], asked: Question) -> dict[str, str]:
        """Return by side what of `found` are the annotator's own decisions about what is asked."""
        return {
            one.side: one.value
            for one in found
            if one.annotator == self._screen.annotator.name
            and (one.kind, one.label) == (asked.kind, asked.label)
            and asked.side in ("", one.side)
        }

    def _question(self) -> Question | None:
        """Return what is asked of the current pair: what is to be settled, or the triage's question."""
        for dispute in self.disputes(self._screen.view.current):
            if not dispute.settled:
                return Question(dispute.kind, "yes", dispute.side, dispute.label)
        return parse_question(self.triage.plan.question) if self.triage and self.triage.plan.question else None

    def _toggle_pace(self) -> None:
        if not self.on:
            self._screen.say("there is no pace to show: it is measured in a triage")
            return
        self._pace_shown = not self._pace_shown
        self._screen.show_lines()

    def _sum_up(self) -> None:
        """Say what was done; what brought pairs that were read blind is told to those who quit: until then u undoes."""
        from hhtui.tui.screens.triage_summary import TriageSummary

        figures = self._figures()
        words = [triage_words.summary(figures), *triage_words.pace(figures)[: self._pace_shown]]
        self._screen.ask(TriageSummary(words, "" if self.any_blind else self.more_command()), self._summed_up)

    def _summed_up(self, chosen: str | None) -> None:
        if chosen == "quit":
            self._screen.app.quit_browsing()
        elif chosen == "undo":
            self._screen.perform(BY_ID["undo"])
        else:
            self.end()
            if chosen == "queues":
                self._screen.queueing.offer_card()


@cache
def _order_in(query: str) -> str:
    """Return the order that a query asks for, in its words."""
    from hhtui.query.parser import parse

    return order_of(parse(query))


def _highlighter(query: str) -> "Highlighter | None":
    """Return what marks the words of a query, None where there is none."""
    if not query:
        return None
    from hhtui.query.highlights import highlighter
    from hhtui.query.parser import parse

    return highlighter(parse(query))
