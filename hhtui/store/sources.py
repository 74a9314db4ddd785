"""The sources of a database: where pairs came from, and how far each has been read."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

_SOURCES = """
SELECT id, uri, configuration, data_dir, split, subset, revision, format, sha256, columns, json_style, loaded_at,
       rows_read, rows_refused, lines_done, complete, superseded_by IS NOT NULL AS replaced,
       (SELECT count(*) FROM pair WHERE pair.source_id = source.id) AS pairs
FROM source {} ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class StoredSource:
    """A source in the database: the file or dataset, under which names it was loaded, and what became of its records.

    `sha256` is of the file as stored, "" where the load ended before it was known. `columns` are in their order.
    `json_style` says in JSON how the source wrote its lines; it is None where the source was no JSON lines. `rows_read`
    counts the refused rows too. A `complete` one was read to its end; a `replaced` one has no pairs any more: a later
    revision took its place.
    """

    id: int
    uri: str
    configuration: str | None
    data_dir: str | None
    split: str
    subset: str
    revision: str | None
    format: str
    sha256: str
    columns: tuple[str, ...]
    json_style: str | None
    loaded_at: str
    rows_read: int
    rows_refused: int
    lines_done: int
    complete: bool
    replaced: bool
    pairs: int

    @property
    def blank_lines(self) -> int:
        """How many lines of JSON lines that was read held nothing; those after the last record are not counted."""
        return 0 if self.json_style is None else self.lines_done - self.rows_read


def all_sources(connection: sqlite3.Connection) -> dict[int, StoredSource]:
    """Return every source of the database by its id, oldest first."""
    return {source.id: source for source in _read(connection, "")}


def live_sources(connection: sqlite3.Connection, subset: str, split: str) -> list[StoredSource]:
    """Return the sources of this subset and split that no later revision has replaced, oldest first."""
    return list(_read(connection, "WHERE subset = ? AND split = ? AND superseded_by IS NULL", subset, split))


def _read(connection: sqlite3.Connection, which: str, *values: str) -> Iterator[StoredSource]:
    found = connection.execute(_SOURCES.format(which), values)
    names = [column for column, *_ in found.description]
    for row in found:
        told = dict(zip(names, row, strict=True))
        flags = {name: bool(told[name]) for name in ("complete", "replaced")}
        yield StoredSource(**{**told, **flags, "columns": tuple(json.loads(told["columns"]))})
