"""Literal texts as patterns of RE2 that match exactly what `text.fold` makes equal."""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache

from hhtui.query.regex import quotes_like
from hhtui.text import fold

CASED_PLANES = 0x20000
"""The code points in which Unicode has characters with case."""
LONGEST_LITERAL = 500
"""Characters of a literal that become a pattern: RE2 refuses patterns that need much memory."""


def pattern_of(literal: str, *, case_sensitive: bool) -> str:
    """Return a case-sensitive pattern that finds `literal`, quotes of any kind being equal.

    Without `case_sensitive` it matches whatever folds to what the literal folds to. Of a literal of more than 500
    characters it finds the beginning.
    """
    if case_sensitive:
        return "".join(map(_quote_or_self, literal[:LONGEST_LITERAL]))
    return "".join(_class(_alike().get(one, one)) for one in fold(literal[:LONGEST_LITERAL]))


def _quote_or_self(character: str) -> str:
    plain = fold(character)
    return _class(quotes_like(plain)) if plain in ("'", '"') else _class(character)


def _class(characters: str) -> str:
    escaped = "".join(map(_escaped, characters))
    return escaped if len(characters) == 1 else f"[{escaped}]"


def _escaped(character: str) -> str:
    plain = character.isascii() and not character.isalnum() and character not in "_ "
    return f"\\x{{{ord(character):x}}}" if plain else character


@cache
def _alike() -> Mapping[str, str]:
    """Return, for each folded character that others fold to, all of them."""
    every = "".join(map(chr, range(0xD800))) + "".join(map(chr, range(0xE000, CASED_PLANES)))
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for character, folded in zip(every, fold(every), strict=True):
        groups[folded].append(character)
    return {folded: "".join(group) for folded, group in groups.items() if len(group) > 1}
