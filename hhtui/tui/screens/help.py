"""Help: the keys, from the registry, and the query language, from its fields."""

from collections.abc import Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from hhtui.model import BIT_MEANINGS
from hhtui.query import fields
from hhtui.query.cheat_sheet import NUMBERS, OPERATORS, TEXTS
from hhtui.text import clean
from hhtui.tui.keys import key_table
from hhtui.tui.screens.dialog import Dialog


class Help(Dialog[None]):
    """All keys and the query language; any of the usual keys closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,enter", "dismiss", "close"),
        Binding("j,down", "scroll(1)", "down"),
        Binding("k,up", "scroll(-1)", "up"),
        Binding("space,pagedown", "scroll(10)", "page down"),
        Binding("pageup", "scroll(-10)", "page up"),
    ]
    ENDING = frozenset({"escape", "q", "question_mark", "enter"})

    def __init__(self, keys: Mapping[str, tuple[str, ...]], notes: tuple[str, ...] = ()) -> None:
        super().__init__()
        self._keys, self._notes = keys, notes

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog--box dialog--page", can_focus=False):
            yield Static(Content(clean("\n".join(help_lines(self._keys, self._notes)))))

    def action_scroll(self, by: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)


def help_lines(keys: Mapping[str, tuple[str, ...]], notes: tuple[str, ...] = ()) -> list[str]:
    """Return the text of the help page, a line each; the keys come first, `notes` last."""
    lines: list[str] = []
    for group, rows in key_table(keys):
        lines += [group, *(f"  {shown:<12} {meaning}" for shown, _, meaning in rows), ""]
    lines += ["Query", *(f"  {example:<30} {meaning}" for example, meaning in (*TEXTS, *OPERATORS, *NUMBERS)), ""]
    lines += ["Fields", *(f"  {name + ':':<14} {meaning}" for name, meaning in field_table()), ""]
    lines += ["Structure bits, for is:", *(f"  {name:<20} {meaning}" for name, meaning in BIT_MEANINGS.items())]
    return [*lines, "", *notes] if notes else lines


def field_table() -> list[tuple[str, str]]:
    """Return every field of the query language and its meaning."""
    return [(field.name, field.meaning) for field in fields.FIELDS]
