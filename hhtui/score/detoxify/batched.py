"""What detoxify's scorers in fp32 and in int8 share: texts go through a `Batcher` that is made once, when loaded."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from hhtui.model import ScoreColumn, Unit
from hhtui.score.detoxify.weights import published
from hhtui.score.scorer import NO_OPTIONS, Options, Scored

if TYPE_CHECKING:
    from hhtui.score.detoxify.batching import Batcher


class BatchedScorer(ABC):
    """A scorer whose name ends with a variant of detoxify's; what it needs of files and packages raises ScoreError."""

    units: tuple[Unit, ...] = ("response", "prompt", "turn")

    def __init__(self, name: str, options: Options = NO_OPTIONS) -> None:
        """Describe the scorer; nothing is looked for or loaded yet. Raises ScoreError for a variant that is unknown."""
        self.name = name
        self._options = options
        self._published = published(name)
        self._batcher: Batcher | None = None

    @property
    @abstractmethod
    def columns(self) -> tuple[ScoreColumn, ...]:
        """The classes of the weights, by detoxify's names; those of the published weights where none are here."""

    @abstractmethod
    def open(self) -> "Batcher":
        """Return model and tokenizer behind batches; raises ScoreError where they cannot be had."""

    def load(self) -> None:
        """Load libraries and weights; raises ScoreError where they cannot be had."""
        self._batcher = self.open()

    def batches(self, texts: Sequence[str]) -> Iterator[Sequence[int]]:
        """Yield texts of like length together, as many as fill a batch; see `Batcher`."""
        return self._loaded().batches(texts)

    def score(self, texts: Sequence[str]) -> Scored:
        """Return the probabilities of each text, how many windows it was read in, and the tokens read."""
        import numpy

        if not texts:
            shape = (0, len(self.columns))
            return Scored(numpy.empty(shape, dtype=numpy.float32), numpy.empty(0, dtype=numpy.int32))
        return self._loaded().score(texts)

    def _loaded(self) -> "Batcher":
        if self._batcher is None:
            self.load()
        assert self._batcher is not None
        return self._batcher
