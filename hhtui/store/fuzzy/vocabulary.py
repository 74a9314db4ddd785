"""The words of the text index, and which of them are like another word."""

import sqlite3
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from hhtui.query.fuzzy import edits
from hhtui.store.indexed import reach
from hhtui.store.text_copy import opened, words

KEPT_WORDS = 256


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
        self._by_length: dict[int, tuple[list[str], list[int]]] = {}
        self._near: OrderedDict[str, tuple[Near, ...]] = OrderedDict()

    def near(self, connection: sqlite3.Connection, word: str) -> tuple[Near, ...]:
        """Return the words that are at most `edits(word)` single edits from `word`, a folded one, the closest first."""
        self._look_again(connection)
        if word not in self._near:
            most = edits(word)
            lengths = range(len(word) - most, len(word) + most + 1)
            found = chain.from_iterable(
                _alike(word, self._by_length[one], most) for one in lengths if one in self._by_length
            )
            self._near[word] = tuple(sorted(found, key=lambda near: (-near.likeness, -near.pairs, near.term)))
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
                terms, counts = self._by_length.setdefault(len(term), ([], []))
                terms.append(term)
                counts.append(pairs)
            self._reach = now


def _alike(word: str, some: tuple[list[str], list[int]], most: int) -> Iterator[Near]:
    """Yield what is like `word` among words of one length, which come with their pairs."""
    import numpy
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    terms, pairs = some
    distances = process.cdist([word], terms, scorer=OSA.distance, score_cutoff=most, dtype=numpy.uint8)[0]
    for at in numpy.flatnonzero(distances <= most).tolist():
        likeness = 100 * (1 - int(distances[at]) / max(len(terms[at]), len(word)))
        yield Near(terms[at], likeness, pairs[at])


def _counted(connection: sqlite3.Connection) -> Iterable[tuple[str, int]]:
    """Return the words of the index and in how many pairs each stands, from the copy of the texts where it has all.

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
