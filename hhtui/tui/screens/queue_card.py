"""What to read: the card of queues, and the same with the orders of the result."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static

from hhtui.query.queues import Queue
from hhtui.tui.queue_page import Lines, lines
from hhtui.tui.screens.dialog import Dialog
from hhtui.tui.screens.dialogs import Choice, Choose
from hhtui.tui.widgets.field import Field
from hhtui.tui.widgets.page import Page

DIGITS = "0123456789"
BORDERS_AND_WORDS = 4
SHARE_OF_HEIGHT = 0.4

RESUME, QUIT = "resume:", "quit:"
QUEUE, ORDER = "queue:", "order:"
"""What begins the answer of these dialogs, before the name of what was chosen."""


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

    def lines(self, key: str, width: int, height: int) -> Lines:
        """Return them as lines; `key` resumes."""
        resume = f"{key}  {self.resume}" if self.resume else ""
        return lines(self.queues, self.counts, resume, self.database, width, height)


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
            yield Page(lambda width, height: self._offered.lines("r", width, height))
            yield Static(Content("a digit starts   Esc browses   q quits"), classes="dialog--hint")

    def show_counts(self) -> None:
        """Show what has been counted by now."""
        for page in self.query(Page):
            page.show()

    def action_choose(self, digit: str) -> None:
        chosen = self._offered.chosen(digit)
        if chosen is None:
            self.stay()
        else:
            self.dismiss(chosen)

    def action_give_up(self) -> None:
        self.dismiss(None)

    def action_leave(self) -> None:
        self.dismiss(QUIT)


class QueuesAndOrders(Choose):
    """The queues, a digit each, and below them the orders of the result, to be chosen as from any list."""

    ENDING = Choose.ENDING | frozenset(DIGITS)

    def __init__(self, offered: Offered, orders: Sequence[Choice], height: int) -> None:
        """`height` is how many lines the queues may take."""
        super().__init__("Order by   (a digit reads a queue)", orders)
        self._offered, self._height = offered, height

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog--box dialog--card"):
            page = Page(lambda width, height: self._offered.lines("0", width, height))
            page.styles.height = self._height
            yield page
            yield Static(Content(self._title))
            yield Field()
            options = OptionList(markup=False, compact=True)
            options.can_focus = False
            yield options

    def show_counts(self) -> None:
        """Show what has been counted by now."""
        for page in self.query(Page):
            page.show()

    def on_input_changed(self, event: Input.Changed) -> None:
        chosen = self._offered.chosen(event.value) if event.value in tuple(DIGITS) else None
        if chosen is not None:
            event.prevent_default()
            self.dismiss(chosen)
        elif event.value[-1:] in tuple(DIGITS):
            self.stay()
