"""Pairs are found by their keys, subset/split/row, through the sources that they are rows of."""

import json
import sqlite3
from collections.abc import Iterable

PAIR_KEY = "(SELECT subset || '/' || split || '/' FROM source WHERE source.id = pair.source_id) || pair.row"
"""The key of a row of `pair`, in SQL."""
LONGEST_ROW = 18
"""Digits of the largest row number that is looked for."""


def ids_by_key(connection: sqlite3.Connection, keys: Iterable[str]) -> dict[str, int]:
    """Return the local ids of the pairs with these keys; of pairs that share a key the latest, others are left out."""
    rows: dict[str, list[int]] = {}
    for key in keys:
        name, _, row = key.rpartition("/")
        if row.isascii() and row.isdecimal() and len(row) <= LONGEST_ROW and str(int(row)) == row:
            rows.setdefault(name, []).append(int(row))
    found: dict[str, int] = {}
    for number, name in _sources(connection):
        if name in rows:
            pairs = connection.execute(
                "SELECT row, id FROM pair WHERE source_id = ? AND row IN (SELECT value FROM json_each(?))",
                (number, json.dumps(rows[name])),
            )
            for row, pair_id in pairs:
                key = f"{name}/{row}"
                found[key] = max(pair_id, found.get(key, 0))
    return found


def id_by_key(connection: sqlite3.Connection, key: str) -> int | None:
    """Return the local id of the pair with this key, None where there is none."""
    return ids_by_key(connection, [key]).get(key)


def ids_with_beginning(connection: sqlite3.Connection, beginning: str) -> str:
    """Return the ids of the pairs whose keys begin so, separated by commas."""
    found: list[str] = []
    for number, name in _sources(connection):
        whole = f"{name}/".startswith(beginning)
        if whole or beginning.startswith(f"{name}/"):
            digits = "" if whole else beginning.removeprefix(f"{name}/")
            (ids,) = connection.execute(
                "SELECT group_concat(id) FROM pair WHERE source_id = ? AND substr(row, 1, ?) = ?",
                (number, len(digits), digits),
            ).fetchone()
            found.append("" if ids is None else str(ids))
    return ",".join(filter(None, found))


def _sources(connection: sqlite3.Connection) -> list[tuple[int, str]]:
    return connection.execute("SELECT id, subset || '/' || split FROM source ORDER BY id").fetchall()
