"""One line of the screen, drawn without any layout."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from hhtui.text import clean_line

Part = tuple[str, str]
"""A text, and the name of one of the line's component classes after `line--`, or "" for the line's own style."""


class Line(Widget):
    """A line with a left and a right part; a right part that does not fit whole is left out, a left one is cut."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"line--strong", "line--quiet", "line--decision", "line--error"}

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._left: tuple[Part, ...] = ()
        self._right: tuple[Part, ...] = ()
        self.when_drawn: Callable[[], object] | None = None

    def show(self, left: Sequence[Part], right: Sequence[Part] = ()) -> bool:
        """Show these parts, controls in their texts made visible; return whether anything has changed.

        Then `when_drawn` is called while the line is drawn.
        """
        parts = tuple((clean_line(text), name) for text, name in left)
        others = tuple((clean_line(text), name) for text, name in right)
        if (parts, others) != (self._left, self._right):
            self._left, self._right = parts, others
            self.refresh()
            return True
        return False

    def render_line(self, y: int) -> Strip:
        if self.when_drawn is not None:
            self.when_drawn()
        width = self.outer_size.width
        if y or not width:
            return Strip.blank(width, self.rich_style)
        left = self._segments(self._left, width)
        room = width - sum(segment.cell_length for segment in left)
        right = self._segments(self._right, width)
        if sum(segment.cell_length for segment in right) > room:
            right = []
        gap = room - sum(segment.cell_length for segment in right)
        return Strip([*left, Segment(" " * gap, self.rich_style), *right], width)

    def _segments(self, parts: Sequence[Part], room: int) -> list[Segment]:
        segments = []
        for text, name in parts:
            width = min(cell_len(text), room)
            style = self.get_component_rich_style(f"line--{name}") if name else self.rich_style
            segments.append(Segment(set_cell_size(text, width), style))
            room -= width
        return segments
