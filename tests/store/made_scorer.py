"""A scorer for tests: two numbers from a text's length, counted as it works."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy
from numpy.typing import NDArray

from hhtui.model import ScoreColumn, Unit
from hhtui.score.scorer import fingerprint

NOT_FINITE = "not finite"


def expected(text: str) -> tuple[float, float]:
    """Return the two numbers that a text gets."""
    return len(text) / 7, float(text.count("e")) + 0.1


class MadeScorer:
    """Scores by length, and by letters; remembers the texts that it was given, calls `before` with each batch."""

    def __init__(
        self,
        *,
        name: str = "made",
        revision: str = "1",
        columns: Sequence[str] = ("size", "letters"),
        units: tuple[Unit, ...] = ("response", "prompt"),
        batch: int = 50,
        before: Callable[[int], None] = lambda batches: None,
    ) -> None:
        self.name, self.version, self.units, self.batch = name, f"{revision}.2.3", units, batch
        self.columns = tuple(ScoreColumn(column, 0.0, 1000.0, "Counts.", "Always.") for column in columns)
        self.parameters: Mapping[str, Any] = {"revision": revision}
        self.fingerprint = fingerprint(name, self.version, self.parameters)
        self.seen: list[str] = []
        self.batches = 0
        self._before = before

    def load(self) -> None:
        """Nothing to load."""

    def score(self, texts: Sequence[str]) -> NDArray[numpy.float32]:
        """Return `expected` of each text; a text "not finite" gets NaN and infinity."""
        self._before(self.batches)
        self.batches += 1
        self.seen += texts
        rows = [(numpy.nan, numpy.inf) if text == NOT_FINITE else expected(text) for text in texts]
        return numpy.array(rows, dtype=numpy.float32)[:, : len(self.columns)]
