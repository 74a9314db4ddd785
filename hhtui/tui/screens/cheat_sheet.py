"""The cheat sheet of the query language, over the query that is being written."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from hhtui.query.cheat_sheet import Section, cheat_sheet
from hhtui.text import clean
from hhtui.tui.screens.dialog import Dialog

WIDEST = 32


class CheatSheet(Dialog[None]):
    """All that a query can say, with examples and the database's own columns; any of the usual keys closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,enter,ctrl+g", "dismiss", "close"),
        Binding("j,down", "scroll(1)", "down"),
        Binding("k,up", "scroll(-1)", "up"),
        Binding("space,pagedown", "scroll(10)", "page down"),
        Binding("pageup", "scroll(-10)", "page up"),
    ]
    ENDING = frozenset({"escape", "q", "question_mark", "enter", "ctrl+g"})

    def __init__(self, columns: Sequence[tuple[str, str]] = ()) -> None:
        """Show `columns`, names and meanings, as this database's scores."""
        super().__init__()
        self._columns = columns

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog--box dialog--page", can_focus=False):
            yield Static(Content(clean("\n".join(sheet_lines(cheat_sheet(), self._columns)))))

    def action_scroll(self, by: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)


def sheet_lines(sections: Sequence[Section], columns: Sequence[tuple[str, str]] = ()) -> list[str]:
    """Return the lines of the sheet: the sections, then the scores of a database."""
    lines = ["The query language   Esc closes, j k scroll", ""]
    for title, rows in sections:
        width = min(WIDEST, max(len(row.written) for row in rows))
        lines += [title, *(f"  {row.written:<{width}}  {row.meaning}" for row in rows), ""]
    if columns:
        lines += ["Scores of this database", *(f"  {name}:  {meaning}" for name, meaning in columns)]
    return lines
