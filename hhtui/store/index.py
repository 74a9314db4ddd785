"""What is made once the bodies are stored: the rest of the text index, late indexes, families, packed columns."""

import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor

from hhtui.progress import Observer, Progress, unobserved
from hhtui.store import relations, settings
from hhtui.store.columns import pack_structure, read_structure
from hhtui.store.connection import snapshot
from hhtui.store.database import PAUSE, Database
from hhtui.store.growing import Growing
from hhtui.store.schema import LATE_INDEXES

PAGES_AT_ONCE = 300
FINISHED = "finished_pairs"
"""The setting that holds for which pairs, as [count, greatest id], everything here was made."""


def extend(database: Database, observer: Observer = unobserved, growing: Growing | None = None) -> None:
    """Bring the text index, the late indexes, families, openings and packed columns up to the pairs that are stored.

    Goes on where an earlier call stopped, and does nothing where nothing is missing; `growing` is the text index that
    grew while they were stored. Where another process changes the pairs meanwhile, the rest is left to it: it extends
    the database when it is done. Raises StoreError where the database cannot be written.
    """
    if is_finished(database.reader()):
        return
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="reading") as beside:
        try:
            related = beside.submit(_relations, database)
            with growing or Growing(database) as text_index:
                text_index.finish(observer)
            observer(Progress("relating", 0, 0, "pairs"))
            for statement in filter(str.strip, LATE_INDEXES.split(";")):
                with database.writing(durable=False) as connection:
                    connection.execute(statement)
            extent, wanted = related.result()
        except BaseException:
            database.interrupt()
            raise
    if relations.relate(database, wanted, lambda connection: _extent(connection) == extent):
        _pack(database, extent)
    _give_back(database)
    database.checkpoint()


def _relations(database: Database) -> tuple[list[int], dict[int, relations.Relation]]:
    """Return how the pairs relate, and the extent of those."""
    connection = database.reader()
    with snapshot(connection):
        return _extent(connection), relations.relations(connection)


def _pack(database: Database, extent: list[int]) -> None:
    """Pack the columns, unless the pairs are not those of this extent any more."""
    with snapshot(database.reader()):
        structure = read_structure(database.reader())
    with database.writing() as connection:
        if _extent(connection) == extent:
            pack_structure(connection, structure)
            settings.put(connection, FINISHED, extent)


def is_finished(connection: sqlite3.Connection) -> bool:
    """Tell whether everything here has been made for all pairs that are stored."""
    return bool(settings.get(connection, FINISHED) == _extent(connection))


def _extent(connection: sqlite3.Connection) -> list[int]:
    return list(connection.execute("SELECT count(*), coalesce(max(id), 0) FROM pair").fetchone())


def _give_back(database: Database) -> None:
    """Give pages that merging left empty back to the disk, some in each transaction; older databases keep theirs."""
    (incremental,) = database.reader().execute("PRAGMA auto_vacuum").fetchone()
    while incremental and database.reader().execute("PRAGMA freelist_count").fetchone()[0]:
        with database.writing(durable=False) as connection:
            connection.execute(f"PRAGMA incremental_vacuum({PAGES_AT_ONCE})").fetchall()
        time.sleep(PAUSE)
