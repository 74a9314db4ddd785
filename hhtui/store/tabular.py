"""Pairs as an Arrow table: their place, scores, decisions and texts, a column each under the names of queries."""

import json
import sqlite3
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from hhtui.model import SIDES
from hhtui.store.by_key import PAIR_KEY
from hhtui.store.columns import Columns
from hhtui.store.connection import kept_by, snapshot
from hhtui.store.errors import StoreError
from hhtui.store.named_values import WORDS, checked, reader, stored_name
from hhtui.store.records import records
from hhtui.store.results import Ranking
from hhtui.store.scorers import score_columns

if TYPE_CHECKING:
    import numpy
    import pyarrow
    from numpy.typing import NDArray

    Ids = NDArray[numpy.int64]

PLACE = ("key", "hash", "subset", "split", "row")
DECIDED = ("flag", "drop", "preference", "label.chosen", "label.rejected", "note", "by")
CHUNK = 20_000

_FIELDS = {"hash": "lower(hex(pair.hash))", "key": PAIR_KEY, "subset": "source.subset", "split": "source.split"}


def usual_names(connection: sqlite3.Connection) -> list[str]:
    """Return the columns of a table where none are named: place, scores of each side, decisions, and the texts."""
    numbers = [
        ".".join(filter(None, (name, side)))
        for name, column in score_columns(connection).items()
        for side in column.sides or ("",)
    ]
    return [*PLACE, *numbers, *DECIDED, *SIDES]


def table(
    connection: sqlite3.Connection,
    pair_ids: Sequence[int],
    names: Sequence[str] | None = None,
    ranking: Ranking | None = None,
) -> "pyarrow.Table":
    """Return these pairs, in their order, as a table with the columns `names`, else `usual_names`.

    A name is one of the query language with a value (`harm.min`, `length.chosen`, `flag`, `has`), `hash` (hexadecimal),
    or a text: `prompt`, `chosen` and `rejected` hold role markers, prompt + chosen is the chosen transcript. A number
    that is missing is null. What annotators may say differently is a list. `ranking` adds a column of its own name.
    Raises StoreError where a name is unknown, and where pairs have left the database since they were found.
    """
    import numpy
    import pyarrow

    own = {*_FIELDS, *SIDES}
    wanted = (
        usual_names(connection) if names is None else list(dict.fromkeys([names] if isinstance(names, str) else names))
    )
    if not wanted:
        raise StoreError("a table needs a column; name one, such as key, or none at all for the usual ones")
    known = dict(zip(others := [name for name in wanted if name not in own], checked(connection, others), strict=True))
    ids = numpy.asarray(pair_ids, dtype=numpy.int64)
    with snapshot(connection):
        _check_present(connection, ids)
        plain = _plain(connection, ids, [name for name in wanted if name in own])
        said = _words(connection, ids, [name for name in known.values() if name in WORDS])
        columns = {}
        for name in wanted:
            if name in own:
                columns[name] = plain[name]
            elif known[name] in WORDS:
                columns[name] = pyarrow.array(said[known[name]], type=_type_of(known[name]))
            else:
                values = kept_by(connection, Columns).get(connection, stored_name(connection, known[name]))
                columns[name] = pyarrow.array(values[ids - 1], from_pandas=True)
    if ranking is not None:
        columns[ranking.name] = pyarrow.array(numpy.asarray(ranking.values, dtype=numpy.float32), from_pandas=True)
    return pyarrow.table(columns)


def _check_present(connection: sqlite3.Connection, ids: "Ids") -> None:
    (gone,) = connection.execute(
        "SELECT count(*) FROM json_each(?) WHERE value NOT IN (SELECT id FROM pair)", (json.dumps(ids.tolist()),)
    ).fetchone()
    if gone:
        raise StoreError(f"{gone:,} of these {len(ids):,} pairs have left the database since; search again")


def _type_of(name: str) -> "pyarrow.DataType":
    """Return the type of a field that is no number, whatever values it has in a table."""
    import pyarrow

    base = name.partition(".")[0]
    if base in ("flag", "drop"):
        return pyarrow.bool_()
    if base in ("family", "opening"):
        return pyarrow.int64()
    if base in PLACE:
        return pyarrow.string()
    return pyarrow.list_(pyarrow.int64() if base == "dupe" else pyarrow.string())


def _plain(connection: sqlite3.Connection, ids: "Ids", names: Sequence[str]) -> dict[str, Any]:
    """Return what SQL holds of each pair as it stands."""
    import pyarrow

    if not names:
        return {}
    fields = ", ".join(_FIELDS.get(name, f"body.{name}") for name in names)
    bodies = "JOIN body ON body.id = pair.id " if set(names) & set(SIDES) else ""
    sql = (
        f"SELECT {fields} FROM json_each(?) AS wanted CROSS JOIN pair ON pair.id = wanted.value {bodies}"
        "JOIN source ON source.id = pair.source_id ORDER BY wanted.key"
    )
    chunks: list[list[Any]] = [[] for _ in names]
    for start in range(0, len(ids), CHUNK):
        rows = connection.execute(sql, (json.dumps(ids[start : start + CHUNK].tolist()),)).fetchall()
        for chunk, values in zip(chunks, zip(*rows, strict=True), strict=True):
            chunk.append(pyarrow.array(values, type=pyarrow.string()))
    text = pyarrow.string()
    return {name: pyarrow.chunked_array(chunk, type=text) for name, chunk in zip(names, chunks, strict=True)}


def _words(connection: sqlite3.Connection, ids: "Ids", names: Sequence[str]) -> dict[str, Any]:
    """Return the fields that are no numbers; where only decisions are asked for, of decided pairs alone are read."""
    import numpy

    if not names or not len(ids):
        return {name: [] for name in names}
    looked_at = ids
    if set(names) <= {*DECIDED, "label", "conflict"}:
        decided = [pair_id for (pair_id,) in connection.execute("SELECT DISTINCT pair_id FROM decision")]
        looked_at = ids[numpy.isin(ids, decided)]
    value_of = reader(connection, names)
    found = {record.pair.id: value_of(record) for record in records(connection, looked_at.tolist())}
    nothing = {name: _NOTHING[name]() for name in names if name in _NOTHING}
    return {name: [found.get(pair_id, nothing)[name] for pair_id in ids.tolist()] for name in names}


_NOTHING: dict[str, Callable[[], Any]] = {
    **dict.fromkeys(("flag", "drop"), bool),
    **dict.fromkeys(("preference", "label", "label.chosen", "label.rejected", "note", "by", "conflict"), list),
}
