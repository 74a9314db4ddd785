"""What a database holds, for comparing two of them: all tables, and the text index word by word."""

import sqlite3
from pathlib import Path

TIMES = frozenset({"loaded_at", "packed_at", "made_at", "started_at", "ended_at"})
TABLES = ("source", "refused_row", "pair", "body", "packed_column", "setting", "decision")


def contents(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of each table, without times, and every (word, pair, column, offset) of the text index."""
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    try:
        found = {table: rows(connection, table) for table in TABLES}
        connection.execute("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, pair_fts, instance)")
        found["pair_fts"] = connection.execute("SELECT * FROM temp.words ORDER BY term, doc, col, offset").fetchall()
        found["indexes"] = connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'index' ORDER BY 1"
        ).fetchall()
        return found
    finally:
        connection.close()


def rows(connection: sqlite3.Connection, table: str) -> list[tuple[object, ...]]:
    """Return all rows of a table in order of its columns, without times."""
    columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")') if row[1] not in TIMES]
    names = ", ".join(f'"{column}"' for column in columns)
    return connection.execute(f'SELECT {names} FROM "{table}" ORDER BY {names}').fetchall()
