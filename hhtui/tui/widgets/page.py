"""A widget of ready lines, drawn without any layout."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual import events
from textual.strip import Strip
from textual.widget import Widget

from hhtui.text import clean_line
from hhtui.tui.widgets.line import Part

Lines = Sequence[Sequence[Part]]


class Page(Widget):
    """Shows the lines that `make` gives for a width and a height; a part names a component class after `page--`."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "page--strong",
        "page--quiet",
        "page--bar",
        "page--above",
        "page--mark",
        "page--rule",
        "page--error",
    }

    def __init__(self, make: Callable[[int, int], Lines]) -> None:
        super().__init__()
        self._make = make
        self._lines: Lines = ()

    def on_resize(self, event: events.Resize) -> None:
        self.show()

    def show(self) -> None:
        """Ask for the lines anew, and draw them."""
        width, height = self.size
        self._lines = self._make(width, height) if width and height else ()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        segments, room = [], width
        for text, name in self._lines[y]:
            shown = clean_line(text)
            taken = min(cell_len(shown), room)
            style = self.get_component_rich_style(f"page--{name}") if name else self.rich_style
            segments.append(Segment(set_cell_size(shown, taken), style))
            room -= taken
        return Strip([*segments, Segment(" " * room, self.rich_style)], width)
