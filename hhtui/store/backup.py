"""A database copied whole while others use it."""

import sqlite3
from pathlib import Path

from hhtui.store.database import Database, explain
from hhtui.store.errors import StoreError
from hhtui.store.placing import placed


def backup(database: Database, target: Path, *, force: bool = False) -> int:
    """Copy what is committed in `database` to the file `target`, compacted, and return its size in bytes.

    The file appears whole or not at all. Raises StoreError where something is at `target` and `force` is false,
    where `target` is the database itself, or where it cannot be written.
    """
    if target.resolve() == database.path.resolve():
        raise StoreError(f"{target} is the database itself; name another file for the copy")
    with placed(target, force=force) as draft:
        connection = sqlite3.connect(database.path.resolve().as_uri() + "?mode=ro", uri=True, isolation_level=None)
        try:
            connection.execute("VACUUM INTO ?", (str(draft),))
            _use_write_ahead_log(draft)
        except sqlite3.Error as error:
            raise StoreError(f"{target} cannot be written: {explain(error)}") from error
        finally:
            connection.close()
        return draft.stat().st_size


def _use_write_ahead_log(path: Path) -> None:
    """Set what VACUUM INTO does not copy."""
    connection = sqlite3.connect(path)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()
