"""Words become masks of the same width, so that a reader sees that something is hidden, and how much."""

import re
import unicodedata
from functools import cache, lru_cache

from hhtui.text import clean
from hhtui.tui.glyphs import JOINER, cells_of, graphemes, plain

MASK, WIDE_MASK = "*", "\uff0a"
"""What stands for one cell and for two: a line may be broken beside a wide character, and so beside a wide mask."""
NO_CELL = "\u200b"
WIDEST_GRAPHEME = 64
_CONNECTOR = "Pc"
_LINE = re.compile(r"[^\n]+")


@lru_cache(maxsize=256)
def mask(text: str) -> str:
    """Return `text` with a mask for everything in it but white space and punctuation.

    It is cleaned for a terminal first. Each grapheme becomes masks of the cells that it takes when it is drawn, so
    the lines of the masked text break where those of the text do.
    """
    head, body = text[: len(text) - len(text.lstrip())], text.strip()
    tail = text[len(head) + len(body) :]
    return f"{head}{_masked(clean(body))}{tail}"


def _masked(text: str) -> str:
    return text.translate(_of_ascii()) if text.isascii() else _LINE.sub(lambda line: _masked_line(line[0]), text)


def _masked_line(line: str) -> str:
    if plain(line):
        return "".join(one if _stays(one) else MASK for one in line)
    return "".join(
        line[start:end] if all(map(_stays, line[start:end])) else _of_cells(cells)
        for start, end, cells in graphemes(line, WIDEST_GRAPHEME)
    )


def _of_cells(cells: int) -> str:
    """Return a mask of so many cells that is never broken within, as a grapheme is not; it may be invisible."""
    return NO_CELL if not cells else JOINER.join([WIDE_MASK] * (cells // 2) + [MASK] * (cells % 2))


@lru_cache(maxsize=4096)
def _stays(character: str) -> bool:
    category = unicodedata.category(character)
    return character.isspace() or (category[0] == "P" and category != _CONNECTOR and cells_of(character) > 0)


@cache
def _of_ascii() -> dict[int, str]:
    """Return the mask of each ASCII character that has one, as `str.translate` takes it."""
    return {code: MASK for code in range(0x21, 0x7F) if not _stays(chr(code))}
