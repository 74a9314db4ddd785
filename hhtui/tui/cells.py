"""Text as a string of cells: exactly one character for each column of the terminal."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from rich.cells import split_graphemes

from hhtui.text import clean_line

CONTINUATION = "\0"
"""Stands in the second column of a wide character."""

PLAIN = (
    " -~\u00a0-\u00ac\u00ae-\u02ff\u0370-\u0377\u037a-\u037f\u0384-\u038a\u038c\u038e-\u03a1\u03a3-\u0482"
    "\u2010-\u2027\u2030-\u205e\u2190-\u2199\u2400-\u2426\u2500-\u25fc\u2800-\u28ff\ufffd"
)
"""A regular expression's character ranges in which every character takes one column, in every terminal."""

_is_plain = re.compile(f"[{PLAIN}]*").fullmatch
_COMBINED_BASE, _UNSURE_BASE = 0xF0000, 0x100000
_PLANE_SIZE = 0xFFFE
_interned = re.compile("[\U000f0000-\U0010ffff]")
_unsure = re.compile("[\U00100000-\U0010ffff]")
_JOINER = "\u200d"
_FLAG_HALVES = frozenset(map(chr, range(0x1F1E6, 0x1F200)))
_UNSURE_CATEGORIES = frozenset({"Cf", "Cn", "Co", "Mc"})
_UNSURE_CHARACTERS = _FLAG_HALVES.union(map(chr, [0xFE0E, 0xFE0F, *range(0x1160, 0x1200), *range(0x1F3FB, 0x1F400)]))


def width_is_unsure(grapheme: str) -> bool:
    """Tell whether terminals disagree on how many columns `grapheme` takes.

    They do for joined emoji, variation selectors, skin tones, flags, conjoining Hangul, spacing marks, private
    use and code points that this Python's Unicode tables do not know.
    """
    return any(
        character in _UNSURE_CHARACTERS or unicodedata.category(character) in _UNSURE_CATEGORIES
        for character in grapheme
    )


def first_unsure(cells: str) -> int:
    """Return the column of the first cell whose width terminals disagree on, or -1."""
    if cells.isascii():
        return -1
    found = _unsure.search(cells)
    return found.start() if found else -1


def _graphemes(text: str) -> Iterator[tuple[str, int]]:
    """Yield the graphemes of `text` and their widths, with the two halves of a flag as one.

    `Segment.split_cells` can cut a joined emoji before a joiner; like `cell_len`, this leaves out the rest.
    """
    while text.startswith(_JOINER):
        text = text[2:]
    spans, _ = split_graphemes(text)
    halves = ""
    for start, end, width in spans:
        if text[start] in _FLAG_HALVES:
            halves += text[start:end]
            if len(halves) == 2:
                yield halves, 2
                halves = ""
            continue
        if halves:
            yield halves, 1
            halves = ""
        yield text[start:end], width
    if halves:
        yield halves, 1


class CellTable:
    """Encodes text to cells and back.

    A grapheme of one code point whose width is beyond doubt is its own cell. Any other grapheme gets a code
    of its own: from plane 15 where it only combines marks, from plane 16 where its width is unsure. Wide ones
    are followed by `CONTINUATION`. Widths are those of `rich.cells`, which Textual lays out with.
    """

    def __init__(self) -> None:
        self._codes: dict[str, str] = {}
        self._graphemes: dict[str, str] = {}
        self._used = {_COMBINED_BASE: 0, _UNSURE_BASE: 0}
        self._encode_other = lru_cache(maxsize=4096)(self._encode)

    def encode(self, text: str) -> str:
        """Return the cells of one line of text.

        Control characters become visible symbols (`hhtui.text.clean_line`). A zero-width mark without a character
        before it, or on a blank, is left out. Beyond 65,534 different composed graphemes, U+FFFD stands for new ones.
        """
        if (text.isascii() and text.isprintable()) or _is_plain(text):
            return text
        return self._encode_other(text)

    def decode(self, cells: str) -> str:
        """Return the text that draws `cells`."""
        if cells.isascii():
            return cells
        return _interned.sub(lambda code: self._graphemes[code[0]], cells.replace(CONTINUATION, ""))

    def _encode(self, text: str) -> str:
        return "".join(self._cell(grapheme, width) for grapheme, width in _graphemes(clean_line(text)) if width)

    def _cell(self, grapheme: str, width: int) -> str:
        if grapheme[0] == " ":
            return " "
        unsure = width_is_unsure(grapheme)
        code = self._code(grapheme, unsure) if unsure or len(grapheme) > 1 else grapheme
        return code + CONTINUATION * (width - 1)

    def _code(self, grapheme: str, unsure: bool) -> str:
        if (known := self._codes.get(grapheme)) is not None:
            return known
        base = _UNSURE_BASE if unsure else _COMBINED_BASE
        if self._used[base] == _PLANE_SIZE:
            return "\ufffd"
        code = chr(base + self._used[base])
        self._used[base] += 1
        self._codes[grapheme] = code
        self._graphemes[code] = grapheme
        return code
