"""Compare two databases by everything that scoring writes: numbers to 1e-5, all else exactly."""

from __future__ import annotations

import json
import math
import sqlite3
import zlib
from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

LARGEST_DIFFERENCE = 1e-5
TYPES = {"<f4": "f", "<i4": "i", "<i2": "h", "<i1": "b"}
DEFLATED = "zlib "
QUERIES = {
    "scorer": "SELECT fingerprint, name, version, columns, units, parameters, findings FROM scorer",
    "score": "SELECT fingerprint, hex(text_hash), windows, numbers FROM score JOIN scorer ON scorer.id = scorer_id",
    "pair_score": "SELECT fingerprint, pair_id, numbers FROM pair_score JOIN scorer ON scorer.id = scorer_id",
    "pair_text": "SELECT pair_id, hex(prompt), hex(chosen), hex(rejected) FROM pair_text",
    "scored_unit": "SELECT fingerprint, unit, pairs_done FROM scored_unit JOIN scorer ON scorer.id = scorer_id",
    "scorer_model": "SELECT fingerprint, hex(data) FROM scorer_model JOIN scorer ON scorer.id = scorer_id",
    "packed_column": 'SELECT packed_column.name, fingerprint, dtype, pairs, percentiles, "values" '
    "FROM packed_column LEFT JOIN scorer ON scorer.id = scorer_id",
}
KEYS = {"score": 2, "pair_score": 2, "scored_unit": 2}
"""How many values at the beginning of a row tell it from others, where that is not the first alone."""
NUMBERS = {"score": 1, "pair_score": 1, "packed_column": 2}
"""How many values at the end of a row are numbers to be compared to 1e-5."""


class Row(NamedTuple):
    """What a row says besides its key: what must be equal, and the numbers."""

    exact: tuple[Any, ...]
    numbers: tuple[float, ...]


Scores = dict[str, dict[tuple[Any, ...], Row]]
"""By table and key."""


def scores(database: Path) -> Scores:
    """Return everything that scoring has written; raises ValueError where a key stands in two rows."""
    connection = sqlite3.connect(database)
    try:
        return {table: keyed(table, connection.execute(query)) for table, query in QUERIES.items()}
    finally:
        connection.close()


def keyed(table: str, rows: Iterable[tuple[Any, ...]]) -> dict[tuple[Any, ...], Row]:
    """Return the rows of a table by their keys."""
    key, numbers = KEYS.get(table, 1), NUMBERS.get(table, 0)
    found: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        end = len(row) - numbers
        if row[:key] in found:
            raise ValueError(f"{table} has two rows of {row[:key]}")
        typecode, values = "", row[end:]
        if table == "packed_column":
            typecode = TYPES[row[2].removeprefix(DEFLATED)]
            if row[2].startswith(DEFLATED):
                values = (values[0], zlib.decompress(values[1]))
        found[row[:key]] = Row(row[key:end], tuple(flat(values, typecode)))
    return found


def flat(values: Iterable[Any], typecode: str) -> Iterator[float]:
    """Yield all numbers of JSON arrays, however deep, and of packed arrays of a type; NaN for what is null."""
    for value in values:
        if isinstance(value, str):
            yield from flat([json.loads(value)], typecode)
        elif isinstance(value, bytes):
            yield from map(float, array(typecode, value))
        elif isinstance(value, list):
            yield from flat(value, typecode)
        else:
            yield math.nan if value is None else float(value)


def differences(left: Scores, right: Scores) -> list[str]:
    """Return one line for each table in which the two differ."""
    lines = []
    for table in QUERIES:
        one, other = left[table], right[table]
        absent, strange = len(one.keys() - other.keys()), len(other.keys() - one.keys())
        unlike = sum(not alike(one[key], other[key]) for key in one.keys() & other.keys())
        if absent or strange or unlike:
            lines.append(f"{table}: {absent} rows missing, {strange} too many, {unlike} of other content")
    return lines


def alike(one: Row, other: Row) -> bool:
    """Return whether two rows say the same."""
    return (
        one.exact == other.exact
        and len(one.numbers) == len(other.numbers)
        and all(map(near, one.numbers, other.numbers))
    )


def near(one: float, other: float) -> bool:
    """Return whether two numbers are equal to 1e-5, or neither is one."""
    return abs(one - other) <= LARGEST_DIFFERENCE or (math.isnan(one) and math.isnan(other))
