"""What a scorer is, and where each one lives; naming or describing one loads none of the libraries it needs."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from hhtui.model import ScoreColumn, Unit

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

DEFAULT = "alt-profanity"
REGISTRY: Mapping[str, str] = {"alt-profanity": "hhtui.score.toxicity:AltProfanity"}
"""Scorer names and where their classes are; a new scorer is one file and one line here."""


class ScoreError(Exception):
    """Scores cannot be made as asked; the message says what is missing and what to do next."""


@runtime_checkable
class Scorer(Protocol):
    """Something that turns texts into numbers.

    Everything but `load` and `score` is known without loading weights. `fingerprint` is the identity: it changes with
    the weights, the parameters and the preparation of a text, and scores under two fingerprints are never mixed.
    `units` are the kinds of text it reads, `batch` is how many texts it takes at once, and so how many a kill costs.
    """

    @property
    def name(self) -> str:
        """The name by which it is asked for."""

    @property
    def version(self) -> str:
        """The version of the package or weights."""

    @property
    def fingerprint(self) -> str:
        """Hexadecimal hash over name, version, weights and parameters; see `fingerprint`."""

    @property
    def columns(self) -> tuple[ScoreColumn, ...]:
        """The k numbers that it gives, in their order."""

    @property
    def units(self) -> tuple[Unit, ...]:
        """The kinds of text it reads."""

    @property
    def parameters(self) -> Mapping[str, Any]:
        """What the fingerprint is made of, in JSON's types."""

    @property
    def batch(self) -> int:
        """How many texts it takes at once."""

    def load(self) -> None:
        """Load libraries and weights, once; raises ScoreError where they cannot be had."""

    def score(self, texts: Sequence[str]) -> "NDArray[numpy.float32]":
        """Return one row of k numbers for each of `texts`, none of which is empty; shape (n, k).

        A number that cannot be computed is NaN.
        """


def fingerprint(name: str, version: str, parameters: Mapping[str, Any]) -> str:
    """Return the SHA-256, in hexadecimal, over the canonical JSON of a scorer's name, version and parameters."""
    canonical = json.dumps([name, version, parameters], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def create(name: str) -> Scorer:
    """Return the scorer `name`; raises ScoreError that names the nearest where there is none of this name."""
    if name not in REGISTRY:
        near = get_close_matches(name, REGISTRY, n=1, cutoff=0)
        raise ScoreError(f"there is no scorer {name!r}; did you mean {near[0]}? All of them: {', '.join(REGISTRY)}")
    module, _, attribute = REGISTRY[name].partition(":")
    scorer = getattr(import_module(module), attribute)()
    assert isinstance(scorer, Scorer)
    return scorer


def scores_of(scorer: Scorer, texts: Sequence[str]) -> "NDArray[numpy.float32]":
    """Return `scorer.score(texts)`; raises ScoreError where the answer has not the shape (n, k)."""
    import numpy

    values = numpy.asarray(scorer.score(texts), dtype=numpy.float32)
    if values.shape != (len(texts), len(scorer.columns)):
        raise ScoreError(f"scorer {scorer.name} gave numbers of the shape {values.shape} for {len(texts)} texts")
    return values
