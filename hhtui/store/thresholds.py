"""How many pairs a threshold takes: the counts of a column's rules, and the queries that show the pairs."""

import math
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from hhtui.model import RESPONSES, Unit
from hhtui.store.columns import Columns
from hhtui.store.connection import kept_by
from hhtui.store.errors import StoreError
from hhtui.store.identity import naming_groups
from hhtui.store.indexed import reach
from hhtui.store.pairs import last_id
from hhtui.store.results import everything
from hhtui.store.scorers import StoredColumn, done, harm_column, resolve, score_columns

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Mask = NDArray[numpy.bool_]
    Numbers = NDArray[numpy.float32]

STEPS = 100


class Rule(NamedTuple):
    """Which pairs a threshold takes: in words, and as a query of a column and a number."""

    words: str
    query: str


OF_SIDES = (
    Rule("either side above", "{column}:>{number}"),
    Rule("both sides above", "{column}.min:>{number}"),
    Rule("chosen above, rejected not", "{column}.chosen:>{number} -{column}.rejected:>{number}"),
)
OF_PAIR = (Rule("number of the pair above", "{column}:>{number}"),)


class Taken(NamedTuple):
    """What a rule takes at one threshold: so many pairs, found by `query`, and shares from 0 to 1.

    `share` is of the scored pairs, `of_naming` of those whose replies name an identity group, `of_others` of those
    whose replies do not; None where there is no such pair.
    """

    rule: Rule
    query: str
    pairs: int
    share: float | None
    of_naming: float | None
    of_others: float | None


@dataclass(frozen=True, eq=False)
class Thresholds:
    """The numbers of one column, ready to be counted at any threshold.

    `pairs` is how many pairs the database holds, `scored` how many of them have a number; `complete` tells whether
    the scorer has seen all. `numbers` counts the numbers, two for a pair where the column has sides, and `missing`
    those that are not there: an empty reply has none. `naming` counts the scored pairs whose replies name
    an identity group, `others` those whose replies do not; pairs beyond the text index are neither.
    `low` and `high` are the ends of the column's range, or of its numbers where the range has no end.
    """

    column: StoredColumn
    pairs: int
    scored: int
    complete: bool
    numbers: int
    missing: int
    naming: int
    others: int
    low: float
    high: float
    _values: tuple["Numbers", ...]
    _naming: "Mask"
    _others: "Mask"

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that this column has."""
        return OF_PAIR if len(self._values) == 1 else OF_SIDES

    def number_at(self, step: int) -> float:
        """Return the threshold at a step from 0, the low end of the range, to 100, the high one."""
        span = self.high - self.low
        return round(self.low + span * step / STEPS, max(0, 2 - math.floor(math.log10(span))))

    def at(self, number: float) -> tuple[Taken, ...]:
        """Return what each rule takes at a threshold: exactly the pairs that its query finds."""
        above = self._above(number)
        if len(above) == 1:
            return (self._taken(OF_PAIR[0], above[0], number),)
        chosen, rejected = above
        masks = (chosen | rejected, chosen & rejected, chosen & ~rejected)
        return tuple(self._taken(rule, mask, number) for rule, mask in zip(OF_SIDES, masks, strict=True))

    def percentile(self, number: float) -> float | None:
        """Return the share, in percent, of the column's numbers that are at most `number`; None without any."""
        return 100 * (1 - sum(map(_count, self._above(number))) / self.numbers) if self.numbers else None

    def histogram(self, bins: int) -> tuple[int, ...]:
        """Return how many numbers lie in each of `bins` equal parts of the range, those beyond it in the outer ones."""
        import numpy

        values = numpy.concatenate(self._values)
        known = values[~numpy.isnan(values)].clip(self.low, self.high)
        return tuple(map(int, numpy.histogram(known, bins, (self.low, self.high))[0]))

    def _above(self, number: float) -> tuple["Mask", ...]:
        """Return which pairs have a number above, side by side, compared as a query compares: in single precision."""
        import numpy

        return tuple(values > numpy.float32(float(written(number))) for values in self._values)

    def _taken(self, rule: Rule, mask: "Mask", number: float) -> Taken:
        pairs = _count(mask)
        return Taken(
            rule,
            rule.query.format(column=self.column.name, number=written(number)),
            pairs,
            _share(pairs, self.scored),
            _share(_count(mask & self._naming), self.naming),
            _share(_count(mask & self._others), self.others),
        )


def offered(connection: sqlite3.Connection) -> list[str]:
    """Return the columns that can have a threshold, by their qualified names, the one that `harm` stands for first."""
    names = [name for name, one in score_columns(connection).items() if one.column.of_pair or _has_sides(one)]
    return sorted(names, key=lambda name: name != harm_column(connection))


def of_column(connection: sqlite3.Connection, name: str) -> Thresholds:
    """Return the numbers of the column `name`; raises StoreError where no scorer has it, or it is of prompts alone."""
    import numpy

    column = resolve(connection, name)
    if not column.column.of_pair and not _has_sides(column):
        raise StoreError(f"{column.name} has no numbers of replies; columns: {', '.join(offered(connection))}")
    parts = [f"{column.name}.{side}" for side in RESPONSES] if column.sides else [column.name]
    places = numpy.asarray(everything(connection).ids, dtype=numpy.int64) - 1
    values = [kept_by(connection, Columns).get(connection, part)[places] for part in parts]
    scored = ~numpy.logical_and.reduce([numpy.isnan(one) for one in values])
    known = tuple(numpy.ascontiguousarray(one[scored], dtype=numpy.float32) for one in values)
    naming = naming_groups(connection, RESPONSES)[places[scored]]
    others = ~naming & (places[scored] < reach(connection))
    numbers = sum(_count(~numpy.isnan(one)) for one in known)
    low, high = _range(column, known)
    return Thresholds(
        column=column,
        pairs=len(places),
        scored=_count(scored),
        complete=_is_complete(connection, column),
        numbers=numbers,
        missing=len(places) * len(parts) - numbers,
        naming=_count(naming),
        others=_count(others),
        low=low,
        high=high,
        _values=known,
        _naming=naming,
        _others=others,
    )


def written(number: float) -> str:
    """Return a threshold as a query has it; what the query reads is the same number."""
    return repr(float(number)).removesuffix(".0")


def _has_sides(column: StoredColumn) -> bool:
    return set(RESPONSES) <= set(column.sides)


def _is_complete(connection: sqlite3.Connection, column: StoredColumn) -> bool:
    unit: Unit = "pair" if column.scorer.of_pairs else "response"
    return done(connection, column.scorer)[unit] >= last_id(connection)


def _range(column: StoredColumn, values: Sequence["Numbers"]) -> tuple[float, float]:
    import numpy

    low, high = column.column.low, column.column.high
    known = numpy.concatenate([one[numpy.isfinite(one)] for one in values])
    ends = (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)
    low, high = (low if math.isfinite(low) else ends[0]), (high if math.isfinite(high) else ends[1])
    return (low, high) if low < high else (low, low + 1)


def _count(mask: "Mask") -> int:
    import numpy

    return int(numpy.count_nonzero(mask))


def _share(some: int, whole: int) -> float | None:
    return some / whole if whole else None
