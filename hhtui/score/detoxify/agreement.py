"""How far two scorers agree on the same texts: the rank correlation of each column, and the largest difference."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Numbers = NDArray[numpy.float32] | NDArray[numpy.float64]


class ColumnAgreement(NamedTuple):
    """How far two scorers agree in one column.

    `rank_correlation` is Spearman's, from -1 to 1, with equal numbers sharing their mean rank; None where one of
    the scorers gives all texts the same number, so that there is no order to compare. `difference` is the largest
    between two numbers of one text.
    """

    name: str
    rank_correlation: float | None
    difference: float

    def reaches(self, limit: float) -> bool:
        """Return whether the rank correlation is known and at least `limit`."""
        return self.rank_correlation is not None and self.rank_correlation >= limit

    @property
    def words(self) -> str:
        """The column's name and its rank correlation, never rounded up."""
        if self.rank_correlation is None:
            return f"{self.name} unknown (every text has the same number)"
        return f"{self.name} {int(self.rank_correlation * 10_000) / 10_000:.4f}"


class Agreement(NamedTuple):
    """How far two scorers agree on `texts` texts, column by column."""

    texts: int
    columns: tuple[ColumnAgreement, ...]

    @property
    def smallest(self) -> ColumnAgreement:
        """The column with the smallest rank correlation; one where it is not known comes before all others."""
        return min(self.columns, key=lambda one: -2.0 if one.rank_correlation is None else one.rank_correlation)

    def to_json(self) -> dict[str, Any]:
        """Return the figures in JSON's types."""
        return {
            "texts": self.texts,
            "rank_correlation": {one.name: one.rank_correlation for one in self.columns},
            "smallest_rank_correlation": self.smallest.rank_correlation,
            "largest_difference": {one.name: one.difference for one in self.columns},
        }


def compare(names: Sequence[str], one: "Numbers", other: "Numbers") -> Agreement:
    """Return how far `one` and `other`, of shape (n, k) with a column for each of `names`, agree."""
    import numpy

    columns = [
        ColumnAgreement(
            name,
            rank_correlation(one[:, place], other[:, place]),
            round(float(numpy.abs(one[:, place] - other[:, place]).max()), 7),
        )
        for place, name in enumerate(names)
    ]
    return Agreement(len(one), tuple(columns))


def rank_correlation(one: "NDArray[Any]", other: "NDArray[Any]") -> float | None:
    """Return Spearman's rank correlation of two arrays of one length, None where either holds one number only."""
    import numpy

    ranks = [_ranks(values) for values in (one, other)]
    centred = [some - some.mean() for some in ranks]
    lengths = [float(numpy.sqrt((some**2).sum())) for some in centred]
    if 0.0 in lengths:
        return None
    return float((centred[0] * centred[1]).sum() / (lengths[0] * lengths[1]))


def _ranks(values: "NDArray[Any]") -> "NDArray[numpy.float64]":
    """Return the ranks from 1; equal values share the mean of theirs."""
    import numpy

    _, places, counts = numpy.unique(values, return_inverse=True, return_counts=True)
    last = numpy.cumsum(counts)
    means: NDArray[numpy.float64] = (last - (counts - 1) / 2)[places]
    return means
