"""Decisions from the keyboard: saved first, shown as saved after."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeVar

from hhtui.model import Context, Kind
from hhtui.store.decisions import PAIR, Conditions, Step
from hhtui.store.errors import StoreError
from hhtui.store.steps import decided_at, only_read
from hhtui.text import clean_line
from hhtui.tui.key_names import shown_key
from hhtui.tui.presentation import PLACES, Place, Response

if TYPE_CHECKING:
    from hhtui.tui.screens.browse import Browse

Saved = TypeVar("Saved")

ASK_FROM = 100
IN_BACKGROUND_FROM = 500


class Change(NamedTuple):
    """What a key decides: a value, or without one that it is set or taken off; a label with the responses it is for.

    `taxonomy` is the version that a label belongs to; `answer_only` leaves what was decided before as it is.
    """

    kind: Kind
    value: str | None = None
    sides: Sequence[str] = PAIR
    label: str = ""
    taxonomy: str = ""
    answer_only: bool = False

    def __str__(self) -> str:
        """Return the change in words, for a question."""
        words = f"{self.kind} {self.label} on {' and '.join(self.sides)}" if self.label else self.kind
        return f"{words}: {self.value}" if self.value else words


class Deciding:
    """Decides for a Browse screen about its current pair, or about the selected ones as one step."""

    def __init__(self, screen: "Browse") -> None:
        self._screen = screen
        self._anchor: int | None = None
        self._whole = False
        self._last: Callable[[], None] | None = None

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what each action of this part does, by the action's id."""
        return {
            "flag": partial(self._decide, "flag"),
            "drop": partial(self._decide, "drop"),
            "prefer_chosen": partial(self._prefer, "chosen"),
            "prefer_rejected": partial(self._prefer, "rejected"),
            "prefer_left": partial(self._prefer_at, "left"),
            "prefer_right": partial(self._prefer_at, "right"),
            "prefer_equal": partial(self._decide, "preference", "equal"),
            "prefer_unsure": partial(self._decide, "preference", "unsure"),
            "note": self._write_note,
            "repeat": self._repeat,
            "undo": partial(self._step_back, "undo"),
            "redo": partial(self._step_back, "redo"),
            "select": self._select,
            "cancel": self._cancel,
        }

    def selected_range(self) -> range:
        """Return the indexes that are selected; empty where none are."""
        if self._whole:
            return range(len(self._screen.view.ids))
        if self._anchor is None:
            return range(0)
        first, last = sorted((self._anchor, self._screen.view.cursor))
        return range(first, last + 1)

    def _prefer(self, side: Response) -> None:
        if self._screen.pair.presentation.blind:
            self._refuse_repeating()
        else:
            self.decide(Change("preference", side), again=partial(self._prefer, side))

    def _prefer_at(self, place: Place) -> None:
        presentation = self._screen.pair.presentation
        again = self._refuse_repeating if presentation.blind else partial(self._prefer_at, place)
        self.decide(Change("preference", presentation.at(place)), again=again)

    def _refuse_repeating(self) -> None:
        self._screen.say(
            "which response is better is not repeated for a pair that is read blind, nor from one", error=True
        )

    def _decide(self, kind: Kind, value: str | None = None) -> None:
        self.decide(Change(kind, value), again=partial(self._decide, kind, value))

    def decide(self, change: Change, *, again: Callable[[], None]) -> None:
        """Decide about the current pair or the selected ones, after a question where they are many.

        `again` is what the key that repeats does from now on.
        """
        self._last = again
        ids = self.targets()
        if not len(ids):
            self._screen.say("there is no pair to decide", error=True)
        else:
            self._decide_about(ids, change)

    def _decide_about(self, ids: Sequence[int], change: Change) -> None:
        if len(ids) > 1 and any(map(self._screen.blinding_of, ids)):
            self._screen.say(
                "pairs that are read blind are decided one at a time; Esc gives the selection up", error=True
            )
        elif change.kind == "preference" and len(ids) == 1 and self._screen.pair.visit.half_seen:
            self._refuse_half_seen()
        elif self._whole or len(ids) > ASK_FROM:
            self._ask_about(ids, change)
        else:
            self._save(ids, change)

    def record(self, change: Change, words: str) -> None:
        """Save this about the current pair alone, say so in `words`, and go on; it is not what is repeated later."""
        if self._screen.pair.visit.half_seen:
            self._refuse_half_seen()
        elif self._screen.view.current is not None:
            self._save([self._screen.view.current], change, words=words)

    def _refuse_half_seen(self) -> None:
        other = shown_key(next(iter(self._screen.app.keys["focus_other"]), "colon"))
        self._screen.say(f"not before you have seen the other response, too: {other} shows it", error=True)

    def targets(self) -> Sequence[int]:
        """Return the ids of the pairs that the next decision is about."""
        view, chosen = self._screen.view, self.selected_range()
        if chosen:
            return [int(one) for one in view.ids[chosen.start : chosen.stop]]
        return [] if view.current is None else [view.current]

    def _ask_about(self, ids: Sequence[int], change: Change) -> None:
        from hhtui.tui.screens.dialogs import Confirm

        def answered(agreed: bool | None) -> None:
            if agreed:
                self._save(ids, change)

        self._screen.ask(Confirm(f"{change} for {len(ids):,} pairs, as one step?"), answered)

    def _save(self, ids: Sequence[int], change: Change, *, words: str = "") -> None:
        conditions = self._conditions(ids, change)
        annotator = self._screen.annotator
        value = (
            self._toggled(ids[0], change) if change.value is None and self._screen.blinding_of(ids[0]) else change.value
        )
        save: Callable[..., Step] = partial(annotator.toggle, ids, change.kind)
        if value is not None:
            save = partial(annotator.decide, ids, change.kind, value)
        save = partial(save, sides=change.sides, label=change.label, conditions=conditions)
        if len(ids) >= IN_BACKGROUND_FROM:
            self._screen.say("saving …")
            self._in_background(save, self._saved)
            return
        try:
            step = save()
        except StoreError as error:
            self._screen.say(str(error), error=True)
        else:
            self._saved(step, words=words)

    def _toggled(self, pair_id: int, change: Change) -> str:
        """Return what a mark becomes by what is shown of it: one from before is neither shown nor taken off."""
        found = self._screen.reader.decisions(pair_id)
        shown = {made.side for made in found if (made.kind, made.label) == (change.kind, change.label)}
        return "no" if shown >= set(change.sides) else "yes"

    def _in_background(self, save: Callable[[], Saved], then: Callable[[Saved], None]) -> None:
        """Save in a thread, while keys wait."""
        screen = self._screen
        screen.gate.hold("saving")

        async def work() -> None:
            try:
                saved = await asyncio.to_thread(save)
            except StoreError as error:
                screen.say(str(error), error=True)
            else:
                then(saved)
            finally:
                screen.gate.release("saving")

        screen.run_worker(work())

    def _saved(self, step: Step, *, words: str = "") -> None:
        screen = self._screen
        screen.app.saved += 1
        single = len(step.pair_ids) == 1
        self.give_up_selection()
        screen.triaging.saved(step.pair_ids)
        screen.list.update_marks(step.pair_ids)
        if words or (step.summary.startswith("preference: ") and single):
            screen.go_on()
        screen.show_decisions(step.pair_ids)
        summary = words or self._in_words(step)
        words = summary if "saved" in summary else f"{summary} · saved"
        screen.say(f"{words}   u undoes")

    def _in_words(self, step: Step) -> str:
        """Return the summary of a step in the words under which its pair is shown."""
        if len(step.pair_ids) != 1:
            return step.summary
        return self._screen.reader.presentation(step.pair_ids[0]).step_words(step.summary)

    def _stepped_in_words(self, step: Step) -> str:
        """Return the summary of an undo or a redo, without what is hidden of a pair that is read blind."""
        screen = self._screen
        undone = step.summary.partition(":")[0]
        blind = list(filter(None, map(screen.blinding_of, step.pair_ids)))
        if len(step.pair_ids) == 1 and blind and decided_at(screen.connection, step.uuid) < blind[0].since:
            return f"{undone}: a decision from before"
        if (len(step.pair_ids) > 1 and blind) or (screen.pair.presentation.blind and not blind):
            return f"{undone}: a step about other pairs"
        if len(step.pair_ids) == 1 and only_read(screen.connection, step.uuid):
            return f"{undone}: read"
        return self._in_words(step)

    def _repeat(self) -> None:
        if self._last is None:
            self._screen.say("nothing to repeat yet", error=True)
        else:
            self._last()

    def _write_note(self) -> None:
        ids = self.targets()
        if not ids:
            self._screen.say("there is no pair to write a note on", error=True)
            return
        mine = [
            decision.value
            for decision in self._screen.reader.decisions(ids[0])
            if decision.kind == "note" and decision.annotator == self._screen.annotator.name
        ]
        before = mine[0] if mine and len(ids) == 1 else ""

        def written(text: str | None) -> None:
            if text is not None and text.strip() != clean_line(before):
                self._decide_about(ids, Change("note", text.strip()))

        from hhtui.tui.screens.dialogs import AskText

        self._screen.ask(AskText("Note", before), written)

    def _step_back(self, which: Literal["undo", "redo"]) -> None:
        annotator = self._screen.annotator
        self._in_background(annotator.undo if which == "undo" else annotator.redo, partial(self._stepped_back, which))

    def _stepped_back(self, which: str, step: Step | None) -> None:
        screen = self._screen
        if step is None:
            screen.say(f"nothing to {which}")
            return
        screen.app.saved += 1
        screen.triaging.saved(step.pair_ids)
        if len(step.pair_ids) == 1:
            there = screen.view.at_pair(step.pair_ids[0])
            if there.current == step.pair_ids[0] and there.cursor != screen.view.cursor:
                screen.go_to(there.cursor)
        screen.show_decisions(step.pair_ids)
        screen.say(f"{self._stepped_in_words(step)} · saved")

    def _select(self) -> None:
        if self._screen.view.current is None:
            return
        if self._anchor is None:
            self._anchor = self._screen.view.cursor
            self._screen.list.begin_selection()
            self._screen.say("selecting: move, then decide for all   v the whole result   Esc gives up")
        else:
            self._whole = True
            self._screen.say(f"the whole result is selected, {len(self._screen.view.ids):,} pairs   Esc gives up")

    def _cancel(self) -> None:
        if self._anchor is not None:
            self.give_up_selection()
            self._screen.say("selection given up")
        else:
            self._screen.comparing.go_back()

    def give_up_selection(self) -> None:
        """Let the next decision be about the current pair alone."""
        if self._anchor is not None:
            self._anchor, self._whole = None, False
            self._screen.list.end_selection()

    def _conditions(self, ids: Sequence[int], change: Change) -> Conditions:
        screen = self._screen
        bulk = len(ids) > 1
        context: Context = {
            "interface": "screen",
            **screen.triaging.found_by(ids),
            "blind": screen.pair.presentation.blind,
            "shield": screen.shield.level,
            "bulk": bulk,
        }
        if change.taxonomy:
            context["taxonomy"] = change.taxonomy
        if change.answer_only:
            context["answer_only"] = True
        if bulk:
            return Conditions(None, context)
        context |= self._seen(ids[0])
        context |= screen.triaging.context(ids[0])
        return Conditions(screen.pair.visit.milliseconds, context)

    def _seen(self, pair_id: int) -> Context:
        """Return what the reader has been shown of the pair on the screen."""
        pair = self._screen.pair
        return {
            "sides": [pair.presentation.at(place) for place in PLACES if place in pair.visit.seen],
            "labels_visible": not pair.presentation.blind,
            "scores_visible": pair.scores_visible,
            "revealed": self._screen.shield.reveals_pair(pair_id),
        }
