"""Keeps the cells that the terminal shows and those it should show, and sends only the difference."""

import re
from collections.abc import Iterable, Iterator, Sequence
from operator import ne, or_
from typing import NamedTuple

from rich.color import ColorSystem
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.strip import Strip

from hhtui.tui.cells import CONTINUATION, CellTable, first_unsure
from hhtui.tui.looks import DEFAULT, LookTable
from hhtui.tui.pen import Pen

_LONG = 5
_changed_run = re.compile(b"\x01+").finditer
_long_blank = re.compile(f" {{{_LONG},}}").finditer


class Row(NamedTuple):
    """One row of cells: a character and a look's code for each column (`cells`, `looks`)."""

    text: str
    looks: str


Chop = tuple[int, int, Strip]
"""A strip and the columns that it covers: start, end, strip."""


class Differ:
    """The wanted and the shown rows of a terminal.

    `apply` takes Textual's updates into the wanted rows; `paint` returns the sequences that make the terminal
    show them. The cells are compared row by row, and cell by cell only in rows that differ; strips that are
    the very object drawn before are not looked at again. Wide characters are drawn as one. Nothing but the
    differ's own escape sequences is ever returned: control characters of the content become visible symbols.
    """

    def __init__(self, system: ColorSystem = ColorSystem.TRUECOLOR, erases: bool = True) -> None:
        self._cells = CellTable()
        self._looks = LookTable(system)
        self._erases = erases
        self._resize(0, 0)

    def _resize(self, width: int, height: int) -> None:
        self.size = width, height
        self._wanted = [Row(" " * width, DEFAULT * width)] * height
        self._shown = self._wanted.copy()
        self._strips: list[dict[tuple[int, int], Strip]] = [{} for _ in range(height)]
        self._ends: list[list[int]] = [[] for _ in range(height)]
        self._dirty: set[int] = set()
        self._pen = Pen(self._cells, self._looks, width, self._erases)
        self._unknown = True

    def invalidate(self) -> None:
        """Forget what the terminal shows: the next `paint` clears it and draws everything."""
        self._unknown = True

    def apply(self, update: LayoutUpdate | ChopsUpdate) -> None:
        """Take an update of the compositor into the wanted rows."""
        if isinstance(update, LayoutUpdate):
            region = update.region
            if (region.right, region.bottom) != self.size:
                self._resize(region.right, region.bottom)
            for y, strips in enumerate(update.strips, region.y):
                chops = list(_laid_out(region.x, region.right, strips))
                self._apply_row(y, chops, [end for _, end, _ in chops])
        else:
            for y, chops in _chops_of_rows(update):
                if y < self.size[1]:
                    self._apply_row(y, chops, update.chop_ends[y])
        if self._looks.full:
            self._compact()

    def unpainted(self, cursor: tuple[int, int]) -> bool:
        """Tell whether the terminal shows something else than it should, its cursor's place included."""
        if self._unknown:
            return True
        self._dirty = {y for y in self._dirty if self._wanted[y] != self._shown[y]}
        return bool(self._dirty) or cursor != (self._pen.x, self._pen.y)

    def paint(self, cursor: tuple[int, int]) -> str:
        """Return what makes the terminal show the wanted rows, and put its cursor at column, row.

        Leaves the terminal in the default look. Returns an empty string where nothing differs.
        """
        pen = self._pen
        if self._unknown:
            width, height = self.size
            pen.clear()
            self._shown = [Row(" " * width, DEFAULT * width)] * height
            self._dirty = set(range(height))
            self._unknown = False
        for y in sorted(self._dirty):
            wanted = self._wanted[y]
            if wanted != self._shown[y]:
                self._paint_row(y, self._shown[y], wanted)
                self._shown[y] = wanted
        self._dirty.clear()
        pen.reset_look()
        pen.go_to(*cursor)
        return pen.take()

    def _paint_row(self, y: int, shown: Row, wanted: Row) -> None:
        text, looks = wanted
        write, write_over = self._pen.write, self._pen.write_over
        for run in _changed_run(_changed_cells(shown, wanted)):
            start, end = run.span()
            if text[end : end + 1] == CONTINUATION:
                end += 1
            write_over(start, y, text, looks)
            write(start, y, text[start:end], looks[start:end])

    def _apply_row(self, y: int, chops: Sequence[Chop], ends: list[int]) -> None:
        drawn = self._strips[y]
        if ends != self._ends[y]:
            self._ends[y] = ends
            drawn.clear()
        text, looks = self._wanted[y]
        for start, end, strip in chops:
            if drawn.get((start, end)) is not strip:
                drawn[start, end] = strip
                cells = self._row_of(strip, end - start)
                text = _splice(text, start, cells.text)
                looks = looks[:start] + cells.looks + looks[start + len(cells.looks) :]
        self._wanted[y] = Row(text, looks)
        self._dirty.add(y)

    def _row_of(self, strip: Strip, columns: int) -> Row:
        """Return the cells of `strip`, at most so many. Of a shorter one, Textual leaves the rest as it was."""
        encode, code = self._cells.encode, self._looks.code
        texts, looks = [], []
        for text, style, control in strip:
            if not control:
                cells = text if text.isascii() and text.isprintable() else encode(text)
                texts.append(cells)
                looks.append(code(style) * len(cells))
        row = Row("".join(texts), "".join(looks))
        return row if len(row.text) <= columns else _cut(row, columns)

    def _compact(self) -> None:
        used = set().union(*(row.looks for row in (*self._wanted, *self._shown)))
        codes = self._looks.compact(used)
        self._wanted = [Row(row.text, row.looks.translate(codes)) for row in self._wanted]
        self._shown = [Row(row.text, row.looks.translate(codes)) for row in self._shown]


def _laid_out(left: int, right: int, strips: Iterable[Strip]) -> Iterator[Chop]:
    """Yield the chops of a full update's row.

    The compositor hands over the values of a dictionary by column. Its keys are truer than the strips' own lengths:
    Textual mismeasures some strips that it has cut inside a joined emoji.
    """
    if (columns := getattr(strips, "mapping", None)) is not None:
        starts = list(columns)
        yield from zip(starts, [*starts[1:], right], strips, strict=True)
    else:
        for strip in strips:
            yield left, (left := left + strip.cell_length), strip


def _chops_of_rows(update: ChopsUpdate) -> Iterator[tuple[int, list[Chop]]]:
    """Yield the rows of a partial update, each with the chops that its span touches.

    A chop is never cut by a widget's edge, so the whole of it is known where its span touches it.
    """
    for y, left, right in update.spans:
        yield (
            y,
            [
                (x, end, strip)
                for (x, strip), end in zip(update.chops[y].items(), update.chop_ends[y], strict=False)
                if strip is not None and x < right and end > left
            ],
        )


def _changed_cells(shown: Row, wanted: Row) -> bytes:
    """Return one byte a column: 1 where the cell must be drawn, else 0.

    From the first character of unsure width on everything must be, for it may have covered anything there.
    """
    looks = map(ne, shown.looks, wanted.looks)
    if shown.text == wanted.text:
        changed = bytes(looks)
    elif shown.looks == wanted.looks:
        changed = bytes(map(ne, shown.text, wanted.text))
    else:
        changed = bytes(map(or_, map(ne, shown.text, wanted.text), looks))
    unsure = [column for column in (first_unsure(shown.text), first_unsure(wanted.text)) if column >= 0]
    if unsure:
        return changed[: min(unsure)] + b"\x01" * (len(changed) - min(unsure))
    return _with_whole_blanks(changed, wanted)


def _with_whole_blanks(changed: bytes, wanted: Row) -> bytes:
    """Return `changed` with the few equal cells inside long blanks marked too, so that one erasure does for all."""
    for blank in _long_blank(wanted.text):
        first = changed.find(1, *blank.span())
        last = changed.rfind(1, *blank.span())
        looks = wanted.looks[first : last + 1]
        if last - first >= _LONG and looks == looks[0] * len(looks):
            changed = changed[:first] + b"\x01" * len(looks) + changed[last + 1 :]
    return changed


def _cut(row: Row, columns: int) -> Row:
    text = row.text[:columns]
    return Row(text[:-1] + " " if row.text[columns] == CONTINUATION else text, row.looks[:columns])


def _splice(row: str, start: int, cells: str) -> str:
    """Put `cells` into the row; of a wide character that is cut in two there, the rest becomes blank."""
    end = start + len(cells)
    before, after = row[:start], row[end:]
    if cells and row[start] == CONTINUATION:
        before = before[:-1] + " "
    if after[:1] == CONTINUATION:
        after = " " + after[1:]
    return before + cells + after
