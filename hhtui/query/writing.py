"""What is being written where the cursor stands in a query: a field's name, a value, a word, an order, or nothing."""

import re
from enum import Enum
from typing import NamedTuple

from hhtui.query.fields import SIDES

_RUN = re.compile(r'[^\s()"]*')
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*\Z")
_QUOTED = re.compile(r'"[^"]*"')
_REGEX = re.compile(r"/(?:\\.|[^\\])*?/c?(?=[\s)]|\Z)", re.DOTALL)
_ITEM = re.compile(r'[^\s(),"]*')


class Piece(Enum):
    """What a piece of a query may become."""

    TERM = "term"
    """A field's name, a side, or a word."""
    TEXT = "text"
    """A word alone: it stands after a side."""
    VALUE = "value"
    ORDER = "order"


class Writing(NamedTuple):
    """The piece of a query that ends at the cursor.

    `start` is its offset, `typed` its text; `name` is the field before the colon of a value, as it was written, and
    `side` the side that a word is looked for in, "" for all. `taken` are the values before it in the same list.
    """

    piece: Piece
    start: int
    typed: str
    name: str = ""
    side: str = ""
    taken: tuple[str, ...] = ()


def writing(text: str, cursor: int) -> Writing | None:
    """Return what is being written at `cursor`, an offset into `text`.

    None inside quotes, regular expressions and likenesses, right behind one, and where text goes on at the cursor.
    """
    behind = text[cursor : cursor + 1]
    if behind and not behind.isspace() and behind not in "),":
        return None
    return _Reader(text[:cursor]).read()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.groups: list[str] = []

    def read(self) -> Writing | None:
        found: Writing | None = None
        while found is None:
            self._open()
            side = self.groups[-1] if self.groups else ""
            before = self.at
            if self._done():
                return Writing(Piece.TEXT if side else Piece.TERM, self.at, "", side=side)
            found = self._term(side)
            if found is None and (self._done() or self.at == before):
                return None
        return found

    def _open(self) -> None:
        """Read what stands before a term: white space, parentheses, signs."""
        while not self._done() and (self.text[self.at].isspace() or self.text[self.at] in "()-"):
            if self.text[self.at] in "()":
                self._parenthesis()
            else:
                self.at += 1

    def _term(self, side: str) -> Writing | None:
        """Read a term; return the piece where it ends the text."""
        if self.text[self.at] in '"/~':
            self._closed()
            return None
        start, run = self.at, self._skip(_RUN)
        name, colon, _ = run.partition(":")
        if not colon or not _NAME.match(name):
            if self._done() and not colon:
                return Writing(Piece.TEXT if side else Piece.TERM, start, run, side=side)
            return None
        self.at = start + len(name) + 1
        lowered = name.lower()
        if lowered in SIDES:
            return self._text_of(lowered)
        return self._items(name, Piece.ORDER if lowered == "sort" else Piece.VALUE)

    def _text_of(self, side: str) -> Writing | None:
        following = self.text[self.at : self.at + 1]
        if following == "(":
            self._parenthesis(side)
            return Writing(Piece.TEXT, self.at, "", side=side) if self._done() else None
        if following and following in '"/~':
            self._closed()
            return None
        start, run = self.at, self._skip(_RUN)
        return Writing(Piece.TEXT, start, run, side=side) if self._done() else None

    def _items(self, name: str, piece: Piece) -> Writing | None:
        taken: list[str] = []
        while True:
            if self.text[self.at : self.at + 1] == '"':
                self._closed()
                if self._done():
                    return None
            else:
                start, item = self.at, self._skip(_ITEM)
                if self._done():
                    return Writing(piece, start, item, name, taken=tuple(taken))
                taken.append(item)
            if self.text[self.at] != ",":
                return None
            self.at += 1

    def _closed(self) -> None:
        """Read a quoted text, a regular expression or a likeness; one that is open reaches to the end."""
        if self.text[self.at] == "~":
            self.at += 1
            if self.text[self.at : self.at + 1] != '"':
                self._skip(_RUN)
                return
        found = (_REGEX if self.text[self.at] == "/" else _QUOTED).match(self.text, self.at)
        self.at = found.end() if found else len(self.text)

    def _parenthesis(self, side: str = "") -> None:
        if self.text[self.at] == "(":
            self.groups.append(side or (self.groups[-1] if self.groups else ""))
        elif self.groups:
            self.groups.pop()
        self.at += 1

    def _skip(self, pattern: re.Pattern[str]) -> str:
        """Read what `pattern`, which may be nothing, matches here."""
        found = pattern.match(self.text, self.at)
        assert found is not None
        self.at = found.end()
        return found[0]

    def _done(self) -> bool:
        return self.at >= len(self.text)
