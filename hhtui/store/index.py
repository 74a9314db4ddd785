"""What is made once the bodies are stored: the text index in chunks, late indexes, families, packed columns."""

import sqlite3
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from hhtui.dialogue import without_markers
from hhtui.progress import Observer, Progress, unobserved
from hhtui.store import relations, settings
from hhtui.store.columns import last_id, pack_structure, read_structure
from hhtui.store.database import Database
from hhtui.store.loading import INDEXED
from hhtui.store.schema import LATE_INDEXES

CHUNK = 1000
CHUNKS_TO_MERGE = 200
PAUSE = 0.002
"""Seconds between two transactions, in which somebody who decides gets the lock."""
MERGE_PAGES = 300
MOST_SEGMENTS = 8
"""Segments that the text index may keep: merging all of a large index for a few new pairs would take seconds."""
BULK_SETTINGS = {"hashsize": 64 * 1024 * 1024, "automerge": 0, "crisismerge": 1000}
USUAL_SETTINGS = {"hashsize": 1024 * 1024, "automerge": 4, "crisismerge": 16}
FINISHED = "finished_pairs"
"""The setting that holds for which pairs, as [count, greatest id], everything here was made."""

Texts = tuple[int, str, str, str]


def extend(database: Database, observer: Observer = unobserved) -> None:
    """Bring the text index, the late indexes, families, openings and packed columns up to the pairs that are stored.

    Goes on where an earlier call stopped, and does nothing where nothing is missing. Raises StoreError where the
    database cannot be written.
    """
    if _is_finished(database.reader()):
        return
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="reading") as beside:
        try:
            _index_texts(database, beside, observer)
            related = beside.submit(lambda: relations.relations(database.reader()))
            if _segments(database.reader()) > MOST_SEGMENTS:
                _merge(database, observer, everything=True)
            with database.writing(durable=False) as connection:
                _configure(connection, USUAL_SETTINGS)
            for statement in filter(str.strip, LATE_INDEXES.split(";")):
                with database.writing(durable=False) as connection:
                    connection.execute(statement)
            observer(Progress("relating", 0, 0, "pairs"))
            relations.relate(database, related.result())
        except BaseException:
            database.interrupt()
            raise
    extent, structure = _extent(database.reader()), read_structure(database.reader())
    with database.writing() as connection:
        pack_structure(connection, structure)
        settings.put(connection, FINISHED, extent)
    database.checkpoint()


def _is_finished(connection: sqlite3.Connection) -> bool:
    return bool(settings.get(connection, FINISHED) == _extent(connection))


def _extent(connection: sqlite3.Connection) -> list[int]:
    return list(connection.execute("SELECT count(*), coalesce(max(id), 0) FROM pair").fetchone())


def _index_texts(database: Database, beside: ThreadPoolExecutor, observer: Observer) -> None:
    """Put every pair above the watermark into the text index, a chunk in each transaction, while the next is read."""
    last = last_id(database.reader())
    done, chunks = _watermark(database.reader()), 0
    with database.writing(durable=False) as connection:
        _configure(connection, BULK_SETTINGS)
    coming = beside.submit(_texts, database, done)
    while done < last:
        texts = coming.result()
        coming = beside.submit(_texts, database, texts[-1][0])
        with database.writing(durable=False) as connection:
            if _watermark(connection) == done:
                _insert(connection, texts)
                settings.put(connection, INDEXED, texts[-1][0])
        if (watermark := _watermark(database.reader())) != texts[-1][0]:
            coming = beside.submit(_texts, database, watermark)
        done, chunks = watermark, chunks + 1
        observer(Progress("indexing", done, last, "pairs"))
        if chunks % CHUNKS_TO_MERGE == 0:
            _merge(database, observer, everything=False)
        time.sleep(PAUSE)


def _watermark(connection: sqlite3.Connection) -> int:
    return int(settings.get(connection, INDEXED) or 0)


def _texts(database: Database, after: int) -> list[Texts]:
    rows = database.reader().execute(
        "SELECT id, prompt, chosen, rejected FROM body WHERE id > ? ORDER BY id LIMIT ?", (after, CHUNK)
    )
    return [
        (number, without_markers(prompt), without_markers(chosen), without_markers(rejected))
        for number, prompt, chosen, rejected in rows
    ]


def _insert(connection: sqlite3.Connection, texts: Sequence[Texts]) -> None:
    """Insert one row with each statement: several would make FTS5 write out its hash table after every statement."""
    connection.executemany("INSERT INTO pair_fts (rowid, prompt, chosen, rejected) VALUES (?, ?, ?, ?)", texts)


def _segments(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(DISTINCT segid) FROM pair_fts_idx").fetchone()[0])


def _merge(database: Database, observer: Observer, *, everything: bool) -> None:
    """Merge the segments that the chunks left, a little in each transaction: into one, or those of one size."""
    observer(Progress("merging", 0, 0, "pairs"))
    pages = -MERGE_PAGES if everything else MERGE_PAGES
    merged = True
    while merged:
        with database.writing(durable=False) as connection:
            before = connection.total_changes
            connection.execute("INSERT INTO pair_fts (pair_fts, rank) VALUES ('merge', ?)", (pages,))
            merged = connection.total_changes - before >= 2
        pages = MERGE_PAGES
        time.sleep(PAUSE)


def _configure(connection: sqlite3.Connection, values: dict[str, int]) -> None:
    for name, value in values.items():
        connection.execute("INSERT INTO pair_fts (pair_fts, rank) VALUES (?, ?)", (name, value))
