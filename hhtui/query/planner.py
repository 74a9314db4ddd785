"""A tree becomes a plan: names are resolved, texts become questions to the index, people are assigned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hhtui.model import NO_VALUES, ScoreField
from hhtui.query import fields, nodes, tree
from hhtui.query.dependence import DECISIONS, asks_for
from hhtui.query.errors import QueryError, nearest, quoted
from hhtui.query.field_conditions import field_condition, number_condition, people, restricts
from hhtui.query.merge import all_of, any_of, negate
from hhtui.query.parser import unknown_field
from hhtui.query.text_conditions import text_condition
from hhtui.query.wanted import COLUMNS_OF_SIDE, Columns, wanted_texts


def plan(query: tree.Query, columns: Mapping[str, ScoreField] = NO_VALUES, harm: str | None = None) -> nodes.Plan:
    """Return what the store has to do for `query`.

    `columns` are the database's scorer columns by every name of theirs, `harm` the qualified name of the one that
    `harm:` and `gap:` stand for.
    Raises QueryError for a name that this database does not have, and for what this version does not run.
    """
    planner = _Planner(columns, harm, tuple(wanted_texts(query)))
    found = None if query.expression is None else planner.node(query.expression, _Scope())
    if query.sort:
        return nodes.Plan(found, tuple(planner.order(key) for key in query.sort))
    fuzzy = tuple(nodes.Fuzzy(columns, text.text) for columns, text in planner.wanted if isinstance(text, tree.Fuzzy))
    return nodes.Plan(found, (nodes.Likeness(fuzzy),) if fuzzy else ())


@dataclass(frozen=True, slots=True)
class _Scope:
    """Where a term stands: the side it looks at, and whose decisions count."""

    side: str = ""
    annotators: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class _Planner:
    columns: Mapping[str, ScoreField]
    harm: str | None
    wanted: tuple[tuple[Columns, tree.Text], ...] = ()

    def node(self, node: tree.Node, scope: _Scope) -> nodes.Node:
        match node:
            case tree.And(operands):
                return self._and(operands, scope)
            case tree.Or(operands):
                return any_of([self.node(one, scope) for one in operands])
            case tree.Not(operand):
                return negate(self.node(operand, scope))
            case tree.Side(side, expression):
                return self.node(expression, _Scope(side, scope.annotators))
            case tree.Field():
                return self._field(node, scope)
            case _:
                return text_condition(node, COLUMNS_OF_SIDE[scope.side])

    def _and(self, operands: Sequence[tree.Node], scope: _Scope) -> nodes.Node:
        named = [one for one in operands if isinstance(one, tree.Field) and restricts(one)]
        others = [one for one in operands if one not in named]
        if not named or not any(asks_for(one, DECISIONS) for one in others):
            return all_of([self.node(one, scope) for one in operands])
        if len(named) > 1:
            raise QueryError("by: stands twice beside decisions", named[1].position, "by:NAME,NAME for either")
        return all_of([self.node(one, _Scope(scope.side, people(named[0]))) for one in others])

    def _field(self, field: tree.Field, scope: _Scope) -> nodes.Node:
        info = fields.BY_NAME.get(field.name)
        if info is None or info.kind is fields.Kind.NUMBER:
            written = field.written or str(field.value)
            return number_condition(self.column(field.name, field.part, field.position, written), field.value)
        return field_condition(field, scope.annotators)

    def column(self, name: str, part: str, position: int, value: str = "") -> nodes.Column:
        """Return the column that `name.part` stands for; raises QueryError where there is none."""
        if name in ("turns", "length", "row"):
            if part and part not in fields.BY_NAME[name].parts:
                raise QueryError(f"{name} has no side {quoted(part)}", position, ", ".join(fields.BY_NAME[name].parts))
            return nodes.Column(name, part)
        if name in ("harm", "gap"):
            if self.harm is None or self.harm not in self.columns:
                raise QueryError("This database has no scores; hhtui score DB makes them", position)
            return nodes.Column(self.harm, "gap" if name == "gap" else self._part(self.harm, part, position))
        if name not in self.columns:
            raise unknown_field(f"{name}.{part}" if part else name, position, value, frozenset(self.columns))
        return nodes.Column(self.columns[name].column, self._part(name, part, position))

    def _part(self, name: str, part: str, position: int) -> str:
        """Return `part`; raises QueryError where the column has no such side."""
        there = self.columns[name].parts
        if part and part not in there:
            raise QueryError(
                f"{name} has no side {quoted(part)}", position, ", ".join(there) or f"{name}: without a side"
            )
        return part

    def order(self, key: tree.SortKey) -> nodes.Ordering:
        """Return the order that a sort key asks for; raises QueryError where there is no such column."""
        if key.seed is not None:
            return nodes.Shuffle(key.seed, key.descending)
        if key.part and key.name in fields.UNSIDED_ORDERS:
            raise QueryError(f"{key.name} has no sides", key.position, key.name)
        if key.name == "key":
            return nodes.KeyOrder(key.descending)
        if key.name == "undecided":
            return nodes.UndecidedFirst(key.descending)
        if key.name == "relevance":
            return self._relevance(key)
        if key.name not in self.columns and key.name not in fields.ORDERS:
            orders = [*fields.ORDERS, "random(7)", *(name for name in self.columns if "." not in name)]
            hint = nearest(key.name, {*orders, *self.columns})
            raise QueryError(
                f"There is no order by {quoted(key.name)}{hint and f'.{hint}'}", key.position, ", ".join(orders)
            )
        return nodes.Order(self.column(key.name, key.part, key.position), key.descending)

    def _relevance(self, key: tree.SortKey) -> nodes.Relevance:
        conditions = [text_condition(text, columns) for columns, text in self.wanted]
        expressions = tuple(one.expression for one in conditions if isinstance(one, nodes.Match))
        if not expressions:
            raise QueryError(
                "sort:relevance needs a word or phrase to be relevant to", key.position, "a word before it"
            )
        return nodes.Relevance(expressions, key.descending)
