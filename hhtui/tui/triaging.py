"""A triage on the Browse screen: what its keys do, and what is said of it."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING

from hhtui.model import RESPONSES, Context, Decision, Question
from hhtui.store import decisions
from hhtui.store.errors import StoreError
from hhtui.store.results import Result
from hhtui.tui.actions import BY_ID, Action
from hhtui.tui.deciding import Change
from hhtui.tui.key_names import shown_key
from hhtui.tui.presentation import Blind
from hhtui.tui.reading_clock import REMIND_AFTER, ReadingClock
from hhtui.tui.view import ROW_ORDER, View, order_of
from hhtui.tui.widgets.line import Part

if TYPE_CHECKING:
    from hhtui.query.highlights import Highlighter
    from hhtui.store.disputes import Dispute
    from hhtui.store.triage import Triage
    from hhtui.tui.screens.browse import Browse
    from hhtui.tui.triage_reading import TriageReading


class Triaging:
    """Shows the triage that is read on a Browse screen, and keeps the clock of its reader, who may also browse."""

    def __init__(self, screen: "Browse") -> None:
        self._screen = screen
        self.clock = ReadingClock(screen.app.now)
        self._reading: TriageReading | None = None
        self._pace_shown = False

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what each action of this part does, by the action's id."""
        return {"read_on": self._read_on, "done": self._done, "pace": self._toggle_pace}

    @property
    def on(self) -> bool:
        """Whether a triage is being read."""
        return self._reading is not None

    @property
    def triage(self) -> "Triage | None":
        """The triage that is being read, None where none is."""
        return None if self._reading is None else self._reading.triage

    @property
    def any_blind(self) -> bool:
        """Whether pairs of the triage are read blind: then keys that choose between A and B do nothing else."""
        return self._reading is not None and self._reading.any_blind

    @property
    def left(self) -> int:
        """How many pairs of the triage are neither decided nor skipped."""
        return 0 if self._reading is None else self._reading.left

    def context(self, pair_id: int) -> Context:
        """Return what a decision about this pair records of the triage."""
        return {} if self._reading is None else self._reading.context(pair_id)

    def found_by(self, pair_ids: Sequence[int]) -> Context:
        """Return the query and order that brought these pairs; in a triage those of their list, if they are of one."""
        if self._reading is None:
            return {"query": self._screen.view.text, "order": self._screen.view.order}
        query = self._reading.query_of(pair_ids)
        return {} if query is None else {"query": query, "order": _order_in(query)}

    def disputes(self, pair_id: int | None) -> "Sequence[Dispute]":
        """Return what annotators differ about in a pair that is shown to settle it; of any other, nothing."""
        return () if self._reading is None else self._reading.disputes(pair_id)

    def blinding_of(self, pair_id: int) -> Blind | None:
        """Return how a pair is read blind, None where it is not."""
        return None if self._reading is None else self._reading.blinding_of(pair_id)

    def begin(self, triage: "Triage") -> None:
        """Show a triage at its first pair that is neither decided nor skipped."""
        from hhtui.tui.triage_reading import TriageReading

        self.close()
        screen = self._screen
        reading = self._reading = TriageReading(screen.connection, triage, self.clock, screen.shield)
        ids = reading.pair_ids
        view = View(triage.plan.query, Result(ids), triage.plan.order or ROW_ORDER, _highlighter(triage.plan.query))
        screen.finding.show_triage(view.at(reading.undone(ids, 0, 1) or 0))

    def end(self) -> None:
        """Go back to browsing from a triage of which nothing is left."""
        try:
            self.close()
        except StoreError as error:
            self._screen.say(str(error), error=True)
        self._reading = None
        self._screen.finding.go_back()

    def look_again(self) -> None:
        """Read what came of pairs since, as another window of the same annotator may have decided about them."""
        if self._reading is not None:
            self._reading.look_again()

    def close(self) -> None:
        """Write down that the triage is over, where nothing of it is left."""
        if self._reading is not None:
            self._reading.finish(self._screen.database)

    def as_pressed(self, action: Action | None) -> Action | None:
        """Return an action as it counts now: in a triage reading on may skip, and waits as decisions do."""
        return action._replace(decides=True) if self.on and action is not None and action.id == "read_on" else action

    def arrived(self) -> None:
        """Another pair is shown."""
        if self._reading is not None:
            self._reading.arrived()

    def saved(self, pair_ids: Sequence[int]) -> None:
        """Something was decided or undone about these pairs: read what came of them."""
        if self._reading is not None:
            self._reading.saved(pair_ids)

    def undone(self, index: int, step: int) -> int | None:
        """Return the index of the next pair from `index` on that is neither decided nor skipped, None without one."""
        return None if self._reading is None else self._reading.undone(self._screen.view.ids, index, step)

    def go_on(self) -> None:
        """Show the next pair that is left, from the first one again behind the last; at the end sum up."""
        following = self.undone(self._screen.view.cursor + 1, 1)
        if following is None:
            following = self.undone(0, 1)
        if following is None:
            self._sum_up()
        elif following != self._screen.view.cursor:
            self._screen.go_to(following)

    def line(self, width: int) -> tuple[list[Part], list[Part]]:
        """Return both ends of what stands in the place of the query and the result's state, in `width` cells."""
        if self._reading is None:
            return [], []
        left, right = self._reading.line(self._screen.view.current, width, pace_shown=self._pace_shown)
        return [(left, "")], [(right, "quiet")]

    def reminder(self) -> str:
        """Return that it is time for a break, once when it is, else ""."""
        if not self.clock.reminds():
            return ""
        from hhtui.tui import triage_words

        return triage_words.reminder(REMIND_AFTER, shown_key(next(iter(self._screen.app.keys["blank"]), "colon")))

    def farewell(self) -> str:
        """Return how far the triage is and the command that goes on, for those who quit; "" without a triage."""
        if self._reading is None:
            return ""
        if self.left:
            return f"{self.left:,} of {len(self._reading.pair_ids):,} left: {self.left_command()}"
        return f"{self._reading.summary()}; more: {self.more_command()}"

    def more_command(self) -> str:
        """Return the command that shows the next pairs of the same kind."""
        from hhtui.query.queues import TITLES
        from hhtui.tui import shell_words

        start, reading = self._screen.app.start, self._reading
        if reading is None or (start.more and start.triage is not None and start.triage.id == reading.triage.id):
            return start.more
        plan = reading.triage.plan
        if plan.name in TITLES:
            words = ["--queue", plan.name]
            if start.more and start.triage is None:
                return f"{start.more} {shell_words.command(*words)}"
        else:
            ordered = ["--order", plan.order] if plan.order else []
            words = [*["--adjudicate"] * reading.adjudicates, "--query", plan.query, *ordered]
        return self._command(*words)

    def left_command(self) -> str:
        """Return the command that goes on with this triage."""
        return self._screen.app.start.left or self._command("--resume")

    def _command(self, *words: str) -> str:
        from hhtui.tui import shell_words

        by = shell_words.options([("--by", self._screen.app.start.by or None)])
        return shell_words.command("hhtui", "triage", self._screen.database.path, *words, *by)

    def _read_on(self) -> None:
        pair, reading, current = self._screen.pair, self._reading, self._screen.view.current
        if not pair.shows or pair.read_on() or reading is None or reading.item(current) is None:
            return
        if current in reading.dealt_with:
            self.go_on()
        else:
            self._screen.deciding.record(Change("skip", "yes"), "skipped")

    def _done(self) -> None:
        reading, current = self._reading, self._screen.view.current
        if current is None or reading is None or reading.item(current) is None:
            self._screen.say("Enter goes on in a triage; O begins one")
        elif current in reading.decided:
            self.go_on()
        else:
            self._answer(current, reading.asked(current))

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

    def _toggle_pace(self) -> None:
        if not self.on:
            self._screen.say("there is no pace to show: it is measured in a triage")
            return
        self._pace_shown = not self._pace_shown
        self._screen.show_lines()

    def _sum_up(self) -> None:
        """Say what was done; what brought pairs that were read blind is told to those who quit: until then u undoes."""
        from hhtui.tui.screens.triage_summary import TriageSummary

        assert self._reading is not None
        words = [self._reading.summary(), *[self._reading.pace()] * self._pace_shown]
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
