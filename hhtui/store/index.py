"""What is made once the bodies are stored: the text index in chunks, late indexes, families, packed columns."""

import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor

from hhtui.model import ASSISTANT, HUMAN, SIDES
from hhtui.progress import Observer, Progress, unobserved
from hhtui.store import relations, settings
from hhtui.store.columns import last_id, pack_structure, read_structure
from hhtui.store.database import Database
from hhtui.store.loading import INDEXED
from hhtui.store.schema import LATE_INDEXES

CHUNK = 1000
PAUSE = 0.002
"""Seconds between two transactions, in which somebody who decides gets the lock."""
MERGE_PAGES = 300
CHUNKS_TO_MERGE = 64
MOST_SEGMENTS = 7
"""Segments of one level that stay: no search is slower for them, and merging all into one would take seconds."""
BULK_SETTINGS = {"hashsize": 64 * 1024 * 1024, "automerge": 0, "crisismerge": 1000, "usermerge": 16}
LAST_SETTINGS = {"usermerge": MOST_SEGMENTS + 1}
USUAL_SETTINGS = {"hashsize": 1024 * 1024, "automerge": 4, "crisismerge": 16, "usermerge": 4}
FINISHED = "finished_pairs"
"""The setting that holds for which pairs, as [count, greatest id], everything here was made."""

_SPOKEN = (
    "replace(replace({0}, char(10, 10) || '" + HUMAN + ":', char(10)), char(10, 10) || '" + ASSISTANT + ":', char(10))"
)
_INSERT = (
    "INSERT INTO pair_fts (rowid, prompt, chosen, rejected) "
    f"SELECT id, {', '.join(map(_SPOKEN.format, SIDES))} FROM body WHERE id BETWEEN ? AND ? ORDER BY id"
)
"""One statement for all pairs of a chunk: FTS5 writes its hash table out after each one that inserts several rows."""


def extend(database: Database, observer: Observer = unobserved) -> None:
    """Bring the text index, the late indexes, families, openings and packed columns up to the pairs that are stored.

    Goes on where an earlier call stopped, and does nothing where nothing is missing. Raises StoreError where the
    database cannot be written.
    """
    if is_finished(database.reader()):
        return
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="reading") as beside:
        try:
            _index_texts(database, observer)
            related = beside.submit(lambda: relations.relations(database.reader()))
            observer(Progress("relating", 0, 0, "pairs"))
            with database.writing(durable=False) as connection:
                _configure(connection, LAST_SETTINGS)
            _merge(database)
            with database.writing(durable=False) as connection:
                _configure(connection, USUAL_SETTINGS)
            for statement in filter(str.strip, LATE_INDEXES.split(";")):
                with database.writing(durable=False) as connection:
                    connection.execute(statement)
            relations.relate(database, related.result())
        except BaseException:
            database.interrupt()
            raise
    extent, structure = _extent(database.reader()), read_structure(database.reader())
    with database.writing() as connection:
        pack_structure(connection, structure)
        settings.put(connection, FINISHED, extent)
    _give_back(database)
    database.checkpoint()


def is_finished(connection: sqlite3.Connection) -> bool:
    """Tell whether everything here has been made for all pairs that are stored."""
    return bool(settings.get(connection, FINISHED) == _extent(connection))


def _extent(connection: sqlite3.Connection) -> list[int]:
    return list(connection.execute("SELECT count(*), coalesce(max(id), 0) FROM pair").fetchone())


class Growing:
    """The text index, which takes pairs a chunk in a transaction and now and then merges what the chunks left."""

    def __init__(self, database: Database) -> None:
        """Nothing is changed before the first chunk; `extend` has to follow the last one."""
        self._database = database
        self._chunks = 0

    def take(self, connection: sqlite3.Connection, first: int) -> None:
        """Index the pairs with the ids from `first` on, within the transaction of the caller, which stored them.

        Nothing is done where pairs before them are not in the index yet: it grows in the order of ids.
        """
        if _watermark(connection) >= first - 1:
            self.add(connection, first, last_id(connection))

    def add(self, connection: sqlite3.Connection, first: int, last: int) -> None:
        """Index the pairs with the ids `first` to `last`, within the caller's transaction."""
        if first <= last:
            if not self._chunks:
                _configure(connection, BULK_SETTINGS)
            connection.execute(_INSERT, (first, last))
            settings.put(connection, INDEXED, last)
            self._chunks += 1

    def tidy(self) -> None:
        """Merge segments where many chunks have left theirs."""
        if self._chunks and self._chunks % CHUNKS_TO_MERGE == 0:
            _merge(self._database)


def _index_texts(database: Database, observer: Observer) -> None:
    """Put every pair above the watermark into the text index, a chunk in each transaction."""
    growing, last = Growing(database), last_id(database.reader())
    done = _watermark(database.reader())
    while done < last:
        with database.writing(durable=False, bulk=True) as connection:
            first = _watermark(connection) + 1
            growing.add(connection, first, min(first + CHUNK - 1, last))
        done = _watermark(database.reader())
        observer(Progress("indexing", done, last, "pairs"))
        growing.tidy()
        time.sleep(PAUSE)


def _watermark(connection: sqlite3.Connection) -> int:
    return int(settings.get(connection, INDEXED) or 0)


def _merge(database: Database) -> None:
    """Merge segments of one level into one where there are as many as is set, a little in each transaction."""
    merged = True
    while merged:
        with database.writing(durable=False, bulk=True) as connection:
            before = connection.total_changes
            connection.execute("INSERT INTO pair_fts (pair_fts, rank) VALUES ('merge', ?)", (MERGE_PAGES,))
            merged = connection.total_changes - before >= 2
        time.sleep(PAUSE)


def _give_back(database: Database) -> None:
    """Give pages that merging left empty back to the disk, some in each transaction; older databases keep theirs."""
    (incremental,) = database.reader().execute("PRAGMA auto_vacuum").fetchone()
    while incremental and database.reader().execute("PRAGMA freelist_count").fetchone()[0]:
        with database.writing(durable=False) as connection:
            connection.execute(f"PRAGMA incremental_vacuum({MERGE_PAGES})").fetchall()
        time.sleep(PAUSE)


def _configure(connection: sqlite3.Connection, values: dict[str, int]) -> None:
    for name, value in values.items():
        connection.execute("INSERT INTO pair_fts (pair_fts, rank) VALUES (?, ?)", (name, value))
