"""Shares of a sample whose pairs belong to families, or to subsets of known sizes."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from hhtui.audit.intervals import effective_size, of_sample, whole_pairs, wilson_of_share
from hhtui.audit.ranking import Interval

PRIOR = 1
"""How many pairs with the share of the whole are added to a stratum, so that a small one does not look certain."""


class Share(NamedTuple):
    """The share of positives among `read` pairs, from 0 to 1, and the interval of that of the `population`.

    `share` is None where it cannot be told, and the interval then everything. `design_effect` is by how much families
    widened it.
    """

    population: int
    read: int
    positive: int
    share: float | None
    interval: Interval
    design_effect: float = 1.0


class Stratum(NamedTuple):
    """A part of a population: its pairs, how many of them were read, and how many of these were positive."""

    population: int
    read: int
    positive: int


def share_of(positive: Sequence[bool], families: Sequence[int], population: int) -> Share:
    """Return the share of a simple random sample out of `population` pairs, and its interval.

    `families` has a number for each pair that was read, which the pairs of one family share.
    """
    found, effect = sum(positive), design_effect(positive, families)
    return Share(
        *(population, len(positive), found, found / len(positive) if positive else None),
        of_sample(found, len(positive), population, effect),
        effect,
    )


def design_effect(positive: Sequence[bool], families: Sequence[int]) -> float:
    """Return by how much families raise the variance of the share, at least 1.

    It is the variance of a ratio over whole families (Cochran 1977, Sampling Techniques, 6.3 and 9A) beside that of
    single pairs; an interval is then taken with the sample divided by it (E. L. Korn and B. I. Graubard 1998,
    Confidence Intervals for Proportions with Small Expected Number of Positive Counts Estimated from Survey Data,
    Survey Methodology 24). Where all pairs are alike it cannot be estimated: it is then what it is at most, when the
    pairs of a family are always alike. Pairs are drawn one by one, so families matter little for the share of the
    frame itself; counting them keeps the interval honest for dialogues like these.
    """
    sizes: dict[int, int] = {}
    found: dict[int, int] = {}
    for is_positive, family in zip(positive, families, strict=True):
        sizes[family] = sizes.get(family, 0) + 1
        found[family] = found.get(family, 0) + is_positive
    n, count, total = len(positive), len(sizes), sum(found.values())
    if count < 2 or total in (0, n):
        return max(1.0, sum(size * size for size in sizes.values()) / n) if n else 1.0
    share = total / n
    between = sum((found[family] - share * size) ** 2 for family, size in sizes.items())
    return max(1.0, count / (count - 1) * between / n**2 / (share * (1 - share) / (n - 1)))


def weighted_share(strata: Sequence[Stratum], effect: float = 1) -> Share:
    """Return the share of a whole population of strata, each weighted by its size, and its interval.

    The share is Σ Wₕpₕ, its variance Σ Wₕ²pₕ(1 - pₕ)/nₕ at each stratum's effective size (Cochran 1977, 5.3 and 5A.9,
    stratification after the draw); where pₕ enters the variance it is that of `PRIOR` more pairs with the share of the
    whole. The interval is Wilson's at the sample size that has this variance, as Korn and Graubard 1998 take it. What
    lies in strata of which nothing was read may be anything: the interval is widened by it, and the share leaves it
    out.
    """
    population, read, positive = (sum(numbers) for numbers in zip(*strata, strict=True))
    known = [one for one in strata if one.read]
    reached = sum(one.population for one in known)
    if not reached:
        return Share(population, 0, 0, None, Interval(0, 1), effect)
    parts = [
        _Part(one.population / reached, one.positive / one.read, effective_size(one.read, one.population, effect))
        for one in known
    ]
    share = sum(part.weight * part.share for part in parts)
    low, high = wilson_of_share(share, _size(parts, share))
    part_known = reached / population
    interval = Interval(low * part_known, min(1.0, high * part_known + 1 - part_known))
    return Share(population, read, positive, share, whole_pairs(interval, positive, read, population), effect)


class _Part(NamedTuple):
    """A stratum as it enters the whole: its weight, its share and its effective size."""

    weight: float
    share: float
    size: float


def _size(parts: Sequence[_Part], share: float) -> float:
    """Return how many independent draws from the whole have the variance of the weighted share."""
    alike = sum(part.weight**2 / part.size for part in parts)
    if not alike:
        return math.inf
    if share <= 0 or share >= 1:
        return 1 / alike
    variance = 0.0
    for part in parts:
        if not math.isinf(part.size):
            drawn = (part.share * part.size + PRIOR * share) / (part.size + PRIOR)
            variance += part.weight**2 * drawn * (1 - drawn) / part.size
    return share * (1 - share) / variance
