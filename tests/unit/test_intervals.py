"""Intervals of a share: as published, and against every draw there can be from a small population."""

import math
from collections.abc import Sequence
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hhtui.audit.intervals import effective_size, margin, of_sample, size_for, wilson_of_share


@pytest.mark.parametrize(
    ("positive", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_is_as_published(positive: int, n: int, low: float, high: float) -> None:
    """R. G. Newcombe 1998, Two-Sided Confidence Intervals for the Single Proportion, table I, method 3."""
    assert wilson_of_share(positive / n, n) == pytest.approx((low, high), abs=5e-5)


def test_nothing_read_tells_nothing() -> None:
    assert of_sample(0, 0, 100) == (0, 1)
    assert margin(0, 100) == 0.5


def test_everything_read_leaves_nothing_open() -> None:
    assert of_sample(7, 50, 50) == (0.14, 0.14)
    assert math.isinf(effective_size(50, 50))
    assert margin(50, 50) == 0


def test_the_correction_for_a_finite_population_is_that_of_its_variance() -> None:
    assert effective_size(100, 500) == pytest.approx(100 * 499 / 400)
    assert effective_size(100, 500, design_effect=2) == pytest.approx(50 * 499 / 400)


@pytest.mark.parametrize(("population", "n"), [(20, 5), (20, 19), (60, 50), (100, 20), (500, 50), (300, 200)])
def test_the_interval_holds_for_every_share_of_a_small_population(population: int, n: int) -> None:
    """The mean over all shares is at least 95 %, and no share is at less than 93 %; uncorrected some are at 80 %."""
    intervals = [of_sample(positive, n, population) for positive in range(n + 1)]
    uncorrected = [wilson_of_share(positive / n, effective_size(n, population)) for positive in range(n + 1)]

    held = [_coverage(intervals, truth, population, n) for truth in range(population + 1)]
    bare = [_coverage(uncorrected, truth, population, n) for truth in range(population + 1)]

    assert min(held) >= 0.93
    assert sum(held) / len(held) >= 0.95
    assert min(bare) < 0.91


def _coverage(intervals: Sequence[tuple[float, float]], truth: int, population: int, n: int) -> float:
    """Return how often the interval holds the share, by the hypergeometric distribution."""
    ways = 0
    for positive in range(max(0, n - (population - truth)), min(n, truth) + 1):
        low, high = intervals[positive]
        if low - 1e-9 <= truth / population <= high + 1e-9:
            ways += comb(truth, positive) * comb(population - truth, n - positive)
    return ways / comb(population, n)


@given(st.integers(1, 400), st.data())
def test_an_interval_holds_its_share_and_whole_pairs(population: int, data: st.DataObject) -> None:
    n = data.draw(st.integers(1, population))
    positive = data.draw(st.integers(0, n))

    low, high = of_sample(positive, n, population)

    assert positive / population <= low <= positive / n + 1 / population
    assert positive / n - 1 / population <= high <= (population - (n - positive)) / population
    assert low * population == pytest.approx(round(low * population))
    assert high * population == pytest.approx(round(high * population))


@given(st.floats(0.001, 0.4), st.integers(1, 200_000), st.floats(0, 1))
def test_the_size_for_a_margin_is_the_least(wanted: float, population: int, share: float) -> None:
    size = size_for(wanted, population, share)

    assert margin(size, population, share) <= wanted
    assert size == 0 or margin(size - 1, population, share) > wanted


def test_the_worst_case_is_a_share_of_a_half() -> None:
    assert margin(200, 2312) == pytest.approx(0.0657, abs=5e-5)
    assert max(margin(200, 2312, share / 20) for share in range(21)) == margin(200, 2312)
    assert size_for(0.03, 170_000) == 1057
