"""Which words differ between two texts, and how alike the texts are."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

Span = tuple[int, int]

SHOWN_FROM = 0.5
SHORT_RUN = 4
MOST_TOKENS = 8_000

_TOKEN = re.compile(r"\s+|\w+(?:['\u2019]\w+)*|[^\w\s]")


class Difference(NamedTuple):
    """One place where the texts differ: a span of each, of which one may be empty, never both."""

    left: Span
    right: Span


class WordDiff(NamedTuple):
    """The differences between two texts in their order, and the similarity of the texts, 0 to 1.

    The similarity is Indel's over words, punctuation marks and runs of white space: 2 × (tokens in common in one
    order) / (tokens of both texts); 1 where neither text has a token.
    """

    differences: tuple[Difference, ...]
    similarity: float

    @property
    def shows_itself(self) -> bool:
        """Whether the texts are alike enough for the differences to be shown unasked."""
        return self.similarity >= SHOWN_FROM

    def left(self) -> tuple[Span, ...]:
        """Return the differing spans of the left text, sorted and disjoint."""
        return tuple(one.left for one in self.differences if one.left[0] < one.left[1])

    def right(self) -> tuple[Span, ...]:
        """Return the differing spans of the right text, sorted and disjoint."""
        return tuple(one.right for one in self.differences if one.right[0] < one.right[1])


@lru_cache(maxsize=128)
def word_diff(left: str, right: str) -> WordDiff:
    """Compare two cleaned texts word by word.

    Equal runs of at most four characters, white space not counted, between two differences are part of them. Of
    texts with more than 8,000 tokens, only what they begin and end with in common is taken as equal.
    """
    ours, theirs = _tokens(left), _tokens(right)
    opcodes = list(_opcodes([left[a:b] for a, b in ours], [right[a:b] for a, b in theirs]))
    equal = sum(stop - start for tag, start, stop, _, _ in opcodes if tag == "equal")
    total = len(ours) + len(theirs)
    lengths = [0 if left[a].isspace() else b - a for a, b in ours]
    blocks = _merged(_blocks(opcodes), lengths)
    differences = tuple(Difference(_span(left, ours, a, b), _span(right, theirs, c, d)) for a, b, c, d in blocks)
    return WordDiff(differences, 2 * equal / total if total else 1.0)


def _tokens(text: str) -> list[Span]:
    return [match.span() for match in _TOKEN.finditer(text)]


def _opcodes(left: Sequence[str], right: Sequence[str]) -> Iterable[tuple[str, int, int, int, int]]:
    if max(len(left), len(right)) > MOST_TOKENS:
        return _opcodes_of_ends(left, right)
    from rapidfuzz.distance import Indel

    return (
        (code.tag, code.src_start, code.src_end, code.dest_start, code.dest_end) for code in Indel.opcodes(left, right)
    )


def _opcodes_of_ends(left: Sequence[str], right: Sequence[str]) -> Iterator[tuple[str, int, int, int, int]]:
    shorter = min(len(left), len(right))
    head = 0
    while head < shorter and left[head] == right[head]:
        head += 1
    tail = 0
    while tail < shorter - head and left[-1 - tail] == right[-1 - tail]:
        tail += 1
    yield "equal", 0, head, 0, head
    yield "replace", head, len(left) - tail, head, len(right) - tail
    yield "equal", len(left) - tail, len(left), len(right) - tail, len(right)


def _blocks(opcodes: Iterable[tuple[str, int, int, int, int]]) -> Iterator[tuple[int, int, int, int]]:
    for tag, *place in opcodes:
        a, b, c, d = place
        if tag != "equal" and (a < b or c < d):
            yield a, b, c, d


def _merged(blocks: Iterable[tuple[int, int, int, int]], lengths: Sequence[int]) -> list[tuple[int, int, int, int]]:
    merged: list[tuple[int, int, int, int]] = []
    for a, b, c, d in blocks:
        if merged and sum(lengths[merged[-1][1] : a]) <= SHORT_RUN:
            a, _, c, _ = merged.pop()
        merged.append((a, b, c, d))
    return merged


def _span(text: str, tokens: Sequence[Span], start: int, stop: int) -> Span:
    if start == stop:
        place = tokens[start - 1][1] if start else 0
        return place, place
    first, last = tokens[start][0], tokens[stop - 1][1]
    shown = text[first:last]
    if shown.isspace():
        return first, last
    return last - len(shown.lstrip()), first + len(shown.rstrip())
