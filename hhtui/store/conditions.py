"""The conditions of a plan become masks over the pairs."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from hhtui.query.nodes import (
    All,
    Any,
    Bits,
    Column,
    Decided,
    Disputed,
    Duplicated,
    Fuzzy,
    Grouped,
    IsMissing,
    Labelled,
    Listed,
    Match,
    Named,
    Node,
    Not,
    Noted,
    NumberRange,
    Regex,
    Shared,
    Substring,
)
from hhtui.store.bodies import Bodies
from hhtui.store.by_key import ids_by_key, ids_with_beginning
from hhtui.store.columns import Columns
from hhtui.store.connection import kept_by
from hhtui.store.decided import KINDS, decided, labelled, noted
from hhtui.store.disputes import disputed
from hhtui.store.dupes.asked import duplicated
from hhtui.store.fuzzy.finding import matching
from hhtui.store.indexed import TextIndex, mask_from

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Mask = NDArray[numpy.bool_]

_COST: dict[type, int] = {Match: 2, Fuzzy: 3, Not: 3, All: 3, Any: 3, Substring: 4, Regex: 5}


class Conditions:
    """Tells which of the pair ids from 1 to `size` meet a condition; a mask's index is the id less 1."""

    def __init__(self, connection: sqlite3.Connection, size: int) -> None:
        """Read from `connection`, within one transaction of the caller."""
        self._connection = connection
        self._size = size
        self._columns = kept_by(connection, Columns)
        self._index = kept_by(connection, TextIndex)
        self._bodies = kept_by(connection, Bodies)

    def mask(self, node: Node, candidates: "Mask") -> "Mask":
        """Return a mask that is right for the `candidates`, and may hold anything for the others."""
        match node:
            case All(nodes):
                left = candidates
                for one in sorted(nodes, key=_cost):
                    left = left & self.mask(one, left)
                return left
            case Any(nodes):
                found, patterns = ~candidates, [one for one in nodes if isinstance(one, Regex)]
                for one in sorted((one for one in nodes if not isinstance(one, Regex)), key=_cost):
                    found = found | self.mask(one, ~found)
                for alike in _alike(patterns):
                    found = found | self._bodies.with_any_pattern(self._connection, alike, ~found)
                return found
            case Not(inner):
                return ~self.mask(inner, candidates)
            case Match(expression):
                return self._index.matching(self._connection, expression, self._size)
            case Substring():
                return self._bodies.with_substring(self._connection, node, candidates)
            case Regex():
                return self._bodies.with_pattern(self._connection, node, candidates)
            case Fuzzy():
                return matching(self._connection, node, candidates)
            case _:
                return self._small(node)

    def _small(self, node: Node) -> "Mask":
        match node:
            case NumberRange():
                return self._in_range(node)
            case IsMissing(column):
                import numpy

                return numpy.isnan(self._values(column))
            case Bits(mask):
                return self._bits(mask)
            case Decided(kind, values, annotators):
                kinds = KINDS if kind is None else (kind,)
                return decided(self._connection, self._size, kinds, values, annotators)
            case Labelled(labels, sides, annotators):
                return labelled(self._connection, self._size, labels, sides, annotators)
            case Disputed(kinds, annotators):
                return mask_from(disputed(self._connection, kinds, annotators), self._size)
            case Noted(text, annotators):
                return noted(self._connection, self._size, text, annotators)
            case Named(field, names, beginnings):
                return self._named(field, names, beginnings)
            case Grouped(group, keys, ids):
                return self._grouped(group, keys, ids)
            case Shared(group):
                return self._columns.get(self._connection, group) > 0
            case Duplicated():
                return duplicated(self._connection, node)
            case Listed(ids):
                return mask_from(",".join(map(str, ids)) or None, self._size)
        raise TypeError(node)

    def _bits(self, mask: int) -> "Mask":
        import numpy

        found: Mask = numpy.bitwise_and(self._columns.get(self._connection, "bits").astype(numpy.int32), mask) != 0
        return found

    def _values(self, column: Column) -> "NDArray[numpy.float32] | NDArray[numpy.int32]":
        return self._columns.get(self._connection, str(column))

    def _in_range(self, wanted: NumberRange) -> "Mask":
        import numpy

        values = self._values(wanted.column)
        kind = values.dtype if values.dtype.kind == "f" else numpy.dtype("f8")
        mask = numpy.ones(self._size, dtype=numpy.bool_)
        with numpy.errstate(over="ignore"):
            if wanted.low is not None:
                low = kind.type(wanted.low)
                mask &= values >= low if wanted.low_included else values > low
            if wanted.high is not None:
                high = kind.type(wanted.high)
                mask &= values <= high if wanted.high_included else values < high
        return mask

    def _ids(self, sql: str, parameters: Sequence[object]) -> "Mask":
        return mask_from(self._connection.execute(sql, tuple(parameters)).fetchone()[0], self._size)

    def _named(self, field: str, names: Sequence[str], beginnings: Sequence[str]) -> "Mask":
        if field == "key":
            whole = ",".join(map(str, ids_by_key(self._connection, names).values()))
            begun = [ids_with_beginning(self._connection, one) for one in beginnings]
            return mask_from(",".join(filter(None, (whole, *begun))) or None, self._size)
        import numpy

        rows = self._connection.execute(f"SELECT id, {field} FROM source").fetchall()
        sources = [number for number, name in rows if name in names or name.startswith(tuple(beginnings))]
        return numpy.isin(self._columns.get(self._connection, "source"), sources)

    def _grouped(self, group: str, keys: Sequence[str], ids: Sequence[int]) -> "Mask":
        import numpy

        numbers = self._columns.get(self._connection, group)
        members = numpy.array(list(ids_by_key(self._connection, keys).values()), dtype=numpy.int64) - 1
        wanted = numpy.union1d(numbers[members], [number for number in ids if number > 0])
        mask = numpy.isin(numbers, wanted[wanted > 0])
        mask[members] = True
        return mask


def _alike(patterns: Sequence[Regex]) -> Iterable[Sequence[Regex]]:
    """Return the patterns together that are looked for in the same columns, in any case or not."""
    groups: dict[tuple[object, ...], list[Regex]] = {}
    for one in patterns:
        groups.setdefault((one.columns, one.case_sensitive), []).append(one)
    return groups.values()


def _cost(node: Node) -> int:
    return _COST.get(type(node), 1)
