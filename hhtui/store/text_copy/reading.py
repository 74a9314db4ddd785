"""The copy of the texts, mapped into memory and searched by RE2 in two threads."""

import mmap
import os
import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from hhtui.model import Side
from hhtui.store.connection import kept_by
from hhtui.store.text_copy.stamp import Stamp, path_of, stamp_in, stamp_of, texts_file

if TYPE_CHECKING:
    import numpy
    import pyarrow
    from numpy.typing import NDArray

    Mask = NDArray[numpy.bool_]

THREADS = min(2, os.cpu_count() or 1)
FEW = 0.25
"""Where at most this share of some rows is asked for, only those are looked at."""


class TextCopy:
    """The texts of the pairs up to the id `upto`, as they were when the copy was made."""

    def __init__(self, file: mmap.mmap, reader: "pyarrow.RecordBatchFileReader", stamp: Stamp) -> None:
        """Use `opened`."""
        self.stamp = stamp
        self.batches: Sequence[pyarrow.RecordBatch] = [
            reader.get_batch(number) for number in range(reader.num_record_batches)
        ]
        self._file = file

    @property
    def upto(self) -> int:
        """The greatest id of the pairs that the copy has."""
        return self.stamp.upto

    def matching(
        self,
        pattern: str,
        columns: Sequence[Side],
        candidates: "Mask",
        *,
        ignore_case: bool,
        check: Callable[[], object] = lambda: None,
    ) -> "Mask":
        """Return which of the `candidates` match `pattern`, of RE2, in any of the columns; none beyond `upto`.

        `check` is called between some thousand pairs, and ends the search by an exception. Raises
        pyarrow.ArrowInvalid where RE2 refuses the pattern.
        """
        import numpy

        found = numpy.zeros(len(candidates), dtype=numpy.bool_)
        search = partial(_hits, pattern=pattern, columns=columns, candidates=candidates, ignore_case=ignore_case)
        running: deque[Future[NDArray[numpy.int64]]] = deque()
        with ThreadPoolExecutor(THREADS, thread_name_prefix="texts") as threads:
            try:
                for batch in self.batches:
                    if len(running) > THREADS:
                        found[running.popleft().result()] = True
                        check()
                    running.append(threads.submit(search, batch))
                while running:
                    found[running.popleft().result()] = True
                    check()
            finally:
                for one in running:
                    one.cancel()
        self.release()
        return found

    def release(self) -> None:
        """Let the system take back the memory that the texts fill; they stay in its file cache."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self._file.madvise(mmap.MADV_DONTNEED)


def opened(connection: sqlite3.Connection) -> TextCopy | None:
    """Return the copy of the texts of this connection's database, None where there is none that can be used.

    That is where it was never made or was deleted, was made of another database or of pairs that are gone since, or
    cannot be mapped. Pairs beyond its `upto` have to be read from the database.
    """
    return kept_by(connection, _Kept).get(connection)


class _File(NamedTuple):
    """What tells a file from every other that was or will be at its path."""

    device: int
    inode: int
    size: int
    changed: int


class _Kept:
    """The copy that was opened last, until another file is in its place."""

    def __init__(self) -> None:
        self._path: Path | None = None
        self._file: _File | None = None
        self._copy: TextCopy | None = None

    def get(self, connection: sqlite3.Connection) -> TextCopy | None:
        if self._path is None:
            database = path_of(connection)
            if database is None:
                return None
            self._path = texts_file(database)
        try:
            found = os.stat(self._path)
        except OSError:
            self._file = self._copy = None
            return None
        file = _File(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
        if file != self._file:
            self._file, self._copy = file, _open(self._path, connection)
        return self._copy


def _open(path: Path, connection: sqlite3.Connection) -> TextCopy | None:
    import pyarrow

    try:
        with open(path, "rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        reader = pyarrow.ipc.open_file(pyarrow.py_buffer(mapped))
        stamp = stamp_in(reader.schema.metadata)
        if stamp is None or stamp != stamp_of(connection, stamp.upto)._replace(made=stamp.made):
            return None
        return TextCopy(mapped, reader, stamp)
    except (OSError, ValueError):
        return None


def _hits(
    batch: "pyarrow.RecordBatch", *, pattern: str, columns: Sequence[Side], candidates: "Mask", ignore_case: bool
) -> "NDArray[numpy.int64]":
    """Return the places, in the mask of candidates, of those in `batch` that match."""
    import numpy
    from pyarrow import compute

    places = batch.column("id").to_numpy().astype(numpy.int64) - 1
    wanted = candidates[places[places < len(candidates)]]
    count = int(wanted.sum())
    if count <= FEW * len(places) or len(wanted) < len(places):
        rows = wanted.nonzero()[0]
        batch, places = batch.take(rows), places[rows]
    found = numpy.zeros(len(places), dtype=numpy.bool_)
    for column in columns if count else ():
        hits = compute.match_substring_regex(batch.column(column), pattern, ignore_case=ignore_case)
        found |= hits.to_numpy(zero_copy_only=False)
    hits_at: NDArray[numpy.int64] = places[found]
    return hits_at[candidates[hits_at]]
