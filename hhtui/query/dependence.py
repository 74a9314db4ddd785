"""What a query depends on."""

from collections.abc import Collection

from hhtui.query import tree

DECISIONS = frozenset({"flag", "drop", "preference", "label", "note", "conflict"})
"""The fields that ask for what somebody decided; `by` asks for who did."""


def asks_decisions(query: tree.Query) -> bool:
    """Return whether what `query` finds changes with what somebody decides."""
    return query.expression is not None and asks_for(query.expression, DECISIONS | {"by"})


def asks_for(node: tree.Node, fields: Collection[str]) -> bool:
    """Return whether any of `fields` stands in `node`."""
    match node:
        case tree.And(operands) | tree.Or(operands):
            return any(asks_for(one, fields) for one in operands)
        case tree.Not(operand):
            return asks_for(operand, fields)
        case tree.Field(name):
            return name in fields
    return False
