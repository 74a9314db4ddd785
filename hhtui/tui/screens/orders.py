"""The queues, and below them the orders of the result: what `O` offers."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static

from hhtui.text import clean_line
from hhtui.tui.orders import Order
from hhtui.tui.screens.dialogs import Choice, Choose
from hhtui.tui.screens.queue_card import DIGITS, ORDER, Offered, Queues, Trouble
from hhtui.tui.widgets.choice_list import ChoiceList
from hhtui.tui.widgets.field import Field
from hhtui.tui.widgets.page import Page

BESIDE_QUEUES = 10
"""How many lines of the dialog are not for queues."""

HINT = "Tab turns round   type several as harm-,row   a digit reads a queue"


class QueuesAndOrders(Choose):
    """The queues, a digit each, and the orders, narrowed by typing and turned round by Tab; `now` is the one there is.

    `why_not` says of what stands after `sort:` why it is no order of the result, "" where it is one.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab,shift+tab", "turn", "turn round")]
    ENDING = Choose.ENDING | frozenset(DIGITS)

    def __init__(self, offered: Offered, orders: Sequence[Order], now: str, why_not: Callable[[str], str]) -> None:
        super().__init__(f"Order by   (now: {clean_line(now)})", [])
        self._offered, self._orders, self._why_not = offered, tuple(orders), why_not
        self._turned = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog--box dialog--card"):
            yield Queues(self._offered, "0", BESIDE_QUEUES, least=len(self._offered.queues))
            yield Trouble()
            yield Static(Content(self._title), classes="dialog--line")
            yield Field(placeholder="type to narrow")
            yield ChoiceList()
            yield Static(Content(HINT), classes="dialog--hint dialog--line")

    def show_counts(self) -> None:
        """Show what has been counted by now."""
        for page in self.query(Page):
            page.show()

    def action_turn(self) -> None:
        """Offer every order the other way round."""
        self._turned = not self._turned
        options = self.query_one(OptionList)
        highlighted = options.highlighted
        self._fill(self.query_one(Input).value)
        options.highlighted = highlighted

    def on_input_changed(self, event: Input.Changed) -> None:
        digit = event.value if event.value in tuple(DIGITS) else ""
        chosen, missing = (self._offered.chosen(digit), self._offered.missing(digit)) if digit else (None, "")
        self.query_one(Queues).display = not event.value or bool(digit)
        self._refuse(missing)
        if chosen is not None and not missing:
            event.prevent_default()
            self.dismiss(chosen)
        elif missing or event.value[-1:] in tuple(DIGITS):
            self.stay()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.prevent_default()
        typed = event.value.strip()
        at = self.query_one(OptionList).highlighted
        if self._shown and at is not None:
            self._choose(self._shown[at])
        elif typed:
            self._refuse(self._why_not(typed))
            self.stay()
        else:
            self.stay()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.prevent_default()
        self._choose(self._shown[event.option_index])

    def _choose(self, choice: Choice) -> None:
        order = choice.id.removeprefix(ORDER)
        why_not = self._why_not(order) if order else ""
        if why_not:
            self._refuse(why_not)
            self.stay()
        else:
            self.dismiss(choice.id)

    def _refuse(self, why: str) -> None:
        self.query_one(Trouble).tell(why)

    def _fill(self, typed: str) -> None:
        self._choices = tuple(self._choice(order) for order in self._orders)
        typed = typed.strip()
        same = tuple(choice for choice in self._choices if choice.label == typed)
        if same:
            self._choices = same + tuple(choice for choice in self._choices if choice not in same)
        elif typed and not self._why_not(typed):
            own = (Choice(f"{ORDER}{typed}", typed, "as you typed it"),)
            self._choices = own + self._choices
        super()._fill(typed)

    def _choice(self, order: Order) -> Choice:
        sort = order.sort(self._turned)
        return Choice(f"{ORDER}{sort}", order.way or sort, order.brings(self._turned))
