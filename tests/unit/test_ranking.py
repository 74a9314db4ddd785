"""AUROC, its interval and precision, against plain loops and against a truth that is known."""

from itertools import pairwise, permutations

import numpy
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from hhtui.audit.ranking import Precision, auroc, interval, precision, rank, resample

LABELLED = st.lists(st.tuples(st.integers(-3, 3), st.booleans()), min_size=2, max_size=30)
Labelled = list[tuple[int, bool]]


def arrays(labelled: Labelled) -> tuple[NDArray[numpy.float32], NDArray[numpy.bool_]]:
    """Return the numbers and the labels as arrays, where there are both labels."""
    positive = numpy.array([label for _, label in labelled])
    assume(positive.any() and not positive.all())
    return numpy.array([number / 2 for number, _ in labelled], dtype=numpy.float32), positive


def plain_auroc(labelled: Labelled) -> float:
    """Compare every positive with every negative."""
    positives = [number for number, label in labelled if label]
    negatives = [number for number, label in labelled if not label]
    won = sum((high > low) + (high == low) / 2 for high in positives for low in negatives)
    return won / (len(positives) * len(negatives))


@given(LABELLED)
def test_auroc_is_what_comparing_every_two_gives(labelled: Labelled) -> None:
    numbers, positive = arrays(labelled)

    assert auroc(numbers, positive) == pytest.approx(plain_auroc(labelled), abs=1e-12)
    assert auroc(-numbers, positive) == pytest.approx(1 - plain_auroc(labelled), abs=1e-12)


@pytest.mark.parametrize("label", [True, False])
def test_auroc_needs_both_labels(label: bool) -> None:
    with pytest.raises(ValueError, match="positives and negatives"):
        auroc(numpy.array([1.0, 2.0]), numpy.array([label, label]))


@given(st.lists(st.tuples(st.integers(0, 2), st.booleans()), min_size=1, max_size=6), st.integers(1, 8))
def test_precision_is_the_mean_over_the_orders_of_equals(labelled: Labelled, first: int) -> None:
    orders = [order for order in permutations(labelled) if _falling(order)]
    of = min(first, len(labelled))
    mean = sum(sum(label for _, label in order[:of]) / of for order in orders) / len(orders)

    numbers = numpy.array([number for number, _ in labelled], dtype=numpy.float32)
    found = precision(numbers, numpy.array([label for _, label in labelled]), first)

    assert found[:2] == (first, of)
    assert found.value == pytest.approx(mean)


def _falling(order: tuple[tuple[int, bool], ...]) -> bool:
    return all(one[0] >= other[0] for one, other in pairwise(order))


@given(LABELLED, st.integers(0, 2**32))
def test_a_resample_is_the_auroc_of_the_items_drawn(labelled: Labelled, seed: int) -> None:
    numbers, positive = arrays(labelled)
    clusters = numpy.arange(len(labelled), dtype=numpy.int64) // 2 * 10

    found = resample([numbers], positive, clusters, resamples=3, seed=seed)[0]

    generator = numpy.random.default_rng(seed)
    names = len(set(clusters.tolist()))
    for value in found:
        drawn = generator.integers(names, size=names)
        items = [item for name in drawn for item in labelled[2 * name : 2 * name + 2]]
        if len({label for _, label in items}) == 2:
            assert value == pytest.approx(plain_auroc(items), abs=1e-12)
        else:
            assert numpy.isnan(value)


def test_columns_share_their_draws() -> None:
    generator = numpy.random.default_rng(1)
    numbers, positive = generator.normal(size=200), generator.random(200) < 0.3

    one, other = resample([numbers, numbers * 3 + 1], positive, numpy.arange(200), resamples=50, seed=7)

    assert one.tolist() == other.tolist()
    assert len(set(one.tolist())) > 40
    assert resample([numbers], positive, numpy.arange(200), resamples=50, seed=7)[0].tolist() == one.tolist()
    assert resample([numbers], positive, numpy.arange(200), resamples=50, seed=8)[0].tolist() != one.tolist()


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    """The truth of two normal distributions one apart is the normal distribution function at 1 / √2."""
    truth, held = 0.7602499389065233, 0
    for trial in range(200):
        generator = numpy.random.default_rng(trial)
        positive = generator.random(150) < 0.4
        numbers = generator.normal(size=150) + positive
        found = interval(resample([numbers], positive, numpy.arange(150), resamples=300, seed=trial)[0])
        assert found is not None
        held += found.low <= truth <= found.high
    assert 0.90 <= held / 200 <= 0.99


def test_intervals_of_repeated_items_hold_the_truth_only_by_clusters() -> None:
    truth, by_items, by_clusters = 0.7602499389065233, 0, 0
    for trial in range(100):
        generator = numpy.random.default_rng(trial)
        once = generator.random(60) < 0.4
        numbers, positive = numpy.repeat(generator.normal(size=60) + once, 8), numpy.repeat(once, 8)
        for clusters in (numpy.arange(480), numpy.arange(480) // 8):
            found = interval(resample([numbers], positive, clusters, resamples=200, seed=trial)[0])
            assert found is not None
            if clusters[1]:
                by_items += found.low <= truth <= found.high
            else:
                by_clusters += found.low <= truth <= found.high
    assert by_clusters >= 88
    assert by_items <= 70


def test_no_interval_where_resamples_tell_nothing() -> None:
    numbers, positive = numpy.array([1.0, 2.0, 3.0]), numpy.array([True, False, True])

    alone = resample([numbers], positive, numpy.zeros(3, dtype=numpy.int64), resamples=20, seed=7)[0]

    assert alone.tolist() == [0.5] * 20
    assert interval(alone) is None
    assert interval(numpy.full(4, numpy.nan)) is None
    assert interval(numpy.array([numpy.nan, 0.25, 0.75])) == pytest.approx((0.2625, 0.7375))


def test_a_ranking_has_all_figures() -> None:
    numbers = numpy.arange(40, dtype=numpy.float32)
    positive = numbers >= 30

    found = rank(numbers, positive, numpy.array([0.9, 1.0]))

    assert (found.items, found.positives, found.base_rate, found.auroc) == (40, 10, 0.25, 1.0)
    assert found.precision == (Precision(20, 20, 0.5), Precision(50, 40, 0.25))
    assert found.interval == pytest.approx((0.9025, 0.9975))
