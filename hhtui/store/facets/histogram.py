"""A number of the pairs as a histogram: those of a result beside all of the database."""

import math
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from hhtui.store import named_values
from hhtui.store.columns import Columns
from hhtui.store.connection import kept_by
from hhtui.store.errors import StoreError
from hhtui.store.facets.counting import Counter
from hhtui.store.facets.ranges import ends, extremes, number, steps
from hhtui.store.scorers import StoredColumn, score_columns

if TYPE_CHECKING:
    from hhtui.store.columns import Array

BINS = 20
MOST_SHOWN = 99.0
"""The percentile up to which bins have equal widths where the greatest number is FAR_APART times as far as that."""
FAR_APART = 1.5


class Bin(NamedTuple):
    """Pairs whose number lies from `low` to `high`, both in: those that the `term` finds, in the result and of all."""

    low: float
    high: float
    term: str
    pairs: int
    of_all: int

    @property
    def label(self) -> str:
        """The range as a query writes it."""
        return self.term.rpartition(":")[2]


@dataclass(frozen=True, eq=False)
class Histogram:
    """A number by equal ranges: its name in queries, and its bins from the lowest.

    Both ends belong to a range, as in a query: of numbers with a fraction, one on a border is in two of them.
    `missing` of the `pairs` of the result, and `missing_of_all` of all, have no such number; `missing_term` finds them.
    """

    column: str
    title: str
    bins: tuple[Bin, ...]
    pairs: int
    of_all: int
    missing: int
    missing_of_all: int
    missing_term: str
    whole: bool
    _values: "Array"

    def value(self, pair_id: int) -> float | None:
        """Return the number of a pair, None where it has none."""
        found = float(self._values[pair_id - 1]) if 0 < pair_id <= len(self._values) else math.nan
        return None if math.isnan(found) else found

    def place(self, pair_id: int) -> int | None:
        """Return which bin a pair is in, the first of two; None where it has no number or is beyond the range."""
        value = self.value(pair_id)
        if value is None:
            return None
        return next((place for place, one in enumerate(self.bins) if one.low <= value <= one.high), None)


def offered(connection: sqlite3.Connection) -> list[str]:
    """Return every number that there is a histogram of, by its name in queries."""
    return [name for name in named_values.all_names(connection) if name not in named_values.WORDS]


def histogram(connection: sqlite3.Connection, ids: Sequence[int], name: str, most: int = BINS) -> Histogram:
    """Return the histogram of the number `name` for the pairs `ids`, in at most `most` bins, at least two.

    The range is the one that the column's scorer gives. For other numbers it is that of all pairs: the greatest
    hundredth of them, where they lie far apart, is in a last bin of its own. Raises StoreError where there is no such
    number, and names the nearest.
    """
    import numpy

    (named,) = named_values.checked(connection, [name])
    if named in named_values.WORDS:
        raise StoreError(f"{named} is no number; there is a histogram of: {', '.join(offered(connection))}")
    values = kept_by(connection, Columns).get(connection, named_values.stored_name(connection, named))
    counter = Counter(connection, ids)
    whole = values.dtype.kind == "i"
    low, high, greatest = _range(connection, named, values[counter.everyone])
    edges = (
        steps(low, high + 1, most - 1, whole=True)
        if whole
        else steps(low, high, most if high == greatest else most - 1)
    )
    missing = numpy.isnan(values)
    return Histogram(
        named,
        _title(connection, named),
        tuple(_bins(values, counter, named, edges, greatest)),
        counter.pairs,
        counter.total,
        int(numpy.count_nonzero(missing & counter.inside)),
        int(numpy.count_nonzero(missing & counter.everyone)),
        f"{named}:none",
        whole,
        values,
    )


def _bins(values: "Array", counter: Counter, name: str, edges: Sequence[float], greatest: float) -> Iterator[Bin]:
    """Yield the bins, counted as a query counts: in the precision of the numbers; the last one has no end."""
    import numpy

    whole = values.dtype.kind == "i"
    kind = numpy.float64 if whole else values.dtype.type
    ranges = [(low, above - 1 if whole else above) for low, above in pairwise(edges)]
    if greatest > ranges[-1][1]:
        ranges.append((edges[-1], greatest))
    for low, high in ranges:
        endless = low == edges[-1]
        among = (values >= kind(low)) & (endless | (values <= kind(high)))
        written = number(low) if low == high else f"{number(low)}..{'' if endless else number(high)}"
        pairs, of_all = (int(numpy.count_nonzero(among & some)) for some in (counter.inside, counter.everyone))
        yield Bin(low, high, f"{name}:{written}", pairs, of_all)


def _scored(connection: sqlite3.Connection, name: str) -> tuple[StoredColumn | None, str]:
    """Return the score column that a number is of, None where it is of none, and which part of it."""
    stored = named_values.stored_name(connection, name)
    for column in score_columns(connection).values():
        base, _, part = stored.partition(f"{column.name}.") if stored != column.name else ("", "", "")
        if not base and (part or stored == column.name):
            return column, part
    return None, ""


def _range(connection: sqlite3.Connection, name: str, values: "Array") -> tuple[float, float, float]:
    """Return where the bins begin, where those of equal width end, and the greatest number."""
    import numpy

    column, part = _scored(connection, name)
    if column is None:
        low, greatest = extremes([values])
        known = values[numpy.isfinite(values)]
        high = float(numpy.percentile(known, MOST_SHOWN, method="inverted_cdf")) if len(known) else greatest
        return low, greatest if greatest - low <= FAR_APART * (high - low) else high, greatest
    low, high = ends(connection, column)
    return (low - high, high - low, high - low) if part == "gap" else (low, high, high)


def _title(connection: sqlite3.Connection, name: str) -> str:
    column, part = _scored(connection, name)
    if column is None:
        return name
    words = {"": "" if column.column.of_pair else ", the larger side", "min": ", the smaller side"}
    words["gap"] = ", chosen less rejected"
    return f"{column.title}{words.get(part, f' of {part}')}"
