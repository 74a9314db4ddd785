"""What stands around the pair: a line above it, the query and the state of its result, and a line at the bottom."""

from typing import TYPE_CHECKING

from hhtui.text import cells
from hhtui.tui import headline
from hhtui.tui.keys import BLIND_FOOTER, ORDINARY_FOOTER, TRIAGE_FOOTER, editing_footer, footer
from hhtui.tui.widgets.line import Line, Part
from hhtui.tui.widgets.query_line import QueryLine

if TYPE_CHECKING:
    from hhtui.tui.screens.browse import Browse

WHOLE_STATUS_FROM = 80
STATUS_WIDTH, NARROW_STATUS_WIDTH = 40, 18


class Telling:
    """Writes the lines of a Browse screen; what is said stands at the bottom until the next key, where keys stand."""

    def __init__(self, screen: "Browse") -> None:
        self._screen = screen
        self.said = ""
        """What the line at the bottom says until the next key, "" where it reminds of keys."""

    def say(self, *forms: str, look: str) -> None:
        """Show one line at the bottom until the next key: the first form that fits, the last one cut if none does."""
        self.said = next((form for form in forms if cells(form) < self._screen.size.width), forms[-1])
        self._line("footer").show([(f" {self.said}", look)])

    def quiet(self) -> None:
        """Take the line away that was said last."""
        if self.said:
            self.said = ""
            self._show_footer()

    def show(self) -> None:
        """Show anew what stands around the pair."""
        self._show_header()
        self._show_state()
        if not self.said:
            self._show_footer()

    def show_query(self) -> None:
        """Show the query, unless the pair is read blind; a triage has the line for what it reads and asks."""
        line = self._screen.query_one("#query", QueryLine)
        line.hide(self._screen.pair.presentation.blind)
        line.display = not self._screen.triaging.on

    def _show_header(self) -> None:
        screen, view, current = self._screen, self._screen.view, self._screen.view.current
        presentation = screen.pair.presentation
        found = [] if current is None else screen.reader.decisions(current)
        ranked = "" if presentation.blind else view.ranked
        standing = headline.Standing(screen.database.path.name, screen.pair.key, view.position, view.total, ranked)
        numbers = screen.shielding.forms(screen.reader.descriptions(blind=presentation.blind))
        if screen.database.read_only:
            numbers = (*(f"read-only  {form}" for form in numbers), "read-only")
        left, right = headline.header(
            *(standing, found, screen.annotator.name, numbers, screen.size.width, presentation),
            screen.triaging.disputes(current),
        )
        if self._line("header").show(left, right):
            screen.pair.await_header()

    def _show_state(self) -> None:
        """Show the query and the state of its result, or what a triage asks and how far it is."""
        self.show_query()
        screen, status = self._screen, self._line("status")
        width = STATUS_WIDTH if screen.size.width >= WHOLE_STATUS_FROM else NARROW_STATUS_WIDTH
        status.styles.width = "1fr" if screen.triaging.on else width
        left: list[Part] = []
        right: list[Part] = []
        if screen.triaging.on:
            left, right = screen.triaging.line(screen.size.width)
        elif not screen.pair.presentation.blind:
            right = headline.status(screen.view, screen.reader.total(), width)
        status.show(left, right)

    def _show_footer(self) -> None:
        self._line("footer").show([(f" {self._reminder(self._screen.size.width - 1)}", "quiet")])

    def _reminder(self, width: int) -> str:
        """Return the keys to be reminded of where the next key goes."""
        screen, keys = self._screen, self._screen.app.keys
        if screen.finding.editing:
            return editing_footer(width, keys)
        if screen.faceting.active:
            return screen.faceting.footer(width)
        ordinary = TRIAGE_FOOTER if screen.triaging.on else ORDINARY_FOOTER
        return footer(width, keys, BLIND_FOOTER if screen.pair.presentation.blind else ordinary)

    def _line(self, name: str) -> Line:
        return self._screen.query_one(f"#{name}", Line)
