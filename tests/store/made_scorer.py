"""A scorer for tests: two numbers from a text's length, counted as it works."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy

from hhtui.model import NO_VALUES, ScoreColumn, Unit
from hhtui.score.scorer import Scored, fingerprint, in_order

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
        self.name, self.version, self.units, self.findings = name, f"{revision}.2.3", units, NO_VALUES
        self.columns = tuple(ScoreColumn(column, 0.0, 1000.0, "Counts.", "Always.") for column in columns)
        self.parameters: Mapping[str, Any] = {"revision": revision}
        self.fingerprint = fingerprint(name, self.version, self.parameters)
        self.seen: list[str] = []
        self.batches_scored = 0
        self._batch, self._before = batch, before

    def load(self) -> None:
        """Nothing to load."""

    def batches(self, texts: Sequence[str]) -> Iterator[Sequence[int]]:
        """Yield the texts as they come."""
        return in_order(texts, self._batch)

    def score(self, texts: Sequence[str]) -> Scored:
        """Return `expected` of each text; a text "not finite" gets NaN and infinity."""
        self._before(self.batches_scored)
        self.batches_scored += 1
        self.seen += texts
        rows = [(numpy.nan, numpy.inf) if text == NOT_FINITE else expected(text) for text in texts]
        return Scored(numpy.array(rows, dtype=numpy.float32)[:, : len(self.columns)])
