"""Gives every distinct text of the database a number and a signature, some pairs in each transaction."""

import sqlite3
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from hhtui.dialogue import without_markers
from hhtui.progress import Observer, Progress
from hhtui.store.database import Database
from hhtui.store.dupes.signatures import METHOD, comparable, signed, text_hash
from hhtui.store.pairs import last_id

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

CHUNK = 1_000
"""Pairs in a transaction: some 300 KB, so that a decision beside it hardly waits."""
PAUSE_SECONDS = 0.002


class _Known:
    """The hashes of the texts that have a number, sorted, and the number of each; numbers count from 1."""

    def __init__(self, hashes: "NDArray[numpy.uint64]") -> None:
        import numpy

        order = numpy.argsort(hashes, kind="stable")
        self._hashes, self._numbers = hashes[order], (order + 1).astype(numpy.int32)

    @property
    def texts(self) -> int:
        return len(self._hashes)

    def numbers(self, hashes: "NDArray[numpy.uint64]") -> "NDArray[numpy.int32]":
        """Return the number of each text, 0 where it has none."""
        import numpy

        places = numpy.searchsorted(self._hashes, hashes)
        found = numpy.zeros(len(hashes), dtype=numpy.int32)
        there = places < len(self._hashes)
        there[there] = self._hashes[places[there]] == hashes[there]
        found[there] = self._numbers[places[there]]
        return found

    def add(self, hashes: "NDArray[numpy.uint64]") -> None:
        """Give these texts, which have none and are distinct, the next numbers."""
        import numpy

        order = numpy.argsort(hashes, kind="stable")
        places = numpy.searchsorted(self._hashes, hashes[order])
        self._numbers = numpy.insert(self._numbers, places, (order + 1 + self.texts).astype(numpy.int32))
        self._hashes = numpy.insert(self._hashes, places, hashes[order])


class _Chunk(NamedTuple):
    """The pairs up to `last`: the number of each of their texts, and what is new of them."""

    first: int
    last: int
    numbers: "NDArray[numpy.int32]"
    hashes: "NDArray[numpy.uint64]"
    sizes: "NDArray[numpy.int32]"
    bands: "NDArray[numpy.uint32]"


def upto(connection: sqlite3.Connection) -> int:
    """Return up to which pair id every text has its number."""
    last: int = connection.execute("SELECT coalesce(max(last_pair), 0) FROM text_signature").fetchone()[0]
    return last


def sign(database: Database, observer: Observer) -> None:
    """Give the texts of every pair their numbers and signatures, where they have none.

    Goes on where an earlier call stopped; signatures of another method are made anew. Raises StoreError where the
    database cannot be written.
    """
    import numpy

    reader = database.reader()
    if reader.execute("SELECT 1 FROM text_signature WHERE method <> ?", (METHOD,)).fetchone():
        with database.writing(durable=False) as connection:
            connection.execute("DELETE FROM text_signature")
    last, done = last_id(reader), upto(reader)
    if done >= last:
        return
    blobs = reader.execute("SELECT hashes FROM text_signature ORDER BY first_pair").fetchall()
    known = _Known(numpy.frombuffer(b"".join(blob for (blob,) in blobs), dtype="<u8"))
    while done < last:
        chunk = _read(reader, known, done)
        with database.writing(durable=False) as connection:
            if upto(connection) != done:
                return sign(database, observer)
            _write(connection, chunk, known.texts)
        known.add(chunk.hashes)
        done = chunk.last
        observer(Progress("signing", done, last, "pairs"))
        time.sleep(PAUSE_SECONDS)


def _read(connection: sqlite3.Connection, known: _Known, after: int) -> _Chunk:
    import numpy

    rows = connection.execute(
        "SELECT id, prompt, chosen, rejected FROM body WHERE id > ? ORDER BY id LIMIT ?", (after, CHUNK)
    ).fetchall()
    last = rows[-1][0]
    texts = [comparable(without_markers(text)) for row in rows for text in row[1:]]
    hashes = numpy.array([text_hash(text) for text in texts], dtype="<u8")
    numbers = known.numbers(hashes)
    filled = numpy.array(list(map(bool, texts)))
    places = numpy.flatnonzero((numbers == 0) & filled)
    distinct, first, back = numpy.unique(hashes[places], return_index=True, return_inverse=True)
    ranks = numpy.empty(len(distinct), dtype=numpy.int32)
    ranks[numpy.argsort(first)] = numpy.arange(len(distinct), dtype=numpy.int32)
    numbers[places] = known.texts + 1 + ranks[back]
    numbers[~filled] = 0
    new = places[numpy.sort(first)]
    signatures = signed([texts[place] for place in new.tolist()])
    table = numpy.zeros((last - after, 3), dtype="<i4")
    table[[row[0] - after - 1 for row in rows]] = numbers.reshape(-1, 3)
    return _Chunk(after + 1, last, table, hashes[new], signatures.sizes, signatures.bands)


def _write(connection: sqlite3.Connection, chunk: _Chunk, texts_before: int) -> None:
    connection.execute(
        "INSERT INTO text_signature VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(chunk.first, chunk.last, METHOD, texts_before + 1, len(chunk.hashes)),
            *(array.tobytes() for array in (chunk.numbers, chunk.hashes, chunk.sizes, chunk.bands)),
        ),
    )


class Signatures:
    """What is stored of the first `texts` texts: which pair has which, their sizes, and their keys, band by band."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read where each chunk's texts lie; raises nothing where there are none."""
        self._connection = connection
        self._chunks: Sequence[tuple[int, int]] = connection.execute(
            "SELECT first_pair, texts FROM text_signature ORDER BY first_pair"
        ).fetchall()
        self.texts = sum(texts for _, texts in self._chunks)

    def sizes(self) -> "NDArray[numpy.int32]":
        """Return the characters of every text, 0 for those of few words; the text number 1 comes first."""
        import numpy

        return numpy.frombuffer(self._joined("sizes"), dtype="<i4")

    def numbers(self) -> "NDArray[numpy.int32]":
        """Return for each pair id from 1 the numbers of its prompt, chosen and rejected text, 0 for an empty text."""
        import numpy

        return numpy.frombuffer(self._joined("numbers"), dtype="<i4").reshape(-1, 3)

    def keys(self, band: int) -> "NDArray[numpy.uint32]":
        """Return the key of every text in one band."""
        import numpy

        parts = [
            self._connection.execute(
                "SELECT substr(bands, ?, ?) FROM text_signature WHERE first_pair = ?",
                (4 * band * texts + 1, 4 * texts, first),
            ).fetchone()[0]
            for first, texts in self._chunks
        ]
        return numpy.frombuffer(b"".join(parts), dtype="<u4")

    def _joined(self, column: str) -> bytes:
        rows = self._connection.execute(f"SELECT {column} FROM text_signature ORDER BY first_pair")
        return b"".join(blob for (blob,) in rows)
