"""How far raters agree: Cohen's kappa, Krippendorff's alpha, observed agreement, base rates, and their intervals.

Ratings are small whole numbers from 0, one for each category, in an array of shape (raters, items); `MISSING` stands
where a rater did not rate an item. Categories have no order: one disagreement is as bad as another.
"""

from typing import TYPE_CHECKING, NamedTuple

from hhtui.audit.ranking import Interval, interval

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy
    from numpy.typing import NDArray

    Ratings = NDArray[numpy.int8]
    Counts = NDArray[numpy.int64] | NDArray[numpy.float64]
    Coefficient = Callable[[Counts], NDArray[numpy.float64]]

MISSING = -1


class Figure(NamedTuple):
    """A coefficient and its interval; each is None where it cannot be told."""

    value: float | None
    interval: Interval | None = None


def cohen(ratings: "Ratings", categories: int, drawn: "Draws | None" = None) -> Figure:
    """Return Cohen's kappa of two raters over the items that both rated, from -1 to 1, 0 being chance.

    It is (observed - expected) / (1 - expected), where the expected agreement is that of two raters who keep their
    own base rates and decide by lot (Cohen, A Coefficient of Agreement for Nominal Scales, 1960). None where no item
    has two ratings, or both raters used one and the same category only: nothing can be told from that.
    """
    both = _both(ratings)
    cells = ratings[0, both].astype("int64") * categories + ratings[1, both]
    return _figure(_kappa, _indicators(cells, categories * categories), drawn, both)


def krippendorff(ratings: "Ratings", categories: int, drawn: "Draws | None" = None) -> Figure:
    """Return Krippendorff's nominal alpha of any number of raters, over the items that two or more rated.

    It is 1 - observed / expected disagreement, both from the coincidences of values within items, of which each
    counts 1 / (values of the item - 1) (Krippendorff, Computing Krippendorff's Alpha-Reliability, 2011). None where no
    item has two ratings, or all ratings are of one category.
    """
    import numpy

    counts = _counts(ratings, categories)
    values = counts.sum(axis=1)
    paired = values > 1
    counts, values = counts[paired], values[paired]
    agreeing = (counts * (counts - 1)).sum(axis=1) / (values - 1)
    return _figure(_alpha, numpy.column_stack([agreeing, counts]), drawn, paired)


def observed(ratings: "Ratings", categories: int) -> float | None:
    """Return the share of pairs of ratings of one item that are equal, every item weighing as its ratings are many.

    For two raters that is the share of the items that both rated on which they agree. None where there are none.
    """
    counts = _counts(ratings, categories)
    values = counts.sum(axis=1)
    paired = values > 1
    total = int(values[paired].sum())
    agreeing = (counts * (counts - 1)).sum(axis=1)[paired] / (values[paired] - 1)
    return float(agreeing.sum() / total) if total else None


def base_rates(ratings: "NDArray[numpy.int8]", categories: int) -> tuple[float, ...]:
    """Return the share of each category among one rater's ratings; () where there are none."""
    import numpy

    given = ratings[ratings != MISSING]
    counts = numpy.bincount(given, minlength=categories)
    return tuple((counts / len(given)).tolist()) if len(given) else ()


class Draws:
    """Bootstrap resamples of the items: whole clusters are drawn with replacement, as many as there are.

    Items that share a number in `clusters` depend on one another. Every figure sees the same draws.
    """

    def __init__(self, clusters: "NDArray[numpy.int64]", *, resamples: int, seed: int) -> None:
        """Prepare `resamples` draws; the same for the same seed."""
        import numpy

        _, self._cluster_of = numpy.unique(clusters, return_inverse=True)
        self._clusters = int(self._cluster_of.max()) + 1 if len(clusters) else 0
        self._resamples = resamples
        self._seed = seed

    def sums(self, rows: "Counts", of: "NDArray[numpy.bool_]") -> "NDArray[numpy.float64]":
        """Return the sums of `rows`, one for each item in the mask `of`, in every draw: shape (resamples, columns)."""
        import numpy

        by_cluster = numpy.zeros((self._clusters, rows.shape[1]))
        numpy.add.at(by_cluster, self._cluster_of[of], rows)
        generator = numpy.random.default_rng(self._seed)
        found = numpy.empty((self._resamples, rows.shape[1]))
        for draw in range(self._resamples):
            times = numpy.bincount(generator.integers(self._clusters, size=self._clusters), minlength=self._clusters)
            found[draw] = times @ by_cluster
        return found


def _figure(coefficient: "Coefficient", rows: "Counts", drawn: Draws | None, of: "NDArray[numpy.bool_]") -> Figure:
    """Return a coefficient of the sums of `rows`, with the interval between its resamples where there are `drawn`."""
    import numpy

    if not len(rows):
        return Figure(None)
    value = float(coefficient(rows.sum(axis=0)[None])[0])
    if numpy.isnan(value):
        return Figure(None)
    return Figure(value, None if drawn is None else interval(coefficient(drawn.sums(rows, of))))


def _kappa(cells: "Counts") -> "NDArray[numpy.float64]":
    """Return the kappa of each row of `cells`, a square table of counts; NaN where it cannot be told."""
    import numpy

    size = int(cells.shape[1] ** 0.5)
    tables = cells.reshape(-1, size, size).astype("float64")
    total = tables.sum(axis=(1, 2))
    agreed = numpy.trace(tables, axis1=1, axis2=2) * total
    by_chance = (tables.sum(axis=1) * tables.sum(axis=2)).sum(axis=1)
    return _ratio(agreed - by_chance, total * total - by_chance)


def _alpha(tallies: "Counts") -> "NDArray[numpy.float64]":
    """Return the alpha of each row: the coincidences that agree, then the values of each category."""
    agreeing, counts = tallies[:, 0], tallies[:, 1:]
    total = counts.sum(axis=1)
    differing = total * total - (counts * counts).sum(axis=1)
    return 1 - _ratio((total - agreeing) * (total - 1), differing)


def _ratio(above: "Counts", below: "Counts") -> "NDArray[numpy.float64]":
    import numpy

    unknown = numpy.full(len(below), numpy.nan)
    ratio: NDArray[numpy.float64] = numpy.divide(above, below, out=unknown, where=below != 0)
    return ratio


def _both(ratings: "Ratings") -> "NDArray[numpy.bool_]":
    both: NDArray[numpy.bool_] = (ratings != MISSING).all(axis=0)
    return both


def _indicators(cells: "NDArray[numpy.int64]", size: int) -> "NDArray[numpy.int64]":
    """Return for each item a row of zeros with a one at its cell."""
    import numpy

    rows = numpy.zeros((len(cells), size), dtype=numpy.int64)
    rows[numpy.arange(len(cells)), cells] = 1
    return rows


def _counts(ratings: "Ratings", categories: int) -> "NDArray[numpy.int64]":
    """Return how many raters gave each item each category, shape (items, categories)."""
    import numpy

    return numpy.stack([(ratings == category).sum(axis=0) for category in range(categories)], axis=1)
