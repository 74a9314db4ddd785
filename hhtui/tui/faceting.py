"""The panel of facets of a Browse screen: when it is there, what it counts, and its keys."""

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from hhtui.tui.key_names import shown_key
from hhtui.tui.masking import mask
from hhtui.tui.widgets.line_view import Title

if TYPE_CHECKING:
    from hhtui.store.facets import Facets
    from hhtui.store.facets.histogram import Histogram
    from hhtui.tui.actions import Action
    from hhtui.tui.facets.runner import Counted, FacetRunner
    from hhtui.tui.facets.view import FacetView, Item
    from hhtui.tui.screens.browse import Browse
    from hhtui.tui.view import View

FAR = 1_000_000
BESIDE_FROM = 120
"""From so many columns on the pair stands beside the panel."""
CLOSING = ("escape", "q")
PASSED_ON = ("blank", "shield")
"""Actions beside those of the groups find and out that the panel leaves their keys to."""


class Faceting:
    """Shows how the current result falls apart; each row toggles its term into the query, and the panel stays.

    While it is `active` keys go to it; all keys wait in the gate from its opening until something is counted, and Esc
    closes it then. What is counted is counted in a thread; the answer to anything but the newest request is dropped,
    and what is shown stays until the next answer is there.
    """

    def __init__(self, screen: "Browse") -> None:
        self._screen = screen
        self._runner: FacetRunner | None = None
        self._facets: Facets | None = None
        self._histogram: Histogram | None = None
        self._column = self._left = ""
        self._logarithmic = self._masked = self._whole = False
        self._asked = self._answered = 0
        self._counted_view: View | None = None
        self._trouble = ""
        self.open = self.active = False

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what each action of this part does, by the action's id."""
        return {"facets": self.show}

    @property
    def waiting(self) -> bool:
        """Whether something has been asked whose answer has not come."""
        return self.open and self._asked != self._answered

    @property
    def beside(self) -> bool:
        """Whether there is room for the pair beside the panel."""
        return self._screen.size.width >= BESIDE_FROM

    @property
    def _masks(self) -> bool:
        return self._screen.shield.level != "off"

    @cached_property
    def panel(self) -> "FacetView":
        """The panel, which takes its place before the pair when it is first asked for."""
        from hhtui.tui.facets.view import FacetView

        panel = FacetView(self.lines, self.title, id="facets")
        self._screen.query_one("#body").mount(panel, before="#pair")
        return panel

    def show(self) -> None:
        """Open the panel, or give it the keys."""
        if not self.open:
            from hhtui.tui.facets.runner import FacetRunner

            self.open, self._column, self._histogram = True, "", None
            if self._runner is None:
                screen = self._screen
                self._runner = FacetRunner(screen.database, lambda found: screen.post_message(screen.Counted(found)))
            self._screen.gate.hold("facets")
        self.active = self.panel.display = True
        self._screen.lay_out()
        self.panel.show()
        self.look_again()

    def lay_out(self) -> None:
        """Take the place that there is: alone, where the pair has no room beside the panel, with the keys."""
        self.panel.set_class(not self.beside, "alone")
        self.active = self.active or not self.beside

    def hide(self) -> None:
        """Close the panel; what it counts is given up."""
        if self.open:
            self.open = self.active = self._whole = self.panel.display = False
            if self._runner is not None:
                self._answered = self._asked = self._runner.cancel()
            self._counted_view = None
            self._screen.lay_out()
            self._screen.gate.release("facets")

    def close(self) -> None:
        """Stop what runs."""
        if self._runner is not None:
            self._runner.close()

    def look_again(self, *, grown: bool = False) -> None:
        """Count anew where another result is shown, or where the database has `grown`; a triage ends the panel."""
        if not self.open:
            return
        if self._screen.triaging.on or self._screen.pair.presentation.blind:
            self.hide()
            return
        view = self._screen.view
        if view.whole and (grown or self._counted_view is None or view.result is not self._counted_view.result):
            self._count(view)

    def pair_changed(self) -> None:
        """Another pair is shown, which the histogram marks, or the shield is another."""
        if self.open and (self._column or self._masked != self._masks):
            self.panel.show()

    def take(self, counted: "Counted") -> None:
        """Show what was counted last, what was overtaken is dropped; a part only where there is nothing whole yet."""
        from hhtui.store.facets import Facets

        if not self.open or counted.request != self._asked:
            return
        if not counted.whole and self._whole:
            return
        self._whole = counted.whole
        self._answered, self._trouble = counted.request if counted.whole else self._answered, ""
        anew = False
        if isinstance(counted.found, str):
            self._trouble = counted.found
        elif isinstance(counted.found, Facets):
            self._facets = counted.found
        else:
            anew = self._histogram is None or self._histogram.column != counted.found.column
            self._histogram = counted.found
        self.panel.show(anew=anew)
        if self.panel.text_width:
            self._let_keys_go_on()
        else:
            self._screen.call_after_refresh(self._let_keys_go_on)

    def press(self, key: str, action: "Action | None") -> None:
        """Do what a key does in the panel; those of finding, leaving and help do what they always do."""
        moves: dict[str, Callable[[], object]] = {
            **dict.fromkeys(("j", "down"), partial(self.panel.move, 1)),
            **dict.fromkeys(("k", "up"), partial(self.panel.move, -1)),
            **dict.fromkeys(("g", "home"), partial(self.panel.move, -FAR)),
            **dict.fromkeys(("G", "end"), partial(self.panel.move, FAR)),
            **dict.fromkeys(("pagedown", "ctrl+d"), partial(self.panel.move, max(1, self.panel.body_height // 2))),
            **dict.fromkeys(("pageup", "ctrl+u"), partial(self.panel.move, -max(1, self.panel.body_height // 2))),
            **dict.fromkeys(("J", "right_curly_bracket"), partial(self.panel.move_group, 1)),
            **dict.fromkeys(("K", "left_curly_bracket"), partial(self.panel.move_group, -1)),
            **dict.fromkeys(("enter", "space"), self._toggle),
            **dict.fromkeys(("minus", "x"), partial(self._toggle, "-")),
            **dict.fromkeys(("h", "left"), self._toggle_histogram),
            "c": self._choose_column,
            "l": self._change_scale,
            "tab": self._to_the_pair,
            **dict.fromkeys(CLOSING, self._back),
        }
        found = moves.get(key)
        if found is not None:
            self._screen.quiet()
            found()
        elif action is not None and action.id == "facets":
            self.hide()
        elif action is not None and (action.group in ("find", "out") or action.id in PASSED_ON):
            self._screen.perform(action)
        elif action is not None:
            way = "Tab gives keys to the pair" if self.beside else "Esc closes the facets"
            self._screen.say(f"{way}, for {action.label}", way, error=True)

    def footer(self, width: int) -> str:
        """Return the keys to remind of, the most important first, as many as fit into `width` cells."""
        facets = shown_key(next(iter(self._screen.app.keys["facets"]), "colon"))
        parts = ["j k move", "Enter in or out", "- exclude", "h back" if self._column else "h histogram"]
        parts += ["l log or linear", "c column"] if self._column else ["J K group", "c column"]
        parts += ["Tab pair"] * self.beside + [f"Esc {facets} close", "/ search"]
        text = parts[0]
        for part in parts[1:]:
            if len(text) + 2 + len(part) <= width:
                text = f"{text}  {part}"
        return text

    def title(self) -> Title:
        """Return what the title line of the panel says."""
        view, total = self._screen.view, self._screen.reader.total()
        waits = "counting …" if self.waiting else ""
        name = f"histogram of {self._column}" if self._column else "facets"
        return Title(f"▸{name}" if self.active else name, waits, f"{view.total:,} of {total:,}", active=self.active)

    def lines(self, width: int) -> "Sequence[Item]":
        """Return the lines of the panel."""
        from hhtui.tui.facets.page import of_facets, of_histogram
        from hhtui.tui.facets.view import Item

        if self._trouble:
            return [Item(((f" {self._trouble}", "strong"),))]
        if self._column:
            if self._histogram is None or self._histogram.column != self._column:
                return [Item(((" counting …", "quiet"),))]
            current = self._screen.view.current
            query = self._screen.view.text
            return of_histogram(self._histogram, query, current, width, logarithmic=self._logarithmic)
        if self._facets is None:
            return [Item(((" counting …", "quiet"),))]
        self._masked = self._masks
        return of_facets(self._facets, width, mask if self._masked else str)

    def picked(self, index: int) -> None:
        """The line at `index` was clicked: toggle its term."""
        if self.open:
            self.active = True
            if self.panel.go_to(index):
                self._toggle()

    def closes(self, key: str) -> bool:
        """Whether a key closes the panel before anything is counted; q only where no other key waits."""
        waits = self._screen.gate.holds("facets")
        return waits and (key == "escape" or (key in CLOSING and not len(self._screen.gate)))

    def _let_keys_go_on(self) -> None:
        self._screen.gate.release("facets")

    def _count(self, view: "View") -> None:
        assert self._runner is not None
        self._counted_view = view
        among = None if view.listed is None or isinstance(view.listed, Path) else view.listed.ids
        self._asked = self._runner.ask(view.text, view.ids, self._column, among)
        self.panel.refresh_title()

    def _toggle(self, sign: str = "") -> None:
        from hhtui.query.errors import QueryError
        from hhtui.query.toggling import toggle

        item = self.panel.current
        if item is None:
            self._screen.say("there is nothing to choose here", error=True)
            return
        if item.hidden:
            key = shown_key(next(iter(self._screen.app.keys["shield"]), "R"))
            self._screen.say(f"a masked word does not go into the query: {key} until words are shown", error=True)
            return
        try:
            query = toggle(self._screen.view.text, f"{sign}{_alone(item.term)}" if sign else item.term)
        except QueryError as error:
            self._screen.say(error.message, error=True)
            return
        self._screen.finding.set_query(query)

    def _toggle_histogram(self) -> None:
        item = self.panel.current
        if self._column:
            self._show_column("")
        elif item is not None and item.column:
            self._show_column(item.column)
        else:
            self._choose_column()

    def _choose_column(self) -> None:
        from hhtui.store.facets.histogram import offered
        from hhtui.tui.screens.dialogs import Choice, Choose

        choices = [Choice(name, name) for name in offered(self._screen.connection)]
        self._screen.ask(Choose("Histogram of", choices), self._column_chosen)

    def _column_chosen(self, column: str | None) -> None:
        if column is not None:
            self._show_column(column)

    def _show_column(self, column: str) -> None:
        if column and not self._column:
            self._left = self.panel.current.term if self.panel.current else ""
        self._column, self._histogram = column, None
        self.panel.show(anew=True, term="" if column else self._left)
        if self.panel.current is None:
            self._screen.gate.hold("facets")
        self._count(self._screen.view)
        self._screen.show_lines()

    def _change_scale(self) -> None:
        if self._column:
            self._logarithmic = not self._logarithmic
            self.panel.show()
        else:
            self._screen.say("l is for histograms; h shows one", error=True)

    def _to_the_pair(self) -> None:
        if self.beside:
            self.active = False
            self.panel.refresh_title()
            self._screen.show_lines()
        else:
            self._screen.say("Esc closes the facets: there is no room for the pair beside them", error=True)

    def _back(self) -> None:
        if self._column:
            self._show_column("")
        else:
            self.hide()


def _alone(term: str) -> str:
    return f"({term})" if " " in term and not term.startswith("-") else term
