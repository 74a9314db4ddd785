"""The words of the texts: in which pairs each stands, counted over any of them."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from hhtui.store.arrow import number_array, numbers_in, release_unused
from hhtui.store.connection import kept_by
from hhtui.store.errors import StoreError
from hhtui.store.pairs import count, last_id
from hhtui.store.text_copy.making import added, numbered, texts_between
from hhtui.store.text_copy.reading import TextCopy, opened
from hhtui.store.text_copy.seal import SEAL_BYTES, discard, is_damaged, is_whole
from hhtui.store.text_copy.stamp import Stamp, path_of, peeked, stamp_in, stamp_of, texts_file, words_file
from hhtui.store.text_copy.terms import Vocabulary

if TYPE_CHECKING:
    import numpy
    import pyarrow
    from numpy.typing import NDArray

    Mask = NDArray[numpy.bool_]
    Numbers = NDArray[numpy.int32]

FEW_PAIRS = 5_000
"""So many pairs are read at once, without a copy: that takes a quarter of a second."""
COUNTED_AT_ONCE = 250_000
"""Word numbers that are counted in one go, in some 3 MB."""


class _Block(NamedTuple):
    """The ids of some pairs, ascending, and the word numbers of each."""

    ids: "Numbers"
    words: "pyarrow.ListArray"


class Words:
    """The words of the pairs up to the id `upto`.

    `terms` are as the text index has them, each word's number is its place there; `pairs` says in how many
    pairs each stands, in any of their texts.
    """

    def __init__(
        self,
        terms: list[str],
        pairs: "Numbers",
        blocks: Sequence[_Block],
        upto: int,
        release: Callable[[], object] = lambda: None,
    ) -> None:
        """Use `words`; `release` gives back the memory that blocks fill once they were read."""
        self.terms = terms
        self.pairs = pairs
        self.upto = upto
        self._blocks = blocks
        self._release = release

    def counts(self, mask: "Mask") -> "Numbers":
        """Return in how many pairs of `mask`, over the ids from 1, each word stands; ids beyond its end are not in it.

        Of a mask with most pairs the others are counted.
        """
        import numpy

        wanted = numpy.zeros(self.upto, dtype=numpy.bool_)
        wanted[: len(mask)] = mask[: self.upto]
        few = 2 * int(wanted.sum()) <= self.upto
        counted = self._counted(wanted if few else ~wanted)
        return counted if few else self.pairs - counted

    def of(self, pair_id: int) -> "Numbers":
        """Return the numbers of a pair's distinct words, in no order; none for a pair that is not here."""
        import numpy

        for block in self._blocks:
            if block.ids[0] <= pair_id <= block.ids[-1]:
                row = int(numpy.searchsorted(block.ids, pair_id))
                if block.ids[row] == pair_id:
                    return numbers_in(block.words[row].values)
        return numpy.zeros(0, dtype=numpy.int32)

    def _counted(self, wanted: "Mask") -> "Numbers":
        import numpy

        total = numpy.zeros(len(self.terms), dtype=numpy.int64)
        for numbers in _joined(self._wanted(wanted)):
            total += numpy.bincount(numbers, minlength=len(total))
        release_unused()
        counted: Numbers = total.astype(numpy.int32)
        return counted

    def _wanted(self, wanted: "Mask") -> "Iterator[Numbers]":
        """Yield the word numbers of the wanted pairs, and give back what each block of them filled, some 3 MB."""
        for block in self._blocks:
            rows = wanted[block.ids - 1]
            if rows.all():
                yield numbers_in(block.words.flatten())
            elif rows.any():
                yield numbers_in(block.words.take(number_array(rows.nonzero()[0])).flatten())
            self._release()


def words(connection: sqlite3.Connection) -> Words:
    """Return the words of this connection's database.

    They come from the copy of the texts; up to 5,000 pairs that it does not have are read now, of more `upto` says
    which are left out. Raises StoreError where there is no copy of a larger database.
    """
    return kept_by(connection, _Kept).get(connection)


def is_current(connection: sqlite3.Connection) -> bool:
    """Tell whether the copy has all pairs and their words, and none that is gone; Arrow is not loaded for that."""
    path = path_of(connection)
    stamp = None if path is None else peeked(texts_file(path))
    if path is None or stamp is None or stamp != peeked(words_file(path)):
        return False
    return stamp == stamp_of(connection, last_id(connection))._replace(made=stamp.made)


def damaged(connection: sqlite3.Connection) -> list[Path]:
    """Return the files of the copy that are damaged, to be deleted: nothing else is in them. Both are read wholly."""
    path = path_of(connection)
    return [] if path is None else [file for file in (texts_file(path), words_file(path)) if is_damaged(file)]


class _Kept:
    """The words that were made last, until the pairs or the copy are others."""

    def __init__(self) -> None:
        self._stamp: tuple[Stamp | None, int, int] | None = None
        self._words: Words | None = None

    def get(self, connection: sqlite3.Connection) -> Words:
        copy = opened(connection)
        stamp = (copy.stamp if copy else None, last_id(connection), count(connection))
        if self._words is None or stamp != self._stamp:
            self._words, self._stamp = _made(connection, copy, stamp[1]), stamp
        return self._words


def _made(connection: sqlite3.Connection, copy: TextCopy | None, last: int) -> Words:
    import numpy

    stored = None if copy is None else _stored(connection, copy)
    if stored is not None and not 0 < last - stored.upto <= FEW_PAIRS:
        return stored
    if stored is None:
        stored = Words([], numpy.zeros(0, dtype=numpy.int32), [], 0)
        if last > FEW_PAIRS and count(connection) > FEW_PAIRS:
            name = path_of(connection) or "the database"
            raise StoreError(
                "the words of so many pairs are counted once, beside the text index, and that has not been done yet: "
                f"hhtui {name} does so while you read, hhtui load at its end; then ask again"
            )
    return _extended(stored, connection, last)


def _stored(connection: sqlite3.Connection, copy: TextCopy) -> Words | None:
    """Return the words of the copy, None where pairs of it are gone or the file with the vocabulary is another's."""
    import pyarrow

    path = path_of(connection)
    if path is None or copy.stamp.pairs != stamp_of(connection, copy.upto).pairs:
        return None
    try:
        with open(words_file(path), "rb") as file:
            if not is_whole(file):
                discard(words_file(path))
                return None
            file.seek(0)
            table = pyarrow.ipc.open_file(file.read()[:-SEAL_BYTES]).read_all()
    except (OSError, ValueError):
        return None
    if stamp_in(table.schema.metadata) != copy.stamp:
        return None
    blocks = [_Block(numbers_in(batch.column("id")), batch.column("words")) for batch in copy.batches]
    pairs = numbers_in(table["pairs"].combine_chunks()).copy()
    return Words(table["term"].to_pylist(), pairs, blocks, copy.upto, copy.release)


def _extended(known: Words, connection: sqlite3.Connection, last: int) -> Words:
    """Return words that also have the pairs after those of `known`."""
    import numpy
    import pyarrow

    vocabulary, pairs, blocks = Vocabulary(known.terms), known.pairs, list(known._blocks)
    for texts in texts_between(connection, known.upto, last):
        ends, numbers = numbered(vocabulary, texts)
        pairs = added(pairs, numbers, len(vocabulary.terms))
        ids = numpy.array([text[0] for text in texts], dtype=numpy.int32)
        blocks.append(_Block(ids, pyarrow.ListArray.from_arrays(number_array(ends), number_array(numbers))))
    return Words([term.decode() for term in vocabulary.terms], pairs, blocks, last, known._release)


def _joined(arrays: "Iterator[Numbers]") -> "Iterator[Numbers]":
    """Yield the arrays put together, some millions of numbers at a time."""
    import numpy

    waiting: list[Numbers] = []
    for one in arrays:
        waiting.append(one)
        if sum(map(len, waiting)) >= COUNTED_AT_ONCE:
            yield numpy.concatenate(waiting)
            waiting = []
    if waiting:
        yield numpy.concatenate(waiting)
