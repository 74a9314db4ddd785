"""What a scorer is, and where each one lives; naming or describing one loads none of the libraries it needs."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, Self, runtime_checkable

from hhtui.model import PairTexts, ScoreColumn, Unit

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

REGISTRY: Mapping[str, str] = {
    "alt-profanity": "hhtui.score.toxicity:AltProfanity",
    "refusal": "hhtui.score.refusal.scorer:Refusal",
    "preference-model": "hhtui.score.preference.model:PreferenceModel",
    "detoxify:original": "hhtui.score.detoxify.fp32:Detoxify",
    "detoxify:unbiased": "hhtui.score.detoxify.fp32:Detoxify",
    "detoxify:multilingual": "hhtui.score.detoxify.fp32:Detoxify",
    "detoxify:original-small": "hhtui.score.detoxify.fp32:Detoxify",
    "detoxify:unbiased-small": "hhtui.score.detoxify.fp32:Detoxify",
    "detoxify-int8:original": "hhtui.score.detoxify.int8:DetoxifyInt8",
    "detoxify-int8:unbiased": "hhtui.score.detoxify.int8:DetoxifyInt8",
    "detoxify-int8:multilingual": "hhtui.score.detoxify.int8:DetoxifyInt8",
    "detoxify-int8:original-small": "hhtui.score.detoxify.int8:DetoxifyInt8",
    "detoxify-int8:unbiased-small": "hhtui.score.detoxify.int8:DetoxifyInt8",
}
"""Scorer names and where each is made, by a call with its name and the options; a new scorer is one file and a line."""

DEFAULTS = ("alt-profanity", "refusal", "preference-model")
"""The scorers that work at once, offline."""


class ScoreError(Exception):
    """Scores cannot be made as asked; the message says what is missing and what to do next."""


class TooFewPairsError(ScoreError):
    """A scorer that learns from a database's pairs would learn nothing from so few."""


class Options(NamedTuple):
    """How a scorer is to be made; each takes from it what concerns it.

    `checkpoint` is a file in detoxify's format, `config_dir` a folder with the model's config.json and tokenizer,
    `model` a folder that `hhtui scorer export` wrote. `device` is one of PyTorch's (`cpu`, `cuda`, `cuda:1`, `mps`),
    None for the best one here; `threads` limits libraries of linear algebra; `batch_tokens` is how many padded tokens
    go through a model at once, None for what suits the device. With `download`, weights that are not here
    may be downloaded.
    """

    checkpoint: Path | None = None
    config_dir: Path | None = None
    model: Path | None = None
    device: str | None = None
    threads: int | None = None
    batch_tokens: int | None = None
    download: bool = False

    def to_json(self) -> str:
        """Return the options that are set as a JSON object."""
        told = {name: value for name, value in self._asdict().items() if value != self._field_defaults[name]}
        return json.dumps(told, default=str)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the options that `to_json` wrote."""
        told: dict[str, Any] = json.loads(text)
        told.update({name: Path(told[name]) for name in ("checkpoint", "config_dir", "model") if name in told})
        return cls(**told)


NO_OPTIONS = Options()


class Scored(NamedTuple):
    """What a scorer found in n texts.

    `numbers` has the shape (n, k) for k columns, NaN where a number cannot be computed. `windows` has, for each text,
    in how many overlapping windows it was read, None where every text was read whole. `tokens` counts the tokens that
    were read, padding apart, 0 where the scorer has none.
    """

    numbers: "NDArray[numpy.float32]"
    windows: "NDArray[numpy.int32] | None" = None
    tokens: int = 0


class WordWeight(NamedTuple):
    """How much one word, or a few in a row, moves a linear score of a text: up where `weight` is positive."""

    words: str
    weight: float


class Described(Protocol):
    """What is known of every scorer without loading weights.

    `fingerprint`, where it has one, is the identity: it changes with the weights, the parameters and the preparation
    of a text, and scores under two fingerprints are never mixed.
    """

    @property
    def name(self) -> str:
        """The name by which it is asked for."""

    @property
    def version(self) -> str:
        """The version of the package, rules or weights."""

    @property
    def columns(self) -> tuple[ScoreColumn, ...]:
        """The k numbers that it gives, in their order."""

    @property
    def units(self) -> tuple[Unit, ...]:
        """The kinds of text that it reads."""

    @property
    def parameters(self) -> Mapping[str, Any]:
        """What the fingerprint is made of, in JSON's types."""


class Identified(Described, Protocol):
    """What a database keeps of a scorer of texts."""

    @property
    def fingerprint(self) -> str:
        """Hexadecimal hash over name, version, weights and parameters; see `fingerprint`."""

    @property
    def findings(self) -> Mapping[str, Any]:
        """What was measured of it before, in JSON's types: how an int8 model ranks texts beside fp32, for example."""


@runtime_checkable
class Scorer(Identified, Protocol):
    """Something that turns texts into numbers, each text by itself."""

    def load(self) -> None:
        """Load libraries and weights, once; raises ScoreError where they cannot be had."""

    def batches(self, texts: Sequence[str]) -> Iterator[Sequence[int]]:
        """Yield which of `texts` to give to `score` together: every index once. A kill costs at most one batch."""

    def score(self, texts: Sequence[str]) -> Scored:
        """Return the numbers of `texts`, none of which is empty."""


class Fitted(NamedTuple):
    """What a scorer of pairs found in n pairs.

    `numbers` has the shape (n, m): the columns in their order, for a column of a side its chosen, then its rejected
    number; NaN where there is none. `findings` is what was measured on the way, in JSON's types. `model` is what
    `words` needs to explain a number.
    """

    numbers: "NDArray[numpy.float32]"
    findings: Mapping[str, Any]
    model: bytes


@runtime_checkable
class PairScorer(Described, Protocol):
    """Something that learns from all pairs of a database and gives each of them numbers.

    Its fingerprint in a database is made of its own and of the pairs that it learned from.
    """

    def fit(self, pairs: Iterable[PairTexts]) -> Fitted:
        """Learn from `pairs` and score them; raises TooFewPairsError where they do not suffice."""


def fingerprint(name: str, version: str, parameters: Mapping[str, Any]) -> str:
    """Return the SHA-256, in hexadecimal, over the canonical JSON of a scorer's name, version and parameters."""
    canonical = json.dumps([name, version, parameters], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def create(name: str, options: Options = NO_OPTIONS) -> Scorer | PairScorer:
    """Return the scorer `name`; raises ScoreError that names the nearest where there is none of this name."""
    if name not in REGISTRY:
        near = get_close_matches(name, REGISTRY, n=1, cutoff=0)
        raise ScoreError(f"there is no scorer {name!r}; did you mean {near[0]}? All of them: {', '.join(REGISTRY)}")
    module, _, attribute = REGISTRY[name].partition(":")
    scorer: Scorer | PairScorer = getattr(import_module(module), attribute)(name, options)
    return scorer


def in_order(texts: Sequence[str], size: int) -> Iterator[Sequence[int]]:
    """Yield the indexes of `texts` in their order, `size` at a time: the batches of a scorer that has no better way."""
    for start in range(0, len(texts), size):
        yield range(start, min(start + size, len(texts)))


def scores_of(scorer: Scorer, texts: Sequence[str]) -> Scored:
    """Return `scorer.score(texts)`; raises ScoreError where the answer has not the shape (n, k)."""
    import numpy

    scored = scorer.score(texts)
    numbers = numpy.asarray(scored.numbers, dtype=numpy.float32)
    if numbers.shape != (len(texts), len(scorer.columns)):
        raise ScoreError(f"scorer {scorer.name} gave numbers of the shape {numbers.shape} for {len(texts)} texts")
    return scored._replace(numbers=numbers)


def score_all(
    scorer: Scorer, texts: Sequence[str], report: Callable[[int], None] = lambda done: None
) -> "NDArray[numpy.float32]":
    """Return the numbers of `texts`, none of which is empty, by a loaded scorer in its own batches.

    `report` hears how many are done. Raises ScoreError as `scores_of` does.
    """
    import numpy

    numbers = numpy.full((len(texts), len(scorer.columns)), numpy.nan, dtype=numpy.float32)
    done = 0
    for batch in scorer.batches(texts):
        places = list(batch)
        numbers[places] = scores_of(scorer, [texts[place] for place in places]).numbers
        done += len(places)
        report(done)
    return numbers
