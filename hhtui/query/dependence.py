"""What a query depends on."""

from hhtui.query import tree

DECISIONS = frozenset({"flag", "drop", "preference", "label", "note", "by", "conflict"})
"""The fields that ask for what somebody decided."""


def asks_decisions(query: tree.Query) -> bool:
    """Return whether what `query` finds changes with what somebody decides."""
    return query.expression is not None and _asks(query.expression)


def _asks(node: tree.Node) -> bool:
    match node:
        case tree.And(operands) | tree.Or(operands):
            return any(map(_asks, operands))
        case tree.Not(operand):
            return _asks(operand)
        case tree.Field(name):
            return name in DECISIONS
    return False
