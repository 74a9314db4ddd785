"""The end of a triage: what was done, and what comes next."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from hhtui.text import clean
from hhtui.tui.screens.dialog import Dialog


class TriageSummary(Dialog[str | None]):
    """Sums up a triage; gives "undo", "queues" for another, "quit", or None to browse."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("u", "end('undo')", "undo"),
        Binding("O", "end('queues')", "another"),
        Binding("q", "end('quit')", "quit"),
        Binding("escape", "end", "browse"),
    ]
    ENDING = frozenset({"u", "O", "q", "escape"})

    def __init__(self, words: Sequence[str], command: str) -> None:
        super().__init__()
        self._words, self._command = tuple(words), command

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog--box"):
            yield Static(Content("Everything of this triage is decided or skipped."))
            yield Static(Content(clean("\n".join(self._words))))
            if self._command:
                yield Static(Content(clean(f"\nmore of the same: {self._command}")))
            yield Static(Content("\nu undoes   O another queue   Esc browses   q quits"), classes="dialog--hint")

    def action_end(self, chosen: str | None = None) -> None:
        self.dismiss(chosen)
