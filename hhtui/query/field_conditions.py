"""Fields of a query other than texts become conditions: numbers, decisions, structure, names, groups."""

from collections.abc import Sequence

from hhtui.model import PREFERENCES, Bit, bits_named
from hhtui.query import fields, nodes, tree
from hhtui.query.dependence import DECISIONS
from hhtui.query.errors import QueryError, quoted
from hhtui.query.merge import any_of
from hhtui.query.text_conditions import looked_for_condition
from hhtui.query.wanted import COLUMNS_OF_SIDE


def field_condition(field: tree.Field, annotators: tuple[str, ...] | None) -> nodes.Node:
    """Return the condition of a field that is no number; of decisions those by `annotators` count, None for anyone's.

    Raises QueryError for a group that is named neither by its number nor by a pair's key.
    """
    if field.name in DECISIONS or field.name == "by":
        return _decision(field, annotators)
    if field.name == "is":
        return _bits(field.value)
    if field.name in ("has", "group"):
        return looked_for_condition(field)
    if field.name == "dupe":
        return _duplicated(field)
    return _group(field) if field.name in ("family", "opening") else _named(field)


def number_condition(column: nodes.Column, value: tree.Value) -> nodes.Node:
    """Return the condition that a column has such a value."""
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


def restricts(field: tree.Field) -> bool:
    """Return whether a field names the annotators whose decisions count."""
    return field.name == "by" and isinstance(field.value, tree.Items)


def people(field: tree.Field) -> tuple[str, ...]:
    """Return the annotators that a field names."""
    return tuple(item.text for item in _items(field.value))


def _items(value: tree.Value) -> tuple[tree.Item, ...]:
    assert isinstance(value, tree.Items)
    return value.items


def _decision(field: tree.Field, annotators: tuple[str, ...] | None) -> nodes.Node:
    name, value = field.name, field.value
    if name == "by":
        found = nodes.Decided(None, (), people(field) if restricts(field) else None)
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
            raise QueryError(f"{quoted(item.text)} is no {group}", item.position, "its number, a pair's key, * or none")
    return tuple(keys), tuple(ids)
