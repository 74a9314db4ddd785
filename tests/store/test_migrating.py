"""An older database is migrated in steps, a copy kept, and nothing is harmed when that goes wrong."""

import sqlite3
from pathlib import Path

import pytest
from sqlite_utils import Database as UtilsDatabase
from sqlite_utils.migrations import Migrations

from hhtui.store.database import Database
from hhtui.store.errors import StoreError
from hhtui.store.migrations import migrate
from hhtui.store.schema import APPLICATION_ID, SCHEMA_VERSION
from tests.store.noted import names, one_line


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.db"


@pytest.fixture
def older(path: Path) -> Path:
    """A database of a fabricated schema 1, with one row."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT)")
    connection.execute("INSERT INTO setting VALUES ('kept', '1')")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute("PRAGMA user_version = 1")
    connection.close()
    return path


@pytest.fixture
def steps() -> Migrations:
    """Migrations from schema 1 to 2 and from 2 to 3."""
    made = Migrations("made")

    @made()
    def add_colour(database: UtilsDatabase) -> None:
        database.table("setting").add_column("colour", str)

    @made()
    def add_size(database: UtilsDatabase) -> None:
        database.table("setting").add_column("size", int)

    return made


def columns(path: Path) -> list[str]:
    connection = sqlite3.connect(path)
    try:
        return [row[1] for row in connection.execute("PRAGMA table_info(setting)")]
    finally:
        connection.close()


def version(path: Path) -> int:
    connection = sqlite3.connect(path)
    try:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])
    finally:
        connection.close()


def test_an_older_database_is_migrated_and_a_copy_is_kept(older: Path, steps: Migrations) -> None:
    copy = migrate(older, 1, migrations=steps, to=3)
    assert copy is not None
    assert copy.name == "a.db.schema-1"
    assert (columns(older), version(older), names(older)) == (["name", "value", "colour", "size"], 3, ["kept"])
    assert (columns(copy), version(copy), names(copy)) == (["name", "value"], 1, ["kept"])
    assert list(older.parent.glob("*.draft")) == []


def test_a_database_made_with_a_later_schema_takes_only_the_missing_steps(older: Path, steps: Migrations) -> None:
    connection = sqlite3.connect(older, isolation_level=None)
    connection.execute("ALTER TABLE setting ADD COLUMN colour TEXT")
    connection.execute("PRAGMA user_version = 2")
    connection.close()
    migrate(older, 2, migrations=steps, to=3)
    assert (columns(older), version(older)) == (["name", "value", "colour", "size"], 3)


def test_a_migration_that_another_process_has_done_is_not_done_again(older: Path, steps: Migrations) -> None:
    migrate(older, 1, migrations=steps, to=3)
    migrate(older, 1, migrations=steps, to=3)
    assert columns(older) == ["name", "value", "colour", "size"]


def test_a_migration_that_fails_leaves_the_file_as_it_was(older: Path, steps: Migrations) -> None:
    @steps()
    def fail(database: UtilsDatabase) -> None:
        database.table("setting").add_column("third", str)
        database.conn.execute("INSERT INTO absent VALUES (1)")

    with pytest.raises(StoreError) as caught:
        migrate(older, 1, migrations=steps, to=4)
    assert "could not be migrated" in one_line(caught.value) and "a.db.schema-1" in str(caught.value)
    assert (columns(older), version(older), names(older)) == (["name", "value"], 1, ["kept"])


def test_a_schema_from_which_nothing_leads_is_told_without_a_copy(older: Path) -> None:
    with pytest.raises(StoreError, match="no migration leads to 3"):
        migrate(older, 1, migrations=Migrations("made"), to=3)
    assert not older.with_name("a.db.schema-1").exists()


def test_opening_migrates(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Database.create(path).close()
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION - 1}")
    connection.close()
    asked: list[tuple[Path, int]] = []
    monkeypatch.setattr("hhtui.store.migrations.migrate", lambda file, old: asked.append((file, old)))
    Database.open(path).close()
    assert asked == [(path, SCHEMA_VERSION - 1)]


def test_an_older_database_that_is_read_only_is_told(older: Path) -> None:
    connection = sqlite3.connect(older)
    connection.execute("PRAGMA user_version = 0")
    connection.close()
    with pytest.raises(StoreError, match=f"older schema .*; open it, which does so .*: hhtui stats {older}"):
        Database.open(older, read_only=True)
    older.chmod(0o444)
    with pytest.raises(StoreError, match=r"older schema .*; open it where it may be written, which"):
        Database.open(older)
