"""The lines that a dialog offers to choose from, with a pointer at the one that keys are for."""

from rich.segment import Segment
from textual.strip import Strip
from textual.widgets import OptionList

POINTER, NO_POINTER = "▸ ", "  "


class ChoiceList(OptionList, can_focus=False):
    """Lines to choose from while something is typed elsewhere; the highlighted one is told without colours too."""

    def __init__(self) -> None:
        super().__init__(markup=False, compact=True)

    def render_line(self, y: int) -> Strip:
        """Return the line `y` of the view, behind the pointer or the room for it."""
        strip = super().render_line(y)
        at = self.scroll_offset.y + y
        if at >= len(self._lines):
            return strip
        index, first = self._lines[at][0], next(iter(strip), None)
        pointer = POINTER if index == self.highlighted and self._lines[at][1] == 0 else NO_POINTER
        return Strip([Segment(pointer, first.style if first else None), *strip], strip.cell_length + len(pointer))

    def _get_left_gutter_width(self) -> int:
        return len(POINTER)
