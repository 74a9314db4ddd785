"""The texts that a query asks for: those that it does not exclude, and the columns that each is looked for in."""

from collections.abc import Iterator

from hhtui.identity import TERMS
from hhtui.model import RESPONSES, SIDES, Side
from hhtui.query import tree
from hhtui.query.patterns import PATTERNS

COLUMNS_OF_SIDE: dict[str, tuple[Side, ...]] = {
    "": SIDES,
    "prompt": ("prompt",),
    "chosen": ("chosen",),
    "rejected": ("rejected",),
    "response": RESPONSES,
}

Columns = tuple[Side, ...]


def wanted_texts(query: tree.Query) -> Iterator[tuple[Columns, tree.Text]]:
    """Yield every text that `query` does not exclude, what `has:` and `group:` stand for among them."""
    if query.expression is not None:
        yield from _texts(query.expression, "", True)


def looked_for(field: tree.Field) -> list[tuple[Columns, tree.Text]]:
    """Return the texts of which `has:` or `group:` asks for any, with their columns; those of `none` as of `*`."""
    items = field.value.items if isinstance(field.value, tree.Items) else ()
    columns = COLUMNS_OF_SIDE[field.part]
    if field.name == "group":
        terms = [item.text for item in items] or TERMS
        return [(columns, tree.Phrase(form, field.position)) for term in terms for form in forms(term)]
    named = [item.text.partition(".") for item in items] or [(name, "", "") for name in PATTERNS]
    return [
        (COLUMNS_OF_SIDE[side], tree.Regex(PATTERNS[name].pattern, False, field.position)) for name, _, side in named
    ]


def forms(term: str) -> tuple[str, str]:
    """Return how an identity term is written: in the singular and with an s."""
    return term, f"{term}s"


def _texts(node: tree.Node, side: str, positive: bool) -> Iterator[tuple[Columns, tree.Text]]:
    match node:
        case tree.And(operands) | tree.Or(operands):
            for operand in operands:
                yield from _texts(operand, side, positive)
        case tree.Not(operand):
            yield from _texts(operand, side, not positive)
        case tree.Side(name, expression):
            yield from _texts(expression, name, positive)
        case tree.Field(name) if name in ("has", "group"):
            if positive != isinstance(node.value, tree.Missing):
                yield from looked_for(node)
        case tree.Word() | tree.Phrase() | tree.Regex() | tree.Fuzzy() if positive:
            yield COLUMNS_OF_SIDE[side], node
