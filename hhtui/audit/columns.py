"""Which numbers the name of a column means, and which length stands beside them."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import NamedTuple

from hhtui.model import RESPONSES
from hhtui.store.connection import Connection
from hhtui.store.errors import StoreError
from hhtui.store.scorers import StoredColumn, harm_column, named_columns, resolve, score_columns

PARTS = ("chosen", "rejected", "min", "prompt")
OF_PAIRS = ("length", "turns")
PLAIN = ("length", "turns", "row", "harm", "gap")
"""What a pair has a number under beside its scorers' columns."""
LENGTH = "length"
LENGTH_DIFFERENCE = "length.gap"
SPOKEN = {LENGTH_DIFFERENCE: "gap of length"}


class Column(NamedTuple):
    """What to evaluate: its full name, its name in the store, the scorer's column, the length beside it.

    A gap is the number of the chosen side less that of the rejected side. `scored` is None for a number that
    no scorer gives, as `length.chosen`.
    """

    name: str
    stored: str
    scored: StoredColumn | None
    length: str


def column_of_pairs(connection: Connection, name: str) -> Column:
    """Return the column that `name` means for pairs, `toxicity.rejected` or `length.chosen`, as in a query.

    The length beside it is that of the same side; for a difference of the sides, and for a number of the pair, it is
    how much longer the chosen response is. Raises StoreError where there is no such column, or no such side of it.
    """
    if name == "gap":
        scored = _harm(connection)
        return Column(f"gap of {scored.name}", f"{scored.name}.gap", scored, LENGTH_DIFFERENCE)
    base, _, part = name.rpartition(".") if name.rpartition(".")[2] in PARTS else (name, "", "")
    dotted = f".{part}" if part else ""
    if base == "row" and not part:
        return Column(name, name, None, LENGTH)
    if base in OF_PAIRS:
        return Column(name, name, None, f"{LENGTH}{dotted}")
    scored = _harm(connection) if base == "harm" else _resolved(connection, base, PLAIN)
    if scored.column.of_pair:
        if part:
            raise StoreError(f"{scored.name} is a number of the pair, it has no .{part}; leave that out")
        return Column(scored.name, scored.name, scored, LENGTH_DIFFERENCE)
    needed = {part} if part in scored.scorer.sides or part == "prompt" else set(RESPONSES)
    if not needed <= set(scored.sides):
        there = ", ".join(f"{scored.name}.{side}" for side in scored.sides)
        raise StoreError(f"{scored.name} has no numbers of {part or 'responses'}; columns: {there}")
    return Column(f"{scored.name}{dotted}", f"{scored.name}{dotted}", scored, f"{LENGTH}{dotted}")


def column_of_texts(connection: Connection, name: str) -> Column:
    """Return the column that `name` means for texts by themselves: `toxicity`, or `length`.

    Raises StoreError where there is no such column, where a side is named, or the scorer does not read texts.
    """
    if name == LENGTH:
        return Column(name, name, None, LENGTH)
    scored = _harm(connection) if name == "harm" else _resolved(connection, _without_side(name), (LENGTH, "harm"))
    if scored.scorer.of_pairs:
        raise StoreError(
            f"{scored.name} is learned from pairs and cannot be told of a text; label pairs by key or hash"
        )
    return Column(scored.name, scored.name, scored, LENGTH)


def _without_side(name: str) -> str:
    base, _, part = name.rpartition(".")
    if base and part in PARTS:
        raise StoreError(f"{name} names a side, and a labelled text has none; name the column alone: {base}")
    return name


def _resolved(connection: Connection, name: str, plain: Sequence[str]) -> StoredColumn:
    """Return the scorer's column with this name; raises StoreError that names the nearest, `plain` among them."""
    try:
        return resolve(connection, name)
    except StoreError:
        sided = [f"{one}.{part}" for one in OF_PAIRS if one in plain for part in PARTS]
        (near,) = get_close_matches(name, [*plain, *sided, *named_columns(connection)], n=1, cutoff=0)
        there = ", ".join([*plain, *score_columns(connection)])
        raise StoreError(f"there is no column {name!r}; did you mean {near}? Columns: {there}") from None


def _harm(connection: Connection) -> StoredColumn:
    name = harm_column(connection)
    if name is None:
        raise StoreError("harm stands for nothing yet: this database has no scores, hhtui score makes them")
    return resolve(connection, name)
