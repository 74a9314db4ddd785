"""Databases of older schemas: what was scored under them is seen as before."""

import resource
import sqlite3
from pathlib import Path

import numpy
import pytest

from hhtui.query.parser import parse
from hhtui.score.run import run
from hhtui.store import decisions, results, scorers, scores, triage
from hhtui.store.columns import Columns
from hhtui.store.database import Database
from hhtui.store.decisions import Annotator
from hhtui.store.dupes.findings import findings
from hhtui.store.dupes.run import find
from hhtui.store.errors import StoreError
from hhtui.store.filesystem import unlink_database
from hhtui.store.schema import DUPLICATE_TABLES, PAGE_SIZE, SCHEMA_VERSION, SCORE_TABLES, TRIAGE_TABLES
from tests.store.filled import new_database
from tests.store.made_scorer import MadeScorer
from tests.transcripts import dialogue

PAIRS = [(dialogue(f"ask {at}", f"yes {at}"), dialogue(f"ask {at}", "n" * at)) for at in range(30)]

SCHEMA_1 = Path(__file__).with_name("schema_1.sql").read_text(encoding="utf-8")
"""The tables as the first version of hhtui laid them out."""

SCHEMA_2 = Path(__file__).with_name("schema_2.sql").read_text(encoding="utf-8")
"""The tables as the version with several scorers laid them out."""

SCHEMA_3 = Path(__file__).with_name("schema_3.sql").read_text(encoding="utf-8")
"""The tables as the version with triages laid them out."""

AS_SCHEMA_1 = """
UPDATE scorer SET pairs_done = (SELECT min(pairs_done) FROM new.scored_unit WHERE scorer_id = scorer.id);
UPDATE packed_column SET name = replace(name, 'made.', '') WHERE scorer_id IS NOT NULL;
UPDATE setting SET value = '"letters"' WHERE name = 'harm_column';
"""


@pytest.fixture
def schema_1(tmp_path: Path) -> Path:
    """A scored database as the first version of hhtui left it, `harm` standing for its second column."""
    with new_database(tmp_path / "new", PAIRS) as database:
        run(database, [MadeScorer()], lambda progress: None)
        with database.writing() as writing:
            scorers.choose_harm_column(writing, "letters")
    path = tmp_path / "a.db"
    connection = sqlite3.connect(path)
    connection.executescript(f"PRAGMA page_size = {PAGE_SIZE}; PRAGMA journal_mode = WAL; {SCHEMA_1}")
    connection.execute("ATTACH ? AS new", (str(tmp_path / "new"),))
    fill(connection)
    connection.executescript(AS_SCHEMA_1)
    connection.close()
    return path


def fill(connection: sqlite3.Connection) -> None:
    """Fill an older database's tables with what the new one has of them; a pair's key was stored once."""
    here, there = columns_of(connection, "main"), columns_of(connection, "new")
    for name in here.keys() & there.keys():
        both = [f'"{column}"' for column in here[name] if column in there[name]]
        values = list(both)
        if name == "pair":
            both, values = [*both, "key"], [*values, "(SELECT key FROM new.pairs WHERE pairs.id = pair.id)"]
        connection.execute(f"INSERT INTO {name} ({', '.join(both)}) SELECT {', '.join(values)} FROM new.{name}")
    connection.commit()


def columns_of(connection: sqlite3.Connection, schema: str) -> dict[str, list[str]]:
    """Return the columns of every table of its own, by its name."""
    names = connection.execute(
        f"SELECT name FROM {schema}.sqlite_master WHERE type = 'table' AND name NOT GLOB '*fts*'"
    )
    return {
        name: [row[1] for row in connection.execute(f"PRAGMA {schema}.table_info({name})")]
        for (name,) in names.fetchall()
    }


def shape(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return every table with its columns, every view and index with what it is."""
    connection = sqlite3.connect(path)
    try:
        there = connection.execute("SELECT type, name, sql FROM sqlite_master WHERE tbl_name NOT GLOB '_*'").fetchall()
        return {
            name: [row[1:] for row in connection.execute(f"PRAGMA table_info({name})")] if kind == "table" else [(sql,)]
            for kind, name, sql in there
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


def test_a_database_of_schema_2_keeps_its_log_and_goes_on_with_it(tmp_path: Path) -> None:
    with new_database(tmp_path / "new.db", PAIRS) as new:
        person = Annotator.begin(new, "anna")
        person.decide([1], "preference", "rejected")
        person.toggle([2], "flag")
        person.toggle([2], "flag")
    path = tmp_path / "a.db"
    connection = sqlite3.connect(path)
    connection.executescript(f"PRAGMA page_size = {PAGE_SIZE}; PRAGMA journal_mode = WAL; {SCHEMA_2}")
    connection.execute("ATTACH ? AS new", (str(tmp_path / "new.db"),))
    fill(connection)
    connection.close()
    with Database.open(path) as database:
        assert shape(path) == shape(tmp_path / "new.db")
        person = Annotator.begin(database, "anna")
        for _ in range(2):
            assert person.undo()
        assert [one.kind for one in decisions.current(database.reader(), [1, 2])[1]] == ["preference"]
        triage.begin(database, "anna", triage.Plan("made", ""), [triage.Item(3, "queue")])
        assert triage.unfinished(database.reader(), "anna")


def test_a_database_of_schema_3_is_searched_for_similar_texts(tmp_path: Path) -> None:
    long = "you could ask them about it on some other day"
    with new_database(tmp_path / "new.db", [*PAIRS, (dialogue("why", long), dialogue("how", f"{long} too"))]) as new:
        Annotator.begin(new, "anna").toggle([2], "flag")
    path = tmp_path / "a.db"
    connection = sqlite3.connect(path)
    connection.executescript(f"PRAGMA page_size = {PAGE_SIZE}; PRAGMA journal_mode = WAL; {SCHEMA_3}")
    connection.execute("CREATE INDEX pair_key ON pair(key)")
    connection.execute("ATTACH ? AS new", (str(tmp_path / "new.db"),))
    fill(connection)
    connection.close()
    with Database.open(path) as database:
        assert shape(path) == shape(tmp_path / "new.db")
        find(database)
        assert findings(database.reader()).same_responses == ("made/test/30",)
        assert list(results.search(database.reader(), parse("flag:yes")).ids) == [2]


@pytest.fixture
def schema_3(tmp_path: Path) -> Path:
    """An empty database as the version with triages left it."""
    connection = sqlite3.connect(tmp_path / "a.db")
    connection.executescript(f"PRAGMA page_size = {PAGE_SIZE}; {SCHEMA_3}")
    connection.close()
    return tmp_path / "a.db"


def extend(path: Path, script: str) -> bytes:
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.close()
    return path.read_bytes()


BROKEN = {
    'CREATE VIEW "my own" AS SELECT key FROM pair': ("the view my own", 'DROP VIEW "my own"'),
    "CREATE INDEX by_key ON pair(key, row)": ("the index by_key", "DROP INDEX by_key"),
    "CREATE TRIGGER noted AFTER INSERT ON pair BEGIN SELECT new.key; END": ("the trigger noted", "DROP TRIGGER noted"),
    "CREATE VIEW pairs AS SELECT 1": ("the view pairs", "DROP VIEW pairs"),
    "CREATE TABLE pairs (id)": ("the table pairs", "ALTER TABLE pairs RENAME TO mine"),
}


@pytest.mark.parametrize("made", [*([one] for one in BROKEN), list(BROKEN)[:4]])
def test_what_people_added_and_a_migration_would_break_is_named_with_the_way_out(
    schema_3: Path, made: list[str]
) -> None:
    before = extend(schema_3, ";".join(made))
    with pytest.raises(StoreError, match=r"it is as it was.*drop or rename") as refused:
        Database.open(schema_3)
    assert all(BROKEN[one][0] in str(refused.value) for one in made)
    assert "\n" not in str(refused.value) and schema_3.read_bytes() == before
    extend(schema_3, ";".join(BROKEN[one][1] for one in made))
    with Database.open(schema_3) as database:
        assert str(database.notice).endswith("a.db.schema-3")


def test_views_that_are_gone_or_built_upon_hinder_no_migration(schema_3: Path, tmp_path: Path) -> None:
    extend(schema_3, "DROP VIEW pair_scores; CREATE VIEW mine AS SELECT key FROM flagged")
    with Database.open(schema_3) as database:
        assert database.reader().execute("SELECT key FROM mine").fetchall() == []
        assert database.reader().execute("SELECT * FROM pair_scores").fetchall() == []
    with new_database(tmp_path / "new.db", PAIRS):
        pass
    extend(schema_3, "DROP VIEW mine")
    assert shape(schema_3) == shape(tmp_path / "new.db")


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


def test_the_copy_that_is_kept_is_told_before_and_after(schema_1: Path, caplog: pytest.LogCaptureFixture) -> None:
    before = f"updating a.db from schema 1 to schema {SCHEMA_VERSION}; a copy of it is kept …"
    with Database.open(schema_1) as database:
        told = f"a.db was of schema 1 and is now of schema {SCHEMA_VERSION}; a copy as it was is a.db.schema-1"
        assert database.notice == told
        assert not database.read_only
    assert caplog.messages == [before, told]
    with Database.open(schema_1) as database:
        assert database.notice is None


def test_another_file_under_the_name_of_the_copy_is_no_copy(schema_1: Path) -> None:
    schema_1.with_name("a.db.schema-1").write_bytes(b"no copy")
    with new_database(schema_1.with_name("a.db.schema-1-2"), PAIRS[:3]):
        pass
    before = schema_1.read_bytes()

    with Database.open(schema_1) as database:
        assert str(database.notice).endswith("a.db.schema-1-3")

    assert schema_1.with_name("a.db.schema-1").read_bytes() == b"no copy"
    assert shape(schema_1.with_name("a.db.schema-1-3"))["score"] != shape(schema_1)["score"]
    schema_1.write_bytes(before)
    with Database.open(schema_1) as database:
        assert str(database.notice).endswith("a.db.schema-1-3")
    assert not schema_1.with_name("a.db.schema-1-4").exists()


def test_without_room_for_a_copy_nothing_is_left_or_claimed(schema_1: Path) -> None:
    before, files = schema_1.read_bytes(), sorted(schema_1.parent.iterdir())
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 * PAGE_SIZE, hard))
    try:
        with pytest.raises(StoreError, match=r"it is as it was; is there room for a copy in") as refused:
            Database.open(schema_1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "schema-1" not in str(refused.value)
    assert schema_1.read_bytes() == before
    assert {one.name for one in schema_1.parent.iterdir()} - {one.name for one in files} <= {"a.db.lock"}


def test_a_draft_is_taken_away_with_what_sqlite_keeps_beside_it(tmp_path: Path) -> None:
    for name in ("draft", "draft-journal", "draft-wal", "draft-shm", "draft-of-another"):
        (tmp_path / name).touch()
    unlink_database(tmp_path / "draft")
    assert [one.name for one in tmp_path.iterdir()] == ["draft-of-another"]


def test_the_tables_of_scores_split_into_statements() -> None:
    assert all(sqlite3.complete_statement(f"{one};") for one in SCORE_TABLES.strip().removesuffix(";").split(";\n\n"))


@pytest.mark.parametrize("tables", [TRIAGE_TABLES, DUPLICATE_TABLES])
def test_tables_split_into_statements(tables: str) -> None:
    assert all(sqlite3.complete_statement(f"{one};") for one in tables.strip().removesuffix(";").split(";\n"))
