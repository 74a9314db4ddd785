"""How well numbers rank labelled items: AUROC with its interval, precision at the top, base rate."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Numbers = NDArray[numpy.float32] | NDArray[numpy.float64] | NDArray[numpy.int32]
    Truth = NDArray[numpy.bool_]

FIRST = (20, 50)
"""The lengths of a list that somebody reads from its top."""

CONFIDENCE = 0.95
RESAMPLES = 2000
SEED = 7


class Interval(NamedTuple):
    """Where a figure lies with a confidence of 95 %."""

    low: float
    high: float


class Precision(NamedTuple):
    """The share of positives among the first `of` items: as many as `asked` for, or all where there are fewer."""

    asked: int
    of: int
    value: float


class Ranking(NamedTuple):
    """How numbers rank `items` labelled items, of which `positives` are positive.

    `auroc` is from 0 to 1, .5 is chance, and below .5 the higher numbers go with the negatives. Its `interval` is None
    where it cannot be told, see `interval`.
    """

    items: int
    positives: int
    auroc: float
    interval: Interval | None
    precision: tuple[Precision, ...]

    @property
    def base_rate(self) -> float:
        """The share of positives: the precision of a list in random order."""
        return self.positives / self.items


def rank(numbers: "Numbers", positive: "Truth", resampled: "NDArray[numpy.float64]") -> Ranking:
    """Return how `numbers` rank the items; `resampled` are their AUROCs in resamples, from `resample`.

    Raises ValueError where there are no positives, or no negatives.
    """
    return Ranking(
        items=len(numbers),
        positives=int(positive.sum()),
        auroc=auroc(numbers, positive),
        interval=interval(resampled),
        precision=tuple(precision(numbers, positive, first) for first in FIRST),
    )


def auroc(numbers: "Numbers", positive: "Truth") -> float:
    """Return the probability that a positive item has a higher number than a negative one, a tie counting half.

    That is the area under the ROC curve, as the Mann-Whitney U statistic gives it. Raises ValueError where there are
    no positives, or no negatives.
    """
    if positive.all() or not positive.any():
        raise ValueError("an AUROC needs positives and negatives")
    places = _places(numbers, positive)
    return float((places.below + places.upto).mean() / (2 * len(places.negatives)))


def precision(numbers: "Numbers", positive: "Truth", first: int) -> Precision:
    """Return the share of positives among the `first` items by falling number.

    Where equal numbers stand on both sides of the end of that list, it is the mean over all orders of the equals: it
    does not depend on how the items happen to be sorted.
    """
    import numpy

    of = min(first, len(numbers))
    last = numpy.partition(numbers, len(numbers) - of)[len(numbers) - of]
    above, equal = numbers > last, numbers == last
    found = positive[above].sum() + (of - above.sum()) * positive[equal].mean()
    return Precision(first, of, float(found / of))


def resample(
    columns: "Sequence[Numbers]", positive: "Truth", clusters: "NDArray[numpy.int64]", *, resamples: int, seed: int
) -> "NDArray[numpy.float64]":
    """Return the AUROC of each of `columns` in bootstrap resamples, shape (columns, resamples).

    Whole clusters are drawn with replacement, as many as there are: items that share a number in `clusters` depend on
    one another. Every column sees the same draws, so the difference of two may be taken draw by draw. NaN stands where
    a draw has no positives or no negatives.
    """
    import numpy

    names, of = numpy.unique(clusters, return_inverse=True)
    generator = numpy.random.default_rng(seed)
    prepared = [_places(numbers, positive) for numbers in columns]
    found = numpy.full((len(columns), resamples), numpy.nan)
    before = numpy.zeros(int((~positive).sum()) + 1, dtype=numpy.int64)
    for draw in range(resamples):
        drawn = numpy.bincount(generator.integers(len(names), size=len(names)), minlength=len(names))
        times = drawn.astype(numpy.min_scalar_type(drawn.max()))[of]
        for column, places in enumerate(prepared):
            weights = times[places.positives]
            times[places.negatives].cumsum(out=before[1:])
            compared = int(weights.sum()) * int(before[-1])
            if compared:
                found[column, draw] = weights @ (before[places.below] + before[places.upto]) / (2 * compared)
    return found


def interval(resampled: "NDArray[numpy.float64]") -> Interval | None:
    """Return between which values the middle 95 % of the resamples lie (the percentile bootstrap).

    None where that says nothing: every resample is the same, or lacks positives or negatives.
    """
    import numpy

    known = resampled[~numpy.isnan(resampled)]
    if not known.size or known.min() == known.max():
        return None
    tail = (1 - CONFIDENCE) / 2
    low, high = numpy.quantile(known, (tail, 1 - tail))
    return Interval(float(low), float(high))


class _Places(NamedTuple):
    """Where the positives stand among the negatives, both by rising number.

    `positives` and `negatives` are the items' indexes in that order; of each positive, `below` counts the negatives
    that are lower, `upto` those that are not higher.
    """

    positives: "NDArray[numpy.int64]"
    negatives: "NDArray[numpy.int64]"
    below: "NDArray[numpy.int64]"
    upto: "NDArray[numpy.int64]"


def _places(numbers: "Numbers", positive: "Truth") -> _Places:
    order = numbers.argsort(kind="stable")
    positives, negatives = order[positive[order]], order[~positive[order]]
    lower = numbers[negatives]
    return _Places(
        *(positives, negatives),
        below=lower.searchsorted(numbers[positives], "left"),
        upto=lower.searchsorted(numbers[positives], "right"),
    )
