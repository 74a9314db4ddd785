"""Settings that belong to a database: where each annotator was, what `harm` means."""

import json
import sqlite3
from collections.abc import Sequence
from typing import Any, NamedTuple

from hhtui.store.database import Database


class Place(NamedTuple):
    """Where an annotator stands: the query, the pair's key, its `position` from 0, and the ids of the page around it.

    `first` is the position of the first of `ids` within the result, which had `total` pairs; `order` is the result's,
    in the query's words. `listed` is the file with the list that the query was run on, "" for every pair.
    """

    query: str = ""
    key: str = ""
    position: int = 0
    first: int = 0
    total: int = 0
    ids: Sequence[int] = ()
    order: str = "row"
    listed: str = ""


def get(connection: sqlite3.Connection, name: str) -> Any:
    """Return the setting `name`, or None where it was never set."""
    row = connection.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
    return json.loads(row[0]) if row else None


def put(connection: sqlite3.Connection, name: str, value: Any) -> None:
    """Store the setting `name` as JSON, within the caller's transaction."""
    connection.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, json.dumps(value, ensure_ascii=False)))


def place(connection: sqlite3.Connection, annotator: str) -> Place | None:
    """Return where `annotator` left off, or None where they were never here."""
    stored = get(connection, f"place:{annotator}")
    return Place(position=stored.pop("index"), **stored) if stored else None


def save_place(database: Database, annotator: str, where: Place) -> None:
    """Remember where `annotator` stands; raises StoreError where that cannot be saved."""
    with database.writing(durable=False) as connection:
        fields = where._asdict()
        put(connection, f"place:{annotator}", {"index": fields.pop("position"), **fields})
