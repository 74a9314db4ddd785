"""Runs the plan of a query: a result is the ids of its pairs, in order."""

import sqlite3
from collections.abc import Mapping, Sequence
from math import isnan
from typing import TYPE_CHECKING, NamedTuple

from hhtui.model import NO_VALUES
from hhtui.store.connection import snapshot
from hhtui.store.pairs import count as count_pairs
from hhtui.store.pairs import last_id
from hhtui.store.scorers import harm_column, score_fields

if TYPE_CHECKING:
    from hhtui.query.nodes import Plan
    from hhtui.query.tree import Query


class Ranking(NamedTuple):
    """What a result was ordered by that no column holds: its name, and a number for each of the result's ids.

    A likeness is from 0 to 100, a relevance at least 0; pairs without one (NaN) come last.
    """

    name: str
    values: Sequence[float]

    def told(self, index: int) -> str:
        """Return the name and the number of the id at `index` of the result: `likeness 87`, `relevance 7.34`."""
        value = self.values[index]
        number = "–" if isnan(value) else f"{value:.0f}" if self.name == "likeness" else f"{value:.2f}"
        return f"{self.name} {number}"


class Result(NamedTuple):
    """The pairs that a query found when it ran.

    `ids` are local pair ids in the result's order: a numpy int32 array, or a range where the result is every pair
    in the order of the rows. `total` is how many pairs the database held, `searched` how many of them the query
    could look at: fewer while the text index is being made. `note` is a sentence that has to be shown with it.
    `alike` has for each `~text` of the query, by the text, the words of the index that it stands for.
    """

    ids: Sequence[int]
    total: int = 0
    searched: int = 0
    ranking: Ranking | None = None
    note: str = ""
    alike: Mapping[str, tuple[str, ...]] = NO_VALUES


def everything(connection: sqlite3.Connection) -> Result:
    """Return every pair in the order of the rows."""
    last, total = last_id(connection), count_pairs(connection)
    if total == last:
        return Result(range(1, last + 1), total, total)
    from hhtui.query.nodes import Plan
    from hhtui.store.running import run_plan

    return run_plan(connection, Plan())


def search(connection: sqlite3.Connection, query: "Query", among: Sequence[int] | None = None) -> Result:
    """Plan and run `query` on what the database holds now.

    With `among`, different local ids, it is run on these pairs alone, and finds them in their order where it asks for
    no other. Raises QueryError where this database cannot answer it, sqlite3.OperationalError where it was interrupted.
    """
    from hhtui.query.planner import plan
    from hhtui.query.tree import Query

    if query == Query() and among is None:
        return everything(connection)
    with snapshot(connection):
        wanted = plan(query, score_fields(connection), harm_column(connection))
        return _run(connection, wanted) if among is None else _run_among(connection, wanted, among)


def run(connection: sqlite3.Connection, wanted: "Plan") -> Result:
    """Run a plan on what the database holds now; raises as `search` does."""
    with snapshot(connection):
        return _run(connection, wanted)


def count(connection: sqlite3.Connection, text: str) -> int:
    """Return how many pairs the query `text` finds; raises as `parse` and `search` do."""
    from hhtui.query.parser import parse

    return len(search(connection, parse(text)).ids)


def _run(connection: sqlite3.Connection, wanted: "Plan") -> Result:
    from hhtui.query.nodes import Plan
    from hhtui.store.running import run_plan

    return everything(connection) if wanted == Plan() else run_plan(connection, wanted)


def _run_among(connection: sqlite3.Connection, wanted: "Plan", among: Sequence[int]) -> Result:
    import numpy

    from hhtui.query.merge import all_of
    from hhtui.query.nodes import Listed, Plan
    from hhtui.store.running import run_plan

    listed = Listed(tuple(among))
    found = run_plan(
        connection, Plan(listed if wanted.filter is None else all_of([listed, wanted.filter]), wanted.order)
    )
    if wanted.order:
        return found
    given, met = numpy.array(listed.ids, dtype=numpy.int32), numpy.asarray(found.ids)
    return found._replace(ids=given[numpy.isin(given, met)])  # type: ignore[arg-type]
