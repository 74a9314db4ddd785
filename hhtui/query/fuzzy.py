"""What `~text` asks of a text, and how far a word may be from the one that was typed."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

from hhtui.query.terms import PUNCTUATION, Indexed, term_of
from hhtui.query.tokens import tokenise
from hhtui.query.tree import Word

SHORT = 2
"""Words of so many letters are too like each other: beside longer ones they count for the likeness alone."""
MOST_WORDS = 12


class Asked(NamedTuple):
    """What a text must hold: a word like each of `words`, folded as the index has them, and each of `literals`."""

    words: tuple[str, ...]
    literals: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.words or self.literals)


def asked(text: str) -> Asked:
    """Return what `text` asks for; nothing where it has neither a letter nor a symbol.

    Words of one or two letters are left out beside anything longer, and so are all but the 12 longest. What the index
    has no word for (an emoji, CJK, `C++`) is a literal.
    """
    words: dict[str, None] = {}
    literals: dict[str, None] = {}
    for piece in text.split():
        terms = _terms(piece)
        words.update(dict.fromkeys(terms))
        if not terms and not all(map(_is_punctuation, piece)):
            literals[piece.strip(PUNCTUATION)] = None
    long = [word for word in words if len(word) > SHORT]
    kept = long if long or literals else list(words)
    longest = sorted(kept, key=len, reverse=True)[:MOST_WORDS]
    return Asked(tuple(word for word in kept if word in longest), tuple(literals)[:MOST_WORDS])


def edits(word: str) -> int:
    """Return how many letters may differ: 0 of one or two, 1 of three to five, else 2, as Elasticsearch's AUTO."""
    return 0 if len(word) <= SHORT else 1 if len(word) <= 5 else 2


def _terms(piece: str) -> tuple[str, ...]:
    """Return the words of a piece between blanks, none where a substring is what can be looked for."""
    tokens = tokenise(piece)
    if not tokens:
        return ()
    bare = piece[tokens[0].start : tokens[-1].end]
    term = term_of(Word(bare))
    whole = len(bare) > SHORT or bare == piece.strip(PUNCTUATION)
    return term.terms if isinstance(term, Indexed) and whole else ()


def _is_punctuation(character: str) -> bool:
    return unicodedata.category(character)[0] in "PZ" or (character.isascii() and not character.isalnum())
