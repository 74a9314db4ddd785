"""One actor of a Ray cluster: the scorer that this process would make, over blocks of texts."""

import platform
from typing import TYPE_CHECKING

from hhtui.score.scorer import Options, PairScorer, ScoreError, Scorer, create, scores_of

if TYPE_CHECKING:
    import numpy
    import pyarrow
    from numpy.typing import NDArray


class Worker:
    """Scores tables with the columns shard, text_hash and text, as `hhtui.score.ray.shards` writes them.

    What it gives has the columns shard, text_hash, numbers, windows, tokens and error. `tokens` of the first text
    of a batch counts all of that batch's. Where the scorer cannot be had, or is not the one with `fingerprint`, it
    gives one row whose `error` is a line about it.
    """

    def __init__(self, name: str, options: str, fingerprint: str) -> None:
        """Take the scorer's name, `Options.to_json()` and the fingerprint; nothing is loaded yet."""
        self._name = name
        self._options = options
        self._fingerprint = fingerprint
        self._scorer: Scorer | None = None

    def __call__(self, table: "pyarrow.Table") -> "pyarrow.Table":
        """Return the scores of a table of texts."""
        try:
            return _scored(self._loaded(), table)
        except ScoreError as error:
            return _refusal(f"{error} (on {platform.node()})")

    def _loaded(self) -> Scorer:
        if self._scorer is None:
            scorer = create(self._name, Options.from_json(self._options))
            if isinstance(scorer, PairScorer):
                raise ScoreError(f"{self._name} learns from pairs and cannot score a text by itself")
            if scorer.fingerprint != self._fingerprint:
                raise ScoreError(
                    f"{self._name} is {scorer.fingerprint[:12]} here, the shards are for {self._fingerprint[:12]}: "
                    "versions or weights differ; install the same ones on every machine, or delete the shards"
                )
            scorer.load()
            self._scorer = scorer
        return self._scorer


def _scored(scorer: Scorer, table: "pyarrow.Table") -> "pyarrow.Table":
    import numpy

    texts = table["text"].to_pylist()
    numbers = numpy.full((len(texts), len(scorer.columns)), numpy.nan, dtype=numpy.float32)
    windows = numpy.ones(len(texts), dtype=numpy.int32)
    tokens = numpy.zeros(len(texts), dtype=numpy.int64)
    for batch in scorer.batches(texts):
        places = list(batch)
        scored = scores_of(scorer, [texts[place] for place in places])
        numbers[places] = scored.numbers
        if scored.windows is not None:
            windows[places] = scored.windows
        tokens[places[0]] = scored.tokens
    return _table(table["shard"], table["text_hash"], numbers, windows, tokens)


def _refusal(line: str) -> "pyarrow.Table":
    import numpy
    import pyarrow

    return _table(
        pyarrow.array([-1], pyarrow.int32()),
        pyarrow.array([b""], pyarrow.binary()),
        numpy.zeros((1, 1), dtype=numpy.float32),
        numpy.zeros(1, dtype=numpy.int32),
        numpy.zeros(1, dtype=numpy.int64),
        error=line,
    )


def _table(
    shard: "pyarrow.Array",
    text_hash: "pyarrow.Array",
    numbers: "NDArray[numpy.float32]",
    windows: "NDArray[numpy.int32]",
    tokens: "NDArray[numpy.int64]",
    error: str | None = None,
) -> "pyarrow.Table":
    import pyarrow

    rows = pyarrow.FixedSizeListArray.from_arrays(pyarrow.array(numbers.ravel()), numbers.shape[1])
    return pyarrow.table(
        {
            "shard": shard,
            "text_hash": text_hash.cast(pyarrow.binary()),
            "numbers": rows.cast(pyarrow.list_(pyarrow.float32())),
            "windows": windows,
            "tokens": tokens,
            "error": pyarrow.array([error] * len(numbers), pyarrow.string()),
        }
    )
