"""Conditions are joined so that what the text index can answer becomes one question to it."""

from collections.abc import Sequence

from hhtui.query.nodes import All, Any, Match, Node, Not


def negate(node: Node) -> Node:
    """Return the condition that holds where `node` does not."""
    return node.node if isinstance(node, Not) else Not(node)


def all_of(nodes: Sequence[Node]) -> Node:
    """Return the condition that all of `nodes` hold, of which there is at least one.

    What the index answers is merged: `a b -c` is ((a AND b) NOT c), and `-c -d` is -(c OR d).
    """
    wanted, unwanted, others = _sorted(_flat(nodes, All))
    if wanted:
        found = _joined("AND", wanted)
        others.insert(0, Match(f"({found} NOT {_joined('OR', unwanted)})" if unwanted else found))
    elif unwanted:
        others.insert(0, Not(Match(_joined("OR", unwanted))))
    return others[0] if len(others) == 1 else All(tuple(others))


def any_of(nodes: Sequence[Node]) -> Node:
    """Return the condition that any of `nodes` holds, of which there is at least one."""
    wanted, unwanted, others = _sorted(_flat(nodes, Any))
    if unwanted:
        others.insert(0, Not(Match(_joined("AND", unwanted))))
    if wanted:
        others.insert(0, Match(_joined("OR", wanted)))
    return others[0] if len(others) == 1 else Any(tuple(others))


def _flat(nodes: Sequence[Node], kind: type[All] | type[Any]) -> list[Node]:
    flat: dict[Node, None] = {}
    for node in nodes:
        flat.update(dict.fromkeys(node.nodes if isinstance(node, kind) else (node,)))
    return list(flat)


def _sorted(nodes: Sequence[Node]) -> tuple[list[str], list[str], list[Node]]:
    wanted: list[str] = []
    unwanted: list[str] = []
    others: list[Node] = []
    for node in nodes:
        if isinstance(node, Match):
            wanted.append(node.expression)
        elif isinstance(node, Not) and isinstance(node.node, Match):
            unwanted.append(node.node.expression)
        else:
            others.append(node)
    return wanted, unwanted, others


def _joined(operator: str, expressions: list[str]) -> str:
    """Join expressions of which each is one phrase or in parentheses; so is the result."""
    return expressions[0] if len(expressions) == 1 else "(" + f" {operator} ".join(expressions) + ")"
