"""The panel in which facets and histograms stand: lines of which some can be chosen."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip

from hhtui.text import cells, clean_line
from hhtui.tui.glyphs import drawn, fit
from hhtui.tui.widgets.line import Part
from hhtui.tui.widgets.line_view import TITLE_LINES, LineView, Title

Line = tuple[Part, ...]

POINTER = "▸"
WHEEL_ROWS = 3


class Item(NamedTuple):
    """One line of the panel; `term` is what it toggles, "" for a line that is none to choose.

    `column` is the number that it is about, "" for none; `group` counts the groups from 0. What the line
    says of its term is `hidden` where it is masked.
    """

    line: Line
    term: str = ""
    column: str = ""
    group: int = 0
    on: bool = False
    hidden: bool = False


class FacetView(LineView):
    """Shows the lines that `make` gives for a width; the cursor stands on one that can be chosen, and stays with it."""

    class Picked(Message):
        """The reader clicked the line at `index`."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self, make: Callable[[int], Sequence[Item]], title: Callable[[], Title], *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self._make, self._title = make, title
        self._items: Sequence[Item] = ()
        self._cursor = self._top = 0

    @property
    def current(self) -> Item | None:
        """The line under the cursor, None where none can be chosen."""
        item = self._items[self._cursor] if self._cursor < len(self._items) else None
        return item if item is not None and item.term else None

    def show(self, *, anew: bool = False, term: str = "") -> None:
        """Ask for the lines anew; the cursor stays on the line of its term, else near its place.

        With `anew` it goes to the line of `term`, or to the top.
        """
        before = self.current.term if self.current and not anew else term
        if anew:
            self._cursor = self._top = 0
        self._items = self._make(self.text_width) if self.text_width else ()
        places = [place for place, item in enumerate(self._items) if item.term]
        same = [place for place in places if before and self._items[place].term == before]
        nearest = min(same or places, key=lambda place: (abs(place - self._cursor), place), default=0)
        self._go(nearest)
        self.refresh()

    def move(self, by: int) -> None:
        """Go to the next line that can be chosen, `by` lines on, or as far as there are any."""
        places = [place for place, item in enumerate(self._items) if item.term]
        if places:
            at = places.index(self._cursor) if self._cursor in places else 0
            self._go(places[min(max(0, at + by), len(places) - 1)])
            self.refresh()

    def move_group(self, by: int) -> None:
        """Go to the first line of the next group, or of the one before."""
        firsts: dict[int, int] = {}
        for place, item in enumerate(self._items):
            if item.term:
                firsts.setdefault(item.group, place)
        here = self._items[self._cursor].group if self._cursor < len(self._items) else 0
        groups = sorted(firsts)
        if groups:
            at = groups.index(here) if here in groups else 0
            self._go(firsts[groups[min(max(0, at + by), len(groups) - 1)]])
            self.refresh()

    def go_to(self, index: int) -> bool:
        """Go to the line at `index` where it can be chosen, and tell whether it can."""
        if not (0 <= index < len(self._items) and self._items[index].term):
            return False
        self._go(index)
        self.refresh()
        return True

    def title_of(self, width: int) -> Title:
        """Return what the title line says."""
        return self._title()

    def body_line(self, row: int) -> Strip:
        """Return one line of the panel."""
        index = self._top + row
        if index >= len(self._items):
            return self.edged([], 0, self.look())
        is_cursor = index == self._cursor and bool(self._items[index].term)
        key = (self._items[index].line, is_cursor, self.outer_size.width)
        strip = self._strips.get(key)
        if strip is None:
            strip = self._strips[key] = self._drawn(self._items[index], is_cursor)
        return strip

    def on_resize(self) -> None:
        """Make the lines for another width."""
        self.show()

    def on_click(self, event: events.Click) -> None:
        """Post `Picked` for the line under the pointer."""
        event.stop()
        if event.y >= TITLE_LINES:
            self.post_message(self.Picked(self._top + event.y - TITLE_LINES))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Move the view, not the cursor."""
        self._wheel(event, WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Move the view, not the cursor."""
        self._wheel(event, -WHEEL_ROWS)

    def _wheel(self, event: events.MouseEvent, rows: int) -> None:
        event.stop()
        event.prevent_default()
        self._top = min(max(0, self._top + rows), max(0, len(self._items) - self.body_height))
        self.refresh()

    def _go(self, place: int) -> None:
        self._cursor = place
        height = self.body_height
        first = place
        while first > 0 and not self._items[first - 1].term and place - first < height - 1:
            first -= 1
        if first < self._top:
            self._top = first
        elif place >= self._top + height:
            self._top = place - height // 2
        self._top = max(0, min(self._top, len(self._items) - height))

    def _drawn(self, item: Item, is_cursor: bool) -> Strip:
        state = ["cursor"] * is_cursor
        look = self.look(*state)
        pieces = [Segment(POINTER if is_cursor else " ", look)] if item.term else []
        for text, name in item.line:
            form, _, room = name.partition(" ")
            shown = fit(drawn(clean_line(text)), int(room)) if form == "fit" else drawn(clean_line(text))
            pieces.append(Segment(shown, look if form == "fit" else self.look(form, *state)))
        pieces = [piece for piece in pieces if piece.text]
        return self.edged(pieces, sum(cells(piece.text) for piece in pieces), look)
