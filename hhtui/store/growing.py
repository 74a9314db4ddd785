"""The text index grows: a chunk of it at a time is built beside the database, and then moved in."""

import sqlite3
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from itertools import chain
from typing import NamedTuple, Self

from hhtui.model import ASSISTANT, HUMAN, SIDES
from hhtui.progress import Observer, Progress, unobserved
from hhtui.store import settings
from hhtui.store.database import PAUSE, Database, explain
from hhtui.store.errors import StoreError
from hhtui.store.loading import INDEXED, watermark
from hhtui.store.pairs import last_id
from hhtui.store.schema import TEXT_INDEX

FIRST_CHUNK = 500
CHUNK = 16_000
"""Pairs that are indexed at once, at first and at most."""
CHUNK_CHARACTERS = 32 * 1024 * 1024
"""Code points after which a chunk takes no more pairs; indexing them takes about four times as much memory."""
PORTION = 250
"""Pairs that a chunk takes at a time."""
MOST_SEGMENTS = 32
"""Segments that stay apart: no search is slower for them, and merging them takes seconds."""
MERGE_PAGES = 300
"""Pages of segments that are merged in one transaction."""
ROWS_IN_STATEMENT = 1000
BESIDE = {"hashsize": 64 * 1024 * 1024, "automerge": 0, "crisismerge": 1999, "pgsz": 16_300}
"""Settings while a chunk is built: it becomes one segment, whose pages fill those of the database."""

_SPOKEN = (
    "replace(replace({0}, char(10, 10) || '" + HUMAN + ":', char(10)), char(10, 10) || '" + ASSISTANT + ":', char(10))"
)
_INSERT = (
    "INSERT INTO pair_fts (rowid, prompt, chosen, rejected) "
    f"SELECT id, {', '.join(map(_SPOKEN.format, SIDES))} FROM {{0}}.body WHERE id BETWEEN ? AND ? ORDER BY id"
)
_PORTION = """
SELECT min(id), max(id), count(*), sum(length(prompt) + length(chosen) + length(rejected))
FROM (SELECT * FROM stored.body WHERE id > ? ORDER BY id LIMIT ?)
"""
_TABLES = ("pair_fts_data", "pair_fts_idx", "pair_fts_docsize")
"""The tables of an index without contents, after "FTS5 Data Structures" in SQLite's documentation.

All their rows are written once, for one segment or one text, but for two of the first: row 1 sums up the texts, row 10
lists the segments.
"""
_SUMMARY = "SELECT id, block FROM {0}.pair_fts_data WHERE id IN (1, 10) ORDER BY id"

Rows = Sequence[tuple[object, ...]]


class Chunk(NamedTuple):
    """The rows that the text index's tables get for so many pairs, whose ids are from `first` to `last`.

    They follow an index that had the summary `before`, and fit no other. `tables` is empty where only FTS5 itself may
    write them.
    """

    first: int
    last: int
    pairs: int
    before: Rows
    tables: Mapping[str, Rows]


class Growing:
    """The text index of a database into which pairs are being loaded.

    One thread builds a chunk in memory, without a lock, while others store pairs; moving it in is one short transaction
    of the caller's thread. Use it as a context manager: it ends the thread.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="indexing")
        self._chunk: Future[Chunk | None] | None = None
        self._beside: sqlite3.Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        beside = self._beside
        if beside is not None:
            with suppress(sqlite3.ProgrammingError):
                beside.interrupt()
        self._thread.shutdown(cancel_futures=True)

    def grow(self) -> None:
        """Move in what has been built by now, and have the next chunk built where there are enough pairs for one.

        The first chunks are small: what is read first can be searched first.
        """
        if self._chunk is not None and self._chunk.done():
            self._take()
        if self._chunk is None:
            connection = self._database.reader()
            indexed = watermark(connection)
            if last_id(connection) - indexed >= min(max(indexed, FIRST_CHUNK), CHUNK):
                self._begin()

    def finish(self, observer: Observer = unobserved) -> None:
        """Index every pair that is stored by now. Raises StoreError where the database cannot be written."""
        connection = self._database.reader()
        last = last_id(connection)
        while watermark(connection) < last:
            if self._chunk is None:
                self._begin()
            if not self._take():
                return
            observer(Progress("indexing", min(watermark(connection), last), last, "pairs"))

    def _begin(self) -> None:
        self._chunk = self._thread.submit(self._build)

    def _build(self) -> Chunk | None:
        """Index the next pairs beside the database; None where all are indexed."""
        with closing(sqlite3.connect(":memory:", uri=True, isolation_level=None, check_same_thread=False)) as beside:
            self._beside = beside
            try:
                return build(beside, self._database.uri)
            finally:
                self._beside = None

    def _take(self) -> bool:
        """Move in the chunk that is being built, once it is; return whether there was one."""
        assert self._chunk is not None
        try:
            chunk, self._chunk = self._chunk.result(), None
        except sqlite3.Error as error:
            raise StoreError(f"{self._database.path}: {explain(error)}") from error
        if chunk is None:
            return False
        with self._database.writing(durable=False, bulk=True) as connection:
            move_in(connection, chunk)
        time.sleep(PAUSE)
        if segments(self._database.reader()) > MOST_SEGMENTS:
            _merge(self._database)
        return True


def build(beside: sqlite3.Connection, uri: str) -> Chunk | None:
    """Index the next pairs of the database at `uri` in the empty database `beside`; None where all are indexed."""
    beside.execute("ATTACH ? AS stored", (uri,))
    beside.execute(TEXT_INDEX)
    beside.execute("BEGIN")
    first, last, pairs = _next(beside)
    if not pairs:
        return None
    before = beside.execute(_SUMMARY.format("stored")).fetchall()
    if _tables_are_shut(beside):
        return Chunk(first, last, pairs, before, {})
    beside.executemany("REPLACE INTO main.pair_fts_data VALUES (?, ?)", before)
    beside.executemany("INSERT INTO main.pair_fts (pair_fts, rank) VALUES (?, ?)", BESIDE.items())
    beside.execute(_INSERT.format("stored"), (first, last))
    beside.execute("COMMIT")
    tables = {name: beside.execute(f"SELECT * FROM main.{name}").fetchall() for name in _TABLES}
    return Chunk(first, last, pairs, before, tables)


def _next(beside: sqlite3.Connection) -> tuple[int, int, int]:
    """Return the first and the last id of the next chunk's pairs, and how many they are."""
    first, last, pairs, characters = 0, watermark(beside), 0, 0
    while pairs < CHUNK and characters < CHUNK_CHARACTERS:
        least, greatest, count, more = beside.execute(_PORTION, (last, min(PORTION, CHUNK - pairs))).fetchone()
        if not count:
            break
        first, last, pairs, characters = first or least, greatest, pairs + count, characters + more
    return first, last, pairs


def move_in(connection: sqlite3.Connection, chunk: Chunk) -> None:
    """Make a chunk part of the text index, within the caller's transaction.

    Nothing is done where it does not fit any more: the index was extended, merged or deleted from meanwhile, or some of
    the pairs are gone.
    """
    if not _fits(connection, chunk):
        return
    if not chunk.tables:
        connection.execute(_INSERT.format("main"), (chunk.first, chunk.last))
    for name, rows in chunk.tables.items():
        for at in range(0, len(rows), ROWS_IN_STATEMENT):
            _replace(connection, name, rows[at : at + ROWS_IN_STATEMENT])
    _forget_segments(connection)
    settings.put(connection, INDEXED, chunk.last)


def _fits(connection: sqlite3.Connection, chunk: Chunk) -> bool:
    summary = connection.execute(_SUMMARY.format("main")).fetchall()
    stored = connection.execute("SELECT count(*) FROM body WHERE id BETWEEN ? AND ?", (chunk.first, chunk.last))
    return summary == chunk.before and stored.fetchone() == (chunk.pairs,)


def _forget_segments(connection: sqlite3.Connection) -> None:
    """Have FTS5 read anew what segments there are; merging no pages does that, and nothing else."""
    connection.execute("INSERT INTO pair_fts (pair_fts, rank) VALUES ('merge', 0)")


def segments(connection: sqlite3.Connection) -> int:
    """Return of how many segments the text index is made."""
    count: int = connection.execute("SELECT count(DISTINCT segid) FROM pair_fts_idx").fetchone()[0]
    return count


def _tables_are_shut(connection: sqlite3.Connection) -> bool:
    """Tell whether this SQLite was built in its defensive mode, in which only FTS5 itself writes these tables."""
    try:
        connection.execute("DELETE FROM pair_fts_data WHERE 0")
    except sqlite3.OperationalError as error:
        return "may not be modified" in str(error)
    return False


def _replace(connection: sqlite3.Connection, table: str, rows: Rows) -> None:
    """Write rows by one statement: one for each row would wait for other threads of this process as often."""
    places = ", ".join([f"({', '.join('?' * len(rows[0]))})"] * len(rows))
    connection.execute(f"REPLACE INTO {table} VALUES {places}", tuple(chain.from_iterable(rows)))


def _merge(database: Database) -> None:
    """Merge the segments of each level into one of the next, a little in each transaction."""
    merged = True
    while merged:
        with database.writing(durable=False, bulk=True) as connection:
            before = connection.total_changes
            connection.execute("INSERT INTO pair_fts (pair_fts, rank) VALUES ('merge', ?)", (MERGE_PAGES,))
            merged = connection.total_changes - before >= 2
        time.sleep(PAUSE)
