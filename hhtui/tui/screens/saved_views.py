"""Saved views: one is opened, renamed or taken away, and a new name saves the view on the screen."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from hhtui.store.views import LONGEST_NAME, SavedView
from hhtui.text import cells, clean, clean_line
from hhtui.tui.screens.dialogs import Choice, Choose
from hhtui.tui.screens.queue_card import Trouble
from hhtui.tui.widgets.choice_list import ChoiceList
from hhtui.tui.widgets.field import Field

OPEN, SAVE, REPLACE, DELETE, RENAME = "open:", "save:", "replace:", "delete:", "rename:"
"""What begins the answer of this dialog, before the name of a view."""

WIDEST_NAME = 30
COUNT_WIDTH = 9
HINT = "Enter opens   a new name saves   ctrl+x deletes   ctrl+r renames"


class Counts:
    """What is known of the views by name: how many pairs each finds now, or why it cannot be run."""

    def __init__(self) -> None:
        self.pairs: dict[str, int] = {}
        self.errors: dict[str, str] = {}

    def of(self, name: str) -> str:
        """Return in a word or two what is known of a view."""
        if name in self.errors:
            return "✗"
        return f"{self.pairs[name]:,}" if name in self.pairs else "…"


class NameField(Field):
    """The line into which names are typed; two keys are for the view that is highlighted."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+x,delete", "screen.wish('delete:')", "delete"),
        Binding("ctrl+r", "screen.wish('rename:')", "rename"),
    ]


class SavedViews(Choose):
    """The saved views with how many pairs each finds; gives what is to be done and the name of the view, or None."""

    ENDING = Choose.ENDING | {"ctrl+x", "delete", "ctrl+r"}

    def __init__(self, views: Sequence[SavedView], this: str, counts: Counts) -> None:
        """Offer to open these views, or to save `this`, which says in words what is on the screen."""
        super().__init__(f"this view: {this}", [])
        self._views, self._counts = tuple(views), counts

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog--box dialog--tall dialog--wide"):
            yield Static(Content(clean(self._title)), classes="dialog--hint dialog--line")
            yield NameField(placeholder="name")
            yield ChoiceList()
            yield Trouble()
            yield Static(Content(HINT), classes="dialog--hint")

    def show_counts(self) -> None:
        """Show what has been counted by now."""
        options = self.query_one(OptionList)
        highlighted = options.highlighted
        self._fill(self.query_one(Input).value)
        options.highlighted = highlighted

    def action_wish(self, what: str) -> None:
        name = self._highlighted()
        if name is None:
            self.stay()
        else:
            self.dismiss(f"{what}{name}")

    def on_input_changed(self, event: Input.Changed) -> None:
        self.query_one(Trouble).tell("")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.prevent_default()
        at = self.query_one(OptionList).highlighted
        self._choose(self._shown[at].id if at is not None and self._shown else "")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.prevent_default()
        self._choose(self._shown[event.option_index].id)

    def _choose(self, chosen: str) -> None:
        name = chosen.partition(":")[2]
        if chosen.startswith(SAVE) and len(name) > LONGEST_NAME:
            self._refuse(f"a name has at most {LONGEST_NAME} characters, this one has {len(name):,}")
        elif chosen.startswith(OPEN) and name in self._counts.errors:
            query = next(view.query for view in self._views if view.name == name)
            self._refuse(f"it cannot be opened here: {self._counts.errors[name]} It is kept: {query}")
        elif chosen:
            self.dismiss(chosen)
        else:
            self.stay()

    def _refuse(self, why: str) -> None:
        self.query_one(Trouble).tell(why)
        self.stay()

    def _highlighted(self) -> str | None:
        """Return the name of the highlighted view, None where the line is none."""
        at = self.query_one(OptionList).highlighted
        chosen = self._shown[at].id if at is not None and self._shown else ""
        return chosen.removeprefix(OPEN) if chosen.startswith(OPEN) else None

    def _fill(self, typed: str) -> None:
        name = clean_line(typed).strip()
        words = name.lower().split()
        found = [one for one in self._views if all(word in f"{one.name} {one.query}".lower() for word in words)]
        found.sort(key=lambda one: one.name != name)
        shown = [Choice(f"{OPEN}{one.name}", one.name, one.query) for one in found]
        if any(one.name == name for one in found):
            shown.insert(1, Choice(f"{REPLACE}{name}", f"replace “{name}” with this view"))
        elif name:
            shown.append(Choice(f"{SAVE}{name}", f"save this view as “{name}”"))
        self._shown = tuple(shown)
        self._show_choices()

    def _show_choices(self) -> None:
        options = self.query_one(OptionList)
        options.clear_options()
        widest = min(WIDEST_NAME, max((cells(choice.label) for choice in self._shown if choice.aside), default=0))
        options.add_options(Option(Content(self._line(choice, widest))) for choice in self._shown)
        if self._shown:
            options.highlighted = 0

    def _line(self, choice: Choice, widest: int) -> str:
        if not choice.id.startswith(OPEN):
            return choice.label
        name = choice.id.removeprefix(OPEN)
        padding = " " * (widest - cells(choice.label))
        return f"{choice.label}{padding}{self._counts.of(name):>{COUNT_WIDTH}}  {_query(choice.aside)}"


def _query(text: str) -> str:
    return clean_line(text) or "(all pairs)"


def question(what: str, view: SavedView, this: str) -> str:
    """Return what is asked before a view is replaced or taken away."""
    was = _query(view.query)
    then = f" It becomes: {_query(this)}" if what == REPLACE else ""
    return f"{'Replace' if what == REPLACE else 'Delete'} the view “{view.name}”? It is: {was}{then}"
