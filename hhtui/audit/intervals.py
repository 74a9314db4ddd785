"""Intervals of a share that was found by reading a random sample, and how large a sample has to be."""

import math
from statistics import NormalDist

from hhtui.audit.ranking import CONFIDENCE, Interval

Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
"""How many standard errors the middle 95 % of a normal distribution reach to either side."""


def wilson_of_share(share: float, n: float, z: float = Z) -> Interval:
    """Return Wilson's score interval of a `share`, from 0 to 1, that was found in a sample of the effective size `n`.

    `n` is above 0 and may be a fraction; after infinitely much it is the share alone. E. B. Wilson 1927, Probable
    Inference, the Law of Succession, and Statistical Inference, Journal of the American Statistical Association 22;
    recommended for small samples by Brown, Cai and DasGupta 2001, Interval Estimation for a Binomial Proportion,
    Statistical Science 16.
    """
    if math.isinf(n):
        return Interval(share, share)
    centre, spread = share + z * z / (2 * n), z * score_error(share, n, z)
    whole = 1 + z * z / n
    low = 0.0 if share <= 0 else max(0.0, (centre - spread) / whole)
    high = 1.0 if share >= 1 else min(1.0, (centre + spread) / whole)
    return Interval(low, high)


def score_error(share: float, n: float, z: float = Z) -> float:
    """Return the standard error that Wilson's interval multiplies by `z`; unlike the usual one never 0."""
    return math.sqrt(share * (1 - share) / n + (z / (2 * n)) ** 2)


def effective_size(n: float, population: int, design_effect: float = 1) -> float:
    """Return as how many independent draws a sample of `n` out of `population` counts; infinite where it is all.

    A sample without replacement varies less than independent draws do, by (N - n) / (N - 1) (W. G. Cochran 1977,
    Sampling Techniques, 3.2); pairs that resemble one another make it vary more, by the `design_effect`.
    """
    if n >= population:
        return math.inf
    return n / design_effect * (population - 1) / (population - n)


def of_sample(positive: int, n: int, population: int, design_effect: float = 1) -> Interval:
    """Return the interval of the share in a `population` of which `n`, drawn at random, were read.

    It is Wilson's at the effective size, so all of it is known once all was read, moved outwards to whole pairs.
    """
    if n <= 0:
        return Interval(0, 1)
    size = effective_size(n, population, design_effect)
    return whole_pairs(wilson_of_share(positive / n, size), positive, n, population)


def whole_pairs(interval: Interval, positive: int, n: int, population: int) -> Interval:
    """Return an interval with its ends moved outwards to a whole number of the pairs of a population.

    A share of finitely many is such a number; small populations need it, for their intervals are too short without. But
    the ends do not pass what the `n` pairs that were read, `positive` of them, rule out.
    """
    low, high = (end * population for end in interval)
    return Interval(
        max(math.floor(low), positive) / population, min(math.ceil(high), population - (n - positive)) / population
    )


def margin(n: int, population: int, share: float = 0.5) -> float:
    """Return half the width of the interval, from 0 to 1, that reading `n` of `population` gives where `share` are.

    A share of .5 has the widest interval, so that is what can be promised before anything was read.
    """
    low, high = wilson_of_share(share, effective_size(n, population)) if n else Interval(0, 1)
    return (high - low) / 2


def size_for(wanted: float, population: int, share: float = 0.5) -> int:
    """Return how many of `population` have to be read at least for a margin of `wanted`, from 0 to 1."""
    least, most = 0, population
    while least < most:
        middle = (least + most) // 2
        if margin(middle, population, share) <= wanted:
            most = middle
        else:
            least = middle + 1
    return least
