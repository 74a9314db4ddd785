"""Which pairs name groups of people: asked of the text index, remembered until it grows."""

import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hhtui.dialogue import without_markers
from hhtui.identity import TERMS, names_group
from hhtui.model import SIDES, Side
from hhtui.store.connection import kept_by
from hhtui.store.indexed import mask_from, reach
from hhtui.store.pairs import last_id

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Mask = NDArray[numpy.bool_]

_MATCHING = "SELECT group_concat(rowid) FROM pair_fts WHERE pair_fts MATCH ?"


def naming_groups(connection: sqlite3.Connection, sides: tuple[Side, ...] = SIDES) -> "Mask":
    """Return which pair ids from 1 name a group of people on any of these sides; do not change the array.

    What names a group is told by `identity.terms_in`; besides, the index finds a term whose letters bear accents.
    Pairs that the text index does not hold yet are left out.
    """
    return kept_by(connection, _Masks).get(connection, sides)


class _Masks:
    """The answers for the sides that were asked about, each kept while index and pairs stay as they are."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Side, ...], tuple[tuple[int, int], Mask]] = {}

    def get(self, connection: sqlite3.Connection, sides: tuple[Side, ...]) -> "Mask":
        stamp = last_id(connection), reach(connection)
        kept = self._kept.get(sides)
        if kept is None or kept[0] != stamp:
            kept = stamp, _find(connection, sides, stamp[0])
            self._kept[sides] = kept
        return kept[1]


def _find(connection: sqlite3.Connection, sides: tuple[Side, ...], size: int) -> "Mask":
    """Ask for the single words, and look at the texts that only have two words of a term next to each other.

    The index finds these with a comma or a hyphen between them too.
    """
    found = _matching(connection, sides, [term for term in TERMS if " " not in term], size)
    doubtful = _matching(connection, sides, [term for term in TERMS if " " in term], size) & ~found
    for place in doubtful.nonzero()[0]:
        row = connection.execute(f"SELECT {', '.join(sides)} FROM body WHERE id = ?", (int(place) + 1,)).fetchone()
        found[place] = row is not None and any(names_group(without_markers(text)) for text in row)
    return found


def _matching(connection: sqlite3.Connection, sides: Sequence[Side], terms: Sequence[str], size: int) -> "Mask":
    words = " OR ".join(f'"{term}" OR "{term}s"' for term in terms)
    return mask_from(connection.execute(_MATCHING, (f"{{{' '.join(sides)}}} : ({words})",)).fetchone()[0], size)
