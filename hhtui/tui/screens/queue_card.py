"""What to read: the card of queues."""

from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Size
from textual.widgets import Static

from hhtui.query.queues import Queue
from hhtui.text import clean
from hhtui.tui.queue_page import Lines, lines
from hhtui.tui.screens.dialog import Dialog
from hhtui.tui.widgets.page import Page

DIGITS = "0123456789"

RESUME, QUIT = "resume:", "quit:"
QUEUE, ORDER = "queue:", "order:"
"""What begins the answer of this dialog and of that with the orders, before the name of what was chosen."""


class Offered:
    """The queues that are offered, and how many pairs wait in each, as far as they have been counted."""

    def __init__(self, queues: Sequence[Queue], resume: str, database: str) -> None:
        """`resume` says what was begun and not finished, "" for nothing; `database` is the name of its file."""
        self.queues, self.resume, self.database = tuple(queues), resume, database
        self.counts: dict[str, str] = {}

    def chosen(self, digit: str) -> str | None:
        """Return what a digit chooses, None for one that chooses nothing."""
        if digit == "0":
            return RESUME if self.resume else None
        at = int(digit) - 1
        return f"{QUEUE}{self.queues[at].name}" if at < len(self.queues) else None

    def missing(self, digit: str) -> str:
        """Return what to do about the score that the queue of a digit lacks, "" where it lacks none."""
        at = int(digit) - 1
        return self.queues[at].needs(self.database) if 0 <= at < len(self.queues) else ""

    def lines(self, key: str, width: int, height: int) -> Lines:
        """Return them as lines; `key` resumes."""
        resume = f"{key}  {self.resume}" if self.resume else ""
        return lines(self.queues, self.counts, resume, self.database, width, height)


class Queues(Page):
    """The queues, as many lines high as they take; `key` resumes what was begun.

    `beside` lines stay for others, as long as there are `least` lines for the queues.
    """

    def __init__(self, offered: Offered, key: str, beside: int = 0, least: int = 1) -> None:
        super().__init__(partial(offered.lines, key))
        self._beside, self._least = beside, least

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._make(width, max(self._least, container.height - self._beside)))


class Trouble(Static):
    """Why a queue cannot be read, whole, over whatever else is in the dialog."""

    def tell(self, words: str) -> None:
        """Say it, "" for nothing."""
        self.update(Content(clean(words)))
        self.set_class(bool(words), "told")


class QueueCard(Dialog[str | None]):
    """The queues, a digit each; `r` resumes what was begun."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(digit, f"choose('{digit}')", "start") for digit in DIGITS[1:]),
        Binding("r,0", "choose('0')", "resume"),
        Binding("escape", "give_up", "browse"),
        Binding("q", "leave", "quit"),
    ]
    ENDING = frozenset({*DIGITS, "r", "q", "escape"})

    def __init__(self, offered: Offered) -> None:
        super().__init__()
        self._offered = offered

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog--box dialog--card"):
            yield Static(Content("What to read? Counted is what nobody has decided yet."))
            yield Queues(self._offered, "r", beside=2)
            yield Trouble()
            yield Static(Content("a digit starts   Esc browses   q quits"), classes="dialog--hint")

    def show_counts(self) -> None:
        """Show what has been counted by now."""
        for page in self.query(Page):
            page.show()

    def action_choose(self, digit: str) -> None:
        chosen, missing = self._offered.chosen(digit), self._offered.missing(digit)
        if chosen is None or missing:
            self.query_one(Trouble).tell(missing)
            self.stay()
        else:
            self.dismiss(chosen)

    def action_give_up(self) -> None:
        self.dismiss(None)

    def action_leave(self) -> None:
        self.dismiss(QUIT)
