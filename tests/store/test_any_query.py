"""Any query finds what an obvious loop over the pairs finds, on a few hundred pairs of the real file."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hhtui.query.errors import QueryError
from hhtui.query.parser import parse
from hhtui.query.tree import And, Node, Not, Or, Query, Side
from hhtui.store.database import Database
from hhtui.store.dupes.run import find
from hhtui.store.results import search
from tests.query_trees import spelled
from tests.store.filled import read_transcripts
from tests.store.obvious import Row, answer
from tests.store.random_queries import RandomQueries
from tests.store.real_rows import new_database, rows_of

PLAIN_ROWS = range(200)
ODD_ROWS = (
    *(667, 763, 1254, 1319, 1688, 1849, 1950, 1952, 2036, 86, 516, 925, 1103, 1609, 1560, 74, 435, 1068, 419, 1409),
    *(1588, 1375, 1561, 307, 1328, 1012, 2287, 629, 248, 352, 1516, 822, 990, 460, 562, 685, 653, 2167, 300, 1762),
)
"""Rows with an oddity of structure or of letters, with something that a pattern finds, with a term of two words."""


@dataclass(repr=False)
class Sample:
    """The pairs, stored and as plain rows, and queries in their words; shown without them."""

    database: Database
    rows: list[Row]
    queries: RandomQueries


@pytest.fixture(scope="module")
def sample(real_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    every = read_transcripts(real_file)
    transcripts = [every[row] for row in (*PLAIN_ROWS, *ODD_ROWS)]
    nearly_the_same = [(f"{chosen} Yes.", f"{rejected} No.") for chosen, rejected in transcripts[:5]]
    transcripts += nearly_the_same
    with new_database(tmp_path_factory.mktemp("sample") / "a.db", transcripts) as database:
        find(database)
        rows = rows_of(database, transcripts)
        yield Sample(database, rows, RandomQueries(rows))


def disagree(sample: Sample, query: Query) -> bool:
    """Tell whether the search finds anything else than the loop; a query that is refused disagrees with nothing."""
    try:
        found = search(sample.database.reader(), query)
    except QueryError as error:
        assert "by: stands twice" in error.message
        return False
    return list(found.ids) != answer(sample.rows, query)


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
@settings(max_examples=40, deadline=None)
def test_any_query_finds_what_the_loop_finds(sample: Sample, seed: int) -> None:
    drawn = Random(seed)
    for _ in range(10):
        query = sample.queries.query(drawn)
        assert query.expression is not None
        assert parse(f"{spelled(query.expression, drawn)} {Query(None, query.sort)}") == query
        assert not disagree(sample, query), f"search and loop disagree about {smallest(sample, query)}"
