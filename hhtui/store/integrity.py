"""Whether a database is whole, and what to do where it is not."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from hhtui.store import pairs, text_copy
from hhtui.store.by_key import PAIR_KEY
from hhtui.store.database import OLDEST_SQLITE, Database, explain
from hhtui.store.events import rebuild
from hhtui.store.loading import watermark
from hhtui.store.scores import progress


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: its name, whether it is well, what was found, and the way out where it is not."""

    name: str
    well: bool
    found: str
    way_out: str = ""


class _Undo(Exception):
    """Leaves a transaction without keeping it."""


def inspect(database: Database) -> list[Check]:
    """Look at the file, its sources, its index and its decisions, and return what was found; nothing is changed."""
    looks: tuple[tuple[str, Callable[[Database], Check]], ...] = (
        ("file", _file),
        ("sources", _sources),
        ("texts", _texts),
        ("text index", _index),
        ("text copy", _copy),
        ("scores", _scores),
        ("decisions", _decisions),
    )
    return [_look(name, look, database) for name, look in looks]


def sqlite_check() -> Check:
    """Look at the SQLite library that Python brings: its version, and whether it can index text."""
    version = sqlite3.sqlite_version
    connection = sqlite3.connect(":memory:")
    try:
        options = [option for (option,) in connection.execute("PRAGMA compile_options")]
    finally:
        connection.close()
    if sqlite3.sqlite_version_info < OLDEST_SQLITE or "ENABLE_FTS5" not in options:
        wanted = ".".join(map(str, OLDEST_SQLITE[:2]))
        return Check("SQLite", False, version, f"use a Python whose SQLite is {wanted} or newer and has FTS5")
    return Check("SQLite", True, f"{version} with FTS5")


def repair_decisions(database: Database) -> None:
    """Derive the table of current decisions from the log, which is the truth; raises StoreError where it cannot be."""
    with database.writing() as connection:
        rebuild(connection)


def _look(name: str, look: Callable[[Database], Check], database: Database) -> Check:
    try:
        return look(database)
    except sqlite3.Error as error:
        return Check(name, False, explain(error), "restore a backup, or export what can still be read")


def _file(database: Database) -> Check:
    found = [line for (line,) in database.reader().execute("PRAGMA quick_check(5)")]
    if found == ["ok"]:
        return Check("file", True, "quick_check finds nothing")
    told = " ".join("; ".join(found).split())
    return Check("file", False, told, "restore a backup, or export what can still be read")


def _sources(database: Database) -> Check:
    connection = database.reader()
    live = "FROM source WHERE superseded_by IS NULL"
    total = connection.execute(f"SELECT count(*) {live}").fetchone()[0]
    torn = [name for (name,) in connection.execute(f"SELECT uri {live} AND complete = 0 ORDER BY id")]
    if torn:
        return Check("sources", False, f"not wholly loaded: {', '.join(torn)}", "give the same load command again")
    return Check("sources", True, f"{total} wholly loaded")


def _texts(database: Database) -> Check:
    connection, without = database.reader(), "FROM pair WHERE id NOT IN (SELECT id FROM body)"
    missing, first = connection.execute(f"SELECT count(*), min({PAIR_KEY}) {without}").fetchone()
    if missing:
        found = f"{missing:,} pairs have no text, among them {first}"
        return Check("texts", False, found, "restore a backup, or export what can still be read")
    return Check("texts", True, f"all {pairs.count(connection):,} pairs have theirs")


def _index(database: Database) -> Check:
    connection = database.reader()
    total, indexed = pairs.count(connection), watermark(connection)
    missing = connection.execute("SELECT count(*) FROM pair WHERE id > ?", (indexed,)).fetchone()[0]
    if missing:
        found = f"{total - missing:,} of {total:,} pairs are in it; searching words finds no others"
        return Check("text index", False, found, "give the load command again, which goes on with the index")
    held = connection.execute("SELECT count(*) FROM pair_fts_docsize").fetchone()[0]
    if held != total:
        return Check("text index", False, f"it holds {held:,} texts of {total:,} pairs", "load into a new database")
    return Check("text index", True, f"all {total:,} pairs are in it")


def _copy(database: Database) -> Check:
    """Say whether there is a whole copy of the texts; nothing depends on it but the speed of a search in them."""
    connection = database.reader()
    if damaged := text_copy.damaged(connection):
        found = f"damaged, and not used: {' and '.join(map(str, damaged))}"
        return Check("text copy", False, found, "delete it: nothing is lost, and hhtui makes it anew while you read")
    if text_copy.is_current(connection):
        return Check("text copy", True, "it has all pairs")
    few = pairs.count(connection) <= text_copy.FEW_PAIRS
    found = "none, so few pairs need none" if few else "none of all pairs; hhtui makes it while you read"
    return Check("text copy", True, found)


def _scores(database: Database) -> Check:
    coverages = progress(database.reader())
    if not coverages:
        return Check("scores", True, "none; hhtui score makes them")
    found = "; ".join(f"{one.scorer.label}: {one.pairs:,} of {one.pairs_total:,} pairs" for one in coverages)
    well = all(one.complete for one in coverages)
    return Check("scores", well, found, "" if well else f"go on with: hhtui score {database.path}")


def _decisions(database: Database) -> Check:
    """Compare the table of current values with what the log says, in a transaction that is not kept."""
    total = database.reader().execute("SELECT count(*) FROM decision").fetchone()[0]
    if database.read_only:
        return Check("decisions", True, f"{total:,} current; not compared with the log, the file is read-only")
    columns = "pair_id, annotator, kind, side, label, value, event_uuid"
    stored, derived, strangers = [], [], []
    try:
        with database.writing() as connection:
            stored = connection.execute(f"SELECT {columns} FROM decision ORDER BY {columns}").fetchall()
            strangers = rebuild(connection)
            derived = connection.execute(f"SELECT {columns} FROM decision ORDER BY {columns}").fetchall()
            raise _Undo
    except _Undo:
        pass
    if stored != derived:
        return Check(
            "decisions",
            False,
            f"{len(set(stored) ^ set(derived)):,} current values differ from the log",
            f"derive them from the log: hhtui doctor {database.path} --repair",
        )
    tail = f"; {len(strangers):,} events are about pairs that are not here" if strangers else ""
    return Check("decisions", True, f"{total:,} current, as the log says{tail}")
