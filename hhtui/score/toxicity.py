"""Toxicity by alt-profanity-check: a linear model over words, small enough to come with the installation."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hhtui.model import NO_VALUES, ScoreColumn, Unit
from hhtui.score.explain.words import strongest
from hhtui.score.scorer import NO_OPTIONS, Options, Scored, ScoreError, WordWeight, fingerprint, in_order

if TYPE_CHECKING:
    from numpy.typing import NDArray

PACKAGE = "alt-profanity-check"
BATCH = 2000
MODEL_FILES = ("vectorizer.joblib", "model.joblib")
MISSING = f"{PACKAGE} is not installed here; install hhtui again, or: pip install {PACKAGE}"

TOXICITY = ScoreColumn(
    name="toxicity",
    low=0.0,
    high=1.0,
    meaning="How much the words of a text resemble comments that people labelled profane or offensive, as the "
    "probability that a linear model over single words gives.",
    fails="It catches swearing, not meaning: it scores profanity high whatever the intent, words that name groups of "
    "people raise it, and polite instructions for a crime score near 0.",
)


class AltProfanity:
    """The model of alt-profanity-check: the mean of calibrated linear SVMs over TF-IDF of single words.

    It gives what `profanity_check.predict_prob` gives. Texts of any length are read whole. Raises ScoreError where
    the package is missing.
    """

    columns = (TOXICITY,)
    units: tuple[Unit, ...] = ("response", "prompt", "turn")
    findings = NO_VALUES

    def __init__(self, name: str = "alt-profanity", options: Options = NO_OPTIONS) -> None:
        """Describe the scorer; nothing is loaded yet."""
        self.name = name
        self._vectorizer: Any = None
        self._model: Any = None

    @cached_property
    def version(self) -> str:
        """The version of alt-profanity-check."""
        try:
            return version(PACKAGE)
        except PackageNotFoundError:
            raise ScoreError(MISSING) from None

    @cached_property
    def parameters(self) -> Mapping[str, Any]:
        """The model files by SHA-256, and that a text is read as it is."""
        package = find_spec("profanity_check")
        if package is None or package.origin is None:
            raise ScoreError(MISSING)
        folder = Path(package.origin).parent / "data"
        hashes = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in MODEL_FILES}
        return {"package": PACKAGE, **hashes, "preparation": "none", "truncation": "none"}

    @cached_property
    def fingerprint(self) -> str:
        """The hash over version and parameters."""
        return fingerprint(self.name, self.version, self.parameters)

    def load(self) -> None:
        """Load scikit-learn and the model, about 1.5 s and 190 MiB; raises ScoreError where they are not there."""
        try:
            from profanity_check.profanity_check import model, vectorizer
        except ImportError as error:
            raise ScoreError(f"{PACKAGE} cannot be loaded ({error}); install hhtui again") from error
        self._vectorizer, self._model = vectorizer, model

    def batches(self, texts: Sequence[str]) -> Iterator[Sequence[int]]:
        """Yield the texts as they come, 2,000 at a time."""
        return in_order(texts, BATCH)

    def score(self, texts: Sequence[str]) -> Scored:
        """Return the toxicity of each text, shape (n, 1)."""
        import numpy

        if not texts:
            return Scored(numpy.empty((0, 1), dtype=numpy.float32))
        if self._model is None:
            self.load()
        probabilities: NDArray[numpy.float64] = self._model.predict_proba(self._vectorizer.transform(texts))[:, 1:]
        return Scored(probabilities.astype(numpy.float32))

    def words(self, text: str, most: int) -> list[WordWeight]:
        """Return the `most` words of a text that move its score most, the strongest first.

        A word's weight is its TF-IDF value, which depends on the other words of the text too, times the mean of
        its coefficients in the calibrated SVMs: all weights and the mean intercept add up to the mean of
        their decision functions. Words that the model does not know have none.
        """
        if self._model is None:
            self.load()
        values = self._vectorizer.transform([text])
        models = self._model.calibrated_classifiers_
        coefficients = sum(one.estimator.coef_[0, values.indices] for one in models) / len(models)
        known = self._vectorizer.get_feature_names_out()[values.indices]
        weights = zip(known, values.data * coefficients, strict=True)
        return strongest((WordWeight(str(word), float(weight)) for word, weight in weights), most)
