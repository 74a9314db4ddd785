"""How far the groups of texts are, as it is stored: those that are done, apart from those that will replace them."""

import sqlite3
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray


DONE, UNDER_WAY = 1, 2


class State(NamedTuple):
    """Groups of the first `texts` texts, made with `method` and `threshold`; `roots` as in `candidates`.

    Where `extending` is more than `texts`, the texts between are being compared, and `bands_done` bands are done.
    `pairs` is the pair id up to which pairs are looked at, `removed` how many up to there had been taken out.
    """

    method: str
    threshold: float
    pairs: int
    removed: int
    texts: int
    extending: int
    bands_done: int
    roots: "NDArray[numpy.int32]"
    made_at: str


class Extent(NamedTuple):
    """For which pairs there are groups: the threshold, the greatest pair id, and how many pairs there are up to it."""

    threshold: float
    upto: int
    pairs: int


def extent(connection: sqlite3.Connection) -> Extent | None:
    """Return for which pairs there are groups, None where there are none."""
    row = connection.execute(
        "SELECT threshold, pairs, (SELECT count(*) FROM pair WHERE id <= pairs) FROM text_groups WHERE id = ?", (DONE,)
    ).fetchone()
    return Extent(*row) if row else None


def done(connection: sqlite3.Connection) -> State | None:
    """Return the groups that are packed, None where there are none."""
    return _stored(connection, DONE)


def under_way(connection: sqlite3.Connection) -> State | None:
    """Return the groups that were being made when it was stopped, None where there are none."""
    return _stored(connection, UNDER_WAY)


def _stored(connection: sqlite3.Connection, row_id: int) -> State | None:
    import numpy

    names = ", ".join(State._fields)
    row = connection.execute(f"SELECT {names} FROM text_groups WHERE id = ?", (row_id,)).fetchone()
    if row is None:
        return None
    found = State(*row)
    return found._replace(roots=numpy.frombuffer(row[State._fields.index("roots")], dtype="<i4"))


def store(connection: sqlite3.Connection, state: State) -> None:
    """Store groups that are being made, within the caller's transaction; those that are packed stay."""
    _store(connection, UNDER_WAY, state)


def finish(connection: sqlite3.Connection, state: State) -> None:
    """Store groups that are packed in the same transaction, the caller's; nothing is under way then."""
    connection.execute("DELETE FROM text_groups WHERE id = ?", (UNDER_WAY,))
    _store(connection, DONE, state)


def _store(connection: sqlite3.Connection, row_id: int, state: State) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO text_groups VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (row_id, *state[:7], state.roots.astype("<i4").tobytes(), state.made_at),
    )
