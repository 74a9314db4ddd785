"""How many pairs of a result, and of all, meet a term of the query language."""

import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from hhtui.query.parser import parse
from hhtui.query.planner import plan
from hhtui.store.conditions import Conditions
from hhtui.store.connection import kept_by
from hhtui.store.indexed import reach
from hhtui.store.pairs import last_id
from hhtui.store.results import everything
from hhtui.store.scorers import harm_column, score_fields

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Mask = NDArray[numpy.bool_]
    Packed = NDArray[numpy.uint8]

Stamp = tuple[object, ...]


class Counter:
    """Counts terms in one result; it reads what the database holds when it is made.

    `inside` and `everyone` tell of the pair ids from 1 which are in the result, and which are of a pair. What each
    term finds in the whole database is kept with the connection, eight pairs a byte, while the database is as it was.
    """

    def __init__(self, connection: sqlite3.Connection, ids: Sequence[int]) -> None:
        """Count in the pairs `ids` of the database."""
        import numpy

        self.size = last_id(connection)
        self.everyone = _mask(everything(connection).ids, self.size)
        self.inside = _mask(ids, self.size) & self.everyone
        self.pairs = int(numpy.count_nonzero(self.inside))
        self.total = int(numpy.count_nonzero(self.everyone))
        indexed = reach(connection)
        self.beyond_index = int(numpy.count_nonzero(self.everyone[indexed:]))
        self._connection = connection
        self._packed = numpy.packbits(self.inside)
        self._ones = numpy.unpackbits(numpy.arange(256, dtype=numpy.uint8)[:, None], axis=1).sum(axis=1, dtype="u1")
        self._kept = kept_by(connection, _Kept)
        version = connection.execute("PRAGMA data_version").fetchone()[0]
        self._stamps: dict[bool, Stamp] = {True: (self.size, self.total, indexed), False: (self.size, indexed, version)}

    def count(self, term: str, *, by_index: bool = False) -> tuple[int, int]:
        """Return how many pairs of the result, and of all, meet `term`; by the text index alone with `by_index`."""
        stamp = self._stamps[by_index]
        kept = self._kept.get(term, stamp)
        if kept is None:
            kept = self._kept.put(term, _Found(stamp, *self._look(term, by_index)))
        return int(self._ones[kept.packed & self._packed].sum(dtype="i8")), kept.pairs

    def _look(self, term: str, by_index: bool) -> "tuple[Packed, int]":
        import numpy

        wanted = plan(parse(term), score_fields(self._connection), harm_column(self._connection)).filter
        assert wanted is not None
        candidates = self.everyone.copy()
        if by_index:
            candidates[reach(self._connection) :] = False
        found = Conditions(self._connection, self.size).mask(wanted, candidates) & candidates
        return numpy.packbits(found), int(numpy.count_nonzero(found))


class _Found(NamedTuple):
    stamp: Stamp
    packed: "Packed"
    pairs: int


class _Kept:
    """What each term found, with the state of the database that it was found in."""

    def __init__(self) -> None:
        self._found: dict[str, _Found] = {}

    def get(self, term: str, stamp: Stamp) -> _Found | None:
        found = self._found.get(term)
        return found if found is not None and found.stamp == stamp else None

    def put(self, term: str, found: _Found) -> _Found:
        self._found[term] = found
        return found


def _mask(ids: Sequence[int], size: int) -> "Mask":
    import numpy

    mask = numpy.zeros(size, dtype=numpy.bool_)
    if isinstance(ids, range):
        mask[ids.start - 1 : ids.stop - 1] = True
    elif len(ids):
        places = numpy.asarray(ids, dtype=numpy.int64) - 1
        mask[places[places < size]] = True
    return mask
