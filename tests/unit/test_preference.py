"""The cross-fitted preference model: what it may see, what it refuses, and that its numbers can be explained."""

import gzip
import json
import math
import random
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from statistics import mean

import numpy
import pytest

from hhtui.dialogue import pair_up, rebuild, response_text
from hhtui.hashing import content_hash, text_hash
from hhtui.model import PairTexts
from hhtui.score.preference import fold_weights, ngrams
from hhtui.score.preference.folds import draw, joined
from hhtui.score.preference.model import FOLDS, LEAST_PAIRS, SEED, PreferenceModel
from hhtui.score.preference.proportion import proportion
from hhtui.score.scorer import Fitted, PairScorer, TooFewPairsError

GOOD = ["certainly", "thanks", "gladly", "please"]
BAD = ["whatever", "nonsense", "rubbish", "never"]
FILLER = [f"word{number}" for number in range(60)]


def made_pairs(count: int = 1200, per_group: int = 2) -> list[PairTexts]:
    """Pairs whose rejected reply has a word of `BAD` in three of four cases, `per_group` of them in a family."""
    chance = random.Random(11)
    pairs = []
    for number in range(count):
        good, bad = chance.choice(GOOD), chance.choice(BAD)
        if chance.random() < 0.25:
            good, bad = bad, good
        chosen, rejected = (" ".join([word, *chance.sample(FILLER, chance.randint(3, 12))]) for word in (good, bad))
        pairs.append(PairTexts(b"family %d" % (number // per_group), chosen, rejected, True))
    return pairs


def noise(prompts: int = 500) -> Iterator[PairTexts]:
    """Three pairs a prompt, none of one family, whose labels mean nothing: the same random reply wins or loses all."""
    chance = random.Random(3)
    for prompt in range(prompts):
        same, *others = (" ".join(chance.sample(FILLER, 12)) for _ in range(4))
        better = chance.random() < 0.5
        for number, other in enumerate(others):
            replies = (same, other) if better else (other, same)
            yield PairTexts(b"%d of %d" % (number, prompt), *replies, True, b"prompt %d" % prompt)


def without_prompts(pairs: Iterable[PairTexts]) -> list[PairTexts]:
    return [pair._replace(prompt=b"") for pair in pairs]


def with_other_replies(pairs: Iterable[PairTexts]) -> list[PairTexts]:
    """Give each reply a word of its own, so that no two are equal."""
    return [
        pair._replace(chosen=f"{pair.chosen} one{at}", rejected=f"{pair.rejected} two{at}")
        for at, pair in enumerate(pairs)
    ]


def with_other_marks(pairs: Iterable[PairTexts]) -> list[PairTexts]:
    """Write the same words in other ways: replies of other texts that are one to the model."""
    return [
        pair._replace(chosen=pair.chosen.upper() + "!" * (at % 3), rejected=pair.rejected + "." * (at % 3), prompt=b"")
        for at, pair in enumerate(pairs)
    ]


@pytest.fixture(scope="module")
def pairs() -> list[PairTexts]:
    return made_pairs()


@pytest.fixture(scope="module")
def fitted(pairs: list[PairTexts]) -> Fitted:
    return PreferenceModel().fit(pairs)


@pytest.fixture(scope="module")
def real_pairs(real_file: Path) -> list[PairTexts]:
    """The pairs of the real file, a family being those where a rejected dialogue begins another pair's prompt."""
    with gzip.open(real_file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    roots = {row["rejected"]: content_hash(row["chosen"], row["rejected"]) for row in rows}
    found = []
    for row in sorted(rows, key=lambda row: len(row["rejected"])):
        dialogues = pair_up(row["chosen"], row["rejected"])
        starts = (rebuild(dialogues.prompt[:turns]) for turns in range(1, len(dialogues.prompt) + 1))
        group = next((roots[start] for start in starts if start in roots), roots[row["rejected"]])
        roots[row["rejected"]] = group
        replies = response_text(dialogues.chosen), response_text(dialogues.rejected)
        found.append(PairTexts(group, *replies, True, text_hash(rebuild(dialogues.prompt))))
    return found


def test_it_is_a_scorer_of_pairs_that_takes_an_iterator(pairs: list[PairTexts], fitted: Fitted) -> None:
    scorer = PreferenceModel()
    assert isinstance(scorer, PairScorer)
    assert [(column.name, column.of_pair) for column in scorer.columns] == [
        ("dispreferred", False),
        ("disagreement", True),
    ]
    streamed = scorer.fit(pair for pair in pairs)
    assert streamed.numbers.dtype == numpy.float32
    assert streamed.numbers.tobytes() == fitted.numbers.tobytes()
    assert (streamed.findings, streamed.model) == (fitted.findings, fitted.model)


def test_numbers_keep_their_ranges_and_disagreement_is_the_difference(fitted: Fitted) -> None:
    chosen, rejected, disagreement = fitted.numbers.T
    assert fitted.numbers.shape == (1200, 3)
    assert 0 <= fitted.numbers[:, :2].min() < 0.4 and 0.6 < fitted.numbers[:, :2].max() <= 1
    numpy.testing.assert_allclose(disagreement, chosen - rejected, atol=1e-6)


def test_it_learns_what_the_labels_say(fitted: Fitted) -> None:
    low, high = fitted.findings["held_out_accuracy_interval"]
    assert 0.7 < fitted.findings["held_out_accuracy"] < 0.8
    assert low < 0.75 < high
    assert fitted.findings["labelled_pairs"] == 1200
    assert fitted.findings["families"] == 600


def test_accuracies_equal_plain_loops(pairs: list[PairTexts], fitted: Fitted) -> None:
    shorter = right = 0.0
    for pair, (chosen, rejected, _) in zip(pairs, fitted.numbers.tolist(), strict=True):
        left, other = len(pair.chosen), len(pair.rejected)
        shorter += 1.0 if left < other else 0.5 if left == other else 0.0
        right += 1.0 if chosen < rejected else 0.5 if chosen == rejected else 0.0
    assert fitted.findings["shorter_reply_accuracy"] == pytest.approx(shorter / len(pairs), abs=1e-12)
    assert fitted.findings["held_out_accuracy"] == pytest.approx(right / len(pairs), abs=1e-12)
    assert f"{right / len(pairs):.1%}" in fitted.findings["summary"]
    assert f"{shorter / len(pairs):.1%}" in fitted.findings["summary"]


def test_a_family_does_not_move_its_own_numbers(pairs: list[PairTexts], fitted: Fitted) -> None:
    family = pairs[0].group
    swapped = [
        pair._replace(chosen=pair.rejected, rejected=pair.chosen) if pair.group == family else pair for pair in pairs
    ]
    numbers = PreferenceModel().fit(swapped).numbers
    for at, pair in enumerate(pairs):
        if pair.group == family:
            assert numbers[at, :2].tolist() == fitted.numbers[at, 1::-1].tolist()
    own_fold = draw(family, SEED) % FOLDS
    other_fold = [at for at, pair in enumerate(pairs) if draw(pair.group, SEED) % FOLDS != own_fold]
    assert (numbers[other_fold] != fitted.numbers[other_fold]).any()


def test_the_order_of_pairs_changes_neither_folds_nor_numbers_that_show(pairs: list[PairTexts], fitted: Fitted) -> None:
    order = list(range(len(pairs)))
    random.Random(5).shuffle(order)
    shuffled = PreferenceModel().fit([pairs[at] for at in order])
    numpy.testing.assert_allclose(shuffled.numbers, fitted.numbers[order], atol=1e-3)
    for pair in pairs[:50]:
        ours, theirs = (fold_weights.unseen_by(found.model, pair.group) for found in (fitted, shuffled))
        assert ours.centre == pytest.approx(theirs.centre, abs=1e-3)


def test_folds_depend_on_group_and_seed_and_are_about_equal() -> None:
    groups = [b"family %d" % number for number in range(5000)]
    folds = [draw(group, 0) % 5 for group in groups]
    assert min(folds.count(fold) for fold in range(5)) > 850
    assert folds == [draw(group, 0) % 5 for group in groups]
    same = sum(fold == draw(group, 1) % 5 for fold, group in zip(folds, groups, strict=True))
    assert 850 < same < 1150
    assert draw(b"", -3) < 2**64


@pytest.mark.parametrize("prepare", [list, without_prompts, with_other_replies, with_other_marks])
def test_labels_that_mean_nothing_are_not_learned_from_shared_replies_or_prompts(
    prepare: Callable[[Iterable[PairTexts]], list[PairTexts]],
) -> None:
    findings = PreferenceModel().fit(prepare(noise())).findings
    low, high = findings["held_out_accuracy_interval"]
    assert low < 0.5 < high
    assert findings["families"] == 500


def test_pairs_hang_together_over_others_whatever_their_order() -> None:
    draws = numpy.array([50, 40, 30, 20, 10, 50], dtype=numpy.uint64)
    tokens = numpy.array([[7, 50], [7, 8], [8, 30], [20, 20], [9, 10], [50, 9]], dtype=numpy.uint64)
    assert joined(draws, tokens).tolist() == [10, 10, 10, 20, 10, 10]
    assert joined(draws[::-1], tokens[::-1]).tolist() == [10, 10, 20, 10, 10, 10]


def test_pairs_without_prompts_and_with_wordless_replies_hang_on_nothing(pairs: list[PairTexts]) -> None:
    wordless = [pair._replace(rejected="?!") for pair in pairs[:100]]
    more = PreferenceModel().fit([*pairs[100:], *pairs[:100], *wordless])
    assert more.findings["families"] == 600


def test_the_seed_is_part_of_the_fingerprint_and_of_the_folds(pairs: list[PairTexts], fitted: Fitted) -> None:
    other = PreferenceModel(seed=1)
    assert other.fingerprint != PreferenceModel().fingerprint
    again = other.fit(pairs)
    assert again.findings["seed"] == 1
    assert (again.numbers != fitted.numbers).any()


def test_too_few_labelled_pairs_are_refused() -> None:
    few = made_pairs(LEAST_PAIRS + 40)
    unusable = [
        *(pair._replace(labelled=False) for pair in few[:20]),
        *(pair._replace(chosen="") for pair in few[20:30]),
        *(pair._replace(rejected=pair.chosen) for pair in few[30:40]),
    ]
    with pytest.raises(TooFewPairsError, match=r"needs 1,000; here are 999 .*load more pairs"):
        PreferenceModel().fit(unusable + few[41:])
    assert PreferenceModel().fit(unusable + few[40:]).findings["labelled_pairs"] == LEAST_PAIRS
    with pytest.raises(TooFewPairsError, match="here are 0"):
        PreferenceModel().fit([])


def test_one_family_of_most_pairs_is_refused() -> None:
    with pytest.raises(TooFewPairsError, match=r"1,200 of the 1,200 .* belong to one or a few families"):
        PreferenceModel().fit(made_pairs(per_group=1200))


def test_pairs_that_teach_nothing_are_scored_where_they_can_be(pairs: list[PairTexts], fitted: Fitted) -> None:
    tie = pairs[0]._replace(labelled=False)
    single = pairs[1]._replace(rejected="", labelled=False)
    empty = pairs[2]._replace(chosen="")
    wordless = pairs[2]._replace(chosen="?!")
    equal = pairs[3]._replace(rejected=pairs[3].chosen)
    more = PreferenceModel().fit([*pairs, tie, single, empty, wordless, equal])
    assert more.numbers[:1200].tobytes() == fitted.numbers.tobytes()
    assert more.findings == {**fitted.findings, "pairs": 1205}
    missing = numpy.isnan(more.numbers[1200:]).tolist()
    assert missing == [[False] * 3, [False, True, True], [True, False, True], [True, False, True], [False] * 3]
    assert more.numbers[1204, 2] == 0


def test_words_add_up_to_the_number_that_they_explain(pairs: list[PairTexts], fitted: Fitted) -> None:
    scorer = PreferenceModel()
    for pair, (chosen, rejected, _) in list(zip(pairs, fitted.numbers.tolist(), strict=True))[:40]:
        centre = fold_weights.unseen_by(fitted.model, pair.group).centre
        for text, number in ((pair.chosen, chosen), (pair.rejected, rejected)):
            found = scorer.words(fitted.model, pair.group, text, most=1000)
            margin = sum(one.weight for one in found) - centre
            assert 1 / (1 + math.exp(-margin)) == pytest.approx(number, abs=1e-5)


def test_words_add_up_where_pairs_hang_together_with_those_of_other_families() -> None:
    scorer, shared = PreferenceModel(), list(noise())
    learned = scorer.fit(shared)
    for pair, numbers in list(zip(shared, learned.numbers.tolist(), strict=True))[:60]:
        centre = fold_weights.unseen_by(learned.model, pair.group).centre
        margin = sum(one.weight for one in scorer.words(learned.model, pair.group, pair.chosen, most=1000)) - centre
        assert 1 / (1 + math.exp(-margin)) == pytest.approx(numbers[0], abs=1e-5)


def test_words_are_the_strongest_first_and_signed(fitted: Fitted) -> None:
    found = PreferenceModel().words(fitted.model, b"elsewhere", "Gladly word1 RUBBISH word2 unheardof", most=2)
    assert [one.words for one in found if one.weight > 0] == ["rubbish"]
    assert [one.words for one in found if one.weight < 0] == ["gladly"]
    every = PreferenceModel().words(fitted.model, b"elsewhere", "Gladly word1 RUBBISH word2 unheardof", most=100)
    assert "unheardof" not in [one.words for one in every]
    assert [abs(one.weight) for one in every] == sorted((abs(one.weight) for one in every), reverse=True)
    assert PreferenceModel().words(fitted.model, b"elsewhere", "") == []


def colliding(word: str) -> Iterator[str]:
    """Yield words that hash to the feature of `word`."""
    wanted = ngrams.features([word])[0]
    candidates = [f"made{number}" for number in range(1_500_000)]
    for feature, candidate in zip(ngrams.features(candidates).tolist(), candidates, strict=True):
        if feature == wanted:
            yield candidate


def test_ngrams_of_one_feature_share_one_weight(fitted: Fitted) -> None:
    twin = next(colliding("rubbish"))
    together = PreferenceModel().words(fitted.model, b"elsewhere", f"rubbish. {twin}", most=100)
    assert [one.words for one in together] == [f"rubbish / {twin}"]
    weights = fold_weights.unseen_by(fitted.model, b"elsewhere").weights
    weight = float(weights[ngrams.features(["rubbish"])[0]])
    assert together[0].weight == pytest.approx(weight / math.sqrt(2), rel=1e-6)


def test_ngrams_fold_case_and_quotes() -> None:
    assert ngrams.ngrams("Don’t  STOP—now") == ["don't", "stop", "now", "don't stop", "stop now"]
    assert ngrams.ngrams("?!") == []


def test_a_proportion_of_single_observations_has_wilsons_interval() -> None:
    hits = numpy.array([1.0] * 60 + [0.0] * 40)
    found = proportion(hits, numpy.arange(100))
    assert found.share == 0.6
    assert (found.low, found.high) == pytest.approx((0.5020, 0.6906), abs=1e-3)


def test_clusters_that_agree_widen_the_interval_like_fewer_observations() -> None:
    hits = numpy.array([1.0] * 60 + [0.0] * 40)
    doubled = proportion(hits.repeat(2), numpy.arange(100).repeat(2))
    single = proportion(hits, numpy.arange(100))
    assert doubled == pytest.approx(single, abs=1e-9)
    assert proportion(hits.repeat(2), numpy.arange(200)).low > single.low


def test_unanimous_hits_leave_room_for_doubt() -> None:
    found = proportion(numpy.ones(50), numpy.arange(50) // 5)
    assert (found.share, found.high) == pytest.approx((1.0, 1.0))
    assert 0.7 < found.low < 0.75


def test_it_is_right_on_six_of_ten_real_pairs(real_pairs: list[PairTexts]) -> None:
    found = [PreferenceModel(seed=seed).fit(real_pairs).findings for seed in range(5)]
    assert mean(one["held_out_accuracy"] for one in found) >= 0.60
    assert {one["labelled_pairs"] for one in found} == {2303}
    assert {round(one["shorter_reply_accuracy"], 3) for one in found} == {0.553}
    assert all(one["held_out_accuracy_interval"][0] > one["shorter_reply_accuracy"] for one in found)
