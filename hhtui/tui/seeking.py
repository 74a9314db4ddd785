"""From hit to hit: within a pair, and on to the next pair of the result that has one."""

import asyncio
import time
from collections.abc import Callable
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING

from textual.worker import Worker

from hhtui.model import SIDES
from hhtui.tui.hits import hits_in
from hhtui.tui.key_names import shown_key
from hhtui.tui.view import View

if TYPE_CHECKING:
    from hhtui.tui.actions import Action
    from hhtui.tui.screens.browse import Browse

MOST_PAIRS = 5_000
"""Pairs that are read for one key."""
SLICE = 0.006
"""Seconds of reading before whatever else waits has its turn."""


class _Found(Enum):
    NOTHING = 1
    NOT_YET = 2
    A_HIT = 3


class _Search:
    """Reads pair after pair of a view from its current one on, in one direction, until one has a hit."""

    def __init__(self, screen: "Browse", step: int) -> None:
        self._screen = screen
        self.view: View = screen.view
        self.step = step
        self.index = self.view.cursor + step
        self.left = MOST_PAIRS
        self.masked = screen.pair.has_masked_hits

    def continues(self, step: int) -> bool:
        """Return whether this is the search that a step in this direction goes on with."""
        return self.view is self._screen.view and self.step == step

    def read_on(self, seconds: float) -> _Found:
        """Read pairs for so many seconds, or as far as one search reads."""
        deadline = time.perf_counter() + seconds
        while self.left and 0 <= self.index < len(self.view.ids):
            if self._has_hit():
                return _Found.A_HIT
            self.index += self.step
            self.left -= 1
            if time.perf_counter() > deadline:
                return _Found.NOT_YET
        return _Found.NOTHING

    @property
    def ended(self) -> bool:
        """Whether no pair is left in this direction."""
        return not 0 <= self.index < len(self.view.ids)

    def _has_hit(self) -> bool:
        shown = self._screen.reader.shown(int(self.view.ids[self.index]))
        if shown is None or self.view.highlighter is None:
            return False
        found = list(hits_in(shown, self.view.highlighter))
        self.masked = self.masked or any(hits.masked for hits in found)
        return any(hits.spans for hits in found)


class Seeking:
    """Goes from hit to hit for a Browse screen.

    What can be found at once is found at once. While a longer search goes on, keys wait for it in their order, so that
    a decision is about the pair that the search went to, once that has been painted, however long it took. Esc ends
    the search, and forgets the keys that wait; so does a move that is pressed after it was said that the search goes
    on, while no other key waits, and then moves.
    """

    def __init__(self, screen: "Browse") -> None:
        self._screen = screen
        self._search: _Search | None = None
        self._worker: Worker[None] | None = None
        self._since = 0.0

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what each action of this part does, by the action's id."""
        return {"next_hit": partial(self._go, 1), "previous_hit": partial(self._go, -1)}

    def ends_with(self, key: str, action: "Action | None", read_at: float) -> bool:
        """Whether a key that was read then (seconds, `time.monotonic`) ends the search that goes on, if one does."""
        if self._worker is None or key == "escape":
            return self._worker is not None
        moves = action is not None and action.group == "move" and action.id not in self.handlers()
        return moves and read_at > self._since and not len(self._screen.gate)

    def stop(self) -> None:
        """End the search that goes on: the pair stays, and the keys that wait are forgotten."""
        if self._worker is not None:
            self._worker.cancel()
            self._worker = None
            self._screen.quiet()
            self._screen.gate.forget()
            self._screen.gate.release("hits")

    def _go(self, step: int) -> None:
        screen = self._screen
        if screen.pair.next_hit(step):
            return
        trouble = self._why_none()
        if trouble:
            screen.say(trouble)
        elif screen.triaging.on:
            screen.say(
                f"no further hit in this pair{self._masked(screen.pair.has_masked_hits)}; a triage goes on pair by pair"
            )
        else:
            self._seek(step)

    def _seek(self, step: int) -> None:
        if self._search is None or not self._search.continues(step):
            self._search = _Search(self._screen, step)
        search = self._search
        search.left = MOST_PAIRS
        found = search.read_on(SLICE)
        if found is _Found.NOT_YET:
            self._screen.say("looking for the next hit in this direction; Esc stops")
            self._screen.gate.hold("hits")
            self._since = time.monotonic()
            self._worker = self._screen.run_worker(partial(self._go_on, search), group="hits", exclusive=True)
        else:
            self._take(search, found)

    async def _go_on(self, search: _Search) -> None:
        found = _Found.NOT_YET
        while found is _Found.NOT_YET:
            await asyncio.sleep(0)
            found = search.read_on(SLICE)
        if self._screen.view is search.view:
            self._worker = None
            self._take(search, found)
            self._screen.gate.release("hits")
        else:
            self.stop()

    def _take(self, search: _Search, found: _Found) -> None:
        screen = self._screen
        if found is _Found.A_HIT:
            screen.go_to(search.index)
            screen.pair.next_hit(search.step)
        elif search.ended:
            where = "from here to the end" if search.step > 0 else "from here back to the beginning"
            screen.say(f"no further hit {where} of the result{self._masked(search.masked)}")
        else:
            key = self._key("next_hit" if search.step > 0 else "previous_hit")
            screen.say(f"no hit in the next {MOST_PAIRS:,} pairs{self._masked(search.masked)}; {key} looks further")

    def _why_none(self) -> str:
        """Return why there can be no hit in any pair, "" where there can."""
        screen, highlighter = self._screen, self._screen.view.highlighter
        if highlighter:
            return ""
        if screen.finding.waiting:
            return "the query is still being run"
        if highlighter is not None and any(map(highlighter.leaves_out, SIDES)):
            return "the places that this query finds cannot be marked, so there is no hit to go to"
        if screen.triaging.on:
            return "this triage looks for no text, so there is no hit to go to"
        key = self._key("query")
        if not screen.view.text:
            return f"there is no query: {key} asks for words, and then this key goes from hit to hit"
        return f"the query asks for no text, so there is no hit to go to; {key} adds words"

    def _masked(self, masked: bool) -> str:
        return f" but masked ones; {self._key('reveal')} reveals a pair" if masked else ""

    def _key(self, action: str) -> str:
        return shown_key(next(iter(self._screen.app.keys[action]), "colon"))
