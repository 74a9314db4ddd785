"""A tree becomes a plan: names are resolved, texts become questions to the index, people are assigned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hhtui.identity import TERMS
from hhtui.model import NO_VALUES, PREFERENCES, SIDES, Bit, ScoreField, Side, bits_named
from hhtui.query import fields, nodes, tree
from hhtui.query.dependence import DECISIONS, asks_for
from hhtui.query.errors import QueryError, nearest
from hhtui.query.merge import all_of, any_of, negate
from hhtui.query.parser import unknown_field
from hhtui.query.regex import check, literal
from hhtui.query.terms import Indexed, term_of
from hhtui.query.wanted import COLUMNS_OF_SIDE, Columns, looked_for, wanted_texts


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
        people = [one for one in operands if isinstance(one, tree.Field) and _restricts(one)]
        others = [one for one in operands if one not in people]
        if not people or not any(asks_for(one, DECISIONS) for one in others):
            return all_of([self.node(one, scope) for one in operands])
        if len(people) > 1:
            raise QueryError("by: stands twice beside decisions", people[1].position, "by:NAME,NAME for either")
        return all_of([self.node(one, _Scope(scope.side, _people(people[0]))) for one in others])

    def _field(self, field: tree.Field, scope: _Scope) -> nodes.Node:
        info = fields.BY_NAME.get(field.name)
        if info is None or info.kind is fields.Kind.NUMBER:
            return _number(self.column(field.name, field.part, field.position, str(field.value)), field.value)
        if field.name in DECISIONS or field.name == "by":
            return _decision(field, scope.annotators)
        if field.name == "is":
            return _bits(field.value)
        if field.name in ("has", "group"):
            return _looked_for(field)
        if field.name == "dupe":
            return _duplicated(field)
        return _group(field) if field.name in ("family", "opening") else _named(field)

    def column(self, name: str, part: str, position: int, value: str = "") -> nodes.Column:
        """Return the column that `name.part` stands for; raises QueryError where there is none."""
        if name in ("turns", "length", "row"):
            if part and part not in fields.BY_NAME[name].parts:
                raise QueryError(f"{name} has no side “{part}”", position, ", ".join(fields.BY_NAME[name].parts))
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
            raise QueryError(f"{name} has no side “{part}”", position, ", ".join(there) or f"{name}: without a side")
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
        return nodes.Order(self.column(key.name, key.part, key.position), key.descending)

    def _relevance(self, key: tree.SortKey) -> nodes.Relevance:
        conditions = [text_condition(text, columns) for columns, text in self.wanted]
        expressions = tuple(one.expression for one in conditions if isinstance(one, nodes.Match))
        if not expressions:
            raise QueryError(
                "sort:relevance needs a word or phrase to be relevant to", key.position, "a word before it"
            )
        return nodes.Relevance(expressions, key.descending)


def text_condition(text: tree.Text, columns: tuple[Side, ...]) -> nodes.Node:
    """Return the condition that `text` stands in any of the columns."""
    match text:
        case tree.Fuzzy(words):
            return nodes.Fuzzy(columns, words)
        case tree.Regex(pattern, case_sensitive, position):
            plain = literal(pattern)
            if plain is not None:
                return nodes.Substring(columns, plain, case_sensitive)
            return nodes.Regex(columns, check(pattern, position + 1).re2, case_sensitive, position)
    term = term_of(text)
    if not isinstance(term, Indexed):
        return nodes.Substring(columns, term.text)
    phrase = '"' + " ".join(term.words) + '"' + (" *" if term.prefix else "")
    if columns == SIDES:
        return nodes.Match(phrase)
    only = columns[0] if len(columns) == 1 else "{" + " ".join(columns) + "}"
    return nodes.Match(f"{only} : {phrase}")


def _number(column: nodes.Column, value: tree.Value) -> nodes.Node:
    match value:
        case tree.Present():
            return nodes.Not(nodes.IsMissing(column))
        case tree.Missing():
            return nodes.IsMissing(column)
        case tree.Range(low, high):
            return nodes.NumberRange(column, low, high)
        case tree.Comparison("=", number):
            return nodes.NumberRange(column, number, number)
        case tree.Comparison(operator, number):
            included = operator.endswith("=")
            if operator.startswith(">"):
                return nodes.NumberRange(column, low=number, low_included=included)
            return nodes.NumberRange(column, high=number, high_included=included)
    raise AssertionError(value)


def _restricts(field: tree.Field) -> bool:
    return field.name == "by" and isinstance(field.value, tree.Items)


def _people(field: tree.Field) -> tuple[str, ...]:
    return tuple(item.text for item in _items(field.value))


def _items(value: tree.Value) -> tuple[tree.Item, ...]:
    assert isinstance(value, tree.Items)
    return value.items


def _decision(field: tree.Field, annotators: tuple[str, ...] | None) -> nodes.Node:
    name, value = field.name, field.value
    if name == "by":
        found = nodes.Decided(None, (), _people(field) if _restricts(field) else None)
        return nodes.Not(found) if isinstance(value, tree.Missing) else found
    if name == "label":
        slugs = tuple(item.text for item in _items(value)) if isinstance(value, tree.Items) else ()
        labelled = nodes.Labelled(slugs, COLUMNS_OF_SIDE[field.part or "response"], annotators)
        return nodes.Not(labelled) if isinstance(value, tree.Missing) else labelled
    if name == "conflict":
        return any_of([_dispute(item.text, annotators) for item in _items(value)])
    if isinstance(value, tree.Present | tree.Missing):
        values = PREFERENCES if name == "preference" else ()
        found = nodes.Decided(name, values, annotators)
        return nodes.Not(found) if isinstance(value, tree.Missing) else found
    if name == "note":
        return any_of([nodes.Noted(item.text, annotators) for item in _items(value)])
    words = [item.text for item in _items(value)]
    known = PREFERENCES if name == "preference" else ("yes",)
    conditions: list[nodes.Node] = []
    if wanted := tuple(word for word in words if word in known):
        conditions.append(nodes.Decided(name, wanted, annotators))
    if len(wanted) < len(words):
        conditions.append(nodes.Not(nodes.Decided(name, known, annotators)))
    return any_of(conditions)


def _dispute(word: str, annotators: tuple[str, ...] | None) -> nodes.Node:
    kinds = (word,) if word in fields.DISPUTABLE else fields.DISPUTABLE
    found = nodes.Disputed(kinds, annotators)
    return nodes.Not(found) if word == "no" else found


def _bits(value: tree.Value) -> nodes.Node:
    if isinstance(value, tree.Present | tree.Missing):
        every = nodes.Bits(int(sum(Bit)))
        return nodes.Not(every) if isinstance(value, tree.Missing) else every
    mask = 0
    for item in _items(value):
        name, dot, side = item.text.partition(".")
        mask |= bits_named(name, side if dot else None)
    return nodes.Bits(int(mask))


def _named(field: tree.Field) -> nodes.Node:
    items = _items(field.value)
    prefixes = [item for item in items if item.text.endswith("*") and not item.quoted]
    names = tuple(item.text for item in items if item not in prefixes)
    return nodes.Named(field.name, names, tuple(item.text[:-1] for item in prefixes))


def _looked_for(field: tree.Field) -> nodes.Node:
    if field.name == "group" and isinstance(field.value, tree.Items):
        field = tree.Field(field.name, field.part, tree.Items(tuple(map(_term, field.value.items))), field.position)
    found = any_of([text_condition(text, columns) for columns, text in looked_for(field)])
    return nodes.Not(found) if isinstance(field.value, tree.Missing) else found


def _term(item: tree.Item) -> tree.Item:
    """Return the identity term that is meant; raises QueryError where it is none of them."""
    term = " ".join(item.text.lower().split())
    for form in (term, term.removesuffix("s")):
        if form in TERMS:
            return tree.Item(form, item.quoted, item.position)
    raise QueryError(f"“{item.text}” is none of Dixon's {len(TERMS)} terms.{nearest(term, TERMS)}", item.position)


def _duplicated(field: tree.Field) -> nodes.Node:
    columns = COLUMNS_OF_SIDE[field.part]
    items = field.value.items if isinstance(field.value, tree.Items) else ()
    answers = {item.text for item in items if item.text in ("yes", "no")}
    keys, ids = _members("dupe", [item for item in items if item.text not in answers])
    conditions: list[nodes.Node] = [nodes.Duplicated(columns, keys, ids)] if keys or ids else []
    if "yes" in answers or isinstance(field.value, tree.Present):
        conditions.append(nodes.Duplicated(columns))
    if "no" in answers or isinstance(field.value, tree.Missing):
        conditions.append(nodes.Not(nodes.Duplicated(columns)))
    return any_of(conditions)


def _group(field: tree.Field) -> nodes.Node:
    if isinstance(field.value, tree.Present):
        return nodes.Shared(field.name)
    if isinstance(field.value, tree.Missing):
        return nodes.Not(nodes.Shared(field.name))
    return nodes.Grouped(field.name, *_members(field.name, _items(field.value)))


def _members(group: str, items: Sequence[tree.Item]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Return the keys of pairs and the numbers of groups that `items` name."""
    keys: list[str] = []
    ids: list[int] = []
    for item in items:
        if "/" in item.text:
            keys.append(item.text)
        elif item.text.isascii() and item.text.isdecimal() and len(item.text) < 10:
            ids.append(int(item.text))
        else:
            raise QueryError(f"“{item.text}” is no {group}", item.position, "its number, a pair's key, * or none")
    return tuple(keys), tuple(ids)
