"""Text made safe for terminals, and text made comparable for matching."""

TAB_WIDTH = 4

_SURROGATES = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
_C0 = {code: chr(0x2400 + code) for code in range(0x20) if code not in (0x09, 0x0A)}
_C1 = dict.fromkeys(range(0x80, 0xA0), "\u2426")
_BIDIRECTIONAL = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)], "\u21c4")
_LINE_SEPARATORS = dict.fromkeys((0x2028, 0x2029), "\u2424")
_VISIBLE = {**_SURROGATES, **_C0, 0x7F: "\u2421", **_C1, **_BIDIRECTIONAL, **_LINE_SEPARATORS}
_ONE_LINE = {**_VISIBLE, 0x09: " ", 0x0A: " "}

_QUOTES = {
    **dict.fromkeys(map(ord, "\u2018\u2019\u201a\u201b\u2032\u00b4`"), "'"),
    **dict.fromkeys(map(ord, "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb"), '"'),
}
_SIMPLE_CASE = {ord("\u0130"): "i", ord("\u03a3"): "\u03c3", ord("\u03c2"): "\u03c3"}
FOLDED = tuple((chr(code), plain) for code, plain in (_QUOTES | _SIMPLE_CASE).items())
"""Characters that `fold` replaces before case is removed, and what by."""


def clean(text: str) -> str:
    """Return `text` as it may be sent to a terminal.

    C0 controls become their Unicode control pictures (newlines stay, tabs expand to columns of four), DEL
    and C1 controls, bidirectional embeddings, overrides and isolates and the Unicode line separators become
    one visible symbol each, and lone surrogates become U+FFFD. No other character changes, so without tabs
    the length stays the same.
    """
    return text.translate(_VISIBLE).expandtabs(TAB_WIDTH)


def clean_line(text: str) -> str:
    """Return `text` as `clean` does, on one line: newlines and tabs become single spaces."""
    return text.translate(_ONE_LINE)


def shortened(text: str, longest: int) -> str:
    """Return `text`, or of what has more than `longest` characters the beginning with an ellipsis."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def fold(text: str) -> str:
    """Return `text` with typographic quotes made plain and case removed, character by character.

    The result has the length of `text`, so a position in one is a position in the other.
    """
    if text.isascii():
        return text.replace("`", "'").lower()
    for character, plain in FOLDED:
        if character in text:
            text = text.replace(character, plain)
    return text.lower()


def cells(text: str) -> int:
    """Return how many terminal columns `text`, one line without control characters, takes."""
    from rich.cells import cell_len

    return cell_len(text)
