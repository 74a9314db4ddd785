"""The pairs that are similar to one, in one list, each with why and how much; one is gone to, or a whole group."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from hhtui.store.pairs import Heading
from hhtui.text import clean, clean_line
from hhtui.tui.screens.dialogs import Choice, Choose
from hhtui.tui.widgets.choice_list import ChoiceList
from hhtui.tui.widgets.field import Field

if TYPE_CHECKING:
    from hhtui.store.dupes.similar import Alike, Similar

HINT = "Enter goes   Tab whole group   Esc"


class Gone(NamedTuple):
    """Where a reader goes: the query that is to be shown, and the pair in it, None for where they are."""

    query: str
    pair_id: int | None


class SimilarPairs(Choose):
    """The similar pairs by reason; gives `reason:pair`, both as numbers, without a pair for the whole group.

    What it gives is read by `chosen`. Typing narrows the list to keys, reasons and words of the last human turns.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab", "open_group", "whole group")]
    ENDING = Choose.ENDING | {"tab"}

    def __init__(self, found: "Similar", headings: Mapping[int, Heading]) -> None:
        """Offer what was `found`; `headings` are what a list shows of these pairs."""
        super().__init__(f"similar to {found.key}", list(_choices(found, headings)))
        self._note = found.note

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog--box dialog--tall dialog--similar"):
            yield Static(Content(clean_line(self._title)), classes="dialog--line")
            yield Field(placeholder="type to narrow the list")
            yield ChoiceList()
            if self._note:
                yield Static(Content(clean(self._note)), classes="dialog--hint")
            yield Static(Content(HINT), classes="dialog--hint dialog--line")

    def action_open_group(self) -> None:
        at = self.query_one(OptionList).highlighted
        if at is None or not self._shown:
            self.stay()
        else:
            self.dismiss(f"{self._shown[at].id.partition(':')[0]}:")

    def _fill(self, typed: str) -> None:
        words = typed.lower().split()
        self._shown = tuple(
            choice
            for choice in self._choices
            if all(word in f"{choice.label} {choice.aside}".lower() for word in words)
        )
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(Option(Content(clean_line(choice.label))) for choice in self._shown)
        first = next((at for at, choice in enumerate(self._shown) if not choice.id.endswith(":")), 0)
        if self._shown:
            options.highlighted = first


def chosen(found: "Similar", given: str) -> Gone:
    """Return where `given`, an answer of SimilarPairs about what was `found`, leads."""
    place, _, pair_id = given.partition(":")
    return Gone(found.kin[int(place)].query, int(pair_id) if pair_id else None)


def _choices(found: "Similar", headings: Mapping[int, Heading]) -> Iterator[Choice]:
    widest = max((len(_sides(alike)) for kin in found.kin for alike in kin.pairs), default=0)
    longest = max((len(alike.key) for kin in found.kin for alike in kin.pairs), default=0)
    for place, kin in enumerate(found.kin):
        count = f"{kin.total:,} pair{'' if kin.total == 1 else 's'}"
        yield Choice(f"{place}:", f"{kin.title}   {count}   {kin.query}")
        for alike in kin.pairs:
            heading = headings.get(alike.pair_id)
            words = (_percent(alike), f"{alike.key:<{longest}}", f"{_sides(alike):<{widest}}")
            said = heading.last_human if heading else ""
            yield Choice(f"{place}:{alike.pair_id}", f"{' '.join(words)}  {said}", kin.title)


def _percent(alike: "Alike") -> str:
    """Return how much is alike, as wide as `100 %`; blanks where that was not asked."""
    return f"{'' if alike.likeness is None else f'{100 * alike.likeness:.0f} %':>5}"


def _sides(alike: "Alike") -> str:
    """Return which texts are alike: one word where they stand on the same side, else `this side→side of the other`."""
    return alike.own if alike.own == alike.other else f"{alike.own}→{alike.other}"
