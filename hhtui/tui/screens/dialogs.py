"""Small questions: yes or no, one line of text, one of a list."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from hhtui.text import clean, clean_line
from hhtui.tui.screens.dialog import Dialog
from hhtui.tui.widgets.choice_list import ChoiceList
from hhtui.tui.widgets.field import Field


class Confirm(Dialog[bool]):
    """Asks one question; `y` or Enter agrees, anything else does not."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,enter", "answer(True)", "yes"),
        Binding("n,escape,q", "answer(False)", "no"),
    ]
    ENDING = frozenset({"y", "enter", "n", "escape", "q"})

    def __init__(self, question: str) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog--box"):
            yield Static(Content(clean(self._question)))
            yield Static(Content("y yes   n no"), classes="dialog--hint")

    def action_answer(self, agreed: bool) -> None:
        self.dismiss(agreed)


class AskText(Dialog[str | None]):
    """Asks for one line of text; Enter gives it, Esc gives None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "give_up", "cancel")]
    ENDING = frozenset({"enter", "escape"})

    def __init__(self, title: str, value: str = "", hint: str = "Enter saves   Esc cancels") -> None:
        super().__init__()
        self._title, self._value, self._hint = title, value, hint

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog--box"):
            yield Static(Content(clean(self._title)))
            yield Field(self._value)
            yield Static(Content(clean(self._hint)), classes="dialog--hint")

    def on_mount(self) -> None:
        self.set_focus(self.query_one(Input))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.dismiss(event.value)

    def action_give_up(self) -> None:
        self.dismiss(None)


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a list: what choosing it gives, how it is written, and what is written beside it.

    Typing finds all three.
    """

    id: str
    label: str
    aside: str = ""


class Choose(Dialog[str | None]):
    """A list to choose from, narrowed by typing; gives the chosen id, the typed text where `free`, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "give_up", "cancel"),
        Binding("down,ctrl+n", "move(1)", "next"),
        Binding("up,ctrl+p", "move(-1)", "previous"),
    ]
    ENDING = frozenset({"enter", "escape"})

    def __init__(self, title: str, choices: Sequence[Choice], *, free: bool = False) -> None:
        super().__init__()
        self._title, self._choices, self._free = title, tuple(choices), free
        self._shown = self._choices

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog--box dialog--tall"):
            yield Static(Content(clean(self._title)))
            yield Field()
            yield ChoiceList()

    def on_mount(self) -> None:
        self.set_focus(self.query_one(Input))
        self._fill("")

    def on_input_changed(self, event: Input.Changed) -> None:
        self._fill(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        highlighted = self.query_one(OptionList).highlighted
        if highlighted is not None and self._shown:
            self.dismiss(self._shown[highlighted].id)
        elif self._free and event.value.strip():
            self.dismiss(event.value.strip())
        else:
            self.stay()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._shown[event.option_index].id)

    def action_move(self, by: int) -> None:
        options = self.query_one(OptionList)
        if self._shown:
            options.highlighted = ((options.highlighted or 0) + by) % len(self._shown)

    def action_give_up(self) -> None:
        self.dismiss(None)

    def _fill(self, typed: str) -> None:
        words = typed.lower().split()
        self._shown = tuple(
            choice
            for choice in self._choices
            if all(word in f"{choice.id} {choice.label} {choice.aside}".lower() for word in words)
        )
        self._shown = tuple(sorted(self._shown, key=lambda choice: choice.id != typed.strip()))
        if self._free and (typed.strip().isdigit() or "/" in typed):
            self._shown = ()
        options = self.query_one(OptionList)
        options.clear_options()
        widest = max((len(choice.label) for choice in self._shown), default=0)
        options.add_options(
            Option(Content(f"{clean_line(choice.label):{widest}}  {clean_line(choice.aside)}"))
            for choice in self._shown
        )
        if self._shown:
            options.highlighted = 0
