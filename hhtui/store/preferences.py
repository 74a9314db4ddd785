"""Which response people prefer now, as far as they decided one pair at a time."""

import sqlite3
from collections.abc import Mapping
from typing import NamedTuple

from hhtui.store.imports import INTERFACE


class Preferences(NamedTuple):
    """The preferences that stand about each pair, by local id; of the pairs, `imported` ones have some from a file."""

    of_pair: Mapping[int, frozenset[str]]
    imported: int


def preferences(connection: sqlite3.Connection, annotator: str = "") -> Preferences:
    """Return the preferences of `annotator` or of anybody; what was decided for many pairs at once is left out."""
    found: dict[int, set[str]] = {}
    imported: set[int] = set()
    for pair_id, value, interface in connection.execute(
        "SELECT pair_id, decision.value, json_extract(context, '$.interface') "
        "FROM decision JOIN event ON event.uuid = decision.event_uuid "
        "WHERE decision.kind = 'preference' AND :by IN ('', decision.annotator) "
        "AND json_extract(context, '$.bulk') IS NOT 1",
        {"by": annotator},
    ):
        found.setdefault(pair_id, set()).add(value)
        if interface == INTERFACE:
            imported.add(pair_id)
    return Preferences({pair_id: frozenset(values) for pair_id, values in found.items()}, len(imported))
