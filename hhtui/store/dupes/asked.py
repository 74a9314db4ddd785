"""What a query asks of the groups of texts that are nearly the same."""

import sqlite3
from typing import TYPE_CHECKING

from hhtui.query.errors import QueryError
from hhtui.query.nodes import All, Any, Duplicated, Node, Not
from hhtui.store.by_key import ids_by_key
from hhtui.store.columns import GROUPS, Columns
from hhtui.store.connection import kept_by
from hhtui.store.dupes.state import extent
from hhtui.store.pairs import count, last_id

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Mask = NDArray[numpy.bool_]


def duplicated(connection: sqlite3.Connection, wanted: Duplicated) -> "Mask":
    """Return which pairs have a text that is `wanted`; raises QueryError where nobody looked for such texts."""
    import numpy

    if not count(connection):
        return numpy.zeros(0, dtype=numpy.bool_)
    if extent(connection) is None:
        raise QueryError("Nobody has looked for similar texts in this database; hhtui dupes DB does")
    columns = kept_by(connection, Columns)
    sides = [columns.get(connection, f"dupe.{side}") for side in wanted.columns]
    if not (wanted.keys or wanted.ids):
        found: Mask = numpy.any([side > 0 for side in sides], axis=0)
        return found
    ids = list(ids_by_key(connection, wanted.keys).values())
    groups = set(wanted.ids)
    for name in GROUPS:
        groups.update(columns.get(connection, name)[numpy.array(ids, dtype=numpy.int64) - 1].tolist())
    mask: Mask = numpy.any([numpy.isin(side, list(groups - {0})) for side in sides], axis=0)
    mask[numpy.array(ids, dtype=numpy.int64) - 1] = True
    return mask


def note_for(connection: sqlite3.Connection, node: Node | None) -> str:
    """Return what is to be said where a condition asks for groups that are not made of every pair, else ""."""
    if node is None or not _asks(node):
        return ""
    found = extent(connection)
    if found is None or found.upto >= last_id(connection):
        return ""
    known = f"{found.pairs:,} of {count(connection):,} pairs"
    return f"Similar texts are known of {known}; hhtui dupes DB looks at the others."


def _asks(node: Node) -> bool:
    match node:
        case All(nodes) | Any(nodes):
            return any(map(_asks, nodes))
        case Not(inner):
            return _asks(inner)
    return isinstance(node, Duplicated)
