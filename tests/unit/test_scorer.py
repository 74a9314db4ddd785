"""Scorers: what they promise before and after their weights are loaded."""

import gzip
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy
import pytest

from hhtui.dialogue import pair_up, response_text
from hhtui.score.scorer import (
    DEFAULTS,
    REGISTRY,
    Options,
    Scored,
    ScoreError,
    Scorer,
    create,
    fingerprint,
    scores_of,
)
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
    scores = AltProfanity().score(texts + PLAIN).numbers
    assert scores.dtype == numpy.float32
    assert scores.shape == (len(texts) + len(PLAIN), 1)
    assert numpy.abs(scores[:, 0] - predict_prob(texts + PLAIN)).max() <= 1e-6


def test_a_text_scores_the_same_alone_and_among_others() -> None:
    scorer = AltProfanity()
    alone = numpy.concatenate([scorer.score([text]).numbers for text in PLAIN])
    numpy.testing.assert_allclose(scorer.score(PLAIN).numbers, alone, atol=1e-7)


def test_words_of_insult_score_high_and_the_range_holds() -> None:
    scores = AltProfanity().score(PLAIN).numbers[:, 0]
    assert scores[1] > 0.9 > 0.2 > scores[0]
    assert TOXICITY.low <= scores.min() <= scores.max() <= TOXICITY.high


def test_no_texts_give_no_rows() -> None:
    assert AltProfanity().score([]).numbers.shape == (0, 1)


@pytest.mark.parametrize("name", REGISTRY)
def test_every_scorer_describes_itself_without_its_libraries(name: str) -> None:
    program = (
        "import sys, json, hhtui.score.run, hhtui.score.process, hhtui.store.scores, hhtui.store.scoring\n"
        "from hhtui.score.scorer import create\n"
        f"scorer = create({name!r})\n"
        "described = [scorer.name, list(scorer.units)]\n"
        "columns = [[column.name, column.meaning, column.fails] for column in scorer.columns]\n"
        "print(json.dumps([described, columns, sorted(sys.modules)]))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    (said_name, units), columns, modules = json.loads(ran.stdout)
    assert HEAVY.isdisjoint(modules)
    assert said_name == name
    assert set(units) <= {"response", "prompt", "turn", "pair"}
    for column, meaning, fails in columns:
        assert column.isidentifier()
        assert meaning.endswith(".") and fails.endswith(".")


@pytest.mark.parametrize("name", DEFAULTS)
def test_a_default_scorer_has_a_version_here(name: str) -> None:
    scorer = create(name)
    assert scorer.version
    if isinstance(scorer, Scorer):
        assert len(scorer.fingerprint) == 64


def test_options_travel_between_processes() -> None:
    options = Options(Path("a/b.ckpt"), config_dir=Path("c"), device="cpu", threads=2, download=True)
    assert Options.from_json(options.to_json()) == options
    assert Options().to_json() == "{}"


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

    def score(self, texts: Sequence[str]) -> Scored:
        return Scored(numpy.zeros((len(texts) - 1, 1), dtype=numpy.float32))


def test_an_answer_of_the_wrong_shape_is_an_error() -> None:
    with pytest.raises(ScoreError, match=r"\(1, 1\) for 2 texts"):
        scores_of(Lopsided(), ["one", "two"])
