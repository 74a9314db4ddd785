"""A proportion and how sure one can be of it where observations come in clusters."""

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

CONFIDENCE = 0.95
NORMAL_QUANTILE = 1.959963984540054
"""The quantile of the standard normal distribution that leaves 2.5 % above it."""


class Proportion(NamedTuple):
    """A share from 0 to 1, and the bounds of its 95 % confidence interval."""

    share: float
    low: float
    high: float


def proportion(hits: "NDArray[numpy.float64]", clusters: "NDArray[Any]") -> Proportion:
    """Return the mean of `hits`, each from 0 to 1 and at least one, with an interval for observations in `clusters`.

    The interval is Wilson's (1927) with the effective number of observations in place of their number, as Korn and
    Graubard (1998) do for surveys: share x (1 - share) over the variance of the mean, which is the linearised one
    between clusters. It is never more than the number of observations, and that of the clusters where all hits are
    equal.
    """
    import numpy

    count, share = len(hits), float(hits.mean())
    _, cluster = numpy.unique(clusters, return_inverse=True)
    totals = numpy.bincount(cluster, weights=hits - share)
    groups = len(totals)
    variance = float(totals @ totals) / count**2 * groups / max(groups - 1, 1)
    effective = min(share * (1 - share) / variance, count) if variance > 0 else groups
    return Proportion(share, *_wilson(share, effective))


def _wilson(share: float, count: float) -> tuple[float, float]:
    squared = NORMAL_QUANTILE**2
    middle = (share + squared / (2 * count)) / (1 + squared / count)
    reach = NORMAL_QUANTILE * (share * (1 - share) / count + squared / (4 * count**2)) ** 0.5 / (1 + squared / count)
    return max(middle - reach, 0.0), min(middle + reach, 1.0)
