"""The queries that each annotator kept in a database, the newest first."""

import sqlite3
from collections.abc import Sequence

from hhtui.store import settings
from hhtui.store.database import Database

KEPT = 200
LONGEST = 2_000
"""Characters of a query that is remembered; longer ones are not."""
PATIENCE_SECONDS = 0.5


def earlier(connection: sqlite3.Connection, annotator: str) -> tuple[str, ...]:
    """Return the last 200 queries that `annotator` kept, the newest first, each once."""
    return tuple(settings.get(connection, _name(annotator)) or ())


def with_newest(queries: Sequence[str], newest: str) -> tuple[str, ...]:
    """Return `queries` with `newest` before them, once; one that is blank or very long is not remembered."""
    if not newest.strip() or len(newest) > LONGEST:
        return tuple(queries)
    return (newest, *(one for one in queries if one != newest))[:KEPT]


def remember(database: Database, annotator: str, query: str) -> None:
    """Remember that `annotator` kept `query`; raises StoreError where that cannot be saved soon."""
    with database.writing(durable=False, timeout=PATIENCE_SECONDS) as connection:
        before = earlier(connection, annotator)
        after = with_newest(before, query)
        if after != before:
            settings.put(connection, _name(annotator), after)


def _name(annotator: str) -> str:
    return f"queries:{annotator}"
