"""A term goes into a query, or out of it: what a row of facets or a bar of a histogram does."""

from dataclasses import replace
from functools import lru_cache

from hhtui.query import tree
from hhtui.query.dependence import DECISIONS, asks_for
from hhtui.query.field_conditions import restricts
from hhtui.query.parser import parse

_UNQUOTED = set('*,()"') | {":"}


def toggle(query: str, term: str) -> str:
    """Return `query` with `term` as one more condition, or without it where it is one of its conditions already.

    Conditions are those that all must hold, at the top of the query; a term that is several conditions goes in and
    out as a whole, and in place of one that excludes it. Beside decisions `by:` can stand only once, and goes in in
    place of another one; a range goes in in place of those of the same number with which it has nothing but an end in
    common. The order of the result stays. Raises QueryError where either cannot be read.
    """
    parsed = parse(query)
    there, wanted = _conditions(parsed), _conditions(parse(term))
    if _among(wanted, there):
        left = [one for one in there if _plain(one) not in map(_plain, wanted)]
    else:
        opposite = [_plain(_negated(one)) for one in wanted] if len(wanted) == 1 else []
        left = [one for one in there if _plain(one) not in opposite]
        if any(map(_names_people, wanted)) and any(asks_for(one, DECISIONS) for one in (*left, *wanted)):
            left = [one for one in left if not _names_people(one)]
        left = [one for one in left if not any(_apart(one, other) for other in wanted)]
        left += [one for one in wanted if not _among([one], there)]
    expression = None if not left else left[0] if len(left) == 1 else tree.And(tuple(left))
    return str(replace(parsed, expression=expression))


def exchanges(query: str, term: str) -> bool:
    """Return whether `term` goes into `query` in place of another range of the same number; raises QueryError."""
    there, wanted = _conditions(parse(query)), _conditions(parse(term))
    return not _among(wanted, there) and any(_apart(one, other) for one in there for other in wanted)


def holds(query: str, term: str) -> bool:
    """Return whether `term` is among the conditions of `query`, as `toggle` sees them; raises QueryError as it does."""
    wanted = conditions(term)
    return bool(wanted) and set(wanted) <= set(conditions(query))


@lru_cache(maxsize=1024)
def conditions(query: str) -> tuple[str, ...]:
    """Return the conditions at the top of `query`, each as a query of its own; raises QueryError."""
    return tuple(_on_top(_plain(one)) for one in _conditions(parse(query)))


def item(text: str) -> str | None:
    """Return a name as it stands after a field's colon, in quotes where it needs them; None where none can write it."""
    if '"' in text or not text.strip():
        return None
    bare = text not in ("*", "none") and not _UNQUOTED & set(text) and not any(map(str.isspace, text))
    return text if bare else f'"{text}"'


def _conditions(query: tree.Query) -> tuple[tree.Node, ...]:
    match query.expression:
        case None:
            return ()
        case tree.And(operands):
            return operands
        case only:
            return (only,)


def _on_top(node: tree.Node) -> str:
    return f"({node})" if isinstance(node, tree.Or) else str(node)


def _among(wanted: tuple[tree.Node, ...] | list[tree.Node], there: tuple[tree.Node, ...]) -> bool:
    plain = [_plain(one) for one in there]
    return all(_plain(one) in plain for one in wanted)


def _apart(one: tree.Node, other: tree.Node) -> bool:
    """Return whether both are ranges of the same number that share no more than an end."""
    if not (isinstance(one, tree.Field) and isinstance(other, tree.Field)) or one == other:
        return False
    if (one.name, one.part) != (other.name, other.part):
        return False
    return (
        isinstance(one.value, tree.Range)
        and isinstance(other.value, tree.Range)
        and (_follows(one.value, other.value) or _follows(other.value, one.value))
    )


def _follows(one: tree.Range, other: tree.Range) -> bool:
    return one.low is not None and other.high is not None and one.low >= other.high


def _names_people(node: tree.Node) -> bool:
    return isinstance(node, tree.Field) and restricts(node)


def _negated(node: tree.Node) -> tree.Node:
    return node.operand if isinstance(node, tree.Not) else tree.Not(node)


def _plain(node: tree.Node) -> tree.Node:
    """Return the same condition as it is compared: quotes that change nothing are left out."""
    if isinstance(node, tree.Not):
        return tree.Not(_plain(node.operand))
    if isinstance(node, tree.Field) and isinstance(node.value, tree.Items):
        return replace(node, value=tree.Items(tuple(map(_without_quotes, node.value.items))))
    if isinstance(node, tree.Word):
        return replace(node, text=node.text.lower())
    return node


def _without_quotes(one: tree.Item) -> tree.Item:
    return replace(one, quoted=one.quoted and (one.text in ("*", "none") or one.text.endswith("*")))
