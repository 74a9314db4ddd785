"""The line in which a query is edited."""

from functools import partial
from typing import ClassVar

from textual import events
from textual.message import Message
from textual.widgets import Input

from hhtui.text import clean_line
from hhtui.tui.widgets.field import Field

HINT, HIDDEN_HINT = "/ to search", "what brought this pair is hidden"


class QueryLine(Field):
    """Shows the query; while it has the focus, every change is announced, Enter keeps it and Esc gives it up.

    Each time that it is edited has a number, which what it announces carries: an edit may have ended, and another one
    begun, before a key or what was announced is taken. A key of an earlier edit does nothing.
    """

    ENDING: ClassVar[frozenset[str]] = frozenset({"enter", "escape"})
    OWN: ClassVar[frozenset[str]] = frozenset({"tab", "shift+tab", "up", "down"})

    class OfAnEdit(Message):
        """Something that was done in the edit with the number `edit`."""

        def __init__(self, edit: int) -> None:
            super().__init__()
            self.edit = edit

    class Edited(OfAnEdit):
        """The text has changed while typing."""

        def __init__(self, edit: int, text: str) -> None:
            super().__init__(edit)
            self.text = text

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, QueryLine.Edited)

    class Kept(OfAnEdit):
        """Enter was pressed."""

        def __init__(self, edit: int, text: str) -> None:
            super().__init__(edit)
            self.text = text

    class GivenUp(OfAnEdit):
        """Esc was pressed."""

    class Pressed(OfAnEdit):
        """A key of the line's own was pressed: a name in `OWN`, or the question mark in an empty line."""

        def __init__(self, edit: int, key: str) -> None:
            super().__init__(edit)
            self.key = key

    class Picked(Message):
        """The reader clicked the line while it had not the focus."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, placeholder=HINT)
        self.can_focus = False
        self._kept = ""
        self._hidden = False
        self._edit = 0
        self._edit_of: dict[int, int] = {}

    def edit(self) -> None:
        """Take the focus, with the cursor at the end."""
        self._edit += 1
        self.can_focus = True
        self.cursor_position = len(self.value)
        self.screen.set_focus(self)

    def goes_on(self, message: OfAnEdit) -> bool:
        """Whether the edit that a message is of goes on."""
        return message.edit == self._edit

    def leave(self, text: str) -> None:
        """Give the focus back and show `text`."""
        self._edit += 1
        self.screen.set_focus(None)
        self.can_focus = False
        self._kept = clean_line(text)
        self._show()

    def show(self, text: str) -> None:
        """Show `text`, which is no query, where a query would stand."""
        shown = clean_line(text)
        if shown != self._kept:
            self._kept = shown
            self._show()

    def hide(self, hidden: bool) -> None:
        """Show nothing of the query, or show it again."""
        if hidden != self._hidden:
            self._hidden = hidden
            self.placeholder = HIDDEN_HINT if hidden else HINT
            self._show()

    def _show(self) -> None:
        with self.prevent(Input.Changed):
            self.value = "" if self._hidden else self._kept

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.screen.focused is self:
            self.post_message(self.Edited(self._edit, self.value))

    def on_click(self, event: events.Click) -> None:
        event.stop()
        if self.screen.focused is not self:
            self.post_message(self.Picked())

    def _forward_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key):
            self._edit_of[id(event)] = self._edit
        super()._forward_event(event)

    def _keep(self, edit: int) -> None:
        self.post_message(self.Kept(edit, self.value))

    async def on_key(self, event: events.Key) -> None:
        edit = self._edit_of.pop(id(event), self._edit)
        if edit != self._edit:
            event.prevent_default()
        elif event.key == "enter":
            event.stop()
            event.prevent_default()
            self.call_later(partial(self._keep, edit))
        elif event.key == "escape":
            event.stop()
            event.prevent_default()
            self.post_message(self.GivenUp(edit))
        elif event.key in self.OWN or (event.key == "question_mark" and not self.value):
            event.stop()
            event.prevent_default()
            self.post_message(self.Pressed(edit, event.key))
