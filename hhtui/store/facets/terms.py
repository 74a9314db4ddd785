"""The terms that facets count, by groups: those that this database has anything for."""

import math
import sqlite3
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from hhtui.identity import TERMS
from hhtui.model import BIT_MEANINGS, PREFERENCES, RESPONSES, sides_of_bit
from hhtui.query.toggling import item
from hhtui.store.decided import KINDS, marks
from hhtui.store.facets.ranges import ends, number, steps
from hhtui.store.scorers import StoredColumn, harm_column, score_columns, shortest_name

BANDS = 5
RULES = "refusal"
"""The scorer whose numbers are yes and no."""
TURNS = ("..2", "3..4", "5..6", "7..10", "11..")


class Term(NamedTuple):
    """What a row is called, its query, and the number that it is a range of, "" for none."""

    label: str
    query: str
    column: str = ""


class Section(NamedTuple):
    """Terms about one thing; `whole` lists those too that no pair meets, `by_size` the largest first."""

    name: str
    title: str
    terms: tuple[Term, ...]
    note: str = ""
    whole: bool = False
    by_size: bool = False


def sections(connection: sqlite3.Connection) -> Iterator[Section]:
    """Yield the sections of a database in the order in which they are shown."""
    for field in ("subset", "split"):
        names = connection.execute(f"SELECT DISTINCT {field} FROM source ORDER BY {field}").fetchall()
        yield Section(field, field, tuple(_named(field, [name for (name,) in names])))
    yield Section("decisions", "decisions", tuple(_decisions(connection)), "of anyone")
    columns = sorted(score_columns(connection).values(), key=lambda one: one.name != harm_column(connection))
    rules = [one for one in columns if one.scorer.name == RULES]
    if rules:
        yield Section(
            RULES, RULES, tuple(_refusals(connection, rules)), f"by rules: {rules[0].scorer.label}", whole=True
        )
    for column in columns:
        if column not in rules:
            yield from _bands(connection, column)
    yield Section(
        "turns", "turns", tuple(Term(one, f"turns:{one}", "turns") for one in TURNS), "of the longer dialogue"
    )
    yield Section("structure", "structure", tuple(_structure()))
    groups = tuple(Term(term, f"group:{item(term)}") for term in TERMS)
    yield Section("groups", "identity terms", groups, f"{len(TERMS)} terms of Dixon et al. 2018", by_size=True)


def _named(field: str, names: list[str]) -> Iterator[Term]:
    for name in names:
        written = item(name)
        if written is not None:
            yield Term(name, f"{field}:{written}")


def _structure() -> Iterator[Term]:
    for bit in BIT_MEANINGS:
        sides = sides_of_bit(bit)
        if len(sides) != 1:
            yield Term(bit, f"is:{bit}")
        for side in sides:
            yield Term(f"{bit}.{side}", f"is:{bit}.{side}")
    yield Term("nothing odd", "is:none")
    yield Term("in a family", "family:*")
    yield Term("shares its opening", "opening:*")


def _decisions(connection: sqlite3.Connection) -> Iterator[Term]:
    yield Term("undecided", "by:none")
    yield Term("flagged", "flag:yes")
    yield Term("to drop", "drop:yes")
    for value in PREFERENCES:
        yield Term(f"preference {value}", f"preference:{value}")
    labels = connection.execute("SELECT DISTINCT label FROM decision WHERE kind = 'label' ORDER BY label").fetchall()
    for (label,) in labels:
        for field in ("label", *(f"label.{side}" for side in RESPONSES)):
            yield from (Term(f"{field.replace('.', ' ')} {one.label}", one.query) for one in _named(field, [label]))
    yield Term("noted", "note:*")
    sql = f"SELECT DISTINCT annotator FROM decision WHERE kind IN {marks(KINDS)} ORDER BY annotator"
    people = connection.execute(sql, KINDS).fetchall()
    if len(people) > 1:
        yield Term("in conflict", "conflict:yes")
    yield from (Term(f"by {one.label}", one.query) for one in _named("by", [name for (name,) in people]))


def _refusals(connection: sqlite3.Connection, columns: list[StoredColumn]) -> Iterator[Term]:
    for column in columns:
        name = shortest_name(connection, column.name)
        for side in column.sides:
            yield Term(f"{side} {column.column.name}", f"{name}.{side}:1", f"{name}.{side}")
        if set(RESPONSES) <= set(column.sides):
            yield Term(f"both {column.column.name}", f"{name}.min:1", f"{name}.min")


def _bands(connection: sqlite3.Connection, column: StoredColumn) -> Iterator[Section]:
    """Yield a section for each side of a column: equal parts of its range, both ends in, and those without a number."""
    name = shortest_name(connection, column.name)
    low, high = ends(connection, column)
    edges = steps(low, high, BANDS)
    for side in column.sides or ("",):
        full = f"{name}.{side}" if side else name
        terms = [
            Term(f"{number(one)}..{number(other)}", f"{full}:{number(one)}..{number(other)}", full)
            for one, other in pairwise(edges)
        ]
        title = f"{column.title} of {side}" if side else column.title
        harm = "harm stands for it; " if column.name == harm_column(connection) else ""
        note = f"{harm}parts of its range, both ends in"
        if math.isfinite(low) and math.isfinite(high):
            yield Section(full, title, (*terms, Term("none", f"{full}:none", full)), note, whole=True)
