"""Makes the copy of the texts: two Arrow files beside the database, which anybody may delete at any time.

`<database>.texts` has, for each pair, `id`, `prompt`, `chosen` and `rejected` without role markers, as the text index
has them, and `words`: the numbers of its distinct words. `<database>.words` has, by number, every `term` and in how
many `pairs` it stands. Both end with a checksum, see `seal`.
"""

import os
import sqlite3
from array import array
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from hhtui.dialogue import without_markers
from hhtui.progress import Observer, Progress, unobserved
from hhtui.store.database import Database
from hhtui.store.pairs import last_id
from hhtui.store.placing import placed
from hhtui.store.text_copy.seal import seal
from hhtui.store.text_copy.stamp import stamp_of, texts_file, words_file
from hhtui.store.text_copy.terms import Vocabulary

if TYPE_CHECKING:
    import numpy
    import pyarrow
    from numpy.typing import NDArray

PAIRS_AT_ONCE = 4_096

Texts = tuple[int, str, str, str]


def make(database: Database, observer: Observer = unobserved) -> bool:
    """Copy the texts of all pairs; return whether there is a copy now: in a folder that may not be written, none.

    The database is only read, a few pairs at a time. Both files appear whole or not at all. Raises StoreError where
    they cannot be written.
    """
    import numpy
    import pyarrow

    path = database.path.resolve()
    if not os.access(path.parent, os.W_OK):
        return False
    connection = database.reader()
    upto = last_id(connection)
    stamp = stamp_of(connection, upto)._replace(made=uuid4().hex)
    vocabulary, pairs, done = Vocabulary(), numpy.zeros(0, dtype=numpy.int32), 0
    schema = _texts_schema().with_metadata(stamp.metadata())
    with placed(texts_file(path), force=True) as texts_draft, placed(words_file(path), force=True) as words_draft:
        with pyarrow.OSFile(str(texts_draft), "wb") as sink, pyarrow.ipc.new_file(sink, schema) as writer:
            for texts in texts_between(connection, 0, upto):
                ends, numbers = numbered(vocabulary, texts)
                pairs = added(pairs, numbers, len(vocabulary.terms))
                writer.write_batch(_batch(texts, ends, numbers, schema))
                done += len(texts)
                observer(Progress("copying", done, stamp.pairs, "pairs"))
        seal(texts_draft)
        terms = pyarrow.array(vocabulary.terms, pyarrow.binary()).cast(pyarrow.string())
        table = pyarrow.table({"term": terms, "pairs": pairs}).replace_schema_metadata(stamp.metadata())
        with pyarrow.OSFile(str(words_draft), "wb") as sink, pyarrow.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)
        seal(words_draft)
    return True


def texts_between(connection: sqlite3.Connection, after: int, upto: int) -> Iterator[list[Texts]]:
    """Yield the ids and texts, without role markers, of the pairs `after` < id <= `upto`, some at a time."""
    while after < upto:
        rows = connection.execute(
            "SELECT id, prompt, chosen, rejected FROM body WHERE id > ? AND id <= ? ORDER BY id LIMIT ?",
            (after, upto, PAIRS_AT_ONCE),
        ).fetchall()
        if not rows:
            return
        after = rows[-1][0]
        yield [
            (pair_id, without_markers(prompt), without_markers(chosen), without_markers(rejected))
            for pair_id, prompt, chosen, rejected in rows
        ]


def numbered(vocabulary: Vocabulary, texts: list[Texts]) -> "tuple[NDArray[numpy.int32], NDArray[numpy.int32]]":
    """Return the word numbers of every pair one after another, and where each pair's begin, with the end of all."""
    import numpy

    ends, numbers = array("i", [0]), array("i")
    for _, prompt, chosen, rejected in texts:
        numbers.extend(vocabulary.numbers(f"{prompt}\n{chosen}\n{rejected}"))
        ends.append(len(numbers))
    return numpy.frombuffer(ends, dtype=numpy.int32), numpy.frombuffer(numbers, dtype=numpy.int32)


def added(pairs: "NDArray[numpy.int32]", numbers: "NDArray[numpy.int32]", size: int) -> "NDArray[numpy.int32]":
    """Return how often each of `size` words stands in `pairs`, which may have fewer, and `numbers` together."""
    import numpy

    counts = numpy.bincount(numbers, minlength=size).astype(numpy.int32)
    counts[: len(pairs)] += pairs
    return counts


def _texts_schema() -> "pyarrow.Schema":
    import pyarrow

    text = pyarrow.string()
    fields: list[tuple[str, Any]] = [("id", pyarrow.int32()), ("prompt", text), ("chosen", text), ("rejected", text)]
    return pyarrow.schema([*fields, ("words", pyarrow.list_(pyarrow.int32()))])


def _batch(
    texts: list[Texts],
    ends: "NDArray[numpy.int32]",
    numbers: "NDArray[numpy.int32]",
    schema: "pyarrow.Schema",
) -> "pyarrow.RecordBatch":
    import pyarrow

    columns = [
        pyarrow.array(column, type=kind) for column, kind in zip(zip(*texts, strict=True), schema.types, strict=False)
    ]
    words = pyarrow.ListArray.from_arrays(pyarrow.array(ends), pyarrow.array(numbers))
    return pyarrow.record_batch([*columns, words], schema=schema)
