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
from tests.store.real_rows import ANNOTATORS, LABELS

AWKWARD = ("foo-bar", "don't", "C++", "😀", "日本", "*", "%", "_", "'s", "?!", "$100", "x.y", "é", "and", "or", "\\")
BY_HAND = (
    *("[aeiou]{3}", "th(e|is) \\w+ing", "^ I", "\\d+", "i'", "\\bcan\\b", "[^a-z ]{4}", "human|assistant", "a.b", "K"),
    *('"', "(?i:YES)", "(a|b)+c?", ":", "\\?", "\\n", "’"),
)


class RandomQueries:
    """Draws queries about `rows`."""

    def __init__(self, rows: Sequence[Row]) -> None:
        """Take the words of queries from the texts, the keys and the groups of these pairs."""
        self._texts = [text for row in rows for text in row.texts.values() if text.strip()]
        self._keys = [row.key for row in rows]
        groups = {one for row in rows for one in (row.family, row.opening, *row.groups.values()) if one}
        self._groups = [str(number) for number in sorted(groups)]

    def query(self, drawn: Random) -> Query:
        """Return a query whose tree is at most four deep; half of them ask for nothing but texts."""
        texts = (self._text, self._text, self._text, self._side)
        leaves = drawn.choice((texts, (*texts, _number, _decision, _found, self._place)))
        node = self._node(drawn, leaves, drawn.choice((1, 2, 2, 3)))
        return Query(node, tuple(_sort_key(drawn) for _ in range(drawn.choice((0, 0, 1, 2)))))

    def _node(self, drawn: Random, leaves: Sequence[Callable[[Random], Node]], depth: int) -> Node:
        if depth == 0 or drawn.random() < 0.2:
            leaf = drawn.choice(leaves)(drawn)
            return Not(leaf) if drawn.random() < 0.35 else leaf
        if _decision in leaves and drawn.random() < 0.2:
            return And((self._node(drawn, leaves, depth - 1), _by(drawn), _joined(drawn, lambda: _decision(drawn))))
        return _joined(drawn, lambda: self._node(drawn, leaves, depth - 1))

    def _side(self, drawn: Random) -> Side:
        simple = drawn.random() < 0.5
        return Side(drawn.choice(SIDES), self._text(drawn) if simple else _joined(drawn, lambda: self._text(drawn)))

    def _text(self, drawn: Random) -> Text:
        text = drawn.choice(self._texts)
        words = [word for one in text.split() if (word := one.strip('"():')) and not set(word) & set('"():')]
        words = [one for one in words if one[0] not in "-/~" and one not in ("AND", "OR", "NOT") and one[-1] != "*"]
        kind = drawn.randrange(6)
        if kind == 0 or not words:
            return Word(drawn.choice(AWKWARD))
        if kind == 1:
            return Word(drawn.choice((*(one[: drawn.randint(1, 4)] for one in words), "$", "C++")), prefix=True)
        if kind == 2:
            at = drawn.randrange(len(words))
            return Phrase(" ".join(words[at : at + drawn.randint(1, 3)]))
        if kind == 3:
            return Regex(self._pattern(drawn, text), drawn.random() < 0.5)
        return Word(drawn.choice(words))

    def _pattern(self, drawn: Random, text: str) -> str:
        if drawn.random() < 0.5:
            return drawn.choice(BY_HAND)
        at = drawn.randrange(len(text))
        piece = "".join(one for one in text[at : at + 6] if one.isalnum() or one in " '’")
        return piece or "e"

    def _place(self, drawn: Random) -> Field:
        name = drawn.choice(("family", "opening", "dupe", "dupe", "key", "subset", "split"))
        match name:
            case "key":
                return Field(name, "", _items(drawn, *self._keys, "harmless-base/test/1*", "help*"))
            case "subset" | "split":
                return Field(name, "", _items(drawn, "harmless-base", "harm*", "test", "t*", "train"))
            case "dupe":
                words = drawn.choice((("yes", "no"), self._keys, self._groups))
                return Field(name, drawn.choice(("", *SIDES)), _any(drawn, *words))
        return Field(name, "", _any(drawn, *drawn.choice((self._keys, [*self._groups, "0"]))))


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


def _number(drawn: Random) -> Field:
    name, part = drawn.choice(("harm", "toxicity", "refusal", "made.refusal")), drawn.choice(("", *PARTS))
    return drawn.choice(
        (
            Field(name, part, _value(drawn, 0, 64, 64)),
            Field("gap", "", _value(drawn, -64, 64, 64)),
            Field("turns", part, _value(drawn, 0, 12)),
            Field("length", part, _value(drawn, 0, 600)),
            Field("length", "ratio", _value(drawn, 0, 24, 8)),
            Field("row", "", _value(drawn, 0, 240)),
        )
    )


def _by(drawn: Random) -> Field:
    return Field("by", "", _items(drawn, *ANNOTATORS, *ANNOTATORS, "nobody"))


def _decision(drawn: Random) -> Field:
    return drawn.choice(
        (
            _by(drawn),
            Field("by", "", drawn.choice((Present(), Missing()))),
            Field(drawn.choice(("flag", "drop")), "", _items(drawn, "yes", "no")),
            Field("preference", "", drawn.choice((_items(drawn, *PREFERENCES, "none"), Present()))),
            Field("label", drawn.choice(("", *RESPONSES)), _any(drawn, *LABELS, "self_harm")),
            Field("note", "", _any(drawn, "wrong", "don't keep", "c++", "label?")),
            Field("conflict", "", _items(drawn, "yes", "no", *DISPUTABLE)),
        )
    )


def _found(drawn: Random) -> Field:
    side = drawn.choice(("", "", *SIDES))
    patterns = [f"{name}.{side}" if side else name for name in PATTERNS]
    bits = (*BIT_MEANINGS, "empty.chosen", "role_leak.prompt", "role_leak.rejected", "continued.rejected")
    return drawn.choice(
        (
            Field("has", "", _any(drawn, *patterns)),
            Field("group", side, _any(drawn, *TERMS)),
            Field("group", side, _items(drawn, "black", "white", "african american", "american", "middle aged")),
            Field("is", "", _any(drawn, *bits)),
        )
    )


def _sort_key(drawn: Random) -> SortKey:
    descending, name = drawn.random() < 0.5, drawn.choice(("harm", "refusal", "length", "turns", "", ""))
    if name:
        return SortKey(name, drawn.choice(("", *PARTS, *["ratio"] * (name == "length"))), descending)
    return SortKey(drawn.choice(("gap", "row", "key", "undecided")), "", descending)
