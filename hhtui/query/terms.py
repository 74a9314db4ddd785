"""How a word or phrase is looked for: by the text index, or as a substring where the index would lie."""

import re
import unicodedata
from dataclasses import dataclass

from hhtui.query.tokens import tokenise
from hhtui.query.tree import Phrase, Word

PUNCTUATION = ".,;:!?…'\"‘’‚‛“”„‟«»‹›()[]{}¿¡"
"""What a sentence puts around a word, and nobody looks for."""

_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fff\u3005-\u3007\u3021-\u312f\u3130-\u318f\u31a0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\ua9e0-\ua9ff\uaa60-\uaa7f\uf900-\ufaff\uff66-\uff9f"
    "\U0001aff0-\U0001b16f\U00020000-\U0003ffff]"
)


@dataclass(frozen=True, slots=True)
class Indexed:
    """Tokens that stand next to each other; `words` as written, `terms` folded as the index holds them."""

    words: tuple[str, ...]
    terms: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Literal:
    """Characters to be found as they stand, quotes and case aside."""

    text: str


def term_of(node: Word | Phrase) -> Indexed | Literal:
    """Return how the text of `node` is looked for.

    The index serves where each word, without the punctuation of sentences around it, begins and ends with a
    token, and has neither symbols such as emoji nor a script that is written without spaces. Anything else
    (`C++`, `$100`, CJK) is a substring.
    """
    prefix = isinstance(node, Word) and node.prefix
    words = node.text.split() if isinstance(node, Phrase) else [node.text]
    if not all(_faithful(word, prefix) for word in words):
        stripped = node.text.strip(PUNCTUATION) if isinstance(node, Word) and not prefix else node.text
        return Literal(stripped or node.text)
    tokens = tokenise(node.text)
    return Indexed(tuple(node.text[one.start : one.end] for one in tokens), tuple(one.term for one in tokens), prefix)


def _faithful(word: str, prefix: bool) -> bool:
    bare = word.lstrip(PUNCTUATION) if prefix else word.strip(PUNCTUATION)
    tokens = tokenise(bare)
    if not tokens or tokens[0].start != 0 or tokens[-1].end != len(bare):
        return False
    return not _UNSPACED.search(bare) and not any(_symbol(character) for character in bare if character > "\x7f")


def _symbol(character: str) -> bool:
    return unicodedata.category(character) in ("So", "Sk", "Cn") or character in "\u200d\ufe0f\u20e3"
