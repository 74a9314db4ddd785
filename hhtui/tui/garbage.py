"""Collects garbage while nobody types: among all that lives it takes long enough to hold a key up."""

import gc

NEVER = 1_000_000


class IdleCollector:
    """Collects young garbage as Python does, and the old only when no key has been read for a while.

    Begun, it leaves out what was made until then: that stays, as does what outlives a collection.
    """

    def __init__(self) -> None:
        self._before = gc.get_threshold()
        self._typed = self._due = False

    def begin(self) -> None:
        """Collect from now on."""
        gc.freeze()
        gc.set_threshold(*self._before[:2], NEVER)
        gc.enable()

    def typed(self) -> None:
        """A key has been read."""
        self._typed = True

    def tick(self) -> None:
        """Collect where keys were read, but none since the last tick; call it about once a second."""
        if self._typed:
            self._typed, self._due = False, True
        elif self._due:
            self._due = False
            gc.collect()
            gc.freeze()

    def end(self) -> None:
        """Leave everything as it was before."""
        gc.set_threshold(*self._before)
        gc.unfreeze()
