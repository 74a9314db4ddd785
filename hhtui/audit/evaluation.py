"""How well columns of a database rank what people labelled, beside length."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from hhtui.audit import ranking
from hhtui.audit.columns import Column, column_of_pairs, column_of_texts
from hhtui.audit.errors import AuditError
from hhtui.audit.labels import Item, Labels, shown
from hhtui.audit.report import Evaluated, Evaluation
from hhtui.hashing import text_hash
from hhtui.store.columns import Columns
from hhtui.store.connection import Connection
from hhtui.store.lookup import numbers_of, pair_ids
from hhtui.store.scorers import StoredScorer

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    from hhtui.audit.ranking import Numbers

ScoreTexts = Callable[[StoredScorer, Sequence[str]], "NDArray[numpy.float32]"]
"""Gives the numbers of texts by this very scorer, shape (texts, columns); raises where it is not to be had."""


class _Measured(NamedTuple):
    """The numbers of the items, their lengths, and for labelled texts how many were stored and scored now."""

    numbers: "Numbers"
    lengths: "Numbers"
    stored: int | None = None
    scored_now: int | None = None


def evaluate(
    connection: Connection,
    labels: Labels,
    columns: Sequence[str],
    score_texts: ScoreTexts,
    *,
    resamples: int = ranking.RESAMPLES,
    seed: int = ranking.SEED,
) -> Evaluation:
    """Return how `columns`, named as in a query, rank the labelled items, each beside the length of the same text.

    Labelled texts without a score are scored by `score_texts`, which stores nothing. Intervals are bootstrapped with
    `resamples` draws: of families for labelled pairs, for they repeat one another's text, of single texts otherwise.
    Raises StoreError where a column cannot be had, AuditError where the labels match nothing or are all alike.
    """
    import numpy

    if labels.by == "text":
        items: tuple[Item, ...] = labels.items
        unmatched: tuple[Item, ...] = ()
        texts = _Texts(connection, [item.name for item in items], score_texts)
        clusters = numpy.arange(len(items))
        asked = [(column, texts.measure(column)) for column in _distinct(column_of_texts, connection, columns)]
    else:
        ids = pair_ids(connection, labels.by, [item.name for item in labels.items])
        items = tuple(item for item in labels.items if item.name in ids)
        unmatched = tuple(item for item in labels.items if item.name not in ids)
        _check_matched(labels, items)
        pairs = _Pairs(connection, [ids[item.name] for item in items])
        clusters = pairs.families()
        asked = [(column, pairs.measure(column)) for column in _distinct(column_of_pairs, connection, columns)]
    positive = numpy.array([item.positive for item in items], dtype=numpy.bool_)
    evaluated = tuple(
        _evaluated(column, measured, positive, clusters, resamples=resamples, seed=seed) for column, measured in asked
    )
    return Evaluation(labels, unmatched, evaluated, resamples, seed)


class _Pairs:
    """The numbers of some pairs."""

    def __init__(self, connection: Connection, ids: Sequence[int]) -> None:
        import numpy

        self._connection = connection
        self._columns = Columns()
        self._places = numpy.array(ids, dtype=numpy.int64) - 1

    def families(self) -> "NDArray[numpy.int64]":
        """Return a number that the pairs of one family share."""
        import numpy

        families = self._get("family").astype(numpy.int64)
        return numpy.where(families > 0, families, -1 - self._places)

    def measure(self, column: Column) -> _Measured:
        """Return the numbers of `column`."""
        return _Measured(self._get(column.stored), self._get(column.length))

    def _get(self, name: str) -> "Numbers":
        return self._columns.get(self._connection, name)[self._places]


class _Texts:
    """The numbers of some texts, each scorer asked once."""

    def __init__(self, connection: Connection, texts: Sequence[str], score_texts: ScoreTexts) -> None:
        import numpy

        self._connection = connection
        self._texts = texts
        self._score_texts = score_texts
        self._lengths = numpy.array([len(text) for text in texts], dtype=numpy.int32)
        self._scored: dict[int, tuple[NDArray[numpy.float32], int]] = {}

    def measure(self, column: Column) -> _Measured:
        """Return the numbers of `column`."""
        if column.scored is None:
            return _Measured(self._lengths, self._lengths)
        scorer = column.scored.scorer
        if scorer.id not in self._scored:
            self._scored[scorer.id] = self._numbers(scorer)
        numbers, stored = self._scored[scorer.id]
        return _Measured(numbers[:, column.scored.position], self._lengths, stored, len(self._texts) - stored)

    def _numbers(self, scorer: StoredScorer) -> "tuple[NDArray[numpy.float32], int]":
        """Return the numbers of every text, and of how many the database had them."""
        import numpy

        hashes = [text_hash(text) for text in self._texts]
        stored = numbers_of(self._connection, scorer, hashes)
        lacking = [place for place, digest in enumerate(hashes) if digest not in stored]
        numbers = numpy.full((len(hashes), len(scorer.columns)), numpy.nan, dtype=numpy.float32)
        if lacking:
            numbers[lacking] = self._score_texts(scorer, [self._texts[place] for place in lacking])
        for place, digest in enumerate(hashes):
            if digest in stored:
                numbers[place] = stored[digest]
        return numbers, len(hashes) - len(lacking)


def _distinct(
    meaning: Callable[[Connection, str], Column], connection: Connection, names: Sequence[str]
) -> list[Column]:
    """Return the columns that `names` mean, each once, before any of them is measured."""
    return list({column.name: column for column in (meaning(connection, name) for name in names)}.values())


def _evaluated(
    column: Column,
    measured: _Measured,
    positive: "NDArray[numpy.bool_]",
    clusters: "NDArray[numpy.int64]",
    *,
    resamples: int,
    seed: int,
) -> Evaluated:
    import numpy

    known = ~numpy.isnan(measured.numbers)
    numbers, lengths, truth, of = measured.numbers[known], measured.lengths[known], positive[known], clusters[known]
    _check_both(column, truth)
    resampled = ranking.resample([numbers, lengths], truth, of, resamples=resamples, seed=seed)
    ranked, length = ranking.rank(numbers, truth, resampled[0]), ranking.rank(lengths, truth, resampled[1])
    return Evaluated(
        column=column,
        ranking=ranked,
        length=length,
        above_length=ranked.auroc - length.auroc,
        above_length_interval=ranking.interval(resampled[0] - resampled[1]),
        clusters=len(numpy.unique(of)),
        missing=int((~known).sum()),
        stored=measured.stored,
        scored_now=measured.scored_now,
    )


def _check_matched(labels: Labels, matched: Sequence[Item]) -> None:
    if labels.items and not matched:
        first = labels.items[0]
        raise AuditError(
            f"none of the {len(labels.items):,} labelled pairs is in this database, the first by {labels.field} in "
            f"line {first.line}: {shown(first.name)}; hhtui search DB --ids shows keys"
        )


def _check_both(column: Column, truth: "NDArray[numpy.bool_]") -> None:
    for wanted, there in (("positive", truth.any()), ("negative", not truth.all())):
        if not there:
            raise AuditError(
                f"{column.name}: none of the {len(truth):,} labelled items that have a number is {wanted}; "
                "an AUROC needs positives and negatives"
            )
