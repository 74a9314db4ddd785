"""Which pairs hold words like those of a question."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from hhtui.model import SIDES, Side
from hhtui.query.fuzzy import asked
from hhtui.query.nodes import Fuzzy, Substring
from hhtui.store.bodies import Bodies
from hhtui.store.connection import kept_by
from hhtui.store.fuzzy.vocabulary import Vocabulary
from hhtui.store.indexed import TextIndex

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Mask = NDArray[numpy.bool_]


def matching(connection: sqlite3.Connection, wanted: Fuzzy, candidates: "Mask") -> "Mask":
    """Return which of the `candidates` are found; see `store.fuzzy` for what that is."""
    import numpy

    words, literals = asked(wanted.text)
    near = [kept_by(connection, Vocabulary).near(connection, word) for word in words]
    if not (words or literals) or not all(near):
        return numpy.zeros_like(candidates)
    found = candidates
    if near:
        every = " AND ".join(any_of(quoted(one.term) for one in alike) for alike in near)
        found = found & in_columns(connection, wanted.columns, every, len(candidates))
    for literal in literals:
        found = kept_by(connection, Bodies).with_substring(connection, Substring(wanted.columns, literal), found)
    return found


def in_columns(connection: sqlite3.Connection, columns: Sequence[Side], expression: str, size: int) -> "Mask":
    """Return which of the pair ids from 1 to `size` an FTS5 expression finds in these columns; do not change it."""
    within = expression if len(columns) == len(SIDES) else f"{{{' '.join(columns)}}} : ({expression})"
    return kept_by(connection, TextIndex).matching(connection, within, size)


def any_of(expressions: Iterable[str]) -> str:
    """Return the FTS5 expression that finds what any of these does."""
    return f"({' OR '.join(expressions)})"


def quoted(words: str) -> str:
    """Return words as FTS5 takes them for a phrase."""
    return '"' + words.replace('"', '""') + '"'
