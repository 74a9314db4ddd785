"""Any query finds what an obvious loop over the pairs finds, on 160 pairs of the real file.

They lie in three sources, and every query is run with and without a copy of the texts. Orders by chance are taken as
the search has them of all pairs, and checked for what chance is. Left out are `~likeness` and `sort:relevance`, whose
numbers no obvious loop has.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hhtui.query.errors import QueryError
from hhtui.query.parser import parse
from hhtui.query.tree import And, Node, Not, Or, Query, Side, SortKey
from hhtui.store import text_copy
from hhtui.store.database import Database
from hhtui.store.dupes.run import find
from hhtui.store.results import search
from tests.query_trees import spelled
from tests.store.filled import read_transcripts
from tests.store.obvious import Row, answer
from tests.store.random_queries import SEEDS, RandomQueries
from tests.store.real_rows import decide, fill, rows_of, score

PLAIN_ROWS = range(120)
ODD_ROWS = (
    *(667, 763, 1254, 1319, 1688, 1849, 1950, 1952, 2036, 86, 516, 925, 1103, 1609, 1560, 74, 435, 1068, 419, 1409),
    *(1588, 1375, 1561, 307, 1328, 1012, 2287, 629, 248, 352, 1516, 822, 990, 460, 562, 685, 653, 2167, 300, 1762),
)
"""Rows with an oddity of structure or of letters, with something that a pattern finds, with a term of two words."""


@dataclass(repr=False)
class Sample:
    """The pairs, stored and as plain rows, and queries in their words; shown without them.

    `databases` hold the same: one without a copy of the texts, one with a copy that lacks the last source.
    """

    databases: tuple[Database, Database]
    rows: list[Row]
    queries: RandomQueries


@pytest.fixture(scope="module")
def sample(real_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    every = read_transcripts(real_file)
    transcripts = [every[row] for row in (*PLAIN_ROWS, *ODD_ROWS)]
    transcripts += [(f"{chosen} Middle, aged.", f"{rejected} No.") for chosen, rejected in transcripts[:5]]
    folder = tmp_path_factory.mktemp("sample")
    with Database.create(folder / "copied.db") as database:
        fill(database, transcripts[:75], "harmless", "test")
        fill(database, transcripts[75:120], "harm", "test-2")
        text_copy.make(database)
        fill(database, transcripts[120:], "harm", "test")
        score(database)
        decide(database)
        find(database)
    shutil.copy(folder / "copied.db", folder / "plain.db")
    with Database.open(folder / "copied.db") as copied, Database.open(folder / "plain.db") as plain:
        copy = text_copy.opened(copied.reader())
        assert copy is not None and copy.upto == 120
        assert text_copy.opened(plain.reader()) is None
        rows = rows_of(plain, transcripts)
        for seed in SEEDS:
            for place, pair_id in enumerate(by_chance(plain, seed)):
                rows[pair_id - 1].numbers[f"random({seed})"] = place
        yield Sample((plain, copied), rows, RandomQueries(rows))


def by_chance(database: Database, seed: int, *, descending: bool = False) -> list[int]:
    """Return every pair's id in an order by chance."""
    return list(search(database.reader(), Query(None, (SortKey("random", "", descending, seed),))).ids)


def disagree(sample: Sample, query: Query) -> bool:
    """Tell whether a search finds anything else than the loop; a query that is refused disagrees with nothing."""
    expected = None
    for database in sample.databases:
        try:
            found = search(database.reader(), query)
        except QueryError as error:
            assert "by: stands twice" in error.message
            return False
        expected = answer(sample.rows, query) if expected is None else expected
        if list(found.ids) != expected:
            return True
    return False


def smallest(sample: Sample, query: Query) -> Query:
    """Return the smallest part of `query` about which search and loop disagree."""
    parts = [Query(None, query.sort), *(Query(one, ()) for one in _parts(query.expression))]
    return next((smallest(sample, one) for one in parts if one != query and disagree(sample, one)), query)


def _parts(node: Node | None) -> tuple[Node, ...]:
    match node:
        case None:
            return ()
        case And(operands) | Or(operands):
            return operands
        case Not(operand):
            return (operand,)
        case Side(side, expression):
            return tuple(Side(side, one) for one in _parts(expression))
    return (node,)


@given(seed=st.integers(0, 2**63))
@settings(max_examples=36, deadline=None)
def test_any_query_finds_what_the_loop_finds(sample: Sample, seed: int) -> None:
    drawn = Random(seed)
    for _ in range(10):
        query = sample.queries.query(drawn)
        assert query.expression is not None
        assert parse(f"{spelled(query.expression, drawn)} {Query(None, query.sort)}") == query
        assert not disagree(sample, query), f"search and loop disagree about {smallest(sample, query)}"


def test_an_order_by_chance_is_one_of_all_pairs_for_each_seed(sample: Sample) -> None:
    ids = [row.id for row in sample.rows]
    orders = [by_chance(sample.databases[0], seed) for seed in SEEDS]
    assert all(sorted(order) == ids for order in orders)
    for seed, order in zip(SEEDS, orders, strict=True):
        assert by_chance(sample.databases[1], seed) == order
        assert by_chance(sample.databases[1], seed, descending=True) == order[::-1]
    alike = numpy.corrcoef([ids, *(numpy.argsort(order) for order in orders)])
    assert numpy.abs(alike - numpy.eye(len(alike))).max() < 0.25
