"""A visit to a pair: for how long it has been before the reader, and which of its responses have been."""

from collections.abc import Callable, Iterable

from hhtui.tui.presentation import PLACES, Place


class Visit:
    """Begins anew with every pair; `now` tells the time in seconds, from any beginning.

    Time counts from the first painting of the pair, and not during pauses: while the screen is blank, a dialog is over
    the pair, or the program is suspended.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._pauses: set[str] = set()
        self.begin()

    def begin(self) -> None:
        """Another pair is shown."""
        self._painted = False
        self._before = 0.0
        self._since: float | None = None
        self.seen: set[Place] = set()
        self.ended: set[Place] = set()

    def painted(self, places: Iterable[Place]) -> None:
        """The pair has been painted, with the responses at these places."""
        self._painted = True
        self.seen.update(places)
        self._run()

    def pause(self, reason: str) -> None:
        """Count no time until `go_on` is called for this reason."""
        self._before, self._since = self._seconds(), None
        self._pauses.add(reason)

    def go_on(self, reason: str) -> None:
        """Count again, unless there is another reason not to."""
        self._pauses.discard(reason)
        self._run()

    @property
    def milliseconds(self) -> int | None:
        """How long the pair has been before the reader so far, None where it has not been painted yet."""
        return round(self._seconds() * 1000) if self._painted else None

    @property
    def half_seen(self) -> bool:
        """Whether one of the responses has not been painted yet."""
        return len(self.seen) < len(PLACES)

    @property
    def to_be_read(self) -> Place | None:
        """The place of a response whose end has not been in view, None where both have been read."""
        return next((place for place in PLACES if place not in self.ended), None)

    def _run(self) -> None:
        if self._painted and not self._pauses and self._since is None:
            self._since = self._now()

    def _seconds(self) -> float:
        return self._before + (0.0 if self._since is None else self._now() - self._since)
