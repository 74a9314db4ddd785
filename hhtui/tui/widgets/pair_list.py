"""The list of pairs: rows of a result, fetched as they come into view."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip

from hhtui.store.pairs import Heading
from hhtui.text import clean_line
from hhtui.tui.glyphs import fit
from hhtui.tui.view import page_around
from hhtui.tui.widgets.line_view import TITLE_LINES, LineView, Title
from hhtui.tui.widgets.pair_rows import Ids, Marks, Percentiles, Row, Rows

WHEEL_ROWS = 3
NARROW = 24


class PairList(LineView):
    """A list over any number of pairs, of which it asks for those in view.

    `headings`, `marks` and `percentiles` (of chosen and rejected, 0 to 100) get the ids of up to a page; ids that they
    leave out have none. The cursor is moved by calls; a click only posts `Picked`.
    """

    class Picked(Message):
        """The reader clicked the row at `index` of the result."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(
        self,
        headings: Callable[[Sequence[int]], Sequence[Heading]],
        marks: Callable[[Sequence[int]], Mapping[int, Marks]],
        percentiles: Callable[[Sequence[int]], Mapping[int, Percentiles]],
        *,
        name: str = "pairs",
        empty: str = "nothing matches",
        corner: str = "",
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(corner=corner, id=id)
        self.list_name = name
        self.empty = empty
        self._rows = Rows(headings, marks, percentiles)
        self._ids: Ids = ()
        self._cursor = 0
        self._top = 0
        self._anchor: int | None = None

    @property
    def cursor(self) -> int:
        """Index of the current row in the result."""
        return self._cursor

    @property
    def selection(self) -> range:
        """Indexes of the selected rows; the current row alone where no range was begun."""
        if not len(self._ids):
            return range(0)
        anchor = self._cursor if self._anchor is None else self._anchor
        return range(min(anchor, self._cursor), max(anchor, self._cursor) + 1)

    def set_result(self, ids: Ids, index: int = 0) -> None:
        """Show another result with the cursor at `index`; a range is given up."""
        self._ids = ids
        self._cursor = self._within(index)
        self._anchor = None
        self._top = self._top_around(self._cursor)
        self.refresh()

    def cursor_to(self, index: int) -> None:
        """Move the cursor; only the rows that change are drawn again.

        Where the cursor leaves the view, the view moves by enough to have it in the middle, so that most moves
        change two rows.
        """
        index = self._within(index)
        before, self._cursor = self._cursor, index
        if not self._top <= index < self._top + self.body_height:
            self._top = self._top_around(index)
            self.refresh()
        elif self._anchor is not None:
            self.refresh_rows(min(before, index) - self._top, abs(before - index) + 1)
        elif before != index:
            self.refresh_rows(before - self._top)
            self.refresh_rows(index - self._top)

    def begin_selection(self) -> None:
        """Begin a range at the cursor, or give the begun one up."""
        changed = self.selection
        self._anchor = self._cursor if self._anchor is None else None
        self.refresh_rows(changed.start - self._top, len(changed))

    def end_selection(self) -> None:
        """Give a begun range up."""
        if self._anchor is not None:
            self.begin_selection()

    def update_marks(self, ids: Iterable[int] | None = None) -> None:
        """Ask again for what is shown of these pairs, or of all, and draw those in view again."""
        if ids is None:
            self._rows.clear()
            self.refresh()
            return
        changed = set(ids)
        self._rows.forget(changed)
        for row, one in enumerate(self._in_view()):
            if one in changed:
                self.refresh_rows(row)

    def title_of(self, width: int) -> Title:
        """Return the list's name."""
        return Title(self.list_name)

    def body_line(self, row: int) -> Strip:
        """Return one row, or a blank line below the last."""
        index = self._top + row
        if index >= len(self._ids):
            return self._words(self.empty if not len(self._ids) and row == 0 else "")
        shown = self._row(index)
        key = (
            shown,
            index == self._cursor,
            self._anchor is not None and index in self.selection,
            self.outer_size.width,
        )
        strip = self._strips.get(key)
        if strip is None:
            strip = self._strips[key] = self._drawn(shown, is_cursor=key[1], is_selected=key[2])
        return strip

    def on_click(self, event: events.Click) -> None:
        """Post `Picked` for the row under the pointer."""
        event.stop()
        index = self._top + event.y - TITLE_LINES
        if event.y >= TITLE_LINES and index < len(self._ids):
            self.post_message(self.Picked(index))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Move the view, not the cursor."""
        self._wheel(event, WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Move the view, not the cursor."""
        self._wheel(event, -WHEEL_ROWS)

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        if not self._top <= self._cursor < self._top + self.body_height:
            self._top = self._top_around(self._cursor)
            self.refresh()

    def _wheel(self, event: events.MouseEvent, rows: int) -> None:
        event.stop()
        event.prevent_default()
        top = min(max(0, self._top + rows), max(0, len(self._ids) - self.body_height))
        if top != self._top:
            self._top = top
            self.refresh()

    def _within(self, index: int) -> int:
        return min(max(0, index), max(0, len(self._ids) - 1))

    def _top_around(self, index: int) -> int:
        return page_around(index, self.body_height, len(self._ids)).start

    def _in_view(self) -> list[int]:
        return [int(one) for one in self._ids[self._top : self._top + self.body_height]]

    def _row(self, index: int) -> Row:
        pair_id = next(map(int, self._ids[index : index + 1]))
        row = self._rows.get(pair_id)
        if row is None:
            self._rows.fetch(self._in_view())
            row = self._rows[pair_id]
        return row

    def _words(self, words: str) -> Strip:
        key = ("words", words, self.outer_size.width)
        strip = self._strips.get(key)
        if strip is None:
            look = self.look()
            pieces = [Segment(fit(clean_line(words), self.text_width), look)] if words else []
            strip = self._strips[key] = self.edged(pieces, self.text_width if words else 0, look)
        return strip

    def _drawn(self, row: Row, *, is_cursor: bool, is_selected: bool) -> Strip:
        state = ["selected"] * is_selected + ["cursor"] * is_cursor
        look = self.look(*state)
        pointer = "▸" if is_cursor else "┃" if is_selected else " "
        shares = row.percentiles if self.text_width >= NARROW else ""
        room = self.text_width - len(pointer + row.marks + shares) - 1
        pieces = [
            Segment(pointer, look),
            Segment(row.marks, self.look("mark", *state)),
            Segment(shares, self.look("bar", *state)),
            Segment(" " + fit(row.text, room), look),
        ]
        cells = len(pointer + row.marks + shares) + 1 + max(0, room)
        return self.edged([piece for piece in pieces if piece.text], cells, look)
