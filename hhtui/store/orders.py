"""The orders of a plan: columns sorted once and kept, results cut out of them."""

import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from hhtui.query.nodes import KeyOrder, Order, Ordering, Shuffle, UndecidedFirst
from hhtui.store.columns import Columns
from hhtui.store.connection import kept_by
from hhtui.store.decided import decided

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    from hhtui.store.columns import Array

    Ids = NDArray[numpy.int32]
    Mask = NDArray[numpy.bool_]

FEW = 0.05
"""The share of pairs below which a result is sorted on its own, without sorting the column."""


class Ranked(NamedTuple):
    """An order by numbers, one for each pair id from 1: the greatest first, or `reversed`; without one (NaN) last."""

    numbers: "NDArray[numpy.float32]"
    reversed: bool = False


class Sorted:
    """For each column and direction that was asked for, all pairs in that order."""

    def __init__(self) -> None:
        self._orders: dict[Order, tuple[Array, Ids]] = {}

    def places(self, order: Order, values: "Array") -> "Ids | None":
        """Return the order of `values` where it is kept."""
        kept = self._orders.get(order)
        return kept[1] if kept is not None and kept[0] is values else None

    def sort(self, order: Order, values: "Array") -> "Ids":
        """Return the order of `values`, and keep it."""
        import numpy

        places = numpy.argsort(_key(values, order.descending), kind="stable").astype(numpy.int32)
        self._orders[order] = (values, places)
        return places


def ordered(connection: sqlite3.Connection, mask: "Mask", order: Sequence[Ordering | Ranked]) -> "Ids":
    """Return the ids of the pairs in `mask` in this order; ties, and everything without an order, by id."""
    import numpy

    if len(order) == 1 and isinstance(order[0], Order):
        found = _by_column(connection, mask, order[0])
    else:
        found = numpy.flatnonzero(mask)
        if order:
            keys = [key[found] for one in order for key in _keys(connection, one, len(mask))]
            found = found[numpy.lexsort(keys[::-1])]
    return (found + 1).astype(numpy.int32)


def _by_column(connection: sqlite3.Connection, mask: "Mask", order: Order) -> "NDArray[numpy.integer]":
    import numpy

    values, kept = kept_by(connection, Columns).get(connection, str(order.column)), kept_by(connection, Sorted)
    places = kept.places(order, values)
    if places is None:
        found = numpy.flatnonzero(mask)
        if len(found) < FEW * len(mask):
            return found[numpy.argsort(_key(values[found], order.descending), kind="stable")]
        places = kept.sort(order, values)
    return places[mask[places]]


def _keys(connection: sqlite3.Connection, order: Ordering | Ranked, size: int) -> list["NDArray[numpy.generic]"]:
    import numpy

    columns = kept_by(connection, Columns)
    match order:
        case Shuffle(seed, descending):
            drawn = _mixed(numpy.arange(1, size + 1, dtype=numpy.uint64), seed)
            return [~drawn if descending else drawn]
        case KeyOrder(descending):
            rows = connection.execute("SELECT id FROM source ORDER BY subset, split, id").fetchall()
            ranks = numpy.zeros(max((number for (number,) in rows), default=0) + 1, dtype=numpy.int32)
            ranks[[number for (number,) in rows]] = numpy.arange(len(rows))
            keys = (ranks[columns.get(connection, "source")], columns.get(connection, "row"))
            return [_key(values, descending) for values in keys]
        case Order(column, descending):
            return [_key(columns.get(connection, str(column)), descending)]
        case UndecidedFirst(descending):
            return [decided(connection, size) != descending]
        case Ranked(numbers, reverse):
            return [_key(numbers, not reverse)]
    raise TypeError(order)


def _key(values: "Array", descending: bool) -> "Array":
    """Return what sorts ascending as `values` are wanted; NaN stays NaN, which numpy sorts last."""
    return -values if descending else values


def _mixed(numbers: "NDArray[numpy.uint64]", seed: int) -> "NDArray[numpy.uint64]":
    """Return a well mixed number for each of `numbers`, by the finaliser of SplitMix64 (Steele, Lea, Flood 2014)."""
    import numpy

    mixed = numbers * numpy.uint64(0x9E3779B97F4A7C15) + numpy.uint64((seed * 0xD1342543DE82EF95) % 2**64)
    mixed = (mixed ^ (mixed >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> numpy.uint64(31))
