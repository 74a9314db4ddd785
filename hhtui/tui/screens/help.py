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
from hhtui.text import clean
from hhtui.tui.keys import key_table
from hhtui.tui.screens.dialog import Dialog

_SYNTAX = (
    ("bank money", "both words, anywhere in the pair"),
    ('"the bank"', "the words next to each other"),
    ("bank*", "words that begin with bank"),
    ("/b.nk/", "a regular expression; /bank/ is a substring, /…/c minds case"),
    ("chosen:bank -rejected:bank", "in the chosen response and not in the rejected one"),
    ("response:(a OR b)", "in either response; OR AND NOT in capitals, - negates"),
    ("length.chosen:<200 gap:0.4..", "numbers: > >= < <= = and ranges, both ends in"),
    ("harm:none", "pairs without a value; harm:* with one"),
    ("preference:rejected by:anna", "what somebody decided"),
    ("sort:harm.min-,row", "the order; - is descending"),
)


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
    lines += ["Query", *(f"  {example:<30} {meaning}" for example, meaning in _SYNTAX), ""]
    lines += ["Fields", *(f"  {name + ':':<14} {meaning}" for name, meaning in field_table()), ""]
    lines += ["Structure bits, for is:", *(f"  {name:<20} {meaning}" for name, meaning in BIT_MEANINGS.items())]
    return [*lines, "", *notes] if notes else lines


def field_table() -> list[tuple[str, str]]:
    """Return every field of the query language and its meaning."""
    return [(field.name, field.meaning) for field in fields.FIELDS]
