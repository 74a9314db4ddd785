"""The words of the text index, and which of them are like another word."""

import sqlite3
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple

from hhtui.query.fuzzy import edits
from hhtui.store.indexed import reach
from hhtui.store.text_copy import opened, words

KEPT_WORDS = 256

Counted = tuple[str, int]
"""A word, and in how many pairs it stands."""


class Near(NamedTuple):
    """A word of the index that is like another one; `likeness` is from 0 to 100, the same; it stands in `pairs`."""

    term: str
    likeness: float
    pairs: int


class Vocabulary:
    """The words of a connection's text index, read when they are first asked for and again once the index has grown."""

    def __init__(self) -> None:
        """Begin with nothing read."""
        self._reach: int | None = None
        self._by_length: dict[int, list[Counted]] = {}
        self._near: OrderedDict[str, tuple[Near, ...]] = OrderedDict()

    def near(self, connection: sqlite3.Connection, word: str) -> tuple[Near, ...]:
        """Return the words that are at most `edits(word)` single edits from `word`, a folded one, the closest first."""
        self._look_again(connection)
        if word not in self._near:
            most = edits(word)
            lengths = range(len(word) - most, len(word) + most + 1)
            some = list(chain.from_iterable(self._by_length.get(length, ()) for length in lengths))
            self._near[word] = _alike(word, some, most)
            while len(self._near) > KEPT_WORDS:
                self._near.popitem(last=False)
        self._near.move_to_end(word)
        return self._near[word]

    def _look_again(self, connection: sqlite3.Connection) -> None:
        now = reach(connection)
        if now != self._reach:
            self._near.clear()
            self._by_length.clear()
            for term, pairs in _counted(connection):
                self._by_length.setdefault(len(term), []).append((term, pairs))
            self._reach = now


def _alike(word: str, some: Sequence[Counted], most: int) -> tuple[Near, ...]:
    import numpy
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    terms = [term for term, _ in some]
    distances = process.cdist([word], terms, scorer=OSA.distance, score_cutoff=most, dtype=numpy.uint8)[0].tolist()
    found = [
        Near(term, 100 * (1 - distance / max(len(term), len(word))), pairs)
        for (term, pairs), distance in zip(some, distances, strict=True)
        if distance <= most
    ]
    return tuple(sorted(found, key=lambda near: (-near.likeness, -near.pairs, near.term)))


def _counted(connection: sqlite3.Connection) -> Iterable[Counted]:
    """Return the words of the index, from the copy of the texts where it has them all.

    From the index itself they take a second of 100,000 pairs.
    """
    if opened(connection) is not None and (known := words(connection)).upto >= reach(connection):
        return zip(known.terms, known.pairs.tolist(), strict=True)
    (only_queries,) = connection.execute("PRAGMA query_only").fetchone()
    connection.execute("PRAGMA query_only = OFF")
    try:
        connection.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.indexed_word USING fts5vocab(main, pair_fts, row)")
    finally:
        connection.execute(f"PRAGMA query_only = {int(only_queries)}")
    return connection.execute("SELECT term, doc FROM temp.indexed_word").fetchall()
