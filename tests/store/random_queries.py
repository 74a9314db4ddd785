"""Queries drawn at random from the whole grammar but likeness and relevance, in the words of the pairs at hand."""

from collections.abc import Callable, Sequence
from random import Random

from hhtui.identity import TERMS
from hhtui.model import BIT_MEANINGS, PREFERENCES, RESPONSES
from hhtui.query.fields import DISPUTABLE, PARTS, SIDES
from hhtui.query.patterns import PATTERNS
from hhtui.query.tree import (
    And,
    Comparison,
    Field,
    Item,
    Items,
    Missing,
    Node,
    Not,
    Or,
    Phrase,
    Present,
    Query,
    Range,
    Regex,
    Side,
    SortKey,
    Text,
    Value,
    Word,
)
from tests.store.obvious import Row
from tests.store.real_rows import LABELS

AWKWARD = ("foo-bar", "don't", "C++", "😀", "日本", "*", "%", "_", "'s", "?!", "$100", "x.y", "é", "and", "or", "\\")
BY_HAND = (
    *("[aeiou]{3}", "th(e|is) \\w+ing", "^ I", "\\d+", "i'", "\\bcan\\b", "[^a-z ]{4}", "human|assistant", "a.b", "K"),
    *('"', "(?i:YES)", "(a|b)+c?", ":", "\\?", "\\n", "’"),
)
SEEDS = (0, 7, 10**9)
"""Seeds of the orders by chance."""
LONG_TERMS = tuple(term for term in TERMS if " " in term)

Leaf = Callable[[Random], Node]


class RandomQueries:
    """Draws queries about `rows`; first the kind of each condition and of each order, then what it asks for."""

    def __init__(self, rows: Sequence[Row]) -> None:
        """Take the words of queries from the texts, the keys and the groups of these pairs."""
        self._texts = [text for row in rows for text in row.texts.values() if text.strip()]
        self._keys = [row.key for row in rows]
        self._subsets, self._splits = (sorted({key.split("/")[at] for key in self._keys}) for at in (0, 1))
        self._sources = sorted({key.rpartition("/")[0] for key in self._keys})
        groups = {one for row in rows for one in (row.family, row.opening, *row.groups.values()) if one}
        self._groups = [str(number) for number in sorted(groups)]
        self._alike = [row.key for row in rows if any(row.groups.values())]
        texts = (self._awkward, self._beginning, self._phrase, self._pattern, self._piece, self._word, self._word)
        self._text_leaves: Sequence[Leaf] = (*texts, self._side)
        self._leaves: Sequence[Leaf] = (*texts, self._side, *_NUMBERS, *_DECISIONS, *_FOUND, *self._places())

    def query(self, drawn: Random) -> Query:
        """Return a query whose tree is at most four deep; a third of them ask for nothing but texts."""
        leaves = drawn.choice((self._text_leaves, self._leaves, self._leaves))
        node = self._node(drawn, leaves, drawn.choice((0, 1, 2, 3)))
        return Query(node, tuple(drawn.choice(_SORT_KEYS)(drawn) for _ in range(drawn.choice((0, 0, 1, 2)))))

    def _node(self, drawn: Random, leaves: Sequence[Leaf], depth: int) -> Node:
        if leaves is self._leaves and drawn.random() < 0.15:
            said = drawn.choice(_DECISIONS)(drawn), _by(drawn)
            more = (self._node(drawn, leaves, depth - 1),) if depth > 0 else ()
            return And((*drawn.sample(said, 2), *more))
        if depth == 0 or drawn.random() < 0.2:
            leaf = drawn.choice(leaves)(drawn)
            return Not(leaf) if drawn.random() < 0.35 else leaf
        return _joined(drawn, lambda: self._node(drawn, leaves, depth - 1))

    def _side(self, drawn: Random) -> Side:
        def text() -> Node:
            return drawn.choice(self._text_leaves[:-1])(drawn)

        return Side(drawn.choice(SIDES), text() if drawn.random() < 0.5 else _joined(drawn, text))

    def _words(self, drawn: Random) -> list[str]:
        """Return words of a text that can be written bare, in their order."""
        text = drawn.choice(self._texts)
        words = [word for one in text.split() if (word := one.strip('"():')) and not set(word) & set('"():')]
        words = [one for one in words if one[0] not in "-/~" and one not in ("AND", "OR", "NOT") and one[-1] != "*"]
        return words or ["e"]

    def _word(self, drawn: Random) -> Text:
        return Word(drawn.choice(self._words(drawn)))

    def _awkward(self, drawn: Random) -> Text:
        return Word(drawn.choice(AWKWARD))

    def _beginning(self, drawn: Random) -> Text:
        words = (*(one[: drawn.randint(1, 4)] for one in self._words(drawn)), "$", "C++")
        return Word(drawn.choice(words), prefix=True)

    def _phrase(self, drawn: Random) -> Text:
        words = self._words(drawn)
        at = drawn.randrange(len(words))
        return Phrase(" ".join(words[at : at + drawn.randint(1, 3)]))

    def _pattern(self, drawn: Random) -> Text:
        return Regex(drawn.choice(BY_HAND), drawn.random() < 0.5)

    def _piece(self, drawn: Random) -> Text:
        """Return a regular expression that is a piece of a text, in its case or another."""
        text = drawn.choice(self._texts)
        at = drawn.randrange(len(text))
        piece = "".join(one for one in text[at : at + 6] if one.isalnum() or one in " '’") or "e"
        return Regex(drawn.choice((piece, piece.swapcase())), drawn.random() < 0.5)

    def _places(self) -> Sequence[Leaf]:
        """Return the kinds of conditions on keys, sources and groups."""

        def key(drawn: Random) -> Field:
            return Field("key", "", _items(drawn, *self._keys))

        def beginning(drawn: Random) -> Field:
            cut = (one[: drawn.randint(max(1, len(one) - 4), len(one))] for one in drawn.sample(self._keys, 3))
            return Field("key", "", _items(drawn, *(f"{one}*" for one in cut)))

        def whole_source(drawn: Random) -> Field:
            wholes = (*self._sources, *(f"{one}/" for one in self._sources), *self._subsets)
            return Field("key", "", _items(drawn, *(f"{one}*" for one in wholes)))

        def no_key(drawn: Random) -> Field:
            odd = ("help*", f"{self._sources[0]}/999*", f"{self._keys[1][:-1]}0{self._keys[1][-1]}", self._sources[0])
            return Field("key", "", _items(drawn, *odd))

        def subset(drawn: Random) -> Field:
            return Field("subset", "", _items(drawn, *self._subsets, "harm*", "harmless*", "h"))

        def split(drawn: Random) -> Field:
            return Field("split", "", _items(drawn, *self._splits, "test*", "test-*", "te"))

        def family(drawn: Random) -> Field:
            return Field("family", "", _any(drawn, *drawn.choice((self._keys, [*self._groups, "0"]))))

        def opening(drawn: Random) -> Field:
            return Field("opening", "", _any(drawn, *drawn.choice((self._keys, [*self._groups, "0"]))))

        def dupe(*words: str) -> Leaf:
            return lambda drawn: Field("dupe", drawn.choice(("", *SIDES)), _items(drawn, *words))

        def any_dupe(drawn: Random) -> Field:
            return Field("dupe", drawn.choice(("", *SIDES)), drawn.choice((Present(), Missing())))

        dupes = (dupe("yes"), dupe("no"), dupe(*self._alike, *self._keys[:9]), dupe(*self._groups), any_dupe)
        return (key, beginning, whole_source, no_key, subset, subset, split, split, family, opening, *dupes)


def _joined(drawn: Random, draw: Callable[[], Node]) -> Node:
    if drawn.random() < 0.25:
        return Not(draw())
    operands = tuple(draw() for _ in range(drawn.randint(2, 4)))
    return And(operands) if drawn.random() < 0.6 else Or(operands)


def _items(drawn: Random, *words: str) -> Value:
    some = [drawn.choice(words) for _ in range(drawn.choice((1, 1, 2, 3)))]
    return Items(tuple(Item(word, bool(set(word) & set(' ,"+'))) for word in some))


def _any(drawn: Random, *words: str) -> Value:
    return drawn.choice((_items(drawn, *words), _items(drawn, *words), Present(), Missing()))


def _value(drawn: Random, least: int, most: int, unit: int = 1) -> Value:
    one, other = sorted(drawn.randint(least, most) / unit for _ in range(2))
    compared = Comparison(drawn.choice((">", ">=", "<", "<=", "=")), one)
    ranges = (Range(one, other), Range(one, None), Range(None, other))
    return drawn.choice((compared, compared, *ranges, Present(), Missing()))


def _number(name: str, parts: Sequence[str], least: int, most: int, unit: int = 1) -> Leaf:
    return lambda drawn: Field(name, drawn.choice(parts), _value(drawn, least, most, unit))


_NUMBERS: Sequence[Leaf] = (
    *(_number(name, ("", *PARTS), 0, 64, 64) for name in ("harm", "toxicity", "refusal", "made.refusal")),
    _number("gap", ("",), -64, 64, 64),
    _number("turns", ("", *PARTS), 0, 12),
    _number("length", ("", *PARTS), 0, 600),
    _number("length", ("ratio",), 0, 24, 8),
    _number("row", ("",), 0, 150),
)


def _by(drawn: Random) -> Field:
    names = drawn.choice((("ann",), ("bob",), ("ann", "bob"), ("bob", "ann"), ("nobody", "ann"), ("nobody",)))
    return Field("by", "", Items(tuple(map(Item, names))))


def _asking(name: str, *words: str) -> Leaf:
    return lambda drawn: Field(name, "", _items(drawn, *words))


def _one_of(name: str, parts: Sequence[str], *words: str) -> Leaf:
    return lambda drawn: Field(name, drawn.choice(parts), _any(drawn, *words))


_DECISIONS: Sequence[Leaf] = (
    _by,
    lambda drawn: Field("by", "", drawn.choice((Present(), Missing()))),
    _asking("flag", "yes", "no"),
    _asking("drop", "yes", "no"),
    _asking("preference", *PREFERENCES),
    _asking("preference", "none", "none", *PREFERENCES),
    lambda drawn: Field("preference", "", Present()),
    _one_of("label", ("", *RESPONSES), *LABELS, "self_harm"),
    _one_of("note", ("",), "wrong", "don't keep", "c++", "label?"),
    _asking("conflict", "yes", "no"),
    _asking("conflict", *DISPUTABLE),
)


def _has(drawn: Random) -> Field:
    side = drawn.choice(("", "", *SIDES))
    return Field("has", "", _any(drawn, *(f"{name}.{side}" if side else name for name in PATTERNS)))


_FOUND: Sequence[Leaf] = (
    _has,
    _has,
    _one_of("group", ("", *SIDES), *TERMS),
    _one_of("group", ("", *SIDES), "black", "white", "american", "muslim", "gay"),
    lambda drawn: Field("group", drawn.choice(("", *SIDES)), _items(drawn, *LONG_TERMS)),
    _one_of("is", ("",), *BIT_MEANINGS),
    _one_of("is", ("",), "empty.chosen", "role_leak.prompt", "role_leak.rejected", "continued.rejected"),
)


def _by_column(name: str, parts: Sequence[str] = ("",)) -> Callable[[Random], SortKey]:
    return lambda drawn: SortKey(name, drawn.choice(parts), drawn.random() < 0.5)


def _by_chance(drawn: Random) -> SortKey:
    return SortKey("random", "", drawn.random() < 0.5, drawn.choice(SEEDS))


_SORT_KEYS: Sequence[Callable[[Random], SortKey]] = (
    *(_by_column(name, ("", *PARTS)) for name in ("harm", "refusal", "turns")),
    _by_column("length", ("", *PARTS, "ratio")),
    *map(_by_column, ("gap", "row", "key", "key", "undecided")),
    _by_chance,
)
