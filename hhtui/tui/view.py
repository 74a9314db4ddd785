"""A view: a query, the result it gave, and where in it the reader stands."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from hhtui.store import results
from hhtui.store.connection import Connection
from hhtui.store.results import Result
from hhtui.store.settings import Place

if TYPE_CHECKING:
    from hhtui.query.highlights import Highlighter
    from hhtui.query.tree import Query
    from hhtui.store.listing import Listing


ROW_ORDER, LIST_ORDER, LIKENESS = "row", "the list's", "likeness"
"""The orders of a query that asks for none: on every pair, on a list, and where it looks for words by likeness."""

Listed: TypeAlias = "Listing | Path | None"
"""The list that a query is run on, or the file from which it has still to be read; None for every pair."""


class View(NamedTuple):
    """One result of one query, and the index of the current pair in it: `cursor`, 0 where nothing was found.

    `order` is the result's, in the query's words, and `highlighter` marks what the query found.
    Where it is a page that was kept of a longer result, `first` is the index of its first pair in that and `kept_of`
    how many pairs that had. `listed` is the list from elsewhere on which the query was run.
    """

    text: str
    result: Result
    order: str = ROW_ORDER
    highlighter: "Highlighter | None" = None
    cursor: int = 0
    first: int = 0
    kept_of: int | None = None
    listed: Listed = None

    @property
    def whole(self) -> bool:
        """Whether this is all that the query found."""
        return self.kept_of is None

    @property
    def position(self) -> int:
        """The index of the current pair in the whole result."""
        return self.first + self.cursor

    @property
    def total(self) -> int:
        """How many pairs the whole result has."""
        return len(self.ids) if self.kept_of is None else self.kept_of

    @property
    def list_file(self) -> Path | None:
        """The file with the list that the query was run on, None for every pair."""
        return self.listed if self.listed is None or isinstance(self.listed, Path) else self.listed.path

    @property
    def ids(self) -> Sequence[int]:
        """The local ids of the pairs, in order."""
        return self.result.ids

    @property
    def current(self) -> int | None:
        """The local id of the current pair, None where nothing was found."""
        return int(self.ids[self.cursor]) if len(self.ids) else None

    @property
    def ranked(self) -> str:
        """What the current pair was ordered by that no column holds, as `likeness 87`; "" in any other order."""
        ranking = self.result.ranking
        return ranking.told(self.cursor) if ranking is not None and len(self.ids) else ""

    def at(self, index: int) -> "View":
        """Return this view at another index, kept within the result."""
        return self._replace(cursor=max(0, min(index, len(self.ids) - 1)))

    def at_pair(self, pair_id: int | None) -> "View":
        """Return this view at the pair with this id, where the result has it; else as it is."""
        found = None if pair_id is None else position_of(self.ids, pair_id)
        return self if found is None else self.at(found)


def position_of(ids: Sequence[int], pair_id: int) -> int | None:
    """Return where `pair_id` stands in `ids`, a range, a list or a numpy array; None where it does not."""
    if isinstance(ids, range | list | tuple):
        return ids.index(pair_id) if pair_id in ids else None
    import numpy

    found = numpy.flatnonzero(numpy.asarray(ids) == pair_id)
    return int(found[0]) if len(found) else None


def page_around(index: int, rows: int, total: int) -> range:
    """Return the indexes that a list of so many rows shows of `total`, with `index` in its middle where it can be."""
    first = max(0, min(index - rows // 2, total - rows))
    return range(first, min(total, first + rows))


def everything(connection: Connection) -> View:
    """Return the view of all pairs in row order."""
    return View("", results.everything(connection))


def order_of(query: "Query", listed: Listed = None, result: Result | None = None) -> str:
    """Return the order of what a query finds, in its words where it asks for one.

    A relevance that was left out of the order of `result` is no part of it.
    """
    if query.sort:
        left_out = result is not None and result.ranking is None
        kept = [str(key) for key in query.sort if not (left_out and key.name == "relevance")]
        return ",".join(kept) or ROW_ORDER
    return LIKENESS if is_fuzzy(query) else ROW_ORDER if listed is None else LIST_ORDER


def is_fuzzy(query: "Query") -> bool:
    """Return whether a query looks for words by likeness, and so has an order without a `sort:`."""
    from hhtui.query.tree import Fuzzy
    from hhtui.query.wanted import wanted_texts

    return any(isinstance(text, Fuzzy) for _, text in wanted_texts(query))


def remembered(place: Place) -> View:
    """Return the page that was shown last as a view of its own, to be seen until its query has run again."""
    ids = list(place.ids)
    index = max(0, min(place.position - place.first, len(ids) - 1))
    listed = Path(place.listed) if place.listed else None
    return View(place.query, Result(ids), place.order, None, index, place.first, place.total, listed)
