"""The order of relevance: what it ranks, among what, and when it says that it is left out."""

import math
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from hhtui.store import ranking
from hhtui.store.database import Database
from tests.store.asking import found
from tests.store.filled import read_transcripts
from tests.store.real_rows import fill
from tests.store.scored import new_database
from tests.transcripts import dialogue


def by_bm25(database: Database, expression: str) -> dict[int, float]:
    """Return what SQLite gives each pair that the expression finds, in one statement of its own."""
    sql = "SELECT rowid, -rank FROM pair_fts WHERE pair_fts MATCH ?"
    return dict(database.reader().execute(sql, (expression,)).fetchall())


@pytest.fixture(scope="module")
def real(real_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with Database.create(tmp_path_factory.mktemp("relevance") / "a.db") as database:
        fill(database, read_transcripts(real_file, 600), "harmless-base", "test")
        yield database


@pytest.mark.parametrize(
    ("query", "expression"),
    [
        ("police", "police"),
        ("chosen:police", "chosen : police"),
        ("police OR money", "police OR money"),
        ('"how do" police', '"how do" OR police'),
    ],
)
def test_the_best_matches_come_first(real: Database, query: str, expression: str) -> None:
    expected = by_bm25(real, expression)
    result = found(real, f"{query} sort:relevance")
    assert set(map(int, result.ids)) == set(map(int, found(real, query).ids))
    assert list(map(int, result.ids)) == sorted(map(int, result.ids), key=lambda one: (-_single(expected[one]), one))
    assert result.ranking is not None
    assert result.ranking.name == "relevance"
    assert list(result.ranking.values) == pytest.approx([expected[int(one)] for one in result.ids], rel=1e-5)
    worst = found(real, f"{query} sort:relevance-")
    assert [_single(value) for value in worst.ranking.values] == sorted(result.ranking.values)  # type: ignore[union-attr]


def test_only_pairs_of_the_result_are_ranked(real: Database) -> None:
    expected = by_bm25(real, "police")
    some = found(real, "police row:100..300 -money sort:relevance")
    assert 0 < len(some.ids) < len(expected)
    assert list(map(int, some.ids)) == sorted(map(int, some.ids), key=lambda one: (-_single(expected[one]), one))
    assert list(map(int, some.ids)) != sorted(map(int, some.ids))


def test_pairs_without_the_words_come_last_in_the_order_of_rows(real: Database) -> None:
    result = found(real, "police OR row:0..40 sort:relevance")
    assert result.ranking is not None
    unknown = [math.isnan(value) for value in result.ranking.values]
    assert unknown == sorted(unknown)
    others = [int(one) for one, missing in zip(result.ids, unknown, strict=True) if missing]
    assert others
    assert others == sorted(others)
    assert result.ranking.told(len(unknown) - 1) == "relevance –"


def test_relevance_breaks_ties_and_has_its_ties_broken(tmp_path: Path) -> None:
    texts = ["bank x", "bank x", "bank bank", "money"]
    with new_database(tmp_path / "a.db", [(dialogue("q", one), dialogue("q", "y")) for one in texts]) as database:
        assert list(found(database, "bank sort:relevance,row-").ids) == [3, 2, 1]
        assert list(found(database, "bank sort:length.chosen,relevance").ids) == [1, 2, 3]
        assert list(found(database, "bank sort:relevance-,row-").ids) == [2, 1, 3]


def test_of_too_many_pairs_relevance_is_left_out_and_the_result_says_so(
    real: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranking, "MOST_RELEVANT", 5)
    size = len(found(real, "police").ids)
    assert size > 5
    result = found(real, "police sort:relevance")
    assert result.ranking is None
    assert list(map(int, result.ids)) == sorted(map(int, result.ids))
    assert result.note == f"By row, not by relevance, which is for up to 5 pairs: these are {size}."
    several = found(real, "police sort:relevance,row-")
    assert list(several.ids) == list(result.ids[::-1])
    assert several.note.startswith("By what else sort: names, not by relevance")
    few = [int(one) for one in result.ids[:5]]
    assert found(real, f"police row:0..{few[-1] - 1} sort:relevance").ranking is not None


def test_ranking_can_be_interrupted(real: Database) -> None:
    connection = real.reader()
    connection.set_progress_handler(lambda: 1, 10)
    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        found(real, "police sort:relevance")
    connection.set_progress_handler(None, 0)
    assert found(real, "police sort:relevance").ranking is not None


def _single(value: float) -> float:
    """Return `value` as precisely as results keep it."""
    import numpy

    return float(numpy.float32(value))
