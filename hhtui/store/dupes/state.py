"""How far the groups of texts are, as it is stored."""

import sqlite3
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray


class State(NamedTuple):
    """Groups of the first `texts` texts, made with `method` and `threshold`; `roots` as in `candidates`.

    Where `extending` is more than `texts`, the texts between are being compared, and `bands_done` bands are done.
    `pairs` is the pair id up to which the packed columns are, 0 before the first groups are done, `removed` how many
    pairs up to there had been taken out.
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
    """For which pairs there are groups: the threshold, the greatest pair id, how many were gone, and when."""

    threshold: float
    pairs: int
    removed: int
    made_at: str


def extent(connection: sqlite3.Connection) -> Extent | None:
    """Return for which pairs there are groups, None where there are none."""
    row = connection.execute("SELECT threshold, pairs, removed, made_at FROM text_groups WHERE pairs > 0").fetchone()
    return Extent(*row) if row else None


def stored(connection: sqlite3.Connection) -> State | None:
    """Return what is stored, None where nothing is."""
    import numpy

    names = ", ".join(State._fields)
    row = connection.execute(f"SELECT {names} FROM text_groups").fetchone()
    if row is None:
        return None
    found = State(*row)
    return found._replace(roots=numpy.frombuffer(row[State._fields.index("roots")], dtype="<i4"))


def store(connection: sqlite3.Connection, state: State) -> None:
    """Replace what is stored, within the caller's transaction."""
    connection.execute(
        "INSERT OR REPLACE INTO text_groups VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*state[:7], state.roots.astype("<i4").tobytes(), state.made_at),
    )
