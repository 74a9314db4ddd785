"""Which pairs have which current decisions, as masks."""

import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hhtui.store.indexed import mask_from
from hhtui.text import fold

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Mask = NDArray[numpy.bool_]

JUDGEMENTS = ("flag", "drop", "preference", "label")
"""The kinds of decision after which a pair is no longer undecided."""

KINDS = (*JUDGEMENTS, "note")
"""The kinds of decision that `by:` alone counts; to skip a pair is no decision."""


def decided(
    connection: sqlite3.Connection,
    size: int,
    kinds: Sequence[str] = JUDGEMENTS,
    values: Sequence[str] = (),
    annotators: Sequence[str] | None = None,
) -> "Mask":
    """Return which pair ids from 1 to `size` have a decision of one of `kinds`.

    Its value is one of `values` (() is any), and it is by one of `annotators`, None for anyone.
    """
    sql = f"SELECT group_concat(DISTINCT pair_id) FROM decision WHERE kind IN {marks(kinds)}"
    if values:
        sql += f" AND value IN {marks(values)}"
    return _found(connection, size, sql, (*kinds, *values), annotators)


def labelled(
    connection: sqlite3.Connection,
    size: int,
    labels: Sequence[str],
    sides: Sequence[str],
    annotators: Sequence[str] | None,
) -> "Mask":
    """Return which pair ids from 1 to `size` have one of `labels` (() is any) on one of `sides`."""
    sql = f"SELECT group_concat(DISTINCT pair_id) FROM decision WHERE kind = 'label' AND side IN {marks(sides)}"
    if labels:
        sql += f" AND label IN {marks(labels)}"
    return _found(connection, size, sql, (*sides, *labels), annotators)


def noted(connection: sqlite3.Connection, size: int, text: str, annotators: Sequence[str] | None) -> "Mask":
    """Return which pair ids from 1 to `size` have a note that contains `text`, both folded."""
    sql, folded = "SELECT pair_id, value FROM decision WHERE kind = 'note'", fold(text)
    if annotators is not None:
        sql += f" AND annotator IN {marks(annotators)}"
    notes = connection.execute(sql, tuple(annotators or ()))
    return mask_from(",".join(str(pair_id) for pair_id, note in notes if folded in fold(note)) or None, size)


def marks(values: Sequence[object]) -> str:
    """Return SQL's list of as many parameters as there are `values`."""
    return f"({', '.join('?' * len(values))})"


def _found(
    connection: sqlite3.Connection, size: int, sql: str, parameters: Sequence[str], annotators: Sequence[str] | None
) -> "Mask":
    if annotators is not None:
        sql += f" AND annotator IN {marks(annotators)}"
    return mask_from(connection.execute(sql, (*parameters, *(annotators or ()))).fetchone()[0], size)
