"""A pause: the screen is blank, the clock stands still, and any key only returns."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hhtui.tui.screens.browse import Browse
    from hhtui.tui.widgets.cover import Cover


class Pausing:
    """Blanks a Browse screen, or a dialog over it, and shows it again.

    Keys that come before the pair has been painted again were typed at a blank screen: they do nothing.
    """

    def __init__(self, screen: "Browse") -> None:
        self._screen = screen
        self._cover: Cover | None = None
        self._returning = False
        self._last_read = self._ignored_until = float("-inf")

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what each action of this part does, by the action's id."""
        return {"blank": self.pause}

    @property
    def on(self) -> bool:
        """Whether the screen is blank."""
        return self._cover is not None

    def read(self, at: float) -> bool:
        """A key was read; return whether it is to do nothing, for its reader has not seen the pair again."""
        self._last_read = at
        self._returning = self._returning and self._screen.pair.shows and not self._screen.pair.painted
        return self._returning

    def ignores(self, at: float) -> bool:
        """Return whether a key that was read at this time was typed at the blank screen, behind another one."""
        return at <= self._ignored_until

    def pause(self) -> None:
        """Blank the screen, or the dialog over it, and stop the clocks."""
        from hhtui.tui.widgets.cover import Cover

        screen = self._screen.app.screen
        covers = screen.query(Cover)
        self._cover = covers.first() if covers else Cover()
        self._cover.display = True
        if not covers:
            screen.mount(self._cover)
        self._screen.triaging.clock.pause()
        self._screen.pair.visit.pause("blank")

    def go_on(self) -> None:
        """Show again what is under the cover."""
        if self._cover is None:
            return
        self._cover.display, self._cover = False, None
        self._screen.triaging.clock.go_on()
        self._screen.pair.visit.go_on("blank")
        self._ignored_until = self._last_read
        if self._screen.app.screen is self._screen:
            self._screen.pair.paint_again()
            self._returning = True
