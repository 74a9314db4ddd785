"""Notes in the table of settings, by which tests tell what a database holds."""

import sqlite3
from pathlib import Path

from hhtui.store.database import Database


def put(database: Database, name: str, *, durable: bool = True) -> None:
    with database.writing(durable=durable) as connection:
        connection.execute("INSERT OR REPLACE INTO setting VALUES (?, '1')", (name,))


def names(path: Path) -> list[str]:
    connection = sqlite3.connect(path)
    try:
        return [name for (name,) in connection.execute("SELECT name FROM setting ORDER BY name")]
    finally:
        connection.close()


def one_line(error: object) -> str:
    assert "\n" not in str(error)
    return str(error)
