"""The list over the pair, just above the query line, of what may follow there."""

from collections.abc import Callable

from textual import events
from textual.message import Message

from hhtui.tui.widgets.page import Lines, Page

MOST_ROWS, LEAST_ROWS = 8, 3
BESIDE_IT = 8
"""Lines of a small screen that the list leaves to everything else."""


class CompletionList(Page):
    """Shows candidates in a layer of its own: it takes no room from anything, and nothing moves for it."""

    class Clicked(Message):
        """A line of it was clicked, counted from 0, the title's; `time` is the event's."""

        def __init__(self, line: int, time: float) -> None:
            super().__init__()
            self.line, self.time = line, time

    def __init__(self, make: Callable[[int, int], Lines]) -> None:
        super().__init__(make)
        self.display = False
        self.can_focus = False

    @property
    def most_rows(self) -> int:
        """How many candidates there is room for on this screen."""
        return max(LEAST_ROWS, min(MOST_ROWS, self.screen.size.height - BESIDE_IT))

    def open(self, count: int) -> None:
        """Show so many candidates, or as many of them as there is room for, under a title."""
        height = 1 + min(count, self.most_rows)
        if self.styles.height is None or self.styles.height.value != height:
            self.styles.height = height
        self.display = True
        self.show()

    def close(self) -> None:
        """Show nothing."""
        self.display = False

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.post_message(self.Clicked(event.y, event.time))
