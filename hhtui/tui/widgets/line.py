"""One line of the screen, drawn without any layout."""

from collections.abc import Sequence

from rich.segment import Segment
from textual.strip import Strip

from hhtui.text import clean_line
from hhtui.tui.palette import PaletteWidget

Part = tuple[str, str]
"""A text, and the name of its look in the palette, or "" for the style of the widget that shows it."""


class Line(PaletteWidget):
    """A line with a left and a right part; a right one that does not fit whole is left out, a left one is cut."""

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
            return Strip.blank(width, self.look())
        left, right = Strip(self._segments(self._left)), Strip(self._segments(self._right))
        room = width - right.cell_length
        if room < min(1, left.cell_length):
            right, room = Strip([]), width
        if left.cell_length > room:
            left = Strip.join([left.crop(0, room - 1), Strip([Segment("…", self.look())])])
        return Strip.join([left.extend_cell_length(room, self.look()), right])

    def _segments(self, parts: Sequence[Part]) -> list[Segment]:
        return [Segment(text, self.look(name)) for text, name in parts]
