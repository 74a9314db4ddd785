"""What a reader is told once about the data, above it, until the first key."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from hhtui.tui.drawn import Drawn
from hhtui.tui.glyphs import fit
from hhtui.tui.wrap import wrap

if TYPE_CHECKING:
    from hhtui.tui.app import HhtuiApp

MOST_LINES = 3
LEAST_BESIDE = 9
"""Lines of the screen that are left to everything else."""


class Notice(Widget):
    """The longest of some forms of a text that fits into three lines; `painted` when the reader has it before them."""

    app: "HhtuiApp"

    def __init__(self, forms: Sequence[str], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._forms = forms
        self._asked = False
        self.painted = False

    def drawn(self, drawn: Drawn) -> None:
        """Take notice of a frame: the reader has it once all of this was in one, with no dialog over it."""
        if not self._asked and drawn.all_of(self):
            self._asked = True
            self.app.frames.when_acknowledged(self.app.frames.composed, self._acknowledged)

    def lines(self, width: int, height: int) -> list[str]:
        """Return the lines on a screen of this size; none where there is no room for them."""
        room = min(MOST_LINES, height - LEAST_BESIDE)
        for form in self._forms:
            found = [form[line.start : line.end] for line in wrap(form, width - 2)]
            if len(found) <= room:
                return found
        return []

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self.lines(width, viewport.height))

    def render_line(self, y: int) -> Strip:
        width = self.outer_size.width
        lines = self.lines(width, self.screen.size.height)
        text = f" {lines[y]}" if y < len(lines) else ""
        return Strip([Segment(fit(text, width), self.rich_style)], width)

    def covered(self) -> None:
        """A dialog is over it, so soon that nobody has read it, or it would have gone with the key."""
        self._asked = self.painted = False

    def _acknowledged(self, _at: float) -> None:
        self.painted = self._asked
