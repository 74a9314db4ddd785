"""A widget of ready lines, drawn without any layout."""

from collections.abc import Callable, Sequence

from rich.segment import Segment
from textual.geometry import Size
from textual.strip import Strip

from hhtui.text import clean_line
from hhtui.tui.palette import PaletteWidget
from hhtui.tui.widgets.line import Part

Lines = Sequence[Sequence[Part]]


class Page(PaletteWidget):
    """Shows the lines that `make` gives for a width and a height, cut where they are too long."""

    def __init__(self, make: Callable[[int, int], Lines]) -> None:
        super().__init__()
        self._make = make
        self._lines: Lines = ()
        self._made_for: Size | None = None

    def show(self) -> None:
        """Draw, with lines asked for anew."""
        self._made_for = None
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width, height = self.size
        if self._made_for != self.size:
            self._lines, self._made_for = self._make(width, height), self.size
        if y >= len(self._lines):
            return Strip.blank(width, self.look())
        shown = Strip(Segment(clean_line(text), self.look(name)) for text, name in self._lines[y])
        if shown.cell_length > width:
            shown = Strip.join([shown.crop(0, width - 1), Strip([Segment("…", self.look())])])
        return shown.extend_cell_length(width, self.look())
