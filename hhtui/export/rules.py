"""A rule of cleaning: a query whose decisions are those that count, and the pairs that it takes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from hhtui.export.settling import Settled, Settlement, settle
from hhtui.query.nodes import All, Any, Column, Decided, IsMissing, Labelled, Listed, Node, Not, NumberRange, Plan
from hhtui.query.parser import parse
from hhtui.query.planner import plan
from hhtui.store import results
from hhtui.store.columns import last_id
from hhtui.store.connection import Connection
from hhtui.store.errors import StoreError
from hhtui.store.scorers import done, harm_column, score_columns, score_fields
from hhtui.store.votes import Vote, Votes, label_votes, votes

Action = Literal["drop", "swap"]
SETTLED = ("drop", "preference")
"""The kinds of decision about which people can be in conflict."""
TOLD = (*SETTLED, "flag")
"""The kinds whose annotators a patch names."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a rule takes.

    `pair_ids` are the pairs that meet it, `said` the votes for which they do. `conflicts` are the votes about pairs
    on which people disagree, by kind and pair. `unscored` are the columns it asks that not every pair has.
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
    asked = [node for node in _leaves(wanted.filter) if isinstance(node, Decided) and node.kind in TOLD]
    known = {kind: votes(connection, kind) for kind in sorted({str(node.kind) for node in asked})}
    counted: dict[Decided, dict[int, Settled]] = {}
    conflicts: dict[tuple[str, int], Sequence[Vote]] = {}
    for node in asked:
        kind = str(node.kind)
        counted[node], disputed = _meeting(known[kind], node, how)
        conflicts |= {(kind, pair_id): said for pair_id, said in disputed.items()}
    found = results.run(connection, Plan(_settled(wanted.filter, counted)))
    if found.searched < found.total:
        raise StoreError(
            f"the text index holds {found.searched:,} of {found.total:,} pairs, so {query} cannot look at all of them; "
            "load the same source again, which goes on with the index"
        )
    said: dict[int, Sequence[Vote]] = dict(_labelled(connection, wanted.filter))
    said |= {pair_id: one.votes for values in counted.values() for pair_id, one in values.items()}
    return Taken(
        frozenset(map(int, found.ids)),
        said,
        conflicts,
        tuple(_unscored(connection, wanted.filter)),
    )


def _meeting(known: Votes, node: Decided, how: Settlement) -> tuple[dict[int, Settled], dict[int, Sequence[Vote]]]:
    """Return for which pairs what counts is one of the values that `node` asks for, and which are in conflict."""
    if node.kind not in SETTLED:
        said = {pair_id: [one for one in given if _asked(node, one)] for pair_id, given in known.of_pair.items()}
        return {pair_id: Settled(given[0].value, given) for pair_id, given in said.items() if given}, {}
    counted, conflicts = settle(known, how, node.annotators)
    return {pair_id: one for pair_id, one in counted.items() if _meets(node, one.value)}, conflicts


def _labelled(connection: Connection, condition: Node) -> Iterator[tuple[int, Sequence[Vote]]]:
    """Yield the pairs that have a label which the condition asks for, with the votes that give it."""
    for node in _leaves(condition):
        if isinstance(node, Labelled):
            for pair_id, given in label_votes(connection, node.labels, node.sides).items():
                counted = [one for one in given if node.annotators is None or one.annotator in node.annotators]
                if counted:
                    yield pair_id, counted


def _asked(node: Decided, vote: Vote) -> bool:
    return _meets(node, vote.value) and (node.annotators is None or vote.annotator in node.annotators)


def _meets(node: Decided, value: str) -> bool:
    return value in node.values if node.values else value != "no"


def _settled(node: Node, counted: Mapping[Decided, Mapping[int, Settled]]) -> Node:
    """Return the condition with the pairs that count in the place of those that anyone decided so."""
    match node:
        case All(nodes):
            return All(tuple(_settled(one, counted) for one in nodes))
        case Any(nodes):
            return Any(tuple(_settled(one, counted) for one in nodes))
        case Not(inner):
            return Not(_settled(inner, counted))
        case Decided() if node in counted and node.kind in SETTLED:
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
