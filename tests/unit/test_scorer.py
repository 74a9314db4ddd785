"""Scorers: what they promise before and after their weights are loaded."""

import gzip
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy
import pytest
from numpy.typing import NDArray

from hhtui.dialogue import pair_up, response_text
from hhtui.score.scorer import DEFAULT, REGISTRY, ScoreError, Scorer, create, fingerprint, scores_of
from hhtui.score.toxicity import TOXICITY, AltProfanity

HEAVY = {"numpy", "sklearn", "scipy", "joblib", "profanity_check", "sqlite_utils"}
PLAIN = [
    "A kind word costs nothing.",
    "Calling someone stupid or dumb is never kind.",
    "ünïcode ’quotes’",
    "?",
    "x" * 9000,
]


def test_alt_profanity_gives_what_predict_prob_gives(real_file: Path) -> None:
    from profanity_check import predict_prob

    with gzip.open(real_file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines][:400]
    texts = [text for row in rows if (text := response_text(pair_up(row["chosen"], row["rejected"]).rejected))]
    scores = create("alt-profanity").score(texts + PLAIN)
    assert scores.dtype == numpy.float32
    assert scores.shape == (len(texts) + len(PLAIN), 1)
    assert numpy.abs(scores[:, 0] - predict_prob(texts + PLAIN)).max() <= 1e-6


def test_a_text_scores_the_same_alone_and_among_others() -> None:
    scorer = AltProfanity()
    alone = numpy.concatenate([scorer.score([text]) for text in PLAIN])
    numpy.testing.assert_allclose(scorer.score(PLAIN), alone, atol=1e-7)


def test_words_of_insult_score_high_and_the_range_holds() -> None:
    scores = AltProfanity().score(PLAIN)[:, 0]
    assert scores[1] > 0.9 > 0.2 > scores[0]
    assert TOXICITY.low <= scores.min() <= scores.max() <= TOXICITY.high


def test_no_texts_give_no_rows() -> None:
    assert AltProfanity().score([]).shape == (0, 1)


@pytest.mark.parametrize("name", REGISTRY)
def test_every_scorer_describes_itself_without_its_libraries(name: str) -> None:
    program = (
        "import sys, json, hhtui.score.run, hhtui.score.process, hhtui.store.scores, hhtui.store.scoring\n"
        "from hhtui.score.scorer import create\n"
        f"scorer = create({name!r})\n"
        "described = [scorer.name, scorer.version, scorer.fingerprint, list(scorer.units)]\n"
        "columns = [[column.name, column.meaning, column.fails] for column in scorer.columns]\n"
        "print(json.dumps([described, columns, sorted(sys.modules)]))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    (said_name, version, digest, units), columns, modules = json.loads(ran.stdout)
    assert HEAVY.isdisjoint(modules)
    assert said_name == name
    assert version
    assert len(digest) == 64
    assert set(units) <= {"response", "prompt", "turn", "pair"}
    for column, meaning, fails in columns:
        assert column.isidentifier()
        assert meaning.endswith(".") and fails.endswith(".")


def test_the_default_is_a_scorer_of_the_registry() -> None:
    assert isinstance(create(DEFAULT), Scorer)


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(ScoreError, match="did you mean alt-profanity"):
        create("alt_profanity")


def test_the_fingerprint_follows_every_parameter_and_not_their_order() -> None:
    digest = fingerprint("name", "1", {"weights": "a", "precision": "fp32"})
    assert digest == fingerprint("name", "1", {"precision": "fp32", "weights": "a"})
    others = [
        fingerprint("other", "1", {"weights": "a", "precision": "fp32"}),
        fingerprint("name", "2", {"weights": "a", "precision": "fp32"}),
        fingerprint("name", "1", {"weights": "b", "precision": "fp32"}),
        fingerprint("name", "1", {"weights": "a", "precision": "int8"}),
    ]
    assert len({digest, *others}) == 5


def test_alt_profanity_is_fingerprinted_by_its_model_files() -> None:
    parameters = AltProfanity().parameters
    assert {len(parameters["model.joblib"]), len(parameters["vectorizer.joblib"])} == {64}


class Lopsided(AltProfanity):
    """A scorer that forgets a text."""

    def score(self, texts: Sequence[str]) -> NDArray[numpy.float32]:
        return numpy.zeros((len(texts) - 1, 1), dtype=numpy.float32)


def test_an_answer_of_the_wrong_shape_is_an_error() -> None:
    with pytest.raises(ScoreError, match=r"\(1, 1\) for 2 texts"):
        scores_of(Lopsided(), ["one", "two"])
