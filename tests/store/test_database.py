"""A database is made, opened, refused and locked; nothing is harmed when that goes wrong."""

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import ClassVar

import pytest

from hhtui.store import filesystem
from hhtui.store.database import LARGEST_LOG_BYTES, LOG_BYTES, LONGER_LOG_BYTES, Database, explain
from hhtui.store.errors import StoreError
from hhtui.store.locking import FileLock
from hhtui.store.schema import APPLICATION_ID, LATE_INDEXES, PAGE_SIZE, SCHEMA_VERSION, TABLES
from tests.store.noted import names, one_line, put


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.db"


def test_a_new_database_has_the_schema(path: Path) -> None:
    with Database.create(path) as database:
        connection = database.reader()
        for pragma, value in (
            ("user_version", SCHEMA_VERSION),
            ("application_id", APPLICATION_ID),
            ("page_size", PAGE_SIZE),
            ("journal_mode", "wal"),
            ("query_only", 1),
        ):
            assert connection.execute(f"PRAGMA {pragma}").fetchone() == (value,), pragma
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        assert {"source", "refused_row", "pair", "body", "pair_fts", "event", "decision", "setting"} <= tables
    assert list(path.parent.glob(".*")) == []


def test_tables_are_strict(path: Path) -> None:
    with Database.create(path) as database:
        plain = database.reader().execute("SELECT name FROM pragma_table_list WHERE type = 'table' AND NOT strict")
        ours = [name for (name,) in plain if not name.startswith(("sqlite_", "pair_fts"))]
    assert ours == []


def test_late_indexes_can_be_made_twice(path: Path) -> None:
    with Database.create(path) as database:
        for _ in range(2):
            for statement in filter(str.strip, LATE_INDEXES.split(";")):
                with database.writing() as connection:
                    connection.execute(statement)


def test_create_leaves_what_is_there(path: Path) -> None:
    path.write_bytes(b"mine")
    with pytest.raises(StoreError, match="exists already"):
        Database.create(path)
    assert path.read_bytes() == b"mine"


def test_an_empty_file_becomes_a_database(path: Path) -> None:
    path.touch()
    with Database.open_or_create(path) as database:
        put(database, "x")
    with Database.open_or_create(path) as database:
        assert database.reader().execute("SELECT count(*) FROM setting").fetchone() == (1,)


def test_of_two_who_make_a_database_one_is_told(path: Path) -> None:
    together = threading.Barrier(2)
    told: list[StoreError] = []

    def make(name: str) -> None:
        together.wait()
        try:
            with Database.create(path) as database:
                put(database, name)
        except StoreError as error:
            told.append(error)

    threads = [threading.Thread(target=make, args=(name,)) for name in ("one", "other")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 1 and str(path) in one_line(told[0])
    assert len(names(path)) == 1


def test_what_a_killed_process_left_of_a_database_is_no_hindrance(path: Path) -> None:
    path.with_name(f".{path.name}.draft").write_bytes(b"half a database")
    Database.create(path).close()
    assert list(path.parent.glob(".*")) == []


def test_the_log_of_a_database_that_is_gone_is_not_replayed(path: Path) -> None:
    with Database.create(path) as database:
        put(database, "old")
        log = Path(f"{path}-wal").read_bytes()
        assert log
    path.unlink()
    Path(f"{path}-wal").write_bytes(log)
    with Database.create(path) as database:
        assert database.reader().execute("SELECT count(*) FROM setting").fetchone() == (0,)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        Database.create(tmp_path / "absent" / "a.db")
    assert "cannot be created" in one_line(caught.value)


SMALL_FILES = """
import resource, sys
from pathlib import Path
from hhtui.store.database import Database, StoreError

resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
try:
    Database.create(Path(sys.argv[1]))
except StoreError as error:
    print(error)
"""


def test_a_disk_without_room_for_a_new_database_is_told_and_left_clean(path: Path) -> None:
    argv = [sys.executable, "-c", SMALL_FILES, str(path)]
    said = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    assert said.startswith(f"{path} cannot be created: the disk takes no more")
    assert [file.name for file in path.parent.iterdir()] == [f"{path.name}.lock"]


class _Watched(sqlite3.Connection):
    """A connection that somebody else reads along with, so that closing it moves no log into the file."""

    readers: ClassVar[list[sqlite3.Connection]] = []

    def close(self) -> None:
        file = self.execute("PRAGMA database_list").fetchone()[2]
        reader = sqlite3.Connection(file, isolation_level=None)
        reader.execute("BEGIN").execute("SELECT count(*) FROM sqlite_schema").fetchone()
        self.readers.append(reader)
        super().close()


def test_a_new_database_is_whole_also_where_its_log_cannot_be_moved(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as within:
        within.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=_Watched))
        within.setattr(Database, "open", lambda path: None)
        Database.create(path)
    while _Watched.readers:
        _Watched.readers.pop().close()
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    assert names(path) == []


def test_a_folder_and_an_empty_file_are_called_so(path: Path) -> None:
    with pytest.raises(StoreError, match="is a folder"):
        Database.open(path.parent)
    path.touch()
    with pytest.raises(StoreError, match=r"is empty; .*hhtui load FILE --db"):
        Database.open(path)


@pytest.mark.parametrize("make", [Database.create, Database.open, Database.open_or_create])
def test_what_is_no_file_is_left_alone(path: Path, make: Callable[[Path], Database]) -> None:
    """A device such as the null device is as little a file as a pipe."""
    os.mkfifo(path)
    with pytest.raises(StoreError):
        make(path)
    assert path.is_fifo()
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("content", [b"\n", b"no database", b"SQLite format 2\x00", b"x" * 5000])
def test_what_is_no_database_is_told_and_left_as_it_is(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"is no database; to load it as data: hhtui load"):
        Database.open(path)
    assert path.read_bytes() == content


def test_no_database_is_told(path: Path) -> None:
    with pytest.raises(StoreError, match=r"there is no database .*hhtui load FILE --db"):
        Database.open(path)


@pytest.mark.parametrize("content", [b'{"chosen": "a"}\n' * 200, b"x", b"SQLite format 3\0" + b"junk" * 400])
def test_a_file_that_is_no_database_is_refused_and_left_alone(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(StoreError) as caught:
        Database.open(path)
    assert str(path) in one_line(caught.value)
    assert path.read_bytes() == content


def test_a_database_of_something_else_is_refused_and_left_alone(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE mine (x)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="not one of hhtui"):
        Database.open(path)
    assert path.read_bytes() == before


def test_a_newer_schema_is_refused_and_left_alone(path: Path) -> None:
    Database.create(path).close()
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match=f"newer hhtui .schema {SCHEMA_VERSION + 1}, .*upgrade hhtui"):
        Database.open(path)
    assert path.read_bytes() == before


def test_a_damaged_database_is_told(path: Path) -> None:
    with Database.create(path) as database:
        for number in range(2000):
            put(database, f"{number}", durable=False)
    content = bytearray(path.read_bytes())
    content[PAGE_SIZE : PAGE_SIZE * 30] = b"\xaa" * PAGE_SIZE * 29
    path.write_bytes(bytes(content))
    with Database.open(path) as database, pytest.raises(StoreError) as caught:
        for number in range(2000):
            put(database, f"new {number}")
    assert "restore a backup" in one_line(caught.value)


def test_a_file_without_write_permission_opens_read_only(path: Path) -> None:
    with Database.create(path) as database:
        put(database, "kept")
    path.chmod(0o444)
    with Database.open(path) as database:
        assert database.read_only
        assert "read-only" in one_line(database.notice) and "decisions" in str(database.notice)
        assert database.reader().execute("SELECT name FROM setting").fetchall() == [("kept",)]
        with pytest.raises(StoreError, match="read-only: nothing can be saved"):
            put(database, "more")
    assert names(path) == ["kept"]


def test_read_only_on_request_has_no_notice(path: Path) -> None:
    Database.create(path).close()
    with Database.open(path, read_only=True) as database:
        assert database.read_only and database.notice is None
        with pytest.raises(StoreError):
            put(database, "more")


def test_a_reader_cannot_write(path: Path) -> None:
    with Database.create(path) as database, pytest.raises(sqlite3.OperationalError, match="readonly"):
        database.reader().execute("INSERT INTO setting VALUES ('x', '1')")


def test_each_thread_has_its_own_reader(path: Path) -> None:
    with Database.create(path) as database:
        found = [database.reader()]
        thread = threading.Thread(target=lambda: found.append(database.reader()))
        thread.start()
        thread.join()
        assert found[0] is database.reader()
        assert found[0] is not found[1]


def test_an_error_within_a_transaction_stores_nothing(path: Path) -> None:
    with Database.create(path) as database:
        with pytest.raises(ZeroDivisionError), database.writing() as connection:
            connection.execute("INSERT INTO setting VALUES ('x', '1')")
            raise ZeroDivisionError
        put(database, "y")
        assert database.reader().execute("SELECT name FROM setting").fetchall() == [("y",)]


@pytest.mark.parametrize("replaced", [False, True])
def test_nothing_is_saved_to_a_file_that_was_taken_away(path: Path, replaced: bool) -> None:
    with Database.create(path) as database:
        with database.writing() as connection:
            connection.execute("INSERT INTO setting VALUES ('first', '1')")
        path.rename(path.with_name("moved.db"))
        if replaced:
            Database.create(path).close()
        with pytest.raises(StoreError, match="was moved, deleted or replaced"), database.writing():
            pass
        path.with_name("moved.db").replace(path)
        with database.writing() as connection:
            connection.execute("INSERT INTO setting VALUES ('second', '1')")


def test_data_version_tells_of_another_writer(path: Path) -> None:
    with Database.create(path) as database, Database.open(path) as other:
        before = database.data_version()
        put(other, "x")
        assert database.data_version() != before


def test_a_running_query_can_be_interrupted(path: Path) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i + tick()) FROM n"
    with Database.create(path) as database:
        began = threading.Event()

        def tick() -> int:
            began.set()
            return 0

        def stop() -> None:
            began.wait()
            database.interrupt()

        connection = database.reader()
        connection.create_function("tick", 0, tick)
        thread = threading.Thread(target=stop)
        thread.start()
        with pytest.raises(sqlite3.OperationalError, match="interrupted"):
            connection.execute(endless).fetchall()
        thread.join()


def test_closing_twice_is_allowed_and_leaves_no_log(path: Path) -> None:
    database = Database.create(path)
    put(database, "x")
    database.close()
    database.close()
    assert not Path(f"{path}-wal").exists()
    assert names(path) == ["x"]


def test_the_log_is_moved_into_the_file_before_it_grows_large(path: Path) -> None:
    with Database.create(path) as database:
        largest = 0
        for number in range(40):
            with database.writing(durable=False) as connection:
                connection.execute("INSERT INTO setting VALUES (?, ?)", (str(number), "x" * 1_000_000))
            largest = max(largest, Path(f"{path}-wal").stat().st_size)
        assert largest < LOG_BYTES + 8_000_000
        assert path.stat().st_size > 20_000_000


@pytest.mark.parametrize(("durable", "bulk"), [(True, False), (False, False), (False, True)])
def test_the_log_is_written_over_and_keeps_its_room(path: Path, durable: bool, bulk: bool) -> None:
    with Database.create(path) as database:
        sizes = []
        for number in range(60):
            with database.writing(durable=durable, bulk=bulk) as connection:
                connection.execute("INSERT INTO setting VALUES (?, ?)", (str(number), "x" * 1_000_000))
            sizes.append(Path(f"{path}-wal").stat().st_size)
        assert sizes == sorted(sizes)
        assert sizes[-1] < (LONGER_LOG_BYTES if durable or bulk else LOG_BYTES) + 8_000_000


def test_a_log_that_grew_out_of_bounds_is_cut(path: Path) -> None:
    with Database.create(path) as database:
        with database.writing(durable=False) as connection:
            connection.execute("INSERT INTO setting VALUES ('large', ?)", ("x" * (LARGEST_LOG_BYTES + 1_000_000),))
        assert Path(f"{path}-wal").stat().st_size > LARGEST_LOG_BYTES
        put(database, "small")
        assert Path(f"{path}-wal").stat().st_size <= LARGEST_LOG_BYTES


def test_a_database_locked_by_another_process_is_told_after_the_timeout(path: Path) -> None:
    holder = (
        "import sys; from pathlib import Path; from hhtui.store.locking import FileLock\n"
        "with FileLock(Path(sys.argv[1])).held(5):\n    print('held', flush=True); sys.stdin.read()"
    )
    with Database.create(path) as database:
        put(database, "before")
        argv = [sys.executable, "-c", holder, str(path)]
        with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None and process.stdin is not None
            assert process.stdout.readline() == "held\n"
            with pytest.raises(StoreError) as caught, database.writing(timeout=0.05):
                raise AssertionError("the lock is held elsewhere")
            assert "a.db is locked: another process" in one_line(caught.value)
            assert database.reader().execute("SELECT name FROM setting").fetchall() == [("before",)]
            process.stdin.close()
        put(database, "after")
    assert names(path) == ["after", "before"]


def test_a_killed_process_frees_the_lock(path: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from hhtui.store.database import Database\n"
        "with Database.open(Path(sys.argv[1])).writing() as connection:\n"
        "    connection.execute(\"INSERT INTO setting VALUES ('lost', '1')\"); os.kill(os.getpid(), 9)"
    )
    Database.create(path).close()
    process = subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    assert process.returncode == -9
    with Database.open(path) as database:
        put(database, "kept")
    assert names(path) == ["kept"]


def test_sqlite_locked_by_a_program_that_does_not_know_the_lock_is_told(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hhtui.store.database.LOCK_SECONDS", 0.05)
    with Database.create(path) as database:
        foreign = sqlite3.connect(path, isolation_level=None)
        foreign.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError) as caught:
            put(database, "x")
        assert "another process is writing to it" in one_line(caught.value)
        foreign.execute("COMMIT")
        put(database, "x")
        foreign.close()


def test_two_writers_lose_nothing(path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from hhtui.store.database import Database\n"
        "with Database.open(Path(sys.argv[1])) as database:\n"
        "    for number in range(150):\n"
        "        with database.writing(durable=False) as connection:\n"
        "            (found,) = connection.execute(\"SELECT value FROM setting WHERE name = 'n'\").fetchone()\n"
        "            connection.execute(\"UPDATE setting SET value = ? WHERE name = 'n'\", (str(int(found) + 1),))"
    )
    with Database.create(path) as database, database.writing() as connection:
        connection.execute("INSERT INTO setting VALUES ('n', '0')")
    argv = [sys.executable, "-c", script, str(path)]
    writers = [subprocess.Popen(argv) for _ in range(2)]
    assert [writer.wait() for writer in writers] == [0, 0]
    with Database.open(path) as database:
        assert database.reader().execute("SELECT value FROM setting").fetchone() == ("300",)


def test_the_lock_can_be_held_again_after_an_error(path: Path) -> None:
    lock = FileLock(path)
    with pytest.raises(ZeroDivisionError), lock.held(1):
        raise ZeroDivisionError
    with lock.held(0):
        other = FileLock(path)
        with pytest.raises(StoreError, match=r"a\.db is locked"), other.held(0):
            raise AssertionError("held twice")
        other.close()
    lock.close()


def test_a_full_database_is_told_and_keeps_what_it_has(path: Path) -> None:
    with Database.create(path) as database:
        put(database, "before")
        with database.writing() as connection:
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count = {pages + 3}")
        with pytest.raises(StoreError) as caught, database.writing() as connection:
            connection.execute("INSERT INTO setting VALUES ('large', ?)", ("x" * 1_000_000,))
        assert "the disk is full" in one_line(caught.value)
        put(database, "small")
    assert names(path) == ["before", "small"]


FULL_DISK = """
import resource, sys
from pathlib import Path
from hhtui.store.database import Database
from hhtui.store.errors import StoreError

with Database.open(Path(sys.argv[1])) as database:
    with database.writing() as connection:
        connection.execute("INSERT INTO setting VALUES ('first', '1')")
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
    try:
        with database.writing() as connection:
            connection.execute("INSERT INTO setting VALUES ('large', ?)", ("x" * 3_000_000,))
    except StoreError as error:
        print(error)
    with database.writing() as connection:
        connection.execute("INSERT INTO setting VALUES ('last', '1')")
"""


def test_a_disk_that_takes_no_more_is_told_and_nothing_is_harmed(path: Path) -> None:
    Database.create(path).close()
    argv = [sys.executable, "-c", FULL_DISK, str(path)]
    process = subprocess.run(argv, capture_output=True, text=True, check=True)
    assert process.stdout.startswith(f"{path}: the disk")
    assert process.stdout.count("\n") == 1
    assert names(path) == ["first", "last"]
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_a_log_that_cannot_be_moved_yet_is_no_error(path: Path) -> None:
    script = (
        "import resource, sys; from pathlib import Path; from hhtui.store import database as module\n"
        "with module.Database.open(Path(sys.argv[1])) as database:\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, resource.RLIM_INFINITY))\n"
        "    module.LONGER_LOG_BYTES = 100_000\n"
        "    for number in range(4):\n"
        "        with database.writing() as connection:\n"
        "            connection.execute('INSERT INTO setting VALUES (?, ?)', (str(number), 'x' * 500_000))\n"
        "    database.checkpoint()\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))\n"
    )
    Database.create(path).close()
    with path.open("ab") as file:
        size = file.tell()
    assert size < 3_000_000
    subprocess.run([sys.executable, "-c", script, str(path)], check=True)
    assert names(path) == ["0", "1", "2", "3"]


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("database or disk is full", "free some space"),
        ("disk I/O error", "takes no more"),
        ("database is locked", "another process is writing"),
        ("attempt to write a readonly database", "read-only"),
        ("database disk image is malformed", "restore a backup"),
        ("file is not a database", "no database"),
        ("Could not decode to UTF-8 column 'x' with text 'y'", "restore a backup"),
        ("unable to open database file", "folder exists"),
        ("no such table: x", "no such table: x"),
    ],
)
def test_errors_of_sqlite_in_words(message: str, words: str) -> None:
    assert words in explain(sqlite3.OperationalError(message))


def test_a_network_file_system_is_refused_with_advice(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Database.create(path).close()
    monkeypatch.setattr("hhtui.store.database.network_type", lambda folder: "nfs4")
    for attempt in (Database.open, Database.open_or_create, lambda place: Database.create(place.with_name("b.db"))):
        with pytest.raises(StoreError) as caught:
            attempt(path)
        assert "network file system (nfs4)" in one_line(caught.value) and "local disk" in str(caught.value)
    monkeypatch.setenv("HHTUI_ALLOW_NETWORK", "1")
    Database.open(path).close()
    assert "ext4" not in filesystem.NETWORK_TYPES


def test_an_old_sqlite_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 36, 0))
    with pytest.raises(StoreError, match=r"needs 3\.37"):
        Database.create(path)


def test_the_schema_is_one_plain_statement_list() -> None:
    connection = sqlite3.connect(":memory:")
    connection.executescript(TABLES + LATE_INDEXES)
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()
