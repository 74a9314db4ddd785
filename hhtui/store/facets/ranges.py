"""Ranges of numbers that people read with ease, and how a query writes their ends."""

import math
import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hhtui.store.columns import Columns
from hhtui.store.connection import kept_by
from hhtui.store.scorers import StoredColumn

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

EASY = (1, 2, 5, 10)
"""The widths of a range, times a power of ten."""


def number(value: float) -> str:
    """Return a number as a query has it; what the query reads is the same number."""
    return repr(float(value) + 0.0).removesuffix(".0")


def steps(low: float, high: float, most: int, *, whole: bool = False) -> list[float]:
    """Return the ends of at most `most` ranges of one easy width that together hold all from `low` to `high`.

    With `whole`, the ranges are of whole numbers.
    """
    span = high - low or 1.0
    decimals = -math.floor(math.log10(span / most))
    for power in (decimals, decimals - 1, decimals - 2):
        for easy in EASY:
            width = easy * 10.0**-power
            if whole and width < 1:
                continue
            first, last = math.floor(low / width + 1e-9), math.ceil(high / width - 1e-9)
            if last - first <= most:
                return [round(at * width, max(0, power)) for at in range(first, max(last, first + 1) + 1)]
    raise AssertionError((low, high, most))


def ends(connection: sqlite3.Connection, column: StoredColumn) -> tuple[float, float]:
    """Return the range of a score column: the one that its scorer gives, else that of its numbers."""
    low, high = column.column.low, column.column.high
    if math.isfinite(low) and math.isfinite(high):
        return low, high
    columns = kept_by(connection, Columns)
    names = [f"{column.name}.{side}" for side in column.sides] or [column.name]
    found = extremes([columns.get(connection, name) for name in names])
    return (low if math.isfinite(low) else found[0]), (high if math.isfinite(high) else found[1])


def extremes(arrays: "Sequence[NDArray[numpy.generic]]") -> tuple[float, float]:
    """Return the least and the greatest finite number of some arrays, 0 and 1 where there is none."""
    import numpy

    known = [array[numpy.isfinite(array)] for array in arrays]
    some = [array for array in known if len(array)]
    return (min(float(one.min()) for one in some), max(float(one.max()) for one in some)) if some else (0.0, 1.0)
