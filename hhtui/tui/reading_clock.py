"""How long somebody has been reading: the clock stops when nothing happens, and when it is told to."""

from collections.abc import Callable

IDLE_SECONDS = 60.0
"""Without a key for this long, nobody is taken to be reading."""
BREAK_SECONDS = 300.0
"""A pause of this length is a break."""
REMIND_AFTER = 25 * 60.0
"""Seconds of reading after which a break is recommended."""


class ReadingClock:
    """Counts seconds of reading between keys; `now` tells the time in seconds, from any beginning."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._last = now()
        self._paused = False
        self._read = self._since_break = 0.0
        self._reminded = False

    @property
    def seconds(self) -> float:
        """Seconds of reading so far."""
        return self._read + self._running()

    @property
    def since_break(self) -> float:
        """Seconds of reading since the last break."""
        return self._since_break + self._running()

    def touch(self) -> None:
        """Something happened: count the time since the last time, as far as it was spent reading."""
        if self._paused:
            return
        gone = self._now() - self._last
        self._read += min(gone, IDLE_SECONDS)
        self._since_break += min(gone, IDLE_SECONDS)
        self._last += gone
        if gone >= BREAK_SECONDS:
            self._begin_anew()

    def pause(self) -> None:
        """Stop."""
        self.touch()
        self._paused = True

    def go_on(self) -> None:
        """Go on after a pause."""
        if not self._paused:
            return
        self._paused = False
        now = self._now()
        if now - self._last >= BREAK_SECONDS:
            self._begin_anew()
        self._last = now

    def reminds(self) -> bool:
        """Return whether it is time for a break; true once until the next one."""
        due = not self._reminded and self.since_break >= REMIND_AFTER
        self._reminded = self._reminded or due
        return due

    def _running(self) -> float:
        return 0.0 if self._paused else min(self._now() - self._last, IDLE_SECONDS)

    def _begin_anew(self) -> None:
        self._since_break, self._reminded = 0.0, False
