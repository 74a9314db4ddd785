"""A terminal in memory (pyte) that measures characters as asked, and pictures of what it shows."""

import unicodedata
from collections.abc import Callable
from typing import NamedTuple

import pyte
from pyte.screens import Char
from rich.cells import cell_len

FIRST_PICTOGRAPH = "\U0001f000"


class Cell(NamedTuple):
    """What a reader sees of a cell: a blank has a background, and lines through it, but no colour."""

    data: str
    foreground: str
    background: str
    attributes: tuple[bool, ...]


class Emulator(pyte.Screen):
    """A screen that keeps whole graphemes in their first cell.

    `width` gives the columns of a grapheme: `cell_len` makes a terminal that agrees with Textual;
    `code_point_width` one that knows no joined emoji.
    """

    def __init__(self, columns: int, lines: int, width: Callable[[str], int] = cell_len) -> None:
        self.width = width
        super().__init__(columns, lines)
        self.reset_mode(pyte.modes.DECAWM)

    def draw(self, data: str) -> None:
        """Draw `data`: a zero-width character, and what follows a joiner, join the cell before the cursor.

        Marks on a blank are not drawn: cutting a strip can leave one behind.
        """
        for character in data:
            line = self.buffer[self.cursor.y]
            x = self.cursor.x - 1
            if x > 0 and line[x].data == "":
                x -= 1
            joined = (line[x].data if x >= 0 else "") + character
            if x >= 0 and self._joins(joined, character):
                if joined[0] == " ":
                    continue
                line[x] = line[x]._replace(data=joined)
                self._place(x, self.width(joined), line[x])
            else:
                width = max(1, self.width(character))
                if self.cursor.x + width > self.columns:
                    self.cursor.x = self.columns - width
                self._tear(self.cursor.x)
                line[self.cursor.x] = self.cursor.attrs._replace(data=character)
                self._place(self.cursor.x, width, line[self.cursor.x])

    def _joins(self, joined: str, character: str) -> bool:
        after_joiner = joined[-2:-1] == "\u200d" and character >= FIRST_PICTOGRAPH and self.width(joined) <= 2
        return self.width(character) == 0 or after_joiner

    def _place(self, x: int, width: int, cell: Char) -> None:
        line = self.buffer[self.cursor.y]
        for column in range(x + 1, min(x + width, self.columns)):
            line[column] = cell._replace(data="")
        if x + width < self.columns and line[x + width].data == "":
            line[x + width] = line[x + width]._replace(data=" ")
        self.cursor.x = max(self.cursor.x, min(x + width, self.columns))

    def _tear(self, x: int) -> None:
        """Blank the first half of the wide character whose second half column `x` holds."""
        line = self.buffer[self.cursor.y]
        if line[x].data == "" and x > 0:
            line[x - 1] = line[x - 1]._replace(data=" ")

    @property
    def display(self) -> list[str]:
        """The text of all rows."""
        return ["".join(self.buffer[y][x].data for x in range(self.columns)) for y in range(self.lines)]

    def picture(self) -> list[list[Cell]]:
        """Return all rows as a reader sees them."""
        return [[_seen(self.buffer[y][x]) for x in range(self.columns)] for y in range(self.lines)]


def code_point_width(grapheme: str) -> int:
    """Measure as a terminal that adds up code points and knows neither joiners nor variation selectors."""
    return sum(
        0 if unicodedata.category(character) in ("Mn", "Me", "Cf") else 2 if wide(character) else 1
        for character in grapheme
    )


def wide(character: str) -> bool:
    """Tell whether Unicode says that a character takes two columns."""
    return unicodedata.east_asian_width(character) in "WF"


def _seen(cell: Char) -> Cell:
    foreground, background = (cell.bg, cell.fg) if cell.reverse else (cell.fg, cell.bg)
    lines = (cell.underscore, cell.strikethrough)
    if cell.data == " " and not any(lines):
        return Cell(" ", "", background, ())
    return Cell(cell.data, foreground, background, (cell.bold, cell.italics, *lines))
