"""How relevant a pair is to words and phrases, by the text index's BM25."""

import json
import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Mask = NDArray[numpy.bool_]
    Numbers = NDArray[numpy.float32]


def relevance(connection: sqlite3.Connection, expression: str, among: "Mask") -> "Numbers":
    """Return a number for each pair of `among` that the FTS5 `expression` finds, NaN for all others; more is better.

    It is what SQLite's bm25() gives, with its sign changed: 0 or a little more where every word stands in half of the
    pairs or in more. The words' rarity is that in the whole database.
    """
    import numpy

    sql = "SELECT rowid, -bm25(pair_fts) FROM pair_fts WHERE pair_fts MATCH ?"
    parameters = [expression]
    if not among.all():
        sql += " AND +rowid IN (SELECT value FROM json_each(?))"
        parameters.append(json.dumps((numpy.flatnonzero(among) + 1).tolist()))
    numbers = numpy.full(len(among), numpy.nan, dtype=numpy.float32)
    rows = connection.execute(sql, parameters).fetchall()
    if rows:
        found = numpy.array(rows, dtype=numpy.float64)
        ids = found[:, 0].astype(numpy.int64)
        known = ids <= len(numbers)
        numbers[ids[known] - 1] = found[known, 1]
    return numbers
