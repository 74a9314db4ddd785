"""Words that name groups of people, beside which toxicity models score too high."""

import re
from typing import NamedTuple

SOURCE = "Dixon, Li, Sorensen, Thain, Vasserman 2018, Measuring and Mitigating Unintended Bias in Text Classification"
"""Where `TERMS` are from: adjectives_people.txt of conversationai/unintended-ml-bias-analysis, its spelling kept."""

TERMS: tuple[str, ...] = (
    *("lesbian", "gay", "bisexual", "transgender", "trans", "queer", "lgbt", "lgbtq", "homosexual", "straight"),
    *("heterosexual", "male", "female", "nonbinary", "african", "african american", "black", "white", "european"),
    *("hispanic", "latino", "latina", "latinx", "mexican", "canadian", "american", "asian", "indian"),
    *("middle eastern", "chinese", "japanese", "christian", "muslim", "jewish", "buddhist", "catholic", "protestant"),
    *("sikh", "taoist", "old", "older", "young", "younger", "teenage", "millenial", "middle aged", "elderly"),
    *("blind", "deaf", "paralyzed"),
)
"""The 50 terms, each in the singular."""


class Mention(NamedTuple):
    """A place where a text names a group: the term of `TERMS`, and the characters `start` to `end`."""

    term: str
    start: int
    end: int


def terms_in(text: str) -> tuple[Mention, ...]:
    """Return every place where `text` names a group, in their order; of terms that begin together the longest.

    A term counts as a whole word, in any case, in the singular or with an s; between two words of a term stands white
    space alone. What a word means is not looked at: an old house is found like an old person.
    """
    return tuple(
        Mention(" ".join(found[1].lower().split()), found.start(), found.end()) for found in _PATTERN.finditer(text)
    )


def names_group(text: str) -> bool:
    """Return whether `text` has any of the terms, as `terms_in` finds them."""
    return _PATTERN.search(text) is not None


_WRITTEN = "|".join(sorted(TERMS, key=len, reverse=True)).replace(" ", r"\s+")
_PATTERN = re.compile(rf"(?<![^\W_])(?ai:({_WRITTEN})s?)(?![^\W_])")
