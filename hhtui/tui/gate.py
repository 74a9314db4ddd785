"""Keys in their order; a decision waits until the pair it is about has been painted."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from hhtui.tui.actions import Action

PASTE_KEYS = 5
SAME_READ = 0.002
SETTLE = 0.003


@dataclass(frozen=True, slots=True)
class Press:
    """An action, and when its key was read from the terminal, in seconds of the event's clock."""

    action: Action
    read_at: float


class Gate:
    """Passes actions on in the order of their keys, none lost.

    A decision is held, and everything after it, until `painted` says that the current pair is on the
    screen; call `look` when that may have changed. Five or more decision keys in one read are a paste: the gate
    shuts and `ask` is called with their number, until `answer`. Between `shut` and `open` nothing passes.
    """

    def __init__(
        self, run: Callable[[Action], object], painted: Callable[[], bool], ask: Callable[[int], object]
    ) -> None:
        self._run, self._painted, self._ask = run, painted, ask
        self._presses: deque[Press] = deque()
        self._trusted = 0
        self._shut = False
        self._settling = False
        self._draining = False

    def press(self, action: Action, read_at: float) -> None:
        """Take the next key's action."""
        self._presses.append(Press(action, read_at))
        if action.decides and not self._settling:
            self._settling = True
            asyncio.get_running_loop().call_later(SETTLE, self._settled)
        self._drain()

    def look(self) -> None:
        """Let pass what may pass now."""
        self._drain()

    def shut(self) -> None:
        """Hold everything, as while a question is open."""
        self._shut = True

    def open(self) -> None:
        """Go on after `shut`."""
        self._shut = False
        self._drain()

    def answer(self, agreed: bool) -> None:
        """Run the pasted keys, or forget them and what follows them; then go on."""
        if agreed:
            self._trusted = len(self._presses)
        else:
            self._presses.clear()
        self.open()

    def _settled(self) -> None:
        self._settling = False
        self._drain()

    def _drain(self) -> None:
        if self._draining or self._shut:
            return
        self._draining = True
        try:
            while self._presses and not self._shut and self._may_pass(self._presses[0].action):
                press = self._presses.popleft()
                self._trusted = max(0, self._trusted - 1)
                self._run(press.action)
        finally:
            self._draining = False

    def _may_pass(self, action: Action) -> bool:
        if not action.decides:
            return True
        if self._settling or not self._painted():
            return False
        pasted = self._pasted()
        if pasted >= PASTE_KEYS and not self._trusted:
            self._shut = True
            self._ask(pasted)
            return False
        return True

    def _pasted(self) -> int:
        """Return how many decisions wait whose keys were read together with the first one's."""
        decisions, previous = 0, self._presses[0].read_at
        for press in self._presses:
            if press.read_at - previous > SAME_READ:
                break
            previous = press.read_at
            decisions += press.action.decides
        return decisions
