"""An older database is brought to this version's schema, after a copy of it is kept."""

import json
import sqlite3
from collections.abc import Sequence
from functools import partial
from itertools import chain, count
from pathlib import Path

from sqlite_utils import Database as UtilsDatabase
from sqlite_utils.migrations import Migrations

from hhtui.store.added import Added, in_the_way, told
from hhtui.store.errors import StoreError
from hhtui.store.filesystem import unlink_database
from hhtui.store.locking import FileLock
from hhtui.store.schema import (
    DUPLICATE_TABLES,
    PAIR_SCORES_VIEW,
    PAIR_VIEWS,
    SCHEMA_VERSION,
    SCORE_TABLES,
    TRIAGE_TABLES,
)
from hhtui.store.scorers import slug

MIGRATIONS = Migrations("hhtui")
"""In order: the first leads from schema 1 to schema 2, and so on."""

LOCK_SECONDS = 60.0


@MIGRATIONS()
def several_scorers(database: UtilsDatabase) -> None:
    """Schema 2: scores of pairs, windows, what was found of a scorer, and its columns by their qualified names."""
    connection = database.conn
    for statement in (*SCORE_TABLES.split(";\n\n"), *_SCHEMA_2):
        connection.execute(statement)
    packed = connection.execute(
        "SELECT packed_column.name, scorer.name FROM packed_column JOIN scorer ON scorer.id = packed_column.scorer_id"
    ).fetchall()
    connection.executemany(
        "UPDATE packed_column SET name = ? WHERE name = ?",
        [(f"{slug(scorer)}.{name}", name) for name, scorer in packed],
    )
    harm = connection.execute(
        "SELECT packed_column.name FROM packed_column JOIN setting ON setting.name = 'harm_column' "
        "WHERE packed_column.name GLOB '*.' || json_extract(setting.value, '$') || '.chosen'"
    ).fetchone()
    if harm:
        connection.execute(
            "UPDATE setting SET value = ? WHERE name = 'harm_column'", (json.dumps(harm[0].removesuffix(".chosen")),)
        )


_SCHEMA_2 = (
    "INSERT INTO scored_unit SELECT scorer.id, unit.value, scorer.pairs_done "
    "FROM scorer, json_each(scorer.units) AS unit WHERE scorer.pairs_done > 0",
    "DROP VIEW IF EXISTS pair_scores",
    "ALTER TABLE scorer ADD COLUMN findings TEXT NOT NULL DEFAULT '{}'",
    "ALTER TABLE scorer ADD COLUMN taken_over INTEGER NOT NULL DEFAULT 0",
    "UPDATE scorer SET taken_over = id WHERE pairs_done > 0",
    "ALTER TABLE scorer DROP COLUMN pairs_done",
    "ALTER TABLE score ADD COLUMN windows INTEGER NOT NULL DEFAULT 1",
    PAIR_SCORES_VIEW,
)


@MIGRATIONS()
def triage_and_samples(database: UtilsDatabase) -> None:
    """Schema 3: triages, the frames of samples, and the log in the order of time for each annotator."""
    for statement in (*TRIAGE_TABLES.split(";\n"), *_SCHEMA_3):
        database.conn.execute(statement)


_SCHEMA_3 = (
    "DROP INDEX IF EXISTS event_annotator",
    "CREATE INDEX event_annotator ON event(annotator, made_at)",
)


@MIGRATIONS()
def similar_texts(database: UtilsDatabase) -> None:
    """Schema 4: signatures and groups of texts; a pair's key is made of its source and row, and not stored.

    The views are there again before the column goes, so that views which somebody made of them still hold.
    """
    for statement in (*DUPLICATE_TABLES.split(";\n"), *_SCHEMA_4, *PAIR_VIEWS.split(";\n"), PAIR_SCORES_VIEW):
        database.conn.execute(statement)
    database.conn.execute("ALTER TABLE pair DROP COLUMN key")


_SCHEMA_4 = ("DROP INDEX IF EXISTS pair_key", "DROP VIEW IF EXISTS flagged", "DROP VIEW IF EXISTS pair_scores")


def migrate(path: Path, version: int, *, migrations: Migrations = MIGRATIONS, to: int = SCHEMA_VERSION) -> Path | None:
    """Bring the database at `path` from schema `version` to schema `to`.

    Return the copy that was kept beside it, `<name>.schema-<version>` or, where that is another file's name,
    `<name>.schema-<version>-2` and so on; None where another process was first. All steps are one transaction.
    Raises StoreError where no migration leads there or one fails; the file is then as it was.
    """
    lock = FileLock(path)
    connection = sqlite3.connect(path, isolation_level=None)
    copy = None
    try:
        with lock.held(LOCK_SECONDS):
            if _version(connection) < to:
                _require(migrations, connection, path, version, to)
                copy = _kept(connection, path, version)
                _apply(migrations, connection, to)
    except sqlite3.Error as error:
        if copy and (foreign := in_the_way(partial(_apply, migrations, connection, to, keep=False), error)):
            raise StoreError(
                f"{path} could not be migrated, it is as it was: of what was added to it, {told(foreign)} would not "
                f"work with schema {to}; drop or rename that, then open it again; the view pairs has each pair's key "
                f"then, and a copy as it was is {copy.name}"
            ) from error
        kept = f", a copy is {copy.name}" if copy else f"; is there room for a copy in {path.parent}?"
        raise StoreError(f"{path} could not be migrated ({error}); it is as it was{kept}") from error
    finally:
        connection.close()
        lock.close()
    return copy


def _version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def _require(migrations: Migrations, connection: sqlite3.Connection, path: Path, version: int, to: int) -> None:
    if len(migrations.pending(UtilsDatabase(connection))) < to - version:
        raise StoreError(
            f"{path} has schema {version}, from which no migration leads to {to}; open it with the hhtui that made it, "
            "export what you need, and load that again"
        )


def _kept(connection: sqlite3.Connection, path: Path, version: int) -> Path:
    """Return the copy, which is written whole or not at all where it is not there already."""
    first = path.with_name(f"{path.name}.schema-{version}")
    names = chain([first], (first.with_name(f"{first.name}-{number}") for number in count(2)))
    copy = next(one for one in names if not one.exists() or _is_copy(connection, one))
    if not copy.exists():
        _write_copy(connection, copy)
    return copy


def _write_copy(connection: sqlite3.Connection, copy: Path) -> None:
    draft = copy.with_name(f".{copy.name}.draft")
    unlink_database(draft)
    try:
        connection.execute("VACUUM INTO ?", (str(draft),))
        draft.replace(copy)
    finally:
        unlink_database(draft)


def _is_copy(connection: sqlite3.Connection, copy: Path) -> bool:
    """Return whether the file at `copy` is a database of hhtui with the same schema and as many pairs and decisions."""
    other = sqlite3.connect(f"{copy.resolve().as_uri()}?mode=ro", uri=True)
    try:
        return _contents(other) == _contents(connection)
    except sqlite3.Error:
        return False
    finally:
        other.close()


def _contents(connection: sqlite3.Connection) -> list[tuple[int]]:
    asked = ("PRAGMA application_id", "PRAGMA user_version", "SELECT count(*) FROM pair", "SELECT count(*) FROM event")
    return [connection.execute(one).fetchone() for one in asked]


def _apply(
    migrations: Migrations,
    connection: sqlite3.Connection,
    to: int,
    *,
    without: Sequence[Added] = (),
    keep: bool = True,
) -> None:
    """Run the migrations that are missing in one transaction; undo them where they are not to be kept.

    What stands in `without` is dropped before, which is for trying alone.

    A database that was made with a later schema than the first has no record of the steps before that; they are
    written down as done.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        for added in without:
            connection.execute(added.dropping())
        database = UtilsDatabase(connection)
        migrations.ensure_migrations_table(database)
        pending = [step.name for step in migrations.pending(database)]
        for name in pending[: len(pending) - (to - _version(connection))]:
            connection.execute(
                f"INSERT INTO {migrations.migrations_table} (migration_set, name, applied_at) VALUES (?, ?, '')",
                (migrations.name, name),
            )
        migrations.apply(database)
        connection.execute(f"PRAGMA user_version = {to}")
        if keep:
            connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
