"""Writes cells at places, keeping track of the terminal's cursor and look, in as few bytes as it can."""

import re

from hhtui.tui.cells import CONTINUATION, CellTable, first_unsure
from hhtui.tui.looks import DEFAULT, LookTable

_blanks = re.compile("( {9,}| {5,}$)")
_same_look = re.compile(r"(.)\1*", re.DOTALL)
_FORWARD = ("", "\x1b[C", *(f"\x1b[{columns}C" for columns in range(2, 10)))
_SHORTEST_ERASE = 5


class Pen:
    """A terminal's cursor: position (None where unknown, as after the last column) and look.

    `erases` says whether the terminal erases with the current background colour (terminfo's bce).
    Every sequence is ECMA-48 and understood by the Linux console, xterm, tmux and screen.
    """

    def __init__(self, cells: CellTable, looks: LookTable, width: int, erases: bool) -> None:
        self.x: int | None = None
        self.y: int | None = None
        self._cells = cells
        self._looks = looks
        self._look = DEFAULT
        self._width = width
        self._erases = erases
        self._out: list[str] = []

    def take(self) -> str:
        """Return what was written since the last call."""
        written = "".join(self._out)
        self._out.clear()
        return written

    def clear(self) -> None:
        """Clear the whole screen to the default look, whatever it showed."""
        self._out.append("\x1b[0m\x1b[2J")
        self._look = DEFAULT
        self.x = self.y = None

    def reset_look(self) -> None:
        """Return to the default look."""
        self._use(DEFAULT)

    def go_to(self, x: int, y: int) -> None:
        """Move the cursor by the shortest sequence."""
        if (x, y) != (self.x, self.y):
            self._out.append(self._along(x) if y == self.y else self._across(x, y))
            self.x, self.y = x, y

    def write(self, x: int, y: int, text: str, looks: str) -> None:
        """Write the cells `text`, each in its look, from column `x` of row `y` on."""
        look = looks[0]
        if looks == look * len(looks):
            self._write_run(x, y, text, look)
            return
        for run in _same_look.finditer(looks):
            start, end = run.span()
            self._write_run(x + start, y, text[start:end], run[1])

    def write_over(self, x: int, y: int, text: str, looks: str) -> None:
        """Come to column `x` by writing again the few cells before it, where that is not longer than a move.

        `text` and `looks` are the whole row, as the terminal shows it before `x`.
        """
        if y != self.y or self.x is None or not 0 < x - self.x <= 3:
            return
        gap = text[self.x : x]
        gap_looks = looks[self.x : x]
        if gap.isascii() and (
            gap_looks == self._look * len(gap) or gap_looks == looks[x] * len(gap) != self._look * len(gap)
        ):
            self._use(gap_looks[0])
            self._out.append(gap)
            self.x = x

    def _write_run(self, x: int, y: int, text: str, look: str) -> None:
        if self._erases and "    " in text and self._looks.erases(look):
            for piece in _blanks.split(text):
                if piece and not piece.strip(" ") and len(piece) >= _SHORTEST_ERASE:
                    self._erase(x, y, len(piece), look)
                elif piece:
                    self._write_text(x, y, piece, look)
                x += len(piece)
        else:
            self._write_text(x, y, text, look)

    def _erase(self, x: int, y: int, columns: int, look: str) -> None:
        self.go_to(x, y)
        self._use(self._looks.blank(self._look, look))
        self._out.append("\x1b[K" if x + columns == self._width else f"\x1b[{columns}X")

    def _write_text(self, x: int, y: int, text: str, look: str) -> None:
        self.go_to(x, y)
        if look != self._look:
            self._use(look if text.strip(" ") else self._looks.blank(self._look, look))
        while (unsure := first_unsure(text)) >= 0:
            self._put(text[:unsure])
            columns = 2 if text[unsure + 1 : unsure + 2] == CONTINUATION else 1
            self._put_unsure(x + unsure, y, text[unsure : unsure + columns])
            x += unsure + columns
            text = text[unsure + columns :]
            if text:
                self.go_to(x, y)
        self._put(text)

    def _put(self, text: str) -> None:
        if text and self.x is not None:
            self._out.append(text if text.isascii() else self._cells.decode(text))
            self.x += len(text)
            if self.x >= self._width:
                self.x = None

    def _put_unsure(self, x: int, y: int, cell: str) -> None:
        """Write a character of unsure width so that what it may leave uncovered is blank."""
        self.go_to(x, y)
        self._out.append(" " * len(cell))
        self.x = None
        self.go_to(x, y)
        self._out.append(self._cells.decode(cell))
        self.x = None

    def _use(self, look: str) -> None:
        if look != self._look:
            self._out.append(self._looks.transition(self._look, look))
            self._look = look

    def _along(self, x: int) -> str:
        """The shortest move within the row."""
        if x == 0:
            return "\r"
        column = f"\x1b[{x + 1}G"
        if self.x is None:
            return column
        columns = x - self.x
        if columns > 0:
            return _FORWARD[columns] if columns < len(_FORWARD) else min(f"\x1b[{columns}C", column, key=len)
        return "\b" * -columns if columns > -4 else min(f"\x1b[{-columns}D", column, key=len)

    def _across(self, x: int, y: int) -> str:
        """The shortest move to another row. A new line counts three bytes: the kernel adds a carriage return."""
        row = str(y + 1) if y or x else ""
        absolute = f"\x1b[{row};{x + 1}H" if x else f"\x1b[{row}H"
        if self.y is None or y != self.y + 1:
            return absolute
        if x == self.x:
            return "\x1b[B"
        forward = "" if x == 0 else _FORWARD[x] if x < len(_FORWARD) else f"\x1b[{x}C"
        return f"\r\n{forward}" if len(forward) + 3 <= len(absolute) else absolute
