"""Facets: how a result falls apart by subset, structure, decisions, scores and words, against the whole database."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from hhtui.query.dependence import DECISIONS, asks_for
from hhtui.query.errors import QueryError
from hhtui.query.parser import parse
from hhtui.query.toggling import conditions, exchanges, toggle
from hhtui.store.connection import snapshot
from hhtui.store.facets.counting import Counter
from hhtui.store.facets.terms import Section, sections
from hhtui.store.facets.words import over_represented
from hhtui.store.results import search


class Row(NamedTuple):
    """One line of a facet: what it is called, and the `term` of the query language that narrows to it.

    `pairs` is exactly how many the query finds once the term is toggled into it, which lifts what excludes it, and
    `of_all` how many of the database's pairs meet the term, but for words whose group's note leaves the newest pairs
    out; `of_all` is None where that was not counted. `on` tells whether the term is a condition of the query, whose
    pairs are then counted. `column` is the number that the row is a range of, "" for none; `z` is a word's z-score.
    """

    label: str
    term: str
    pairs: int
    of_all: int | None
    on: bool = False
    column: str = ""
    z: float | None = None


class Group(NamedTuple):
    """Rows about one thing; `note` says what they are, or why there are none."""

    name: str
    title: str
    rows: tuple[Row, ...]
    note: str = ""


class Facets(NamedTuple):
    """The facets of a result of `pairs` pairs, in a database of `total`."""

    query: str
    pairs: int
    total: int
    groups: tuple[Group, ...]


def gather(
    connection: sqlite3.Connection,
    query: str,
    ids: Sequence[int],
    goes_on: Callable[[Facets], bool] = lambda _: True,
    among: Sequence[int] | None = None,
) -> Facets:
    """Count the facets of `ids`, which `query` found `among` some or all pairs; raises QueryError where that cannot be
    read.

    After each group `goes_on` gets what has been counted by then; where it says no, Overtaken is raised.
    """
    with snapshot(connection):
        counter = Counter(connection, ids)
        found = Facets(query, counter.pairs, counter.total, ())
        for group in _groups(connection, query, counter, among):
            found = found._replace(groups=(*found.groups, group))
            if not goes_on(found):
                raise Overtaken
    return found


class Overtaken(Exception):
    """Nobody waits for these facets any more."""


def _groups(
    connection: sqlite3.Connection, query: str, counter: Counter, among: Sequence[int] | None
) -> Iterator[Group]:
    there = conditions(query)
    if there:
        rows = tuple(Row(one, one, counter.pairs, None, on=True) for one in there)
        yield Group("query", "in the query", rows, "all of the result meets these")
    yield _words(connection, counter, there)
    for section in sections(connection):
        yield _counted(connection, section, counter, query, among)


def _counted(
    connection: sqlite3.Connection, section: Section, counter: Counter, query: str, among: Sequence[int] | None
) -> Group:
    rows, there, left_out, exchanged = [], conditions(query), 0, False
    for label, term, column in section.terms:
        pairs, of_all = counter.count(term, by_index=section.name == "groups")
        if of_all or section.whole:
            on = _holds(there, term)
            if on:
                pairs = counter.pairs
            elif _goes_in_otherwise(query, section, term):
                exchanged = exchanged or exchanges(query, term)
                try:
                    pairs = len(search(connection, parse(toggle(query, term)), among).ids)
                except QueryError:
                    left_out += 1
                    continue
            rows.append(Row(label, term, pairs, of_all, on, column))
    if section.name == "structure":
        rows = [row for row in rows if row.on or not (_is_empty_side(row) or _said_by_a_side(row, rows))]
    if section.by_size:
        rows.sort(key=lambda row: (-row.pairs, -(row.of_all or 0)))
    note = section.note
    if section.name == "groups" and counter.beyond_index:
        note = f"{note}; {counter.beyond_index:,} pairs are not in the text index yet, and count as without any"
    if exchanged:
        note = "; ".join(filter(None, (note, "another one takes the place of that in the query")))
    if left_out:
        note = "; ".join(filter(None, (note, f"{left_out:,} not counted: by: would stand twice beside decisions")))
    return Group(section.name, section.title, tuple(rows), note)


def _goes_in_otherwise(query: str, section: Section, term: str) -> bool:
    """Return whether `term` is more than one more condition: it takes the place of others, or changes what they ask."""
    excluded = _holds(conditions(query), f"-{term}")
    return excluded or exchanges(query, term) or (section.name == "decisions" and _hangs_together(query, term))


def _is_empty_side(row: Row) -> bool:
    return not row.pairs and row.term.startswith("is:") and "." in row.term


def _said_by_a_side(row: Row, rows: Sequence[Row]) -> bool:
    """Return whether only one side of a structure bit has any, so that the bit as a whole says nothing more."""
    sides = [one for one in rows if one.term.startswith(f"{row.term}.")]
    return len(sides) == 1 and sides[0].of_all == row.of_all


def _hangs_together(query: str, term: str) -> bool:
    """Return whether `by:` in one of them tells whose decisions the other one asks for."""
    parsed = parse(query).expression
    asked = DECISIONS if term.startswith("by:") else {"by"}
    return parsed is not None and asks_for(parsed, asked)


def _words(connection: sqlite3.Connection, counter: Counter, there: Sequence[str]) -> Group:
    found, note = over_represented(connection, counter)
    rows = tuple(
        Row(word.word, word.word, word.pairs, word.of_all, _holds(there, word.word), z=word.z) for word in found
    )
    return Group("words", "over-represented words", rows, note)


def _holds(there: Sequence[str], term: str) -> bool:
    return bool(there) and set(conditions(term)) <= set(there)
