"""The cheat sheet of the query language, over the query that is being written."""

import textwrap
from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from hhtui.query.candidates import Names
from hhtui.query.cheat_sheet import Section, cheat_sheet
from hhtui.text import clean
from hhtui.tui.screens.dialog import Dialog

WIDEST_EXAMPLE = 28
BESIDE_FROM = 56
"""From so many columns on a meaning stands beside its example, else below it."""
AROUND = 8
"""Columns of the screen that the box and its bar take, at most."""


class CheatSheet(Dialog[None]):
    """All that a query can say, with examples of this database; any of the usual keys closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,enter,ctrl+g", "dismiss", "close"),
        Binding("j,down", "scroll(1)", "down"),
        Binding("k,up", "scroll(-1)", "up"),
        Binding("space,pagedown", "scroll(10)", "page down"),
        Binding("pageup", "scroll(-10)", "page up"),
    ]
    ENDING = frozenset({"escape", "q", "question_mark", "enter", "ctrl+g"})

    def __init__(self, names: Names) -> None:
        """Show the language with the names of a database."""
        super().__init__()
        self._sections = cheat_sheet(names)

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog--box dialog--page", can_focus=False):
            yield Static()

    def on_resize(self, event: events.Resize) -> None:
        box = self.query_one(VerticalScroll)
        width = min(int(event.size.width * 0.95), 110) - AROUND
        box.query_one(Static).update(Content(clean("\n".join(sheet_lines(self._sections, width)))))

    def action_scroll(self, by: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)


def sheet_lines(sections: Sequence[Section], width: int) -> list[str]:
    """Return the lines of the sheet, at most `width` characters each where words allow it."""
    lines = ["The query language   Esc closes, j k scroll", ""]
    for title, rows in sections:
        beside = min(WIDEST_EXAMPLE, max(len(row.written) for row in rows)) + 4 if width >= BESIDE_FROM else 4
        lines.append(title)
        for written, meaning in rows:
            told = textwrap.wrap(meaning, max(1, width - beside)) or [""]
            first = f"  {written:<{beside - 4}}  "
            if len(first) == beside:
                lines += [f"{first}{told[0]}", *(" " * beside + line for line in told[1:])]
            else:
                lines += [first.rstrip(), *(" " * beside + line for line in told)]
        lines.append("")
    return lines
