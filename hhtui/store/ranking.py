"""Orders by what no column holds: how relevant pairs are to words, and how alike to a question."""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from hhtui.query.errors import quoted
from hhtui.query.fuzzy import asked
from hhtui.query.nodes import All, Any, Fuzzy, Likeness, Node, Not, Ordering, Relevance
from hhtui.store.connection import kept_by
from hhtui.store.fuzzy.likeness import likeness
from hhtui.store.fuzzy.vocabulary import Vocabulary
from hhtui.store.orders import Ranked
from hhtui.store.relevance import relevance

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Mask = NDArray[numpy.bool_]
    Numbers = NDArray[numpy.float32]

MOST_RELEVANT = 20_000
"""How many pairs a result may have to be put in the order of relevance."""


class Ranks(NamedTuple):
    """An order to sort by, in which what no column holds has become numbers; their `name`, and what has to be said.

    `numbers` has one for each pair id from 1, None where the order needs none.
    """

    order: tuple[Ordering | Ranked, ...]
    name: str = ""
    numbers: "Numbers | None" = None
    note: str = ""


def ranked(connection: sqlite3.Connection, order: Sequence[Ordering], among: "Mask") -> Ranks:
    """Return how the pairs of `among` are to be sorted.

    The relevance of more than 20,000 pairs is left out of the order, and the note says so. It also says where not every
    pair got a likeness. More than one such key never stand in one order.
    """
    for place, key in enumerate(order):
        if isinstance(key, Relevance) and among.sum() > MOST_RELEVANT:
            left = (*order[:place], *order[place + 1 :])
            return Ranks(left, note=_not_by_relevance(int(among.sum()), left))
        if isinstance(key, Relevance | Likeness):
            numbers = _numbers(connection, key, among)
            rank = Ranked(numbers, key.descending)
            name = "relevance" if isinstance(key, Relevance) else "likeness"
            note = _partly(numbers, among) if isinstance(key, Likeness) else ""
            return Ranks((*order[:place], rank, *order[place + 1 :]), name, numbers, note)
    return Ranks(tuple(order))


def expansions(connection: sqlite3.Connection, node: Node | None) -> dict[str, tuple[str, ...]]:
    """Return, by the text of each `~text` in a filter, the words of the index that are like one of its words."""
    vocabulary = kept_by(connection, Vocabulary)
    return {
        one.text: tuple(near.term for word in asked(one.text).words for near in vocabulary.near(connection, word))
        for one in _fuzzy_in(node)
    }


def fuzzy_notes(connection: sqlite3.Connection, node: Node | None) -> list[str]:
    """Return a sentence for each `~text` in a filter that finds nothing, why that is so."""
    vocabulary = kept_by(connection, Vocabulary)
    found: dict[str, None] = {}
    for one in _fuzzy_in(node):
        wanted = asked(one.text)
        if not wanted:
            found[f"~ asks for nothing: {quoted(one.text)} has neither a letter nor a symbol."] = None
        for word in wanted.words:
            if not vocabulary.near(connection, word):
                found[f"No word in the texts is like {quoted(word)}."] = None
    return list(found)


def _numbers(connection: sqlite3.Connection, key: Relevance | Likeness, among: "Mask") -> "Numbers":
    """Return one number for each pair: of several texts the mean likeness, where one that is not found counts 0."""
    import numpy

    if isinstance(key, Relevance):
        return relevance(connection, " OR ".join(f"({one})" for one in key.expressions), among)
    every = [likeness(connection, text, among) for text in key.texts]
    unknown = numpy.logical_and.reduce([numpy.isnan(one.numbers) for one in every])
    unknown |= numpy.logical_or.reduce([one.left for one in every])
    mean = sum(numpy.nan_to_num(one.numbers) for one in every) / numpy.float32(len(every))
    return numpy.where(unknown, numpy.float32(numpy.nan), mean).astype(numpy.float32)


def _not_by_relevance(pairs: int, left: Sequence[Ordering]) -> str:
    instead = "By what else sort: names" if left else "By row"
    return f"{instead}, not by relevance, which is for up to {MOST_RELEVANT:,} pairs: these are {pairs:,}."


def _partly(numbers: "Numbers", among: "Mask") -> str:
    """Return what to say where some of the pairs are too many for a likeness, or were found by something else."""
    import numpy

    known = int((~numpy.isnan(numbers[among])).sum())
    everyone = int(among.sum())
    if known == everyone:
        return ""
    return f"Only the first {known:,} of these {everyone:,} pairs are by likeness, the others by row."


def _fuzzy_in(node: Node | None) -> Iterator[Fuzzy]:
    match node:
        case All(nodes) | Any(nodes):
            for one in nodes:
                yield from _fuzzy_in(one)
        case Not(inner):
            yield from _fuzzy_in(inner)
        case Fuzzy():
            yield node
