"""Sources of records: a file, standard input, a dataset of the `datasets` library."""

import hashlib
import os
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from hhtui.ingest.containers import BUFFER, DAMAGED, Layout, Record, decompressed, layout_of, read_array, read_lines
from hhtui.ingest.errors import LoadError, Unreadable
from hhtui.ingest.naming import Naming
from hhtui.progress import Observer, Progress, Unit

if TYPE_CHECKING:
    from datasets import Dataset

STANDARD_INPUT = "-"
ROWS = 1000


class Source(ABC):
    """One subset and split, that can be read from the beginning or from where an earlier load stopped.

    `newline` ends its lines, and is None where its records are not lines of JSON.
    """

    naming: Naming
    newline: str | None
    unit: Unit

    @property
    def name(self) -> str:
        """What messages call it."""
        return "standard input" if self.naming.uri == STANDARD_INPUT else self.naming.uri

    @abstractmethod
    def sha256(self, observer: Observer) -> str:
        """Return the hash, in hexadecimal, of what the source holds: of a file, its bytes as stored.

        Another thread may read the records meanwhile.
        """

    @abstractmethod
    def records(self, done: int) -> Iterator[Record]:
        """Yield the records after the first `done` lines; raises LoadError where the source is damaged."""

    @abstractmethod
    def position(self) -> tuple[int, int]:
        """Return how far `records` has read and how far there is to go, in `unit`."""

    @abstractmethod
    def close(self) -> None:
        """Let go of what the source holds open."""


class FileSource(Source):
    """A file, or standard input once it has been spooled to one."""

    unit: Unit = "bytes"

    def __init__(self, file: BinaryIO, naming: Naming) -> None:
        """Take over `file`, open for reading bytes, which can seek; raises LoadError where it is empty or damaged."""
        self.naming = naming
        self._file = file
        self._size = file.seek(0, os.SEEK_END)
        if not self._size:
            raise LoadError(f"{self.name} is empty; name a file that holds pairs")
        self._layout = self._find_layout()
        self.newline = None if self._layout.array else self._layout.newline

    def sha256(self, observer: Observer) -> str:
        """Return the SHA-256 of the file as stored."""
        digest, done = hashlib.sha256(), 0
        while block := os.pread(self._file.fileno(), BUFFER, done):
            digest.update(block)
            done += len(block)
            observer(Progress("reading", done, self._size, "bytes", name=self.name))
        return digest.hexdigest()

    def records(self, done: int) -> Iterator[Record]:
        """Yield the records after the first `done` physical lines, or elements of an array."""
        read, line = (read_array if self._layout.array else read_lines), done
        self._file.seek(0)
        try:
            for record in read(decompressed(self._file, self.name), done):
                line = record.line
                yield record
        except (*DAMAGED, OSError) as error:
            raise LoadError(
                f"{self.name} is damaged after line {line} ({error}); the pairs before it are kept, get the file again "
                "and load it with --as-revision NAME, or under another --subset"
            ) from None

    def position(self) -> tuple[int, int]:
        """Return the bytes read, as stored, and the size of the file."""
        return self._file.tell(), self._size

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _find_layout(self) -> Layout:
        self._file.seek(0)
        try:
            return layout_of(decompressed(self._file, self.name))
        except (*DAMAGED, OSError) as error:
            raise LoadError(f"{self.name} is damaged ({error}); get the file again") from None


class DatasetSource(Source):
    """A dataset of the `datasets` library, in memory or memory-mapped."""

    unit: Unit = "pairs"
    newline = None

    def __init__(self, dataset: "Dataset", naming: Naming) -> None:
        """Read `dataset` as plain Python values, whatever format it is set to."""
        self.naming = naming
        self._dataset = dataset.with_format(None)
        self._done = 0

    def sha256(self, observer: Observer) -> str:
        """Return the SHA-256 over the rows written as JSON lines, in the order of columns and rows."""
        import orjson

        digest = hashlib.sha256()
        for start, rows in self._batches(0):
            digest.update(b"".join(orjson.dumps(row, default=str) + b"\n" for row in rows))
            observer(Progress("reading", start + len(rows), len(self._dataset), "pairs", name=self.name))
        return digest.hexdigest()

    def records(self, done: int) -> Iterator[Record]:
        """Yield the rows after the first `done`; `line` counts them from 1."""
        self._done = done
        for start, rows in self._batches(done):
            for number, row in enumerate(rows, start + 1):
                yield Record(number, None, row)
            self._done = start + len(rows)

    def position(self) -> tuple[int, int]:
        """Return the rows read and the number of rows."""
        return self._done, len(self._dataset)

    def close(self) -> None:
        """Do nothing: the dataset belongs to whoever made it."""

    def _batches(self, start: int) -> Iterator[tuple[int, list[dict[str, object] | Unreadable]]]:
        for at in range(start, len(self._dataset), ROWS):
            columns = self._dataset[at : at + ROWS]
            names = list(columns)
            yield at, [dict(zip(names, values, strict=True)) for values in zip(*columns.values(), strict=True)]
