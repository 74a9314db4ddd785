"""A line to type into."""

from textual import events
from textual.widgets import Input

from hhtui.text import clean_line


class Field(Input):
    """A compact input without a blinking cursor; what is pasted becomes one line without control characters."""

    def __init__(self, value: str = "", *, placeholder: str = "", id: str | None = None) -> None:  # noqa: A002
        super().__init__(clean_line(value), placeholder=placeholder, select_on_focus=False, compact=True, id=id)
        self.cursor_blink = False

    def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self.replace(clean_line(event.text.strip("\n")), *self.selection)
