"""An older database is brought to this version's schema, after a copy of it is kept."""

import sqlite3
from pathlib import Path

from sqlite_utils import Database as UtilsDatabase
from sqlite_utils.migrations import Migrations

from hhtui.store.errors import StoreError
from hhtui.store.locking import FileLock
from hhtui.store.schema import SCHEMA_VERSION

MIGRATIONS = Migrations("hhtui")


def migrate(path: Path, version: int, *, migrations: Migrations = MIGRATIONS, to: int = SCHEMA_VERSION) -> Path:
    """Bring the database at `path` from schema `version` to schema `to`, and return the copy that was kept.

    The copy lies beside it as `<name>.schema-<version>`. Raises StoreError where no migration leads there
    or one fails; the file is then as it was.
    """
    copy = path.with_name(f"{path.name}.schema-{version}")
    lock = FileLock(path)
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        with lock.held(timeout=60):
            if not migrations.pending(UtilsDatabase(connection)):
                raise StoreError(f"{path} has schema {version}, from which no migration leads to {to}")
            if not copy.exists():
                connection.execute("VACUUM INTO ?", (str(copy),))
            migrations.apply(UtilsDatabase(connection))
            connection.execute(f"PRAGMA user_version = {to}")
    except sqlite3.Error as error:
        raise StoreError(f"{path} could not be migrated ({error}); the copy {copy.name} has what it held") from error
    finally:
        connection.close()
        lock.close()
    return copy
