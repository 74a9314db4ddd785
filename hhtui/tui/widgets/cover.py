"""A blank screen over the other one."""

from rich.segment import Segment
from textual import events
from textual.strip import Strip
from textual.widget import Widget

from hhtui.tui.glyphs import fit

PAUSED = "paused: any key returns"


class Cover(Widget):
    """Covers the whole screen with blanks and one line in the middle; takes the mouse, too."""

    def render_line(self, y: int) -> Strip:
        width, height = self.outer_size
        words = PAUSED if y == height // 2 else ""
        return Strip([Segment(fit(f"{words:^{width}}"[:width], width), self.rich_style)], width)

    def on_click(self, event: events.Click) -> None:
        """Nothing under the cover is clicked."""
        event.stop()
