"""Why a sample is drawn from all pairs of a frame, whatever was decided: with a known truth, how often each is right.

Somebody reads the highest scores first; the score goes with what is asked. A sample of everything, in the order in
which frames are drawn and decided pairs read again, finds the truth as often as it says. A sample of what is left
undecided does not.
"""

import random
from collections.abc import Container
from hashlib import sha256
from itertools import islice
from typing import NamedTuple

import pytest

from hhtui.audit.strata import Stratum, share_of, weighted_share
from hhtui.store import frames
from hhtui.store.frames import HASH_BYTES

PAIRS = 1200
READ_BESIDE = 400
SAMPLED = 150
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


@pytest.fixture(scope="module")
def draws() -> list[list[int]]:
    """The order in which the places of the pairs are drawn from the frame of all of them, by one seed after another."""
    hashes = [sha256(at.to_bytes(4, "big")).digest()[:HASH_BYTES] for at in range(PAIRS)]
    members = b"".join(sorted(hashes))
    ids = [frames.identity("", seed, ["made"], members) for seed in range(RUNS)]
    return [sorted(range(PAIRS), key=lambda at: frames.place(frame_id, hashes[at])) for frame_id in ids]


def coverage(
    population: list[Made], draws: list[list[int]], within: Container[int], *, weighted: bool = False
) -> float:
    """Return how often the interval of the first pairs drawn `within` some holds the share of the whole population."""
    truth = sum(one.positive for one in population) / len(population)
    held = 0
    for order in draws:
        drawn = [population[at] for at in islice((at for at in order if at in within), SAMPLED)]
        found = share_of([one.positive for one in drawn], [one.family for one in drawn], len(population))
        interval = found.interval
        if weighted:
            interval = weighted_share(_strata(drawn), found.design_effect).interval
        held += interval.low <= truth <= interval.high
    return held / len(draws)


def _strata(drawn: list[Made]) -> list[Stratum]:
    return [
        Stratum(
            PAIRS // SUBSETS,
            sum(one.subset == subset for one in drawn),
            sum(one.positive for one in drawn if one.subset == subset),
        )
        for subset in range(SUBSETS)
    ]


def test_a_sample_of_the_whole_frame_finds_the_truth(population: list[Made], draws: list[list[int]]) -> None:
    assert 0.93 <= coverage(population, draws, range(PAIRS)) <= 0.97


def test_so_does_one_weighted_by_subset(population: list[Made], draws: list[list[int]]) -> None:
    assert 0.93 <= coverage(population, draws, range(PAIRS), weighted=True) <= 0.97


def test_a_sample_of_undecided_pairs_does_not(population: list[Made], queue: set[int], draws: list[list[int]]) -> None:
    assert coverage(population, draws, set(range(PAIRS)) - queue) < 0.5


def test_nor_do_the_pairs_of_the_queue(population: list[Made], queue: set[int], draws: list[list[int]]) -> None:
    assert coverage(population, draws, queue) < 0.05


def test_every_seed_draws_in_an_order_of_its_own(draws: list[list[int]]) -> None:
    assert len({tuple(order[:3]) for order in draws}) > 0.99 * RUNS
