"""The field in which a query is edited."""

from functools import partial
from typing import ClassVar

from textual import events
from textual.message import Message
from textual.widgets import Input

from hhtui.tui.widgets.field import Field


class QueryField(Field):
    """While it has the focus, every change is announced, Enter keeps the query and Esc gives it up."""

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
            return isinstance(message, QueryField.Edited)

    class Kept(OfAnEdit):
        """Enter was pressed."""

        def __init__(self, edit: int, text: str) -> None:
            super().__init__(edit)
            self.text = text

    class GivenUp(OfAnEdit):
        """Esc was pressed."""

    class Pressed(OfAnEdit):
        """A key of the field's own was pressed: a name in `OWN`, or the question mark in an empty field."""

        def __init__(self, edit: int, key: str) -> None:
            super().__init__(edit)
            self.key = key

    def __init__(self, placeholder: str) -> None:
        super().__init__(placeholder=placeholder)
        self._edit = 0
        self._edit_of: dict[int, int] = {}

    def begin(self, edit: int, text: str) -> None:
        """Take the focus for the edit with this number, with the cursor at the end of `text`."""
        self._edit = edit
        with self.prevent(Input.Changed):
            self.value = text
        self.cursor_position = len(text)
        self.display = True
        self.screen.set_focus(self)

    def end(self) -> None:
        """Give the focus back, and go."""
        self.screen.set_focus(None)
        self.display = False

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.screen.focused is self:
            self.post_message(self.Edited(self._edit, self.value))

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
