"""One line of the screen, drawn without any layout."""

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from hhtui.text import clean_line

Part = tuple[str, str]
"""A text, and the name of one of the line's component classes after `line--`, or "" for the line's own style."""


class Line(Widget):
    """A line with a left and a right part; a right one that does not fit whole is left out, a left one is cut."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "line--strong",
        "line--quiet",
        "line--hint",
        "line--decision",
        "line--error",
    }

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._left: tuple[Part, ...] = ()
        self._right: tuple[Part, ...] = ()

    def show(self, left: Sequence[Part], right: Sequence[Part] = ()) -> bool:
        """Show these parts, controls in their texts made visible; return whether anything has changed."""
        parts = tuple((clean_line(text), name) for text, name in left)
        others = tuple((clean_line(text), name) for text, name in right)
        if (parts, others) != (self._left, self._right):
            self._left, self._right = parts, others
            self.refresh()
            return True
        return False

    def render_line(self, y: int) -> Strip:
        width = self.outer_size.width
        if y or not width:
            return Strip.blank(width, self.rich_style)
        left, right = Strip(self._segments(self._left)), Strip(self._segments(self._right))
        room = width - right.cell_length
        if room < min(1, left.cell_length):
            right, room = Strip([]), width
        if left.cell_length > room:
            left = Strip.join([left.crop(0, room - 1), Strip([Segment("…", self.rich_style)])])
        return Strip.join([left.extend_cell_length(room, self.rich_style), right])

    def _segments(self, parts: Sequence[Part]) -> list[Segment]:
        return [
            Segment(text, self.get_component_rich_style(f"line--{name}") if name else self.rich_style)
            for text, name in parts
        ]
