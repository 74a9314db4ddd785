"""Why a sample is drawn from all pairs of a frame, whatever was decided: with a known truth, how often each is right.

Somebody reads the highest scores first; the score goes with what is asked. A sample of everything, decided pairs read
again, finds the truth as often as it says. A sample of what is left undecided does not.
"""

import random
from typing import NamedTuple

import pytest

from hhtui.audit.strata import Stratum, share_of, weighted_share

PAIRS = 2400
READ_BESIDE = 800
SAMPLED = 200
RUNS = 1500
SUBSETS = 3


class Made(NamedTuple):
    """A pair whose truth is known: its score, whether it is so, its family and its subset."""

    score: float
    positive: bool
    family: int
    subset: int


@pytest.fixture(scope="module")
def population() -> list[Made]:
    """Pairs of which about a tenth are positive, the more the higher the score; every tenth has a family of two."""
    chance = random.Random(4)
    made = []
    for at in range(PAIRS):
        score = chance.random()
        subset = at % SUBSETS
        made.append(Made(score, chance.random() < (0.05 + 0.1 * subset) * (0.2 + 1.6 * score**3), at - at % 2, subset))
        if at % 10:
            made[-1] = made[-1]._replace(family=at + PAIRS)
    return made


@pytest.fixture(scope="module")
def queue(population: list[Made]) -> set[int]:
    """The places of the pairs that were read and decided beside: the highest scores."""
    return set(sorted(range(PAIRS), key=lambda at: -population[at].score)[:READ_BESIDE])


def coverage(population: list[Made], places: list[int], seed: int, *, weighted: bool = False) -> float:
    """Return how often the interval of a sample drawn from `places` holds the share of the whole population."""
    truth = sum(one.positive for one in population) / len(population)
    chance, held = random.Random(seed), 0
    for _ in range(RUNS):
        drawn = [population[at] for at in chance.sample(places, SAMPLED)]
        found = share_of([one.positive for one in drawn], [one.family for one in drawn], len(population))
        interval = found.interval
        if weighted:
            interval = weighted_share(_strata(drawn), found.design_effect).interval
        held += interval.low <= truth <= interval.high
    return held / RUNS


def _strata(drawn: list[Made]) -> list[Stratum]:
    return [
        Stratum(
            PAIRS // SUBSETS,
            sum(one.subset == subset for one in drawn),
            sum(one.positive for one in drawn if one.subset == subset),
        )
        for subset in range(SUBSETS)
    ]


def test_a_sample_of_the_whole_frame_finds_the_truth(population: list[Made]) -> None:
    assert 0.93 <= coverage(population, list(range(PAIRS)), seed=1) <= 0.97


def test_so_does_one_weighted_by_subset(population: list[Made]) -> None:
    assert 0.93 <= coverage(population, list(range(PAIRS)), seed=2, weighted=True) <= 0.97


def test_a_sample_of_undecided_pairs_does_not(population: list[Made], queue: set[int]) -> None:
    undecided = [at for at in range(PAIRS) if at not in queue]

    assert coverage(population, undecided, seed=1) < 0.5


def test_nor_do_the_pairs_of_the_queue(population: list[Made], queue: set[int]) -> None:
    assert coverage(population, sorted(queue), seed=1) < 0.05
