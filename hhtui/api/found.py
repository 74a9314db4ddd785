"""What a query found, as Python, pandas and `datasets` take it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hhtui.store.database import Database
from hhtui.store.results import Ranking, Result

if TYPE_CHECKING:
    from datasets import Dataset
    from pandas import DataFrame  # type: ignore[import-untyped, unused-ignore]
    from pyarrow import Table

    from hhtui.store.records import Record


@dataclass(frozen=True, slots=True)
class Found:
    """The pairs that `query` found when it ran, in its order; iterating reads each with all that is known of it."""

    database: Database
    query: str
    result: Result

    @property
    def ids(self) -> Sequence[int]:
        """The pairs' local ids: a numpy int32 array, or a range where that is every pair in the order of rows."""
        return self.result.ids

    @property
    def total(self) -> int:
        """How many pairs the database held."""
        return self.result.total

    @property
    def searched(self) -> int:
        """How many of them the query could look at: fewer while the text index is being made."""
        return self.result.searched

    @property
    def keys(self) -> list[str]:
        """The pairs' keys, subset/split/row."""
        from hhtui.store import records

        return list(records.keys(self.database.reader(), self.ids))

    @property
    def ranking(self) -> Ranking | None:
        """What the pairs were ordered by that no column holds: likeness (0 to 100) or relevance (BM25)."""
        return self.result.ranking

    @property
    def note(self) -> str:
        """One sentence on what the result is not, as an order that was not applied; else empty."""
        return self.result.note

    def __len__(self) -> int:
        return len(self.ids)

    def __iter__(self) -> "Iterator[Record]":
        from hhtui.store import records

        return records.records(self.database.reader(), self.ids)

    def to_pandas(self, columns: Sequence[str] | None = None) -> "DataFrame":
        """Return a data frame with a row for each pair.

        `columns` are names of the query language (`harm.min`, `length.chosen`, `flag`), `hash`, and the texts `prompt`,
        `chosen` and `rejected`, raw with their role markers: prompt + chosen is the chosen transcript. Without them it
        is key, hash, subset, split, row, the scores of each side, the decisions and the texts. A number that is
        missing is NaN. Raises StoreError where a column is unknown, ImportError without pandas.
        """
        return self._table(columns).to_pandas()

    def to_dataset(self, columns: Sequence[str] | None = None) -> "Dataset":
        """Return a `datasets.Dataset` with the same columns as `to_pandas`, in memory."""
        from datasets import Dataset

        return Dataset(self._table(columns))

    def _table(self, columns: Sequence[str] | None) -> "Table":
        from hhtui.store.tabular import table

        return table(self.database.reader(), self.ids, columns, self.ranking)
