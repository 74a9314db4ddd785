"""The copy of the texts, mapped into memory and searched by RE2 in two threads."""

import mmap
import os
import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from time import thread_time
from typing import TYPE_CHECKING, NamedTuple

from hhtui.model import Side
from hhtui.store.arrow import mask_in, number_array, numbers_in, release_unused
from hhtui.store.connection import kept_by
from hhtui.store.text_copy.pace import Pace
from hhtui.store.text_copy.seal import SEAL_BYTES, FileIdentity, discard, is_whole
from hhtui.store.text_copy.stamp import Stamp, path_of, peeked, stamp_in, stamp_of, texts_file

if TYPE_CHECKING:
    import numpy
    import pyarrow
    from numpy.typing import NDArray

    Mask = NDArray[numpy.bool_]

THREADS = min(2, os.cpu_count() or 1)
FEW = 0.25
"""Where at most this share of some rows is asked for, only those are looked at."""
ROWS_IN_MEMORY = 4_000
"""After so many rows the system may take their memory back: some 6 MB of the texts of dialogues."""


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
        advance: Callable[[int], object] = lambda pairs: None,
    ) -> "Mask":
        """Return which of the `candidates` match `pattern`, of RE2, in any of the columns; none beyond `upto`.

        `advance` is called after every few thousand pairs with how many of them were looked at; an exception of it
        ends the search. Raises pyarrow.ArrowInvalid where RE2 refuses the pattern.
        """
        import numpy

        found = numpy.zeros(len(candidates), dtype=numpy.bool_)
        search = partial(_look, pattern=pattern, columns=columns, candidates=candidates, ignore_case=ignore_case)
        running: deque[Future[_Looked]] = deque()
        pace, held = Pace(), 0

        def take() -> None:
            nonlocal held
            looked = running.popleft().result()
            found[looked.hits] = True
            pace.took(looked.rows, looked.seconds)
            advance(looked.pairs)
            held += looked.rows
            if held > ROWS_IN_MEMORY:
                held = 0
                self.release()

        with ThreadPoolExecutor(THREADS, thread_name_prefix="texts") as threads:
            try:
                for batch in self.batches:
                    start = 0
                    while start < len(batch):
                        if len(running) > THREADS:
                            take()
                        running.append(threads.submit(search, batch.slice(start, pace.rows)))
                        start += pace.rows
                while running:
                    take()
            finally:
                for one in running:
                    one.cancel()
                self.release()
                release_unused()
        return found

    def release(self) -> None:
        """Let the system take back what the texts fill; they stay in its file cache."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self._file.madvise(mmap.MADV_DONTNEED)


def opened(connection: sqlite3.Connection) -> TextCopy | None:
    """Return the copy of the texts of this connection's database, None where there is none that can be used.

    That is where it was never made or was deleted, was made of another database or of pairs that are gone since,
    cannot be mapped, or is damaged: it is removed then. Pairs beyond its `upto` have to be read from the database.
    """
    return kept_by(connection, _Kept).get(connection)


class _Kept:
    """The copy that was opened last, until another file is in its place."""

    def __init__(self) -> None:
        self._path: Path | None = None
        self._file: FileIdentity | None = None
        self._copy: TextCopy | None = None

    def get(self, connection: sqlite3.Connection) -> TextCopy | None:
        if self._path is None:
            database = path_of(connection)
            if database is None:
                return None
            self._path = texts_file(database)
        try:
            file = FileIdentity.of(os.stat(self._path))
        except OSError:
            self._file = self._copy = None
            return None
        if file != self._file:
            self._file, self._copy = file, _open(self._path, connection)
        return self._copy


def _open(path: Path, connection: sqlite3.Connection) -> TextCopy | None:
    import pyarrow

    try:
        with open(path, "rb") as file:
            if not is_whole(file):
                if peeked(path):
                    discard(path)
                return None
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        reader = pyarrow.ipc.open_file(pyarrow.py_buffer(mapped)[:-SEAL_BYTES])
        stamp = stamp_in(reader.schema.metadata)
        if stamp is None or stamp != stamp_of(connection, stamp.upto)._replace(made=stamp.made):
            return None
        return TextCopy(mapped, reader, stamp)
    except (OSError, ValueError):
        return None


class _Looked(NamedTuple):
    """The places of what was found among some rows, how many of these were candidates, and how long that took."""

    hits: "NDArray[numpy.int64]"
    pairs: int
    rows: int
    seconds: float


def _look(
    rows: "pyarrow.RecordBatch", *, pattern: str, columns: Sequence[Side], candidates: "Mask", ignore_case: bool
) -> _Looked:
    """Look at the candidates among `rows`; a place is that in the mask of candidates."""
    import numpy
    from pyarrow import compute

    started = thread_time()
    places = numbers_in(rows.column("id")).astype(numpy.int64) - 1
    wanted = candidates[places[: numpy.searchsorted(places, len(candidates))]].nonzero()[0]
    texts = rows.select(columns)
    if len(wanted) <= FEW * len(places):
        texts, places = texts.take(number_array(wanted)), places[wanted]
    found = numpy.zeros(len(places), dtype=numpy.bool_)
    for column in texts.columns if len(wanted) else ():
        hits = compute.match_substring_regex(column, pattern, ignore_case=ignore_case)
        found |= mask_in(hits)
    hits_at = places[found]
    hits_at = hits_at[hits_at < len(candidates)]
    return _Looked(hits_at[candidates[hits_at]], len(wanted), len(rows), thread_time() - started)
