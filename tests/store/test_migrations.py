"""Databases of older schemas: what was scored under them is seen as before."""

import sqlite3
from pathlib import Path

import numpy
import pytest

from hhtui.query.parser import parse
from hhtui.score.run import run
from hhtui.store import results, scorers, scores
from hhtui.store.columns import Columns
from hhtui.store.database import Database
from hhtui.store.schema import SCHEMA_VERSION, SCORE_TABLES
from tests.store.filled import dialogue, new_database
from tests.store.made_scorer import MadeScorer

PAIRS = [(dialogue(f"ask {at}", f"yes {at}"), dialogue(f"ask {at}", "n" * at)) for at in range(30)]

BACK_TO_1 = """
DROP VIEW pair_scores;
ALTER TABLE scorer ADD COLUMN pairs_done INTEGER NOT NULL DEFAULT 0;
UPDATE scorer SET pairs_done = (SELECT min(pairs_done) FROM scored_unit WHERE scorer_id = scorer.id);
ALTER TABLE scorer DROP COLUMN findings;
ALTER TABLE score DROP COLUMN windows;
UPDATE packed_column SET name = replace(name, 'made.', '') WHERE scorer_id IS NOT NULL;
CREATE VIEW pair_scores AS SELECT 1 AS prompt, 2 AS chosen, 3 AS rejected;
DROP TABLE scored_unit; DROP TABLE pair_score; DROP TABLE scorer_model;
UPDATE setting SET value = '"letters"' WHERE name = 'harm_column';
PRAGMA user_version = 1;
"""


@pytest.fixture
def schema_1(tmp_path: Path) -> Path:
    """A scored database as the first version of hhtui left it, `harm` standing for its second column."""
    path = tmp_path / "a.db"
    with new_database(path, PAIRS) as database:
        run(database, [MadeScorer()], lambda progress: None)
        with database.writing() as connection:
            scorers.choose_harm_column(connection, "letters")
    connection = sqlite3.connect(path)
    connection.executescript(BACK_TO_1)
    connection.close()
    return path


def shape(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return every table and view of a database with its columns."""
    connection = sqlite3.connect(path)
    try:
        names = [
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
        ]
        return {
            name: [row[1:] for row in connection.execute(f"PRAGMA table_info({name})")]
            for name in names
            if not name.startswith("_")
        }
    finally:
        connection.close()


def test_a_database_of_schema_1_becomes_what_a_new_one_is(schema_1: Path, tmp_path: Path) -> None:
    with Database.open(schema_1):
        pass
    with new_database(tmp_path / "new.db", PAIRS):
        pass
    assert shape(schema_1) == shape(tmp_path / "new.db")
    assert shape(schema_1.with_name("a.db.schema-1"))["score"] != shape(schema_1)["score"]
    version = sqlite3.connect(schema_1).execute("PRAGMA user_version").fetchone()
    assert version == (SCHEMA_VERSION,)


def test_its_scores_are_seen_as_before_and_nothing_is_scored_again(schema_1: Path) -> None:
    with Database.open(schema_1) as database:
        reader = database.reader()
        assert scorers.harm_column(reader) == "made.letters"
        packed = {name for (name,) in reader.execute("SELECT name FROM packed_column WHERE scorer_id IS NOT NULL")}
        assert packed == {
            f"made.{name}.{side}" for name in ("size", "letters") for side in ("prompt", "chosen", "rejected")
        }
        assert numpy.isnan(Columns().get(reader, "made.size.rejected")).tolist() == [True] + [False] * 29
        assert scores.of_pair(reader, 3, "made.size")["rejected"].percentile is not None
        assert len(results.search(reader, parse("size.rejected:>1")).ids) == 22
        assert len(reader.execute("SELECT chosen FROM pair_scores WHERE chosen IS NOT NULL").fetchall()) == 60
        again = MadeScorer()
        assert run(database, [again], lambda progress: None) == 0
        assert again.seen == []


def test_the_tables_of_scores_split_into_statements() -> None:
    assert all(sqlite3.complete_statement(f"{one};") for one in SCORE_TABLES.strip().removesuffix(";").split(";\n\n"))
