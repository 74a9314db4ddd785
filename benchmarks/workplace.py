"""Where the benchmarks keep the corpus and the databases between runs: `benchmarks/.cache/`."""

from __future__ import annotations

import gzip
import hashlib
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from benchmarks import corpus
from benchmarks.commands import hhtui, run

CACHE = Path(__file__).resolve().parent / ".cache"


@dataclass(frozen=True)
class Workplace:
    """A corpus of `pairs` pairs grown from `source`, and the databases made of it."""

    pairs: int
    source: Path
    seed: int = 7
    folder: Path = CACHE

    @cached_property
    def name(self) -> str:
        """Return what tells this corpus from others: its size, its source's content, its seed, its generator."""
        content = hashlib.sha256(self.source.read_bytes() + Path(corpus.__file__).read_bytes()).hexdigest()
        return f"{self.pairs}-{content[:8]}-{self.seed}"

    @cached_property
    def corpus(self) -> Path:
        """Return the corpus as compressed JSON lines, as hh-rlhf is kept; grown where it is not in the cache yet."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"corpus-{self.name}.jsonl.gz"
        if not path.exists():
            corpus.grow(self.pairs, path, self.source, self.seed)
        return path

    @cached_property
    def raw_bytes(self) -> int:
        """Return the size of the corpus's JSON, not compressed."""
        with gzip.open(self.corpus) as lines:
            return sum(map(len, iter(lambda: lines.read(2**20), b"")))

    @cached_property
    def loaded(self) -> Path:
        """Return a database with the text index and without scores, made anew once a run."""
        path = self.folder / f"loaded-{self.name}.db"
        remove(path)
        run(hhtui("load", str(self.corpus), "--db", str(path), "--no-score", "--json"))
        return path

    @cached_property
    def scored(self) -> Path:
        """Return a database with the text index and the embedded scores, made anew once a run."""
        path = copy(self.loaded, self.folder / f"scored-{self.name}.db")
        run(hhtui("score", str(path), "--json"))
        return path

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """Give an empty folder on the same disk, removed afterwards."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.folder, ignore_cleanup_errors=True) as folder:
            yield Path(folder)


COPIES = (".texts", ".words")


def parts(database: Path) -> list[Path]:
    """Return the files of a database that are there: the file itself, its log, shared memory, lock, text copy."""
    names = (f"{database.name}{ending}" for ending in ("", "-wal", "-shm", ".lock", *COPIES))
    return [path for name in names if (path := database.with_name(name)).exists()]


def remove(database: Path) -> None:
    """Remove a database with its side files."""
    for path in parts(database):
        path.unlink()


def copy(database: Path, target: Path) -> Path:
    """Copy a database that nobody writes to, its log moved into the file first, and the copy of its texts."""
    remove(target)
    checkpoint(database)
    for ending in ("", *COPIES):
        if (part := Path(f"{database}{ending}")).exists():
            shutil.copyfile(part, f"{target}{ending}")
    return target


def checkpoint(database: Path) -> None:
    """Move the write-ahead log into the file."""
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def size(database: Path) -> int:
    """Return the bytes of a database on disk, its log included; what can be made anew at any time is not counted."""
    return sum(path.stat().st_size for path in parts(database) if not path.name.endswith(("-shm", *COPIES)))


def count(database: Path, table: str) -> int:
    """Return how many rows of one of our own tables can be read right now; 0 before there is a table."""
    return ask(database, f"SELECT count(*) FROM {table}")


def stored_pairs(database: Path) -> int:
    """Return how many pairs of a load from an empty database can be read right now: their ids count from 1."""
    return ask(database, "SELECT coalesce(max(id), 0) FROM body")


def ask(database: Path, query: str, values: Sequence[object] = ()) -> int:
    """Return the one number that a query with `values` gives; 0 while there is no such file or table."""
    connection = sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True, timeout=5)
    try:
        number: int = connection.execute(query, values).fetchone()[0]
        return number
    except sqlite3.OperationalError as error:
        if "no such table" in str(error) or "unable to open" in str(error):
            return 0
        raise
    finally:
        connection.close()
