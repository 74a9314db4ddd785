"""Runs a plan: masks over all pairs, met with every condition, then put in order."""

import sqlite3
from typing import TYPE_CHECKING

from hhtui.query.nodes import All, Any, Fuzzy, Match, Node, Not, Plan
from hhtui.store.conditions import Conditions
from hhtui.store.connection import kept_by
from hhtui.store.dupes.asked import note_for
from hhtui.store.indexed import mask_from, reach
from hhtui.store.orders import ordered
from hhtui.store.pairs import count, last_id
from hhtui.store.ranking import expansions, fuzzy_notes, ranked
from hhtui.store.results import Ranking, Result

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Mask = NDArray[numpy.bool_]


def run_plan(connection: sqlite3.Connection, wanted: Plan) -> Result:
    """Return the pairs that meet the plan's conditions, in its order."""
    last = last_id(connection)
    total = count(connection)
    candidates = _everyone(connection, last, total)
    searched = total
    if wanted.filter is not None and _asks_the_index(wanted.filter):
        candidates[reach(connection) :] = False
        searched = int(candidates.sum())
    if wanted.filter is not None:
        candidates &= Conditions(connection, last).mask(wanted.filter, candidates)
    ranks = ranked(connection, wanted.order, candidates)
    ids = ordered(connection, candidates, ranks.order)
    ranking = None if ranks.numbers is None else Ranking(ranks.name, ranks.numbers[ids - 1])  # type: ignore[arg-type]
    notes = [note_for(connection, wanted.filter), *fuzzy_notes(connection, wanted.filter), ranks.note]
    note = " ".join(filter(None, notes))
    return Result(ids, total, searched, ranking, note, expansions(connection, wanted.filter))  # type: ignore[arg-type]


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
    return isinstance(node, Match | Fuzzy)
