"""Kappa and alpha equal worked examples that were published, and say nothing where nothing can be said."""

from itertools import combinations
from math import isclose

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hhtui.audit.ranking import Interval
from hhtui.audit.reliability import MISSING, Draws, Figure, base_rates, cohen, krippendorff, observed

Table = list[list[int]]


def from_table(table: Table) -> "numpy.ndarray[tuple[int, int], numpy.dtype[numpy.int8]]":
    """Return the ratings of two raters of which so many items stand in each cell."""
    pairs = [
        (row, column) for row, cells in enumerate(table) for column, count in enumerate(cells) for _ in range(count)
    ]
    return numpy.array(pairs, dtype=numpy.int8).T


def from_text(*raters: str) -> "numpy.ndarray[tuple[int, int], numpy.dtype[numpy.int8]]":
    """Return the ratings of raters, each a line of categories with a dot for none."""
    names = sorted({one for line in raters for one in line.split()} - {"."})
    codes = [[MISSING if one == "." else names.index(one) for one in line.split()] for line in raters]
    return numpy.array(codes, dtype=numpy.int8)


@pytest.mark.parametrize(
    ("table", "kappa", "agreement"),
    [
        pytest.param([[20, 5], [10, 15]], 0.4, 0.7, id="50 grant proposals read by two, as textbooks have it"),
        pytest.param([[45, 15], [25, 15]], 0.1304, 0.6, id="the same agreement, unlike base rates: first table"),
        pytest.param([[25, 35], [5, 35]], 0.2593, 0.6, id="the same agreement, unlike base rates: second table"),
        pytest.param([[88, 10, 2], [14, 40, 6], [18, 10, 12]], 0.4915, 0.7, id="200 diagnoses, Cohen 1960 and 1968"),
        pytest.param([[25, 3, 5], [6, 32, 8], [1, 0, 20]], 0.654, 0.77, id="100 subjects, Bonnardel's kappa.txt"),
    ],
)
def test_kappa_equals_published_tables(table: Table, kappa: float, agreement: float) -> None:
    ratings = from_table(table)

    found = cohen(ratings, len(table)).value
    assert found is not None
    assert isclose(found, kappa, abs_tol=6e-4 if kappa == 0.654 else 6e-5)
    assert observed(ratings, len(table)) == pytest.approx(agreement)


BINARY = from_text("0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0")
NOMINAL = from_text("a a b b d c c c e d d a", "b a b b b c c c e d d d")
MISSING_DATA = from_text(
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)
THREE_CODERS = from_text(
    ". . . . . 3 4 1 2 1 1 3 3 . 3",
    "1 . 2 1 3 3 4 3 . . . . . . .",
    ". . 2 1 3 4 4 . 2 1 1 3 3 . 4",
)


@pytest.mark.parametrize(
    ("ratings", "alpha"),
    [
        pytest.param(BINARY, 0.095, id="Krippendorff 2011, A: two observers, two categories"),
        pytest.param(NOMINAL, 0.692, id="Krippendorff 2011, B: two observers, five categories"),
        pytest.param(MISSING_DATA, 0.743, id="Krippendorff 2011, C: four observers, missing values"),
        pytest.param(THREE_CODERS, 0.691, id="Wikipedia: three coders, missing values"),
    ],
)
def test_alpha_equals_published_examples(
    ratings: "numpy.ndarray[tuple[int, int], numpy.dtype[numpy.int8]]", alpha: float
) -> None:
    found = krippendorff(ratings, int(ratings.max()) + 1).value

    assert found is not None
    assert isclose(found, alpha, abs_tol=5.1e-4)


_ratings = st.integers(2, 4).flatmap(
    lambda raters: st.lists(
        st.lists(st.integers(MISSING, 2), min_size=raters, max_size=raters), min_size=1, max_size=12
    ).map(lambda items: numpy.array(items, dtype=numpy.int8).T)
)


@given(_ratings)
def test_alpha_is_what_its_definition_says(
    ratings: "numpy.ndarray[tuple[int, int], numpy.dtype[numpy.int8]]",
) -> None:
    items = [[int(one) for one in item if one != MISSING] for item in ratings.T]
    paired = [item for item in items if len(item) > 1]
    values = [one for item in paired for one in item]
    expected_pairs = [first != second for first, second in combinations(values, 2)]
    found = krippendorff(ratings, 3).value
    if not any(expected_pairs):
        assert found is None
        return
    within = sum(
        sum(first != second for first, second in combinations(item, 2)) * 2 / (len(item) - 1) for item in paired
    )
    expected = sum(expected_pairs) / len(expected_pairs)
    assert found is not None
    assert isclose(found, 1 - within / len(values) / expected, abs_tol=1e-9)


def test_one_category_says_nothing() -> None:
    alike = from_table([[9, 0], [0, 0]])
    strangers = from_text("a . b .", ". a . b")

    assert cohen(alike, 2) == krippendorff(alike, 2) == Figure(None)
    assert observed(alike, 2) == 1
    assert cohen(strangers, 2) == krippendorff(strangers, 2) == Figure(None)
    assert observed(strangers, 2) is None


def test_base_rates_are_of_what_one_rater_gave() -> None:
    assert base_rates(THREE_CODERS[1], 4) == pytest.approx((2 / 7, 1 / 7, 3 / 7, 1 / 7))
    assert base_rates(from_text(". .", "a b")[0], 2) == ()


def test_whole_clusters_are_drawn() -> None:
    ratings = from_table([[20, 5], [10, 15]])
    alone = Draws(numpy.arange(50), resamples=1000, seed=1)
    doubled = numpy.concatenate([ratings, ratings], axis=1)
    twins = Draws(numpy.arange(100) % 50, resamples=1000, seed=1)

    for coefficient in (cohen, krippendorff):
        assert coefficient(ratings, 2, alone).interval == coefficient(ratings, 2, alone).interval
        assert (single := coefficient(ratings, 2, alone).interval) is not None
        assert (paired := coefficient(doubled, 2, twins).interval) is not None
        assert paired.low == pytest.approx(single.low, abs=0.02)
        assert paired.high == pytest.approx(single.high, abs=0.02)
    assert (kappa := cohen(ratings, 2, alone).interval) is not None
    assert kappa.low < 0.4 < kappa.high
    assert kappa.high - kappa.low == pytest.approx(2 * 1.96 * 0.127, rel=0.12)


def test_perfect_agreement_has_no_interval() -> None:
    ratings = from_table([[6, 0], [0, 4]])

    assert cohen(ratings, 2, Draws(numpy.arange(10), resamples=200, seed=1)) == Figure(1.0, None)


@given(seed=st.integers(0, 2**32))
@settings(max_examples=20)
def test_an_interval_holds_middling_values(seed: int) -> None:
    ratings = numpy.random.default_rng(seed).integers(0, 3, size=(2, 40)).astype(numpy.int8)
    found = krippendorff(ratings, 3, Draws(numpy.arange(40), resamples=200, seed=seed))

    assert isinstance(found.interval, Interval)
    assert found.interval.low < found.interval.high <= 1
