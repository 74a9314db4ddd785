"""Text as every terminal draws it alike: which characters are drawn in another form, and how many cells they take.

Terminals disagree with each other, and with rich's tables, about invisible characters, joined emoji, skin tones
and flags. One cell of disagreement shears everything to the right of it, so text is measured and sent in a form
about which they agree. Only what is drawn changes; positions always refer to the text before that.
"""

import re
from functools import cache, lru_cache

from rich.cells import get_character_cell_size

JOINER = "\u200d"
LONE_MARK_BASE = "\u25cc"
ELLIPSIS = "\u2026"

_IGNORABLE = (
    (0x034F, 0x034F),
    (0x061C, 0x061C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFB),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
)
_REGIONAL_INDICATORS = range(0x1F1E6, 0x1F200)
_SKIN_TONES = range(0x1F3FB, 0x1F400)

_SPECIAL = frozenset((*_REGIONAL_INDICATORS, *_SKIN_TONES))

_UNPLAIN = re.compile(
    "[^\n -~\u00a0-\u00ac\u00ae-\u02ff\u0370-\u0482\u048a-\u0590\u1e00-\u1fff\u2010-\u2027\u2030-\u205e\u2070-\u20bf"
    "\u2100-\u2319\u2400-\u2426\u2500-\u25fc\u2800-\u28ff]"
)


def plain(text: str) -> bool:
    """Return whether every character of `text` but newlines takes one cell and is drawn as it is."""
    return _UNPLAIN.search(text) is None


def drawn(text: str) -> str:
    """Return `text`, one line that went through `hhtui.text.clean`, in the form that is sent to the terminal.

    Left out are the characters of Unicode's Default_Ignorable_Code_Point (DerivedCoreProperties.txt: joiners,
    variation selectors, direction marks, tags) and the interlinear annotation marks, so the parts of a joined
    emoji stand side by side. A soft hyphen is drawn as a hyphen, a skin tone as one shaded cell, a regional
    indicator as a full-width letter. A combining mark with nothing to combine with stands on a dotted circle.
    """
    if plain(text):
        return text
    shown = text.translate(_forms())
    if shown and not get_character_cell_size(shown[0]):
        return LONE_MARK_BASE + shown
    return shown


@cache
def _forms() -> dict[int, str]:
    """Return the form in which each character is drawn that is not drawn as it is, as `str.translate` takes it."""
    return {
        **{code: "" for first, last in _IGNORABLE for code in range(first, last + 1)},
        **{code: chr(0xFF21 + code - _REGIONAL_INDICATORS.start) for code in _REGIONAL_INDICATORS},
        **dict.fromkeys(_SKIN_TONES, "\u2592"),
        0x00AD: "\u2010",
    }


@lru_cache(maxsize=4096)
def cells_of(character: str) -> int:
    """Return how many cells one character takes in the form that is drawn: 0, 1 or 2."""
    return sum(get_character_cell_size(one) for one in character.translate(_forms()))


def continues(text: str, position: int) -> bool:
    """Return whether the character at `position` belongs to the grapheme of the one before it."""
    if not 0 < position < len(text):
        return False
    character, before = text[position], text[position - 1]
    if before == "\n" or character == "\n":
        return False
    if before == JOINER or not cells_of(character) or ord(character) in _SKIN_TONES:
        return True
    return ord(character) in _REGIONAL_INDICATORS and _indicators_before(text, position) % 2 == 1


def graphemes(text: str, most: int) -> list[tuple[int, int, int]]:
    """Split one line into graphemes: (start, end, cells) each, in order and without gaps.

    A grapheme of more than `most` cells (at least 2), which only a chain of joiners makes, is split.
    """
    found: list[tuple[int, int, int]] = []
    start = cells = 0
    before = ""
    for position, character in enumerate(text):
        wide = cells_of(character)
        simple = wide and before != JOINER and ord(character) not in _SPECIAL
        if position and (simple or cells + wide > most or not continues(text, position)):
            found.append((start, position, cells))
            start, cells = position, 0
        cells += wide
        if not cells and not start and character.translate(_forms()):
            cells = 1
        before = character
    if text:
        found.append((start, len(text), cells))
    return found


def snap(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span widened so that it begins and ends between graphemes."""
    while continues(text, start):
        start -= 1
    while continues(text, end):
        end += 1
    return start, end


def fit(text: str, width: int) -> str:
    """Return `text`, one cleaned line, as drawn in exactly `width` cells: padded, or cut with an ellipsis."""
    if width <= 0:
        return ""
    if plain(text):
        return text.ljust(width) if len(text) <= width else text[: width - 1] + ELLIPSIS
    kept, used, whole = 0, 0, True
    for _, end, cells in graphemes(text[: 16 * width], max(2, width)):
        if used + cells > width:
            whole = False
            break
        kept, used = end, used + cells
    if whole and kept == len(text):
        return drawn(text) + " " * (width - used)
    while kept and used > width - 1:
        kept, used = _without_last(text[:kept], width)
    return drawn(text[:kept]) + ELLIPSIS + " " * (width - 1 - used)


def _indicators_before(text: str, position: int) -> int:
    count = 0
    while count < position and ord(text[position - count - 1]) in _REGIONAL_INDICATORS:
        count += 1
    return count


def _without_last(text: str, width: int) -> tuple[int, int]:
    parts = graphemes(text, max(2, width))[:-1]
    return (parts[-1][1] if parts else 0), sum(cells for _, _, cells in parts)
