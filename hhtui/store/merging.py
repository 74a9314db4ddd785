"""Logs become one: what was decided in another database, added to this one.

The union is by uuid, so that it can be done in any order and any number of times: in one database the events and the
current decisions are the same in the end. Only `event.seq` differs, which is the order of arrival. Databases that hold
one text several times, under different keys, can differ in which of these pairs a decision is about, see
`events.PAIR_ID`, and so in what meets on one pair.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from hhtui.store.database import Database
from hhtui.store.errors import StoreError
from hhtui.store.events import derive
from hhtui.store.well_formed import is_event, is_record, latest_time
from hhtui.text import clean_line

Row = tuple[Any, ...]

CHUNK = 500
_NOTHING = "nothing of it was merged, restore that database from a backup"

EVENT = (
    "uuid, step, annotator, session, kind, pair_hash, pair_key, side, label, value, target, made_at, shown_ms, context"
)
_UUID, _MADE_AT = 0, 11

_RECORDS = {
    "session": "ON CONFLICT (id) DO UPDATE SET ended_at = excluded.ended_at "
    "WHERE excluded.ended_at > coalesce(ended_at, '')",
    "frame": "ON CONFLICT (id) DO UPDATE SET made_at = excluded.made_at WHERE excluded.made_at < made_at",
    "triage": "ON CONFLICT (id) DO UPDATE SET finished_at = excluded.finished_at "
    "WHERE excluded.finished_at > coalesce(finished_at, '')",
    "triage_item": "ON CONFLICT DO NOTHING",
}
"""What goes with the events, each told by its own identity; of two states of one the same is kept in any order."""


class Unmatched(NamedTuple):
    """Events about a pair that is not here: they are kept, and count once the pair is loaded."""

    key: str
    hash: str
    events: int


class Merged(NamedTuple):
    """What came of adding the log of the database at `path`.

    It has `events`, of which `added` were new here, by annotator in `by`; the current decisions about `pairs` pairs
    were derived again. `elsewhere` of its events are about pairs that are not here, of `about_pairs` about any.
    """

    path: Path
    events: int
    added: int
    by: Mapping[str, int]
    pairs: int
    elsewhere: int
    about_pairs: int


def merge(database: Database, others: Sequence[Path]) -> list[Merged]:
    """Add the logs of the databases at `others`, which are only read, to that of `database`.

    Sessions, triages and frames come along. Each is one transaction: a log is added whole or not at all, and all
    files are looked at before the first is added. Raises StoreError where one cannot be read, is `database` itself, is
    of an older schema, holds what hhtui does not write, or contradicts what is here.
    """
    if database.read_only:
        raise StoreError(f"{database.path} is read-only: nothing can be merged into it; copy it to where you may write")
    for path in others:
        with _opened(database, path):
            pass
    return [_merge(database, path) for path in others]


def unmatched(connection: sqlite3.Connection) -> list[Unmatched]:
    """Return the events in this database's log about pairs that are not here, by key."""
    rows = connection.execute(
        "SELECT pair_key, lower(hex(pair_hash)), count(*) FROM event "
        "WHERE pair_hash IS NOT NULL AND NOT EXISTS (SELECT 1 FROM pair WHERE pair.hash = event.pair_hash) "
        "GROUP BY pair_key, pair_hash ORDER BY pair_key, pair_hash"
    )
    return [Unmatched(*row) for row in rows]


def _merge(database: Database, path: Path) -> Merged:
    with _opened(database, path) as theirs:
        ours = database.reader()
        theirs.execute("BEGIN")
        try:
            new = sorted(_news(ours, theirs, path), key=lambda row: (row[_MADE_AT], row[_UUID]))
            records = [_records(ours, theirs, table, path) for table in _RECORDS]
            events, about_pairs = theirs.execute("SELECT count(*), count(pair_hash) FROM event").fetchone()
            hashes = theirs.execute(
                "SELECT pair_hash, count(*) FROM event WHERE pair_hash IS NOT NULL GROUP BY pair_hash"
            ).fetchall()
        finally:
            theirs.execute("ROLLBACK")
    with database.writing() as connection:
        (before,) = connection.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()
        for statement, rows in records:
            connection.executemany(statement, rows)
        marks = ", ".join("?" * len(EVENT.split(", ")))
        connection.executemany(f"INSERT INTO event ({EVENT}) VALUES ({marks}) ON CONFLICT (uuid) DO NOTHING", new)
        pairs = _derive_since(connection, before)
        by = connection.execute(
            "SELECT annotator, count(*) FROM event WHERE seq > ? GROUP BY annotator ORDER BY annotator", (before,)
        ).fetchall()
        here = "SELECT 1 FROM pair WHERE hash = ? LIMIT 1"
        elsewhere = sum(count for digest, count in hashes if connection.execute(here, (digest,)).fetchone() is None)
    return Merged(path, events, sum(count for _, count in by), dict(by), pairs, elsewhere, about_pairs)


def _derive_since(connection: sqlite3.Connection, before: int) -> int:
    """Derive the current values that later events name, retract or bring back, and return of how many pairs."""
    touched = derive(
        connection,
        "(event.seq > ? OR event.step IN (SELECT target FROM event WHERE seq > ? AND target IS NOT NULL "
        "UNION SELECT undo.target FROM event AS redo JOIN event AS undo ON undo.step = redo.target "
        "WHERE redo.seq > ? AND undo.target IS NOT NULL))",
        (before, before, before),
    )
    return len(touched)


def _news(ours: sqlite3.Connection, theirs: sqlite3.Connection, path: Path) -> Iterator[Row]:
    """Yield their events that are not here; raises StoreError where one differs from the one of that uuid here."""
    found = theirs.execute(f"SELECT {EVENT} FROM event")
    while rows := found.fetchmany(CHUNK):
        marks = ", ".join("?" * len(rows))
        known = {
            row[_UUID]: row
            for row in ours.execute(
                f"SELECT {EVENT} FROM event WHERE uuid IN ({marks})", tuple(row[_UUID] for row in rows)
            )
        }
        for row in rows:
            _check(row, path)
            if known.setdefault(row[_UUID], row) != row:
                raise StoreError(
                    f"event {clean_line(row[_UUID])} says one thing here and another in {path}: one of the logs was "
                    "changed by hand; nothing of it was merged, restore that database from a backup"
                )
            if known[row[_UUID]] is row:
                yield row


def _check(row: Row, path: Path) -> None:
    """Raise StoreError where an event is not as hhtui writes them."""
    if not is_event(row):
        raise StoreError(f"event {clean_line(row[_UUID])} in {path} is not as hhtui writes them; {_NOTHING}")
    if row[_MADE_AT] > latest_time():
        raise StoreError(
            f"event {clean_line(row[_UUID])} in {path} was made at {row[_MADE_AT][:19]}, more than a day from now; "
            f"{_NOTHING}, or set the clock here right"
        )


def _records(ours: sqlite3.Connection, theirs: sqlite3.Connection, table: str, path: Path) -> tuple[str, list[Row]]:
    """Return the statement that adds to a table that goes with the events, and their rows of it.

    Raises StoreError where hhtui does not write such rows.
    """
    columns = [name for (name,) in ours.execute("SELECT name FROM pragma_table_info(?)", (table,))]
    asked = ", ".join(f'{table}."{name}"' for name in columns)
    rows = theirs.execute(f"SELECT {asked} FROM {table}").fetchall()
    for row in rows:
        if not is_record(table, dict(zip(columns, row, strict=True))):
            raise StoreError(f"{table} {clean_line(row[0])} in {path} is not as hhtui writes them; {_NOTHING}")
    names, marks = ", ".join(f'"{name}"' for name in columns), ", ".join("?" * len(columns))
    return f"INSERT INTO {table} ({names}) VALUES ({marks}) {_RECORDS[table]}", rows


@contextmanager
def _opened(database: Database, path: Path) -> Iterator[sqlite3.Connection]:
    """Open the database at `path` for reading only."""
    if path.exists() and path.samefile(database.path):
        raise StoreError(f"{path} is the database itself; name that of somebody else")
    with Database.open(path, read_only=True) as other:
        yield other.reader()
