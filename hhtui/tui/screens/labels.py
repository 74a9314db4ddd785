"""The list of labels: narrowed by typing, with what the response in focus has, and the digits of each."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from hhtui.store.taxonomies import DIGITS
from hhtui.taxonomy import Label
from hhtui.tui.screens.dialog import Dialog
from hhtui.tui.widgets.choice_list import ChoiceList
from hhtui.tui.widgets.field import Field

if TYPE_CHECKING:
    from hhtui.tui.labelling import Labelling

HINT = "Enter on/off   Tab the other   0-9 onto this digit   Esc"
HINT_FOR_DIGIT = "Enter puts the label on {digit}, and gives it   Esc"
HINT_FOR_MANY = "Enter labels the selected pairs   0-9 onto this digit   Esc"


class _LabelField(Field):
    """A line to type into, of which digits are no part."""

    class Digit(Message):
        """A digit was typed."""

        def __init__(self, digit: str) -> None:
            super().__init__()
            self.digit = digit

    async def _on_key(self, event: events.Key) -> None:
        if event.character is not None and event.character in DIGITS:
            event.stop()
            event.prevent_default()
            self.post_message(self.Digit(event.character))


class LabelDialog(Dialog[str | None]):
    """Labels to give and take, one after another; for selected pairs, or for a digit, it gives the one that is chosen.

    Typing finds slugs, groups and meanings; a digit keeps the label in view as one's own on that key.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "close"),
        Binding("down,ctrl+n", "move(1)", "next"),
        Binding("up,ctrl+p", "move(-1)", "previous"),
        Binding("tab", "other_side", "the other response"),
    ]
    ENDING = frozenset({"enter", "escape"})

    def __init__(self, labelling: "Labelling", labels: Sequence[Label], digit: str = "") -> None:
        """Offer `labels`; with `digit`, to put one of them on that key."""
        super().__init__()
        self._labelling, self._labels, self._digit = labelling, tuple(labels), digit
        self._shown = self._labels
        self._last = ""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog--box dialog--tall"):
            yield Static(id="label-title")
            yield _LabelField()
            yield ChoiceList()
            many = HINT_FOR_MANY if self._labelling.of_many else HINT
            hint = HINT_FOR_DIGIT.format(digit=self._digit) if self._digit else many
            yield Static(Content(hint), classes="dialog--hint")

    def on_mount(self) -> None:
        self.set_focus(self.query_one(Input))
        self._fill()

    def on_input_changed(self, event: Input.Changed) -> None:
        words = event.value.lower().split()
        found = [label for label in self._labels if all(word in " ".join(label).lower() for word in words)]
        typed = event.value.strip().lower()
        self._shown = tuple(sorted(found, key=lambda label: (label.slug != typed, not label.slug.startswith(typed))))
        self._fill("" if typed else self._last)

    def on_input_submitted(self) -> None:
        label = self._highlighted
        if label is None:
            self.stay()
        elif self._digit:
            saved = self._labelling.assign(self._digit, label.slug)
            self.dismiss(label.slug if saved else None)
        elif self._labelling.of_many:
            self.dismiss(label.slug)
        else:
            self._toggle(label)

    def on_option_list_option_selected(self) -> None:
        self.on_input_submitted()

    async def on__label_field_digit(self, message: _LabelField.Digit) -> None:
        label = self._highlighted
        if label is not None and self._labelling.assign(message.digit, label.slug):
            self._fill(label.slug)

    def action_move(self, by: int) -> None:
        options = self.query_one(OptionList)
        if self._shown:
            options.highlighted = ((options.highlighted or 0) + by) % len(self._shown)

    def action_other_side(self) -> None:
        self.app.browse.pair.focus_other()
        self._fill(self._highlighted.slug if self._highlighted else "")

    @property
    def _highlighted(self) -> Label | None:
        at = self.query_one(OptionList).highlighted
        return self._shown[at] if at is not None and self._shown else None

    def _toggle(self, label: Label) -> None:
        self._labelling.toggle(label.slug)
        self._last = label.slug
        self.query_one(Input).value = ""
        self._fill(label.slug)
        self.stay()

    def _fill(self, highlighted: str = "") -> None:
        labelling = self._labelling
        name = f"labels of {labelling.side_name}" if not labelling.of_many else f"label {labelling.side_name} of each"
        title = f"a label for the key {self._digit}, and for {labelling.side_name}" if self._digit else name
        self.query_one("#label-title", Static).update(Content(title))
        given, slots = labelling.given(), labelling.slots
        side = self.app.browse.pair.focused_side
        widest = max((len(label.slug) for label in self._shown), default=0)
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(
            Option(
                Content(
                    f"{'✓' if side in given.get(label.slug, ()) else ' '} "
                    f"{DIGITS[slots.index(label.slug)] if label.slug in slots else ' '} "
                    f"{label.slug:{widest}}  {label.group:<9}  {label.meaning}"
                )
            )
            for label in self._shown
        )
        slugs = [label.slug for label in self._shown]
        if slugs:
            options.highlighted = slugs.index(highlighted) if highlighted in slugs else 0
