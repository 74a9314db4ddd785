"""The line that shows the query, and has it edited."""

from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.message import Message

from hhtui.text import clean_line
from hhtui.tui.widgets.line import Line

if TYPE_CHECKING:
    from hhtui.tui.widgets.query_field import QueryField

HINT, HIDDEN_HINT = "/ to search", "what brought this pair is hidden"


class QueryLine(Line):
    """Shows the query; while it is edited, a field lies over it, whose messages say what is done.

    Each time that it is edited has a number, which these messages carry: an edit may have ended, and another one
    begun, before a key or a message is taken. A key of an earlier edit does nothing.
    """

    ENDING: ClassVar[frozenset[str]] = frozenset({"enter", "escape"})

    class Picked(Message):
        """The reader clicked the line while it was not edited."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._kept = ""
        self._hidden = self._editing = False
        self._edit = 0
        self._show_query()

    @cached_property
    def field(self) -> "QueryField":
        """What a query is typed into; the first frame does without it."""
        from hhtui.tui.widgets.query_field import QueryField

        field = QueryField(HINT)
        self.mount(field)
        return field

    @property
    def value(self) -> str:
        """The query as it is written or, unless it is hidden, kept."""
        return self.field.value if self._editing else "" if self._hidden else self._kept

    def prepare(self) -> None:
        """Have the field made before somebody wants to type."""
        self.field.display = False

    def edit(self) -> None:
        """Take the focus, with the cursor at the end."""
        self._edit += 1
        self.field.begin(self._edit, self.value)
        self._editing = True

    def goes_on(self, message: "QueryField.OfAnEdit") -> bool:
        """Whether the edit that a message is of goes on."""
        return message.edit == self._edit

    def leave(self, text: str) -> None:
        """Give the focus back and show `text`."""
        self._edit += 1
        if self._editing:
            self._editing = False
            self.field.end()
        self._kept = clean_line(text)
        self._show_query()

    def hide(self, hidden: bool) -> None:
        """Show nothing of the query, or show it again."""
        self._hidden = hidden
        self._show_query()

    def _show_query(self) -> None:
        text = "" if self._hidden else self._kept
        self.show([(text, "")] if text else [(HIDDEN_HINT if self._hidden else HINT, "quiet")])

    def on_click(self, event: events.Click) -> None:
        event.stop()
        if not self._editing:
            self.post_message(self.Picked())
