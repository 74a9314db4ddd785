"""Keys in their order; a decision waits until the pair it is about has been painted."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from hhtui.tui.actions import Action

PASTE_KEYS = 5
SAME_READ = 0.002
SAME_PASTE = 0.1
SETTLE = 0.003

Later = Callable[[float, Callable[[], object]], object]


class Press(NamedTuple):
    """One key: what `run` does with it, its action on the browse screen, when it was read (seconds, event's clock)."""

    run: Callable[[], object]
    action: Action | None
    read_at: float

    @property
    def decides(self) -> bool:
        """Whether the key is a decision where it is not typed into a text."""
        return self.action is not None and self.action.decides

    @property
    def opens(self) -> bool:
        """Whether keys after this one go somewhere else: into a text or a dialog."""
        return self.action is not None and self.action.opens


class Gate:
    """Passes keys on in their order, none lost.

    A decision is held, and everything after it, until `painted` says that the current pair is on the screen; call
    `look` when that may have changed. While `typing` says that keys go into a text or a dialog, none is a decision.
    Between `hold` and `release` of a reason nothing passes.

    Five or more decision keys in one read are a paste: they are set aside, with all that belongs to the same paste,
    and `ask` is called with their number, until `answer`.
    """

    def __init__(
        self,
        painted: Callable[[], bool],
        typing: Callable[[], bool],
        ask: Callable[[int], object],
        later: Later | None = None,
    ) -> None:
        self._painted, self._typing, self._ask = painted, typing, ask
        self._later: Later = later or (lambda delay, call: asyncio.get_running_loop().call_later(delay, call))
        self._presses: deque[Press] = deque()
        self._pasted: list[Press] = []
        self._trusted = 0
        self._reasons: set[str] = set()
        self._settling = self._grown = False
        self._draining = False

    def __len__(self) -> int:
        return len(self._presses)

    def press(self, press: Press) -> None:
        """Take the next key."""
        if self._pasted and press.read_at - self._pasted[-1].read_at <= SAME_PASTE:
            self._pasted.append(press)
            return
        self._presses.append(press)
        if press.decides:
            self._settle()
        self._drain()

    def look(self) -> None:
        """Let pass what may pass now."""
        self._drain()

    def holds(self, reason: str) -> bool:
        """Return whether everything is held for this reason."""
        return reason in self._reasons

    def hold(self, reason: str) -> None:
        """Let nothing pass until this reason is gone."""
        self._reasons.add(reason)

    def release(self, reason: str) -> None:
        """Go on, unless there is another reason not to."""
        self._reasons.discard(reason)
        self._drain()

    def forget(self) -> None:
        """Forget the keys that wait."""
        self._presses.clear()
        self._trusted = 0

    def answer(self, agreed: bool) -> None:
        """Run the pasted keys before everything else, or forget them."""
        pasted, self._pasted = self._pasted, []
        if agreed:
            self._presses.extendleft(reversed(pasted))
            self._trusted = len(pasted)
        self._drain()

    def _settle(self) -> None:
        self._grown = True
        if not self._settling:
            self._settling = True
            self._later(SETTLE, self._settled)

    def _settled(self) -> None:
        self._settling = False
        if self._grown and len(self._presses) > 1:
            self._settle()
            self._grown = False
        else:
            self._drain()

    def _drain(self) -> None:
        if self._draining:
            return
        self._draining = True
        try:
            while self._presses and not self._reasons and self._may_pass(self._presses[0]):
                press = self._presses.popleft()
                self._trusted = max(0, self._trusted - 1)
                press.run()
        finally:
            self._draining = False

    def _may_pass(self, press: Press) -> bool:
        if not press.decides or self._typing():
            return True
        if self._settling or not self._painted():
            return False
        decisions = self._read_together()
        if decisions >= PASTE_KEYS and not self._trusted:
            self._pasted = list(self._presses)
            self._presses.clear()
            self._ask(decisions)
            return False
        return True

    def _read_together(self) -> int:
        """Return how many decisions wait whose keys were read together with the first one's."""
        decisions, previous = 0, self._presses[0].read_at
        for press in self._presses:
            if press.opens or press.read_at - previous > SAME_READ:
                break
            previous = press.read_at
            decisions += press.decides
        return decisions
