"""A connection that remembers what was computed from its database."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from sqlite3 import Error as SqliteError
from typing import Any, TypeVar

__all__ = ["Connection", "SqliteError", "kept_by", "snapshot"]

Kept = TypeVar("Kept")


class Connection(sqlite3.Connection):
    """A connection to SQLite with a place for caches, which end when it does."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """Open as sqlite3.connect does."""
        super().__init__(*arguments, **options)
        self.kept: dict[type[Any], Any] = {}


def kept_by(connection: sqlite3.Connection, make: Callable[[], Kept]) -> Kept:
    """Return the cache that `make`, a class, gave for this connection; a plain connection gets a new one each time."""
    if not isinstance(connection, Connection):
        return make()
    if make not in connection.kept:
        connection.kept[make] = make()  # type: ignore[index]
    found: Kept = connection.kept[make]  # type: ignore[index]
    return found


@contextmanager
def snapshot(connection: sqlite3.Connection) -> Iterator[None]:
    """Let all reading see one state, and let an interrupt at any time stop the next statement.

    SQLite forgets an interrupt once no statement runs, so one is kept running.
    """
    own = not connection.in_transaction
    if own:
        connection.execute("BEGIN")
    running = connection.execute("SELECT 1 UNION ALL SELECT 2")
    running.fetchone()
    try:
        yield
        running.fetchone()
    finally:
        running.close()
        if own:
            connection.execute("ROLLBACK")
