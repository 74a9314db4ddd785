"""Labels from the keyboard: the list that filters while typing, and ten digits of one's own."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from hhtui.store import taxonomies
from hhtui.store.errors import StoreError
from hhtui.store.taxonomies import DIGITS, Slots
from hhtui.taxonomy import Taxonomy, TaxonomyError
from hhtui.tui.deciding import Change

if TYPE_CHECKING:
    from hhtui.tui.screens.browse import Browse

HARMFUL = "harmful"


class Labelling:
    """Gives and takes labels for a Browse screen, on the response in focus of its current pair or of selected ones."""

    def __init__(self, screen: "Browse") -> None:
        self._screen = screen

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what each action of this part does, by the action's id."""
        return {
            "label": partial(self._told, self._open),
            "both_harmful": self._both_harmful,
            **{f"slot_{digit}": partial(self._told, partial(self._press_digit, digit)) for digit in DIGITS},
        }

    @property
    def taxonomy(self) -> Taxonomy:
        """The labels there are in this database."""
        return taxonomies.current(self._screen.connection)

    @property
    def slots(self) -> Slots:
        """The labels on the reader's digits."""
        return taxonomies.slots(self._screen.connection, self._screen.annotator.name)

    @property
    def side_name(self) -> str:
        """What the response in focus is called on the screen."""
        pair = self._screen.pair
        return pair.presentation.name_of(pair.focused_side)

    @property
    def of_many(self) -> bool:
        """Whether the next label is for selected pairs."""
        return bool(self._screen.deciding.selected_range())

    def given(self) -> Mapping[str, Sequence[str]]:
        """Return the responses that have each label of the reader's on the current pair."""
        current = self._screen.view.current
        found: dict[str, list[str]] = {}
        if current is not None:
            for one in self._screen.reader.decisions(current):
                if one.kind == "label" and one.annotator == self._screen.annotator.name:
                    found.setdefault(one.label, []).append(one.side)
        return found

    def toggle(self, slug: str) -> None:
        """Give the response in focus this label, or take it off; to repeat does so where the focus is then."""
        sides = [self._screen.pair.focused_side]
        self._told(partial(self._toggle, slug, sides, partial(self.toggle, slug)))

    def assign(self, digit: str, slug: str) -> bool:
        """Let a digit give this label from now on; return whether that could be saved."""
        screen = self._screen
        try:
            taxonomies.save_slot(screen.database, screen.annotator.name, digit, slug)
        except StoreError as error:
            screen.say(str(error), error=True)
            return False
        return True

    def _open(self, digit: str = "") -> None:
        """Show the list of labels; with `digit`, to choose the label that this key gives from now on."""
        from hhtui.tui.screens.labels import LabelDialog

        if self._screen.view.current is None:
            self._screen.say("there is no pair to label", error=True)
        else:
            self._screen.ask(LabelDialog(self, self.taxonomy.labels, digit), self._chosen)

    def _chosen(self, slug: str | None) -> None:
        if slug is not None:
            self.toggle(slug)

    def _both_harmful(self) -> None:
        sides = self._screen.pair.presentation.sides
        self._told(partial(self._toggle, HARMFUL, sides, self._both_harmful))

    def _press_digit(self, digit: str) -> None:
        slug = self.slots[DIGITS.index(digit)]
        if slug:
            self.toggle(slug)
        else:
            self._open(digit)

    def _toggle(self, slug: str, sides: Sequence[str], again: Callable[[], None]) -> None:
        taxonomy = self.taxonomy
        taxonomy.check(slug)
        change = Change("label", sides=sides, label=slug, taxonomy=taxonomy.version)
        self._screen.deciding.decide(change, again=again)

    def _told(self, act: Callable[[], None]) -> None:
        try:
            act()
        except (TaxonomyError, StoreError) as error:
            self._screen.say(str(error), error=True)
