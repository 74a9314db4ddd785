"""Counts frames, and holds them back while the terminal has not caught up with earlier ones."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Protocol

QUERY = "\x1b[?2026$p"
"""DECRQM for synchronised output (mode 2026): a terminal that knows it answers once it has drawn all before."""

MOST_UNANSWERED = 2
PATIENCE = 1.0
SPACING = 0.03
LOST_AFTER = 5.0


class Timer(Protocol):
    """What a clock returns for a planned call."""

    def cancel(self) -> None:
        """Do not make the call."""


class Clock(Protocol):
    """The part of an asyncio event loop that frames need."""

    def time(self) -> float:
        """Return seconds, never going backwards."""

    def call_later(self, delay: float, callback: Callable[[], object], /) -> Timer:
        """Call `callback` once, `delay` seconds from now."""


class Frames:
    """Numbers the compositions of the screen and knows how far the terminal has come.

    - `composed`: compositions made so far; while widgets render, theirs is the next one.
    - `sent`: the last composition that has been written to the terminal; it stands for all before it.
    - `acknowledged`: the last one that the terminal has answered; where it does not answer, the same as `sent`.

    All three only grow, and sent <= composed, acknowledged <= sent.

    A query follows each frame that wrote something. At most two frames stay unanswered; meanwhile `may_send`
    is false, and `on_open` is called when it becomes true again. A terminal that has not answered within one
    second of the first query counts as silent until it answers: frames are then 30 ms apart. An answer that
    does not come for five seconds counts as lost, and all are asked for anew. Idle, nothing is sent.
    """

    def __init__(
        self,
        on_open: Callable[[], object],
        on_error: Callable[[Exception], object],
        clock: Callable[[], Clock] | None = None,
    ) -> None:
        self.composed = 0
        self.sent = 0
        self.acknowledged = 0
        self._on_open = on_open
        self._on_error = on_error
        self._clock: Callable[[], Clock] = clock or asyncio.get_running_loop
        self._answers: bool | None = None
        self._queries: deque[tuple[int, float]] = deque()
        self._last_written = float("-inf")
        self._lost_timer: Timer | None = None
        self._open_timer: Timer | None = None
        self._waiting: list[tuple[int, Callable[[float], object]]] = []

    @property
    def answers(self) -> bool | None:
        """Whether the terminal answers; None while that is not known."""
        return self._answers

    @property
    def asks(self) -> bool:
        """Whether a query should follow the next frame."""
        return self._answers is not False

    @property
    def pending(self) -> bool:
        """Whether something has been composed and not been sent."""
        return self.sent < self.composed

    def started(self) -> None:
        """The terminal's side starts anew (at start, after a suspension): Textual has just sent its own query."""
        self._answers = None
        self._queries.clear()
        self._asked(self.sent)

    def does_not_answer(self) -> None:
        """Ask nothing of this terminal: it is known not to answer."""
        self._answers = False
        self._queries.clear()
        self._acknowledge(self.sent)

    def compose(self) -> int:
        """Count one more composition; return its number."""
        self.composed += 1
        return self.composed

    def may_send(self) -> bool:
        """Tell whether a frame may be written now; where not, `on_open` will be called."""
        if self._answers:
            return len(self._queries) < MOST_UNANSWERED
        wait = self._last_written + SPACING - self._clock().time()
        if wait > 0 and self._open_timer is None:
            self._open_timer = self._clock().call_later(wait, self._open)
        return wait <= 0

    def wrote(self) -> None:
        """The newest composition has been written, followed by a query if `asks`."""
        self.sent = self.composed
        self._last_written = self._clock().time()
        if self.asks:
            self._asked(self.sent)
        else:
            self._acknowledge(self.sent)

    def unchanged(self) -> None:
        """The newest composition is what the terminal already shows, or has been sent."""
        self.sent = self.composed
        if self._queries and self.asks:
            self._queries[-1] = self.sent, self._queries[-1][1]
        else:
            self._acknowledge(self.sent)

    def answered(self) -> None:
        """An answer to the oldest query has come."""
        self._answers = True
        if self._queries:
            number, _ = self._queries.popleft()
            self._acknowledge(number)
            self._watch()
        self._on_open()

    def when_acknowledged(self, number: int, callback: Callable[[float], object]) -> None:
        """Call `callback` once with the clock's time when `acknowledged` reaches `number`; at once if it has."""
        if self.acknowledged >= number:
            callback(self._clock().time())
        else:
            self._waiting.append((number, callback))

    async def wait_until_acknowledged(self, number: int, timeout: float) -> bool:
        """Wait until `acknowledged` reaches `number`, at most `timeout` seconds; tell whether it did."""
        reached = asyncio.Event()
        self.when_acknowledged(number, lambda _time: reached.set())
        try:
            async with asyncio.timeout(timeout):
                await reached.wait()
        except TimeoutError:
            return False
        return True

    def _asked(self, number: int) -> None:
        self._queries.append((number, self._clock().time()))
        self._watch()

    def _watch(self) -> None:
        if self._queries and self._lost_timer is None:
            self._lost_timer = self._clock().call_later(PATIENCE, self._look_for_lost)

    def _look_for_lost(self) -> None:
        self._lost_timer = None
        if not self._queries:
            return
        waited = self._clock().time() - self._queries[0][1]
        patience = LOST_AFTER if self._answers else PATIENCE
        if waited < patience:
            self._lost_timer = self._clock().call_later(patience - waited, self._look_for_lost)
            return
        if self._answers:
            self._queries.clear()
        self._answers = None if self._answers else False
        self._acknowledge(self.sent)
        self._on_open()

    def _open(self) -> None:
        self._open_timer = None
        self._on_open()

    def _acknowledge(self, number: int) -> None:
        self.acknowledged = max(self.acknowledged, number)
        ready = [callback for waited_for, callback in self._waiting if waited_for <= self.acknowledged]
        self._waiting = [wait for wait in self._waiting if wait[0] > self.acknowledged]
        for callback in ready:
            try:
                callback(self._clock().time())
            except Exception as error:
                self._on_error(error)
