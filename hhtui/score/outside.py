"""Scores of texts that stand in no database: made now, by the very scorer that a database has scores of."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from hhtui.score.scorer import NO_OPTIONS, Options, PairScorer, ScoreError, create, score_all

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray


def score_texts(
    name: str,
    fingerprint: str,
    texts: Sequence[str],
    options: Options = NO_OPTIONS,
    report: Callable[[int], None] = lambda done: None,
) -> "NDArray[numpy.float32]":
    """Return the numbers of `texts`, none of which is empty, shape (texts, columns); `report` hears how many are done.

    Raises ScoreError where the scorer `name` cannot be had here, or is another than the one with this `fingerprint`:
    its numbers could not stand beside the stored ones.
    """
    import numpy

    scorer = create(name, options)
    if isinstance(scorer, PairScorer):
        raise ScoreError(f"{name} learns from pairs and cannot score a text by itself")
    if scorer.fingerprint != fingerprint:
        raise ScoreError(
            f"the scores of {name} in this database are by {fingerprint[:12]}, here it is {scorer.fingerprint[:12]}: "
            "their numbers do not compare; score the database again with hhtui score, or give the checkpoint it was "
            "scored with"
        )
    scorer.load()
    numbers = score_all(scorer, texts, report)
    numbers[~numpy.isfinite(numbers)] = numpy.nan
    return numbers
