"""Moving: from pair to pair, through their texts, and to what is marked in them."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hhtui.tui.screens.browse import Browse

CHUNK = 256


class Moving:
    """Moves about for a Browse screen."""

    def __init__(self, screen: "Browse") -> None:
        self._screen = screen

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what each action of this part does, by the action's id."""
        go_to = self._screen.go_to

        def pane(name: str, *arguments: object) -> Callable[[], object]:
            return lambda: getattr(self._screen.pair, name)(*arguments)

        return {
            "next_pair": lambda: go_to(self._screen.view.cursor + 1),
            "previous_pair": lambda: go_to(self._screen.view.cursor - 1),
            "first_pair": lambda: go_to(0),
            "last_pair": lambda: go_to(len(self._screen.view.ids) - 1),
            "next_undecided": partial(self._next_undecided, 1),
            "previous_undecided": partial(self._next_undecided, -1),
            "page_down": pane("scroll_pages", 1.0),
            "page_up": pane("scroll_pages", -1.0),
            "half_page_down": pane("scroll_pages", 0.5),
            "half_page_up": pane("scroll_pages", -0.5),
            "next_difference": partial(self._next_difference, 1),
            "previous_difference": partial(self._next_difference, -1),
            "focus_chosen": pane("focus_place", "left"),
            "focus_rejected": pane("focus_place", "right"),
            "focus_other": pane("focus_other"),
            "difference": lambda: self._screen.say(f"differences: {self._screen.pair.cycle_difference()}"),
            "whole_prompt": pane("toggle_prompt"),
            "maximise": pane("toggle_maximised"),
        }

    def _next_difference(self, step: int) -> None:
        if not self._screen.pair.next_difference(step):
            masked = self._screen.shown is not None and not self._screen.shown.compares
            self._screen.say(f"no differences are marked {'between masks' if masked else 'here; d marks them always'}")

    def _next_undecided(self, step: int) -> None:
        if self._screen.triaging.on:
            self._go_or_say(self._screen.triaging.undone(self._screen.view.cursor + step, step), step)
            return
        ids, index = self._screen.view.ids, self._screen.view.cursor + step
        while 0 <= index < len(ids):
            chunk = range(index, index + step * CHUNK, step)
            inside = [at for at in chunk if 0 <= at < len(ids)]
            open_ids = self._screen.reader.undecided([int(ids[at]) for at in inside])
            for at in inside:
                if int(ids[at]) in open_ids:
                    self._screen.go_to(at)
                    return
            index += step * CHUNK
        self._go_or_say(None, step)

    def _go_or_say(self, index: int | None, step: int) -> None:
        if index is None:
            self._screen.say("everything is decided from here on" if step > 0 else "everything before this is decided")
        else:
            self._screen.go_to(index)
