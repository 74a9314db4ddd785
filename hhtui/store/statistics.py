"""Counts over a whole database: structure, sources, decisions, lengths, scores."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hhtui.model import BIT_MEANINGS, SIDES, bits_named, sides_of_bit
from hhtui.store.columns import Columns
from hhtui.store.records import every
from hhtui.store.scorers import StoredColumn, score_columns
from hhtui.store.sources import StoredSource, all_sources

if TYPE_CHECKING:
    from hhtui.store.columns import Array

PERCENTILES = (0, 10, 25, 50, 75, 90, 99, 100)
BINS = 20


@dataclass(frozen=True, slots=True)
class Families:
    """Groups of two or more pairs: how many groups, the pairs in them, and the pairs of the largest."""

    groups: int
    pairs: int
    largest: int


@dataclass(frozen=True, slots=True)
class Distribution:
    """A number over all pairs of a side: how many have it, and its value at each of `PERCENTILES`."""

    count: int
    percentiles: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Histogram:
    """A scorer column over one side, or over the pair: counts in `BINS` equal bins from `low` to `high`, both ends in.

    `missing` pairs have no score there: an empty text, or one that was not scored yet.
    """

    column: str
    side: str
    scorer: str
    version: str
    low: float
    high: float
    counts: tuple[int, ...]
    missing: int
    median: float | None


@dataclass(frozen=True, slots=True)
class Statistics:
    """What `hhtui stats` says of a database.

    `structure` counts pairs by the name of each structure bit, and by name and side, as `continued.rejected`.
    `decisions` counts pairs by kind and value of the current decisions, a pair once however many decided so; those of
    a label by its slug, under `label` on either response, under `label.chosen` and `label.rejected` on one.
    """

    pairs: int
    sources: tuple[StoredSource, ...]
    structure: Mapping[str, int]
    families: Families
    openings: Families
    decisions: Mapping[str, Mapping[str, int]]
    annotators: tuple[str, ...]
    numbers: Mapping[str, Distribution]
    scores: tuple[Histogram, ...]


def gather(connection: sqlite3.Connection) -> Statistics:
    """Count everything in the database; for 170,000 pairs this takes about a second."""
    columns = _Present(connection)
    return Statistics(
        pairs=len(columns.places),
        sources=tuple(all_sources(connection).values()),
        structure=_structure(columns.get("bits")),
        families=_families(columns.get("family")),
        openings=_families(columns.get("opening")),
        decisions=_decisions(connection),
        annotators=tuple(
            name for (name,) in connection.execute("SELECT DISTINCT annotator FROM decision ORDER BY annotator")
        ),
        numbers={
            f"{name}.{side}": _distribution(columns.get(f"{name}.{side}"))
            for name, sides in (("turns", SIDES), ("length", SIDES))
            for side in sides
        },
        scores=_histograms(connection, columns),
    )


class _Present:
    """The columns of the database, without the places of pairs that a later revision replaced."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        import numpy

        self._connection = connection
        self._columns = Columns()
        self.places = numpy.array(every(connection), dtype=numpy.int64) - 1

    def get(self, name: str) -> "Array":
        """Return the column `name`, one value for each pair."""
        return self._columns.get(self._connection, name)[self.places]


def _structure(values: "Array") -> dict[str, int]:
    import numpy

    bits = values.astype(numpy.int32)
    counts: dict[str, int] = {}
    for name in BIT_MEANINGS:
        counts[name] = int(numpy.count_nonzero(bits & int(bits_named(name))))
        for side in sides_of_bit(name):
            counts[f"{name}.{side}"] = int(numpy.count_nonzero(bits & int(bits_named(name, side))))
    return counts


def _families(numbers: "Array") -> Families:
    import numpy

    sizes = numpy.unique(numbers[numbers > 0], return_counts=True)[1]
    sizes = sizes[sizes > 1]
    return Families(len(sizes), int(sizes.sum()), int(sizes.max(initial=0)))


def _decisions(connection: sqlite3.Connection) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {"flag": {"yes": 0}, "drop": {"yes": 0}, "preference": {}}
    said = "CASE kind WHEN 'note' THEN 'yes' WHEN 'label' THEN label ELSE value END"
    for kind, value, pairs in connection.execute(
        f"SELECT kind, {said} AS said, count(DISTINCT pair_id) FROM decision GROUP BY kind, said "
        f"UNION ALL SELECT kind || '.' || side, {said} AS said, count(DISTINCT pair_id) FROM decision "
        "WHERE kind = 'label' GROUP BY side, said ORDER BY 1, 2"
    ):
        found.setdefault(kind, {})[value] = pairs
    return found


def _distribution(values: "Array") -> Distribution:
    import numpy

    if not len(values):
        return Distribution(0, {})
    places = numpy.percentile(values, PERCENTILES, method="inverted_cdf")
    return Distribution(len(values), {at: float(value) for at, value in zip(PERCENTILES, places, strict=True)})


def _histograms(connection: sqlite3.Connection, columns: _Present) -> tuple[Histogram, ...]:
    return tuple(
        _histogram(columns.get(f"{column.name}.{side}" if column.sides else column.name), column, side)
        for column in score_columns(connection).values()
        for side in column.sides or ("pair",)
    )


def _histogram(values: "Array", stored: StoredColumn, side: str) -> Histogram:
    import numpy

    column, scorer = stored.column, stored.scorer
    scored = values[~numpy.isnan(values)]
    counts = numpy.histogram(scored.clip(column.low, column.high), bins=BINS, range=(column.low, column.high))[0]
    return Histogram(
        *(column.name, side, scorer.name, scorer.version, column.low, column.high, tuple(map(int, counts))),
        missing=len(values) - len(scored),
        median=float(f"{numpy.median(scored):.7g}") if len(scored) else None,
    )
