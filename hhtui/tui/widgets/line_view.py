"""A widget that draws itself line by line under a title, and never needs a layout to show something else."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.color import Color
from textual.geometry import Region, Size
from textual.strip import Strip

from hhtui.text import cells, clean_line
from hhtui.tui.glyphs import drawn, fit
from hhtui.tui.palette import PaletteWidget

TITLE_LINES = 1
KEPT_STRIPS = 512
RULE = "─"
EDGE, POINTED = "│ ", "│▸"
WORDS_GAP = " · "


class Title(NamedTuple):
    """What the first line says: a name, words about it, and something at the right end, such as a score."""

    name: str
    words: str = ""
    aside: str = ""
    active: bool = False

    def fits(self, width: int) -> bool:
        """Return whether all of it can be read in `width` cells."""
        words = cells(clean_line(self.words)) + len(WORDS_GAP) if self.words else 0
        aside = cells(clean_line(self.aside)) + 2 if self.aside else 0
        return cells(clean_line(self.name)) + words + aside + 3 < width + (not words)


class LineView(PaletteWidget, can_focus=False):
    """A title line, drawn as a rule, above a body whose lines the subclass makes.

    With a `corner` (a box-drawing character, where the rule begins) the body has an edge at its left. Strips are
    kept in an LRU under a key that says all that is on them, and forgotten when the styles change.
    """

    ALLOW_SELECT = False

    def __init__(self, *, corner: str = "", id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self.corner = corner
        self._planned: Size | None = None
        self._backdrop: Color | None = None
        self._strips: LRUCache[object, Strip] = LRUCache(KEPT_STRIPS)

    @property
    def text_width(self) -> int:
        """Cells for the text of a body line."""
        return self.text_width_of((self._planned or self.outer_size).width)

    @property
    def body_height(self) -> int:
        """Lines below the title."""
        return max(0, (self._planned or self.outer_size).height - TITLE_LINES)

    @contextmanager
    def planned(self, size: Size) -> Iterator[None]:
        """Answer meanwhile as if the view had this size already, which the next layout gives it."""
        self._planned = size
        try:
            yield
        finally:
            self._planned = None

    def text_width_of(self, width: int) -> int:
        """Return how many cells a view of `width` cells has for text."""
        return max(0, width - len(EDGE) if self.corner else width)

    def title_of(self, width: int) -> Title:
        """Return what the title line says at this width."""
        raise NotImplementedError

    def body_line(self, row: int) -> Strip:
        """Return the body line `row`, counted from 0 at the top of the view, exactly as wide as the view."""
        raise NotImplementedError

    def notify_style_update(self) -> None:
        """Forget everything that was drawn in the old styles."""
        super().notify_style_update()
        self._strips.clear()
        self._backdrop = None

    def refresh_title(self) -> None:
        """Draw the title line again."""
        self.refresh(Region(0, 0, self.outer_size.width, TITLE_LINES))

    def refresh_rows(self, first: int, count: int = 1) -> None:
        """Draw `count` body lines again, from `first`; what is out of view is left out."""
        stop = min(first + count, self.body_height)
        first = max(0, first)
        if first < stop:
            self.refresh(Region(0, first + TITLE_LINES, self.outer_size.width, stop - first))

    def render_line(self, y: int) -> Strip:
        """Return the line `y` of the view."""
        return self.body_line(y - TITLE_LINES) if y >= TITLE_LINES else self._title_line()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the lines within `crop`.

        Textual's own method draws borders and padding around each line again at every paint; there are none here.
        """
        strips = [self.render_line(y) for y in crop.line_range]
        if self._backdrop is None:
            self._backdrop = self.background_colors[1]
        for line_filter in self.get_line_filters():
            strips = [strip.apply_filter(line_filter, self._backdrop) for strip in strips]
        if crop.column_span != (0, self.outer_size.width):
            strips = [strip.crop(*crop.column_span) for strip in strips]
        return strips

    def edged(self, pieces: Sequence[Segment], used: int, padding: Style, *, pointed: bool = False) -> Strip:
        """Return a body line from pieces that take `used` cells: the edge before them, blanks behind them.

        The edge of a `pointed` line points at it.
        """
        edge = [Segment(POINTED if pointed else EDGE, self.look("rule"))] if self.corner else []
        missing = max(0, self.text_width - used)
        blank = [Segment(" " * missing, padding)] if missing else []
        length = len(EDGE) * len(edge) + used + missing
        return Strip([*edge, *pieces, *blank], length).adjust_cell_length(self.outer_size.width, padding)

    def _title_line(self) -> Strip:
        width = self.outer_size.width
        title = self.title_of(width)
        key = ("title", title, width, self.corner)
        strip = self._strips.get(key)
        if strip is None:
            strip = self._strips[key] = self._titled(title, width)
        return strip

    def _titled(self, title: Title, width: int) -> Strip:
        name, words, aside = (drawn(clean_line(text)) for text in (title.name, title.words, title.aside))
        rule = self.look("rule")
        room = width - 3 - (cell_len(aside) + 2 if aside else 0)
        if words and cell_len(name) + 3 < room:
            words = _shortened(f"{WORDS_GAP}{words}", room - cell_len(name))
        else:
            words, name = "", _shortened(name, max(0, room if room > 0 else width - 3))
        if room <= 0:
            aside = ""
        segments = [
            Segment(f"{self.corner or RULE} ", rule),
            Segment(name, self.look("active" if title.active else "strong")),
            Segment(words, self.look("words")),
            Segment(" ", rule),
        ]
        tail = [Segment(f" {aside} ", self.look())] if aside else []
        used = sum(cell_len(text) for text, _, _ in (*segments, *tail))
        segments += [Segment(RULE * max(0, width - used), rule), *tail]
        return Strip([piece for piece in segments if piece.text]).adjust_cell_length(width, rule)


def _shortened(text: str, width: int) -> str:
    return text if cell_len(text) <= width else fit(text, width)
