"""Shares over families and subsets: what must come out where it can be told by hand, and how often it is right."""

import random

import pytest

from hhtui.audit.intervals import of_sample, wilson_of_share
from hhtui.audit.strata import Stratum, design_effect, share_of, weighted_share


def test_pairs_without_families_have_no_design_effect() -> None:
    positive = [True, False, False, True, False]

    assert design_effect(positive, range(5)) == pytest.approx(1)
    assert share_of(positive, range(5), 100).interval == of_sample(2, 5, 100)


def test_pairs_that_repeat_one_another_count_once() -> None:
    """Families of three that are alike inside: as if a third had been read; less a little, as 20 families are few."""
    positive = [family % 4 == 0 for family in range(20) for _ in range(3)]
    families = [family for family in range(20) for _ in range(3)]

    effect = design_effect(positive, families)

    assert effect == pytest.approx(3 * (20 / 19) * (59 / 60))
    assert share_of(positive, families, 10**9).interval == pytest.approx(
        wilson_of_share(15 / 60, 60 / effect), abs=1e-8
    )


def test_families_never_make_an_interval_shorter() -> None:
    opposites = [True, False] * 10

    assert design_effect(opposites, [at // 2 for at in range(20)]) == 1


@pytest.mark.parametrize("answer", [True, False])
def test_where_all_are_alike_families_count_as_repetitions(answer: bool) -> None:
    assert design_effect([answer] * 6, [1, 1, 1, 2, 3, 4]) == pytest.approx((9 + 1 + 1 + 1) / 6)
    assert design_effect([], []) == 1


def test_one_stratum_is_the_whole() -> None:
    found = weighted_share([Stratum(10**9, 263, 81)])

    assert found.share == pytest.approx(81 / 263)
    assert found.interval == pytest.approx(wilson_of_share(81 / 263, 263), abs=1e-6)
    assert weighted_share([Stratum(60, 20, 5)]).interval == of_sample(5, 20, 60)


def test_strata_are_weighted_by_their_size() -> None:
    found = weighted_share([Stratum(9000, 50, 5), Stratum(1000, 50, 40)])

    assert found.share == pytest.approx(0.9 * 0.1 + 0.1 * 0.8)
    assert (found.read, found.positive, found.population) == (100, 45, 10_000)


def test_a_stratum_of_which_nothing_was_read_may_be_anything() -> None:
    alone = weighted_share([Stratum(900, 100, 20)])
    found = weighted_share([Stratum(900, 100, 20), Stratum(100, 0, 0)])

    assert found.share == alone.share
    assert found.interval == pytest.approx((0.9 * alone.interval.low, 0.9 * alone.interval.high + 0.1), abs=0.002)
    assert weighted_share([Stratum(100, 0, 0)]).share is None
    assert weighted_share([Stratum(100, 0, 0)]).interval == (0, 1)


def test_strata_read_to_the_end_leave_nothing_open() -> None:
    assert weighted_share([Stratum(10, 10, 3), Stratum(30, 30, 9)]).interval == (0.3, 0.3)


@pytest.mark.parametrize(
    ("sizes", "truths"),
    [
        ((2000, 2000, 2000, 2000), (0.1, 0.3, 0.5, 0.9)),
        ((9500, 300, 100, 100), (0.05, 0.5, 0.9, 0.9)),
        ((400, 50, 30, 10), (0.3, 0.3, 0.3, 0.3)),
        ((400, 50, 30, 10), (0.02, 0.6, 0.02, 0.02)),
    ],
)
def test_the_weighted_interval_holds_with_small_strata(sizes: tuple[int, ...], truths: tuple[float, ...]) -> None:
    population = [
        (stratum, at < round(size * share))
        for stratum, (size, share) in enumerate(zip(sizes, truths, strict=True))
        for at in range(size)
    ]
    truth = sum(positive for _, positive in population) / len(population)
    chance, held, runs = random.Random(7), 0, 1000
    for _ in range(runs):
        drawn = chance.sample(population, 100)
        strata = [
            Stratum(size, sum(one == at for one, _ in drawn), sum(yes for one, yes in drawn if one == at))
            for at, size in enumerate(sizes)
        ]
        low, high = weighted_share(strata).interval
        held += low - 1e-9 <= truth <= high + 1e-9

    assert 0.93 <= held / runs <= 0.975
