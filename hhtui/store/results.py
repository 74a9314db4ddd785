"""Runs the plan of a query: a result is the ids of its pairs, in order."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hhtui.query import Plan, Query, parse, plan
from hhtui.query.nodes import All, Any, Match, Node, Not
from hhtui.store.columns import last_id, score_columns
from hhtui.store.connection import kept_by
from hhtui.store.indexed import mask_from, reach
from hhtui.store.scorers import harm_column

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Mask = NDArray[numpy.bool_]


@dataclass(frozen=True, slots=True)
class Result:
    """The pairs that a query found when it ran.

    `ids` are local pair ids in the result's order: a numpy int32 array, or a range where the result is every pair
    in the order of the rows. `total` is how many pairs the database held, `searched` how many of them the query
    could look at: fewer while the text index is being made.
    """

    ids: Sequence[int]
    total: int = 0
    searched: int = 0


def search(connection: sqlite3.Connection, query: Query) -> Result:
    """Plan and run `query` on what the database holds now.

    Raises QueryError where this database cannot answer it, sqlite3.OperationalError where it was interrupted.
    """
    with _snapshot(connection):
        if query == Query():
            return _run(connection, Plan())
        return _run(connection, plan(query, score_columns(connection), harm_column(connection)))


def run(connection: sqlite3.Connection, wanted: Plan) -> Result:
    """Run a plan on what the database holds now; raises as `search` does."""
    with _snapshot(connection):
        return _run(connection, wanted)


def count(connection: sqlite3.Connection, text: str) -> int:
    """Return how many pairs the query `text` finds; raises as `parse` and `search` do."""
    return len(search(connection, parse(text)).ids)


@contextmanager
def _snapshot(connection: sqlite3.Connection) -> Iterator[None]:
    """Let all reading see one state, and let an interrupt at any time stop the next statement.

    SQLite forgets an interrupt once no statement runs, so one is kept running.
    """
    own = not connection.in_transaction
    if own:
        connection.execute("BEGIN")
    running = connection.execute("SELECT 1 UNION ALL SELECT 2")
    running.fetchone()
    try:
        yield
        running.fetchone()
    finally:
        running.close()
        if own:
            connection.execute("ROLLBACK")


def _run(connection: sqlite3.Connection, wanted: Plan) -> Result:
    last = last_id(connection)
    total = connection.execute("SELECT count(*) FROM pair").fetchone()[0]
    if wanted == Plan() and total == last:
        return Result(range(1, last + 1), total, total)
    from hhtui.store.conditions import Conditions
    from hhtui.store.orders import ordered

    candidates = _everyone(connection, last, total)
    searched = total
    if wanted.filter is not None and _asks_the_index(wanted.filter):
        candidates[reach(connection) :] = False
        searched = int(candidates.sum())
    if wanted.filter is not None:
        candidates &= Conditions(connection, last).mask(wanted.filter, candidates)
    return Result(ordered(connection, candidates, wanted.order), total, searched)  # type: ignore[arg-type]


def _everyone(connection: sqlite3.Connection, last: int, total: int) -> "Mask":
    """Return which ids up to `last` are of a pair: all, unless a revision was replaced."""
    import numpy

    if total == last:
        return numpy.ones(last, dtype=numpy.bool_)
    return kept_by(connection, _Present).mask(connection, last, total)


class _Present:
    """Which ids are of a pair; as ids only ever grow, the last one and their number tell whether that is still so."""

    def __init__(self) -> None:
        self._stamp = (0, 0)
        self._mask: Mask | None = None

    def mask(self, connection: sqlite3.Connection, last: int, total: int) -> "Mask":
        if self._mask is None or self._stamp != (last, total):
            joined = connection.execute("SELECT group_concat(id) FROM pair").fetchone()[0]
            self._mask, self._stamp = mask_from(joined, last), (last, total)
        return self._mask.copy()


def _asks_the_index(node: Node) -> bool:
    match node:
        case All(nodes) | Any(nodes):
            return any(map(_asks_the_index, nodes))
        case Not(inner):
            return _asks_the_index(inner)
    return isinstance(node, Match)
