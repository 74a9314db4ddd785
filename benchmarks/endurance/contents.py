"""Compare two databases by what their tables hold."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable
from pathlib import Path

IGNORED_COLUMNS = frozenset({"loaded_at", "made_at", "packed_at", "started_at", "ended_at", "uuid", "session", "uri"})
"""Columns that say when, where or in which run a row was made."""
RUN_TABLES = frozenset({"session", "setting"})
"""Tables about the runs of the program, not about the data."""

Contents = dict[str, tuple[int, str]]
"""By table: how many rows it holds, and a hash of them."""


def contents(database: Path) -> Contents:
    """Return for each table and view, and for the text index, how many rows it holds and a hash of them in order."""
    connection = sqlite3.connect(database)
    try:
        found = {}
        tables = connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
            "AND name NOT LIKE 'pair_fts%' ORDER BY name"
        ).fetchall()
        for (table,) in tables:
            if table not in RUN_TABLES:
                found[table] = table_contents(connection, table)
        connection.execute("CREATE VIRTUAL TABLE temp.instance USING fts5vocab(main, pair_fts, instance)")
        found["pair_fts"] = digest(connection.execute("SELECT * FROM temp.instance"))
        schema = connection.execute("SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'")
        found["schema"] = digest(sorted(schema, key=repr))
        return found
    finally:
        connection.close()


def table_contents(connection: sqlite3.Connection, table: str) -> tuple[int, str]:
    """Return the number and the hash of a table's rows, ordered by all their columns."""
    columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]
    kept = ", ".join(f'"{column}"' for column in columns if column not in IGNORED_COLUMNS)
    order = ", ".join(str(place + 1) for place in range(kept.count('", "') + 1))
    return digest(connection.execute(f'SELECT {kept} FROM "{table}" ORDER BY {order}'))


def digest(rows: Iterable[object]) -> tuple[int, str]:
    """Return how many rows there are, and the SHA-256 over them."""
    number, total = 0, hashlib.sha256()
    for row in rows:
        total.update(repr(row).encode("utf-8", "surrogatepass"))
        number += 1
    return number, total.hexdigest()


def differences(left: Contents, right: Contents) -> list[str]:
    """Return one line for each table that holds other rows in the one than in the other."""
    return [
        f"{name}: {left.get(name, (0, ''))[0]} and {right.get(name, (0, ''))[0]} rows"
        for name in sorted(left | right)
        if left.get(name) != right.get(name)
    ]
