"""Numbers of every pair as numpy arrays: packed in the database, newer rows read over them."""

import json
import sqlite3
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from hhtui.model import SIDES
from hhtui.store.pairs import last_id
from hhtui.store.scorers import score_columns

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Array = NDArray[numpy.float32] | NDArray[numpy.int32]

ROWS = 20_000
DEFLATED = "zlib "
"""What the dtype of a packed column begins with whose bytes zlib has compressed."""

STRUCTURE: dict[str, str] = {
    "row": "row",
    "source": "source_id",
    "bits": "bits",
    "family": "coalesce(family, 0)",
    "opening": "coalesce(opening, 0)",
    "turns.prompt": "turns_prompt",
    "turns.chosen": "turns_prompt + turns_chosen",
    "turns.rejected": "turns_prompt + turns_rejected",
    "length.prompt": "length_prompt",
    "length.chosen": "length_chosen",
    "length.rejected": "length_rejected",
}
"""Columns that the pair table itself holds, and how SQL reads each; `turns` of a side counts the whole dialogue."""

_DERIVED = ("min", "gap", "ratio")

GROUPS = tuple(f"dupe.{side}" for side in SIDES)
"""Columns that `hhtui.store.dupes` packs: the group of a text, 0 for none; later pairs have none yet."""

_TEXT_NUMBERS = (
    "SELECT pair_text.pair_id, json_extract(score.numbers, :path) FROM pair_text "
    "JOIN score ON score.text_hash = pair_text.{side} AND score.scorer_id = :scorer "
    "WHERE pair_text.pair_id > :after AND pair_text.pair_id <= :last"
)
_PAIR_NUMBERS = (
    "SELECT pair_id, json_extract(numbers, :path) FROM pair_score "
    "WHERE scorer_id = :scorer AND pair_id > :after AND pair_id <= :last"
)


def pack(
    connection: sqlite3.Connection,
    name: str,
    values: "Array",
    *,
    scorer_id: int | None = None,
    percentiles: Sequence[float] | None = None,
) -> None:
    """Store `values`, one for each pair id from 1, as the packed column `name`, within the caller's transaction.

    Whole numbers are deflated in the smallest type that holds them; `dtype` says so. They can be had from the pair
    table as well.

    `percentiles` are the 101 values from the 0th to the 100th percentile of the column.
    """
    dtype, stored = _deflated(values) if values.dtype.kind == "i" else (values.dtype.str, values.tobytes())
    connection.execute(
        "INSERT OR REPLACE INTO packed_column VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            name,
            scorer_id,
            dtype,
            len(values),
            None if percentiles is None else json.dumps([float(str(value)) for value in percentiles]),
            stored,
            datetime.now(UTC).isoformat(),
        ),
    )


def _deflated(values: "Array") -> tuple[str, bytes]:
    import numpy

    bounds = (values.min(), values.max()) if len(values) else (0, 0)
    small = next(
        kind
        for kind in ("<i1", "<i2", "<i4")
        if all(numpy.iinfo(kind).min <= one <= numpy.iinfo(kind).max for one in bounds)
    )
    return f"{DEFLATED}{small}", zlib.compress(values.astype(small).tobytes(), level=1)


def _unpacked(dtype: str, stored: bytes) -> "Array":
    import numpy

    if not dtype.startswith(DEFLATED):
        return numpy.frombuffer(stored, dtype=dtype)
    return numpy.frombuffer(zlib.decompress(stored), dtype=dtype.removeprefix(DEFLATED)).astype("<i4")


def read_structure(connection: sqlite3.Connection) -> "dict[str, NDArray[numpy.int32]]":
    """Return every column of the pair table, one value for each pair id from 1."""
    import numpy

    last = last_id(connection)
    columns = {name: numpy.zeros(last, dtype="<i4") for name in STRUCTURE}
    joined = ", ".join(f"group_concat({one})" for one in ("id", *STRUCTURE.values()))
    for first in range(1, last + 1, ROWS):
        found = connection.execute(
            f"SELECT {joined} FROM pair WHERE id >= ? AND id < ?", (first, first + ROWS)
        ).fetchone()
        if found[0] is not None:
            ids, *numbers = (numpy.fromstring(str(one), dtype="<i4", sep=",") for one in found)
            for column, values in zip(columns.values(), numbers, strict=True):
                column[ids - 1] = values
    return columns


def pack_structure(connection: sqlite3.Connection, columns: "dict[str, NDArray[numpy.int32]]") -> None:
    """Pack what `read_structure` returned, within the caller's transaction."""
    for name, values in columns.items():
        pack(connection, name, values)


def percentiles(connection: sqlite3.Connection, name: str) -> list[float] | None:
    """Return the 101 percentile values of the packed column `name`, or None where it has none."""
    row = connection.execute("SELECT percentiles FROM packed_column WHERE name = ?", (name,)).fetchone()
    return json.loads(row[0]) if row and row[0] else None


class _Cached(NamedTuple):
    stamp: tuple[object, ...]
    values: "Array"


class Columns:
    """A reader's arrays, each kept until the database has a newer one."""

    def __init__(self) -> None:
        self._cache: dict[str, _Cached] = {}

    def get(self, connection: sqlite3.Connection, name: str) -> "Array":
        """Return the column `name`, one value for each pair id from 1: `values[id - 1]`.

        A scorer's column goes by its qualified name, as `alt_profanity.toxicity`. Besides the stored columns, `X` is
        the larger and `X.min` the smaller of `X.chosen` and `X.rejected`, `X.gap` the difference chosen − rejected and
        `X.ratio` the quotient chosen / rejected; a column of the pair has none of these. Float columns hold NaN where
        there is no score: the larger side is then the other one, the others are NaN, as a ratio to nothing is.
        Raises KeyError for an unknown name.
        """
        base, _, part = name.rpartition(".")
        if name in STRUCTURE or part in SIDES:
            return self._stored(connection, name)
        if part in _DERIVED:
            return self._derived(connection, base, part)
        scored = score_columns(connection).get(name)
        return self._stored(connection, name) if scored and scored.column.of_pair else self._derived(connection, name)

    def _derived(self, connection: sqlite3.Connection, base: str, part: str = "") -> "Array":
        import numpy

        chosen, rejected = (
            self._stored(connection, f"{base}.chosen"),
            self._stored(connection, f"{base}.rejected"),
        )
        cached = self._cache.get(f"{base}.{part or 'max'}")
        stamp = (self._cache[f"{base}.chosen"].stamp, self._cache[f"{base}.rejected"].stamp)
        if cached is None or cached.stamp != stamp:
            make = {"": numpy.fmax, "min": numpy.minimum, "gap": numpy.subtract}
            cached = _Cached(stamp, _ratio(chosen, rejected) if part == "ratio" else make[part](chosen, rejected))
            self._cache[f"{base}.{part or 'max'}"] = cached
        return cached.values

    def _stored(self, connection: sqlite3.Connection, name: str) -> "Array":
        stamp = self._stamp(connection, name)
        cached = self._cache.get(name)
        if cached is None or cached.stamp != stamp:
            cached = _Cached(stamp, self._load(connection, name))
            self._cache[name] = cached
        return cached.values

    def _stamp(self, connection: sqlite3.Connection, name: str) -> tuple[object, ...]:
        packed = connection.execute(
            "SELECT packed_at, pairs FROM packed_column WHERE name = ?", (name,)
        ).fetchone() or (None, 0)
        last = last_id(connection)
        if packed[1] >= last:
            return (*packed, last)
        if name in STRUCTURE or name in GROUPS:
            return (*packed, last)
        return (*packed, last, connection.execute("SELECT sum(pairs_done), count(*) FROM scored_unit").fetchone())

    def _load(self, connection: sqlite3.Connection, name: str) -> "Array":
        import numpy

        row = connection.execute('SELECT dtype, pairs, "values" FROM packed_column WHERE name = ?', (name,)).fetchone()
        last = last_id(connection)
        done = row[1] if row else 0
        packed = _unpacked(row[0], row[2]) if row else None
        if packed is not None and done >= last:
            return packed
        read_newer = _from_pairs if name in STRUCTURE else _no_groups if name in GROUPS else _from_scores
        newer = read_newer(connection, name, done, last)
        return newer if packed is None else numpy.concatenate([packed, newer])


def _ratio(chosen: "Array", rejected: "Array") -> "NDArray[numpy.float32]":
    import numpy

    nothing = numpy.full(len(chosen), numpy.nan, dtype=numpy.float32)
    return numpy.divide(chosen, rejected, out=nothing, where=rejected != 0, dtype=numpy.float32)


def _from_pairs(connection: sqlite3.Connection, name: str, after: int, last: int) -> "Array":
    import numpy

    values = numpy.zeros(last - after, dtype="<i4")
    rows = connection.execute(
        f"SELECT id, {STRUCTURE[name]} FROM pair WHERE id > ? AND id <= ?", (after, last)
    ).fetchall()
    if rows:
        found = numpy.array(rows, dtype=numpy.int64)
        values[found[:, 0] - after - 1] = found[:, 1]
    return values


def _no_groups(connection: sqlite3.Connection, name: str, after: int, last: int) -> "Array":
    import numpy

    return numpy.zeros(last - after, dtype="<i4")


def _from_scores(connection: sqlite3.Connection, name: str, after: int, last: int) -> "NDArray[numpy.float32]":
    import numpy

    columns = score_columns(connection)
    base, _, side = (name, "", "") if name in columns else name.rpartition(".")
    column, values = columns[base], numpy.full(last - after, numpy.nan, dtype="<f4")
    if side and side not in column.sides:
        return values
    rows = connection.execute(
        _PAIR_NUMBERS if column.scorer.of_pairs else _TEXT_NUMBERS.format(side=side),
        {"path": column.path(side), "scorer": column.scorer.id, "after": after, "last": last},
    ).fetchall()
    if rows:
        found = numpy.array(rows, dtype=numpy.float64)
        values[found[:, 0].astype(numpy.int64) - after - 1] = found[:, 1]
    return values
