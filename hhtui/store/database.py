"""One SQLite file: created, opened and closed; one writer, query-only readers."""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from hhtui.store.connection import Connection
from hhtui.store.errors import StoreError
from hhtui.store.filesystem import log_size, network_type, unlink_database
from hhtui.store.locking import FileLock
from hhtui.store.schema import APPLICATION_ID, PAGE_SIZE, SCHEMA_VERSION, TABLES
from hhtui.text import clean_line

LOCK_SECONDS = 10.0
LOG_BYTES = 4 * 1024 * 1024
"""How long the write-ahead log grows before a writer moves it into the file; then it is written over from its start."""
LONGER_LOG_BYTES = 16 * 1024 * 1024
"""The same for somebody's decision, which leaves that work to others while it can, and for one of many large writes."""
LARGEST_LOG_BYTES = 32 * 1024 * 1024
"""A log that grew beyond this is cut; shorter ones keep their room, for giving it back makes every fsync wait."""
PAUSE = 0.002
"""Seconds between two transactions, in which somebody who decides gets the lock."""
HEADER = b"SQLite format 3\0"
OLDEST_SQLITE = (3, 37, 0)
NAME_ANOTHER = "name a file in a folder you may write"


class Database:
    """A database of pairs, open for one process.

    Reading: `reader()` gives each thread its own connection, which cannot write. Writing: `writing()` is one
    transaction under the advisory lock. A file that may not be written is opened read-only: `read_only`
    is then true and `notice` says what is off. Of an older file that was migrated `notice` says where its copy is.
    """

    def __init__(self, path: Path, *, read_only: bool, notice: str | None, immutable: bool = False) -> None:
        """Use `Database.open` or `Database.create`."""
        self.path = path
        self.read_only = read_only
        self.notice = notice
        self._immutable = immutable
        self._file = _identity(path)
        self._lock = FileLock(path)
        self._mutex = threading.RLock()
        self._writer: sqlite3.Connection | None = None
        self._local = threading.local()
        self._readers: list[sqlite3.Connection] = []
        self._closed = False

    @classmethod
    def create(cls, path: Path) -> Self:
        """Create an empty database at `path`; raises StoreError where a file is there or cannot be made."""
        _check_sqlite()
        if path.exists() and not path.is_file():
            raise StoreError(f"{path} is no file, a database cannot be made of it; name a new file")
        if path.exists() and path.stat().st_size:
            raise StoreError(f"{path} exists already; name another file, or load into it with the same command")
        _check_network(path)
        try:
            _make(path)
        except FileExistsError:
            raise StoreError(f"{path} was just made by another process; give the same command again") from None
        except (sqlite3.Error, OSError) as error:
            reason = explain(error) if isinstance(error, sqlite3.Error) else f"{error.strerror}; {NAME_ANOTHER}"
            raise StoreError(f"{path} cannot be created: {reason}") from None
        return cls.open(path)

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False) -> Self:
        """Open the database at `path`, migrating an older one after keeping a copy, which is logged before and after.

        Raises StoreError where there is no such file, it is not a database of hhtui, it is of a newer version, or
        it lies on a network file system.
        """
        _check_sqlite()
        _check_file(path)
        _check_network(path)
        notice = None
        if not read_only and not _writable(path):
            read_only = True
            notice = f"{path.name} is read-only: decisions, loading and scoring are off"
        immutable = read_only and not _writable(path.parent)
        version = _version(path, immutable)
        if version > SCHEMA_VERSION:
            raise StoreError(
                f"{path} was made by a newer hhtui (schema {version}, this one knows {SCHEMA_VERSION}); "
                "upgrade hhtui to open it"
            )
        if version < SCHEMA_VERSION:
            if read_only:
                here = "it, which" if _writable(path) else "it where it may be written, which"
                raise StoreError(
                    f"{path} is of an older schema and can only be read once it is migrated; open {here} does so and "
                    f"keeps a copy: hhtui stats {path}"
                )
            notice = _migrated(path, version)
        return cls(path, read_only=read_only, notice=notice, immutable=immutable)

    @classmethod
    def open_or_create(cls, path: Path) -> Self:
        """Open the database at `path`, or create it where there is no file yet."""
        return cls.open(path) if path.exists() and path.stat().st_size else cls.create(path)

    @property
    def uri(self) -> str:
        """How another connection attaches it, to read."""
        return f"{self.path.resolve().as_uri()}?mode=ro"

    def reader(self) -> Connection:
        """Return this thread's own connection, which can only query; raises StoreError where it was closed."""
        if self._closed:
            raise StoreError(f"{self.path.name} is closed; open it again, or read before the with block ends")
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            mode = "mode=ro&immutable=1" if self._immutable else "mode=ro" if self.read_only else "mode=rw"
            connection = self._connect(mode)
            connection.execute("PRAGMA query_only = ON")
            self._local.connection = connection
            with self._mutex:
                self._readers.append(connection)
        return connection

    @contextmanager
    def writing(
        self, *, durable: bool = True, bulk: bool = False, timeout: float = LOCK_SECONDS
    ) -> Iterator[sqlite3.Connection]:
        """Give the writing connection within one transaction, committed at the end, rolled back on an error.

        `durable` transactions are on disk when this returns, even if the machine loses power; others survive
        the death of the process. `bulk` says that it is one of many that write megabytes. Raises StoreError where the
        database is read-only, locked for longer than `timeout` seconds, no longer at its path, or the disk is full;
        nothing of the transaction is stored then.
        """
        if self.read_only:
            raise StoreError(f"{self.path} is read-only: nothing can be saved; copy it to where you may write")
        with self._mutex, self._lock.held(timeout):
            self._check_place()
            connection = self._open_writer()
            try:
                connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
                log_bytes = LONGER_LOG_BYTES if durable or bulk else LOG_BYTES
                connection.execute(f"PRAGMA wal_autocheckpoint = {log_bytes // PAGE_SIZE}")
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
            except BaseException as error:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                if isinstance(error, sqlite3.OperationalError) or type(error) is sqlite3.DatabaseError:
                    raise StoreError(f"{self.path}: {explain(error)}") from error
                raise

    def checkpoint(self) -> None:
        """Move what the write-ahead log holds into the file, as far as readers allow."""
        if not self.read_only and log_size(self.path):
            with self._mutex, self._lock.held(LOCK_SECONDS):
                _checkpoint(self._open_writer())

    def data_version(self) -> int:
        """Return a number that changes when another connection has committed a change."""
        version: int = self.reader().execute("PRAGMA data_version").fetchone()[0]
        return version

    def interrupt(self) -> None:
        """Stop every query that is running on a reader; each raises sqlite3.OperationalError in its thread."""
        with self._mutex:
            for connection in self._readers:
                connection.interrupt()

    def close(self) -> None:
        """Close all connections; the database cannot be used afterwards."""
        with self._mutex:
            if self._closed:
                return
            self._closed = True
            for connection in self._readers:
                connection.interrupt()
                connection.close()
            if self._writer is not None:
                self._writer.close()
            self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _open_writer(self) -> sqlite3.Connection:
        if self._writer is None:
            self._writer = self._connect("mode=rw")
            self._writer.execute(f"PRAGMA journal_size_limit = {LARGEST_LOG_BYTES}")
            self._writer.execute("PRAGMA cache_size = -32768")
        return self._writer

    def _check_place(self) -> None:
        """Raise StoreError where the file was taken away: SQLite would go on writing to what nobody finds again."""
        if _identity(self.path) != self._file:
            raise StoreError(
                f"{self.path} was moved, deleted or replaced while it was open; nothing was saved, open it again"
            )

    def _connect(self, mode: str) -> Connection:
        connection = sqlite3.connect(
            f"{self.path.resolve().as_uri()}?{mode}",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            factory=Connection,
        )
        connection.execute(f"PRAGMA busy_timeout = {int(LOCK_SECONDS * 1000)}")
        return connection


def _checkpoint(connection: sqlite3.Connection) -> None:
    """Move the log into the file; where that fails nothing is lost, and a later one tries again."""
    with suppress(sqlite3.OperationalError):
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)")


def explain(error: sqlite3.Error) -> str:
    """Return what an error of SQLite means, and what to do next."""
    message = str(error)
    if "full" in message:
        return "the disk is full; nothing of this step was saved, free some space and run the same command again"
    if "disk I/O" in message:
        return "the disk takes no more (full, over quota or failing); nothing of this step was saved, try again later"
    if "locked" in message or "busy" in message:
        return "another process is writing to it; nothing of this step was saved, try again when it is done"
    if "readonly" in message or "read-only" in message:
        return "it is read-only; nothing was saved, copy it to where you may write"
    if "not a database" in message or "malformed" in message:
        return f"it is damaged or no database ({message}); restore a backup, or export what can still be read"
    if "Could not decode" in message:
        return "it is damaged (a text in it is no UTF-8); restore a backup, or export what can still be read"
    if "unable to open" in message:
        return "it cannot be opened; check that the folder exists and may be written"
    return message


def _make(path: Path) -> None:
    """Make a new database under a draft's name and give it its own; raises FileExistsError where another was first.

    The log of a database that is gone would be replayed into the new one, so it goes too.
    """
    draft, lock = path.with_name(f".{path.name}.draft"), FileLock(path)
    try:
        with lock.held(LOCK_SECONDS):
            if path.exists() and path.stat().st_size:
                raise FileExistsError(path)
            try:
                unlink_database(draft)
                _lay_out(draft)
                unlink_database(path)
                os.replace(draft, path)
            finally:
                unlink_database(draft)
    finally:
        lock.close()


def _lay_out(path: Path) -> None:
    """Make the tables before there is a write-ahead log: a full disk is told then, and not only once a log is moved."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute(f"PRAGMA page_size = {PAGE_SIZE}")
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.executescript(
            f"BEGIN IMMEDIATE; {TABLES} PRAGMA application_id = {APPLICATION_ID};"
            f"PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
        )
        connection.execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()


def _migrated(path: Path, version: int) -> str | None:
    """Migrate the database at `path`; return what is to be known of it, None where another process did it.

    It is logged before that, for it takes seconds on a large database, and after it.
    """
    import logging

    from hhtui.store.migrations import migrate

    log = logging.getLogger(__name__)
    updating = f"updating {path.name} from schema {version} to schema {SCHEMA_VERSION}; a copy of it is kept …"
    log.warning("%s", clean_line(updating))
    copy = migrate(path, version)
    if copy is None:
        return None
    notice = (
        f"{path.name} was of schema {version} and is now of schema {SCHEMA_VERSION}; a copy as it was is {copy.name}"
    )
    log.warning("%s", clean_line(notice))
    return notice


def _identity(path: Path) -> tuple[int, int] | None:
    """Return what tells a file from every other, whatever its name; None where there is no file."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _check_sqlite() -> None:
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise StoreError(
            f"this Python has SQLite {sqlite3.sqlite_version}, hhtui needs 3.37 or newer; use a newer Python build"
        )


def _check_file(path: Path) -> None:
    if path.is_dir():
        raise StoreError(f"{path} is a folder; name a database in it, or make one: hhtui load {path} --db NEW.db")
    if not path.is_file():
        raise StoreError(f"there is no database {path}; make one with: hhtui load FILE --db {path}")
    try:
        with open(path, "rb") as file:
            beginning = file.read(len(HEADER))
    except OSError as error:
        raise StoreError(f"{path} cannot be read ({error.strerror}); ask its owner, or {NAME_ANOTHER}") from None
    if not beginning:
        raise StoreError(f"{path} is empty; to make a database of it: hhtui load FILE --db {path}")
    if beginning != HEADER:
        raise StoreError(f"{path} is no database; to load it as data: hhtui load {path} --db NEW.db")


def _check_network(path: Path) -> None:
    kind = network_type(path.parent)
    if kind and not os.environ.get("HHTUI_ALLOW_NETWORK"):
        raise StoreError(
            f"{path} lies on a network file system ({kind}), where SQLite's write-ahead log is not safe; keep it on a "
            "local disk, or set HHTUI_ALLOW_NETWORK=1 if no second machine ever opens it"
        )


def _writable(path: Path) -> bool:
    return os.access(path, os.W_OK) and bool(path.stat().st_mode & 0o222)


def _version(path: Path, immutable: bool) -> int:
    flags = "mode=ro&immutable=1" if immutable else "mode=ro"
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?{flags}", uri=True)
        try:
            application: int = connection.execute("PRAGMA application_id").fetchone()[0]
            version: int = connection.execute("PRAGMA user_version").fetchone()[0]
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        raise StoreError(f"{path}: {explain(error)}") from None
    if application != APPLICATION_ID:
        raise StoreError(
            f"{path} is a SQLite database, but not one of hhtui; make one with: hhtui load FILE --db NEW.db"
        )
    return version
