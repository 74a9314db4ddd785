"""A scorer of pairs for tests: it counts what it was given, and learns how long a response is on average."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy

from hhtui.model import PairTexts, ScoreColumn, Unit
from hhtui.score.scorer import Fitted, TooFewPairsError

COLUMNS = (
    ScoreColumn("above", -1000, 1000, "How much longer than the mean.", "Always."),
    ScoreColumn("longer", -1000, 1000, "How much longer chosen is.", "Always.", of_pair=True),
)


class MadePairScorer:
    """Gives each response its length above the mean of all, and each pair the difference."""

    name = "made-pairs"
    version = "1.0"
    columns = COLUMNS
    units: tuple[Unit, ...] = ("pair",)
    parameters: Mapping[str, Any] = {"made": True}

    def __init__(self, least: int = 1) -> None:
        self._least = least
        self.fitted: list[list[PairTexts]] = []

    def fit(self, pairs: Iterable[PairTexts]) -> Fitted:
        """Learn the mean, in the order in which the pairs come."""
        seen = list(pairs)
        self.fitted.append(seen)
        if len(seen) < self._least:
            raise TooFewPairsError(f"{len(seen)} pairs are too few, {self._least} are needed")
        lengths = numpy.array([[len(one.chosen), len(one.rejected)] for one in seen], dtype=numpy.float32)
        lengths[lengths == 0] = numpy.nan
        mean = float(numpy.nanmean(lengths))
        both = lengths - numpy.float32(mean)
        numbers = numpy.column_stack([both, both[:, 0] - both[:, 1]])
        return Fitted(numbers, {"summary": f"{len(seen)} pairs", "mean": mean}, b"model")
