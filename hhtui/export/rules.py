"""A rule of cleaning: a query whose decisions are those that count, and the pairs that it takes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from hhtui.export.settling import Settlement, settle
from hhtui.query.nodes import All, Any, Column, Decided, IsMissing, Labelled, Listed, Node, Not, NumberRange, Plan
from hhtui.query.parser import parse
from hhtui.query.planner import plan
from hhtui.store import results
from hhtui.store.connection import Connection
from hhtui.store.errors import StoreError
from hhtui.store.pairs import last_id
from hhtui.store.scorers import done, harm_column, score_columns, score_fields
from hhtui.store.votes import Vote, Votes, given_labels, votes

Action = Literal["drop", "swap"]
SETTLED = ("drop", "flag", "preference")
"""The kinds of decision about a whole pair on which people can be in conflict; labels, about a side, are the others."""
Asking = Decided | Labelled


@dataclass(frozen=True, slots=True)
class Taken:
    """What a rule takes.

    `pair_ids` are the pairs that meet it, `said` the votes for which they do. `conflicts` are the votes about pairs
    on which people disagree, by kind (or `label.SIDE:LABEL`) and pair. `unscored` are the columns it asks that not
    every pair has.
    """

    pair_ids: frozenset[int]
    said: Mapping[int, Sequence[Vote]]
    conflicts: Mapping[tuple[str, int], Sequence[Vote]]
    unscored: Sequence[str]


def compiled(connection: Connection, query: str) -> Plan | None:
    """Return the plan of a rule, None for the empty one, which takes nothing; raises QueryError as `search` does."""
    if not query.strip():
        return None
    return plan(parse(query), score_fields(connection), harm_column(connection))


def taken(connection: Connection, query: str, how: Settlement) -> Taken:
    """Return the pairs that the rule `query` takes once conflicts are settled.

    Raises QueryError where this database cannot answer it, and StoreError where the text index is not complete yet.
    """
    wanted = compiled(connection, query)
    if wanted is None or wanted.filter is None:
        everyone = frozenset() if wanted is None else frozenset(map(int, results.everything(connection).ids))
        return Taken(everyone, {}, {}, ())
    counted: dict[Asking, dict[int, list[Vote]]] = {}
    conflicts: dict[tuple[str, int], Sequence[Vote]] = {}
    for node in _asking(wanted.filter):
        counted[node], disputed = _meeting(connection, node, how)
        conflicts |= disputed
    found = results.run(connection, Plan(_settled(wanted.filter, counted)))
    if found.searched < found.total:
        raise StoreError(
            f"the text index holds {found.searched:,} of {found.total:,} pairs, so {query} cannot look at all of them; "
            "load the same source again, which goes on with the index"
        )
    said: dict[int, list[Vote]] = {}
    for pair_id, given in chain.from_iterable(one.items() for one in counted.values()):
        said.setdefault(pair_id, []).extend(given)
    return Taken(frozenset(map(int, found.ids)), said, conflicts, tuple(_unscored(connection, wanted.filter)))


def _asking(condition: Node) -> Iterator[Asking]:
    """Yield the parts of a condition on which people can be in conflict."""
    for node in _leaves(condition):
        if isinstance(node, Labelled) or (isinstance(node, Decided) and node.kind in SETTLED):
            yield node


def _meeting(
    connection: Connection, node: Asking, how: Settlement
) -> tuple[dict[int, list[Vote]], dict[tuple[str, int], Sequence[Vote]]]:
    """Return for which pairs what counts is as `node` asks, by whose votes, and the conflicts about what it asks."""
    meeting: dict[int, list[Vote]] = {}
    conflicts: dict[tuple[str, int], Sequence[Vote]] = {}
    for name, given in _votes(connection, node):
        counted, disputed = settle(given, how, node.annotators)
        conflicts |= {(name, pair_id): said for pair_id, said in disputed.items()}
        for pair_id, one in counted.items():
            if _meets(node, one.value):
                meeting.setdefault(pair_id, []).extend(one.votes)
    return meeting, conflicts


def _votes(connection: Connection, node: Asking) -> Iterator[tuple[str, Votes]]:
    """Yield the votes on each thing that `node` asks about, with its name, written as in `label.rejected:harmful`."""
    if isinstance(node, Decided):
        yield str(node.kind), votes(connection, str(node.kind))
        return
    for side, label in given_labels(connection):
        if side in node.sides and (not node.labels or label in node.labels):
            yield f"label.{side}:{label}", votes(connection, "label", side, label)


def _meets(node: Asking, value: str) -> bool:
    asked = node.values if isinstance(node, Decided) else ()
    return value in asked if asked else value != "no"


def _settled(node: Node, counted: Mapping[Asking, Mapping[int, Sequence[Vote]]]) -> Node:
    """Return the condition with the pairs that count in the place of those that anyone decided so."""
    match node:
        case All(nodes):
            return All(tuple(_settled(one, counted) for one in nodes))
        case Any(nodes):
            return Any(tuple(_settled(one, counted) for one in nodes))
        case Not(inner):
            return Not(_settled(inner, counted))
        case Decided() | Labelled() if node in counted:
            return Listed(tuple(counted[node]))
    return node


def _leaves(node: Node) -> Iterator[Node]:
    match node:
        case All(nodes) | Any(nodes):
            for one in nodes:
                yield from _leaves(one)
        case Not(inner):
            yield from _leaves(inner)
        case _:
            yield node


def _unscored(connection: Connection, node: Node) -> Iterator[str]:
    shown, last = score_columns(connection), last_id(connection)
    asked: set[Column] = {one.column for one in _leaves(node) if isinstance(one, NumberRange | IsMissing)}
    for name in sorted({column.name for column in asked} & set(shown)):
        scorer = shown[name].scorer
        if done(connection, scorer)["pair" if scorer.of_pairs else "response"] < last:
            yield name
