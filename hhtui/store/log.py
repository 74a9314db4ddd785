"""The log of decisions as it is told: every event in the order of time, with what became of it."""

import json
import sqlite3
from collections.abc import Iterator
from typing import Any, NamedTuple

from hhtui.model import Event
from hhtui.store import pairs
from hhtui.store.by_key import id_by_key
from hhtui.store.events import LIVE


class Wanted(NamedTuple):
    """Which events: of one annotator, about one pair, of one kind, made at `since` (UTC, ISO) or later; "" is any.

    With `limit` only the latest so many, where a step that decided about many pairs at once counts as one.
    """

    annotator: str = ""
    key: str = ""
    kind: str = ""
    since: str = ""
    limit: int | None = None


class Undone(NamedTuple):
    """What a retract cancels: the kind of the annotator's events of that step ("" for none here), and how many.

    The kind "retract" means that it is an undo which is taken back: a redo.
    """

    kind: str
    events: int


class Logged(NamedTuple):
    """An event, whether it is `retracted` now, and whether its pair `is_here`; of a retract, what it cancels."""

    event: Event
    retracted: bool
    is_here: bool
    undone: Undone | None


_TOLD = f"""
SELECT uuid, step, annotator, session, kind, made_at, pair_hash, pair_key, side, label, value, target, shown_ms,
       context,
       NOT {LIVE} AS retracted,
       pair_hash IS NULL OR EXISTS (SELECT 1 FROM pair WHERE pair.hash = event.pair_hash) AS is_here
FROM event WHERE event.seq = ?
"""
_WHICH = """
(:annotator = '' OR annotator = :annotator) AND (:kind = '' OR kind = :kind) AND made_at >= :since
AND (:key = '' OR pair_key = :key OR pair_hash = :hash)
"""
_LATEST_FIRST = "ORDER BY made_at DESC, step DESC, CASE WHEN json_extract(context, '$.bulk') THEN 0 ELSE seq END DESC"


def read(connection: sqlite3.Connection, wanted: Wanted) -> Iterator[Logged]:
    """Yield the events that are wanted, oldest first; raises StoreError for a key that nothing here has."""
    digest = _hash_of(connection, wanted.key)
    numbered = "" if wanted.limit is None else f", dense_rank() OVER ({_LATEST_FIRST}) AS place"
    latest = "" if wanted.limit is None else "WHERE place <= :limit"
    places = connection.execute(
        f"SELECT seq FROM (SELECT seq, made_at, step{numbered} FROM event WHERE {_WHICH}) {latest} "
        "ORDER BY made_at, step, seq",
        {**wanted._asdict(), "hash": digest},
    )
    for place in places:
        yield _logged(connection, connection.execute(_TOLD, place).fetchone())


def _logged(connection: sqlite3.Connection, row: tuple[Any, ...]) -> Logged:
    *parts, context, retracted, is_here = row
    event = Event._make([*parts, json.loads(context)])
    undone = None if event.target is None else _undone(connection, event.target, event.annotator)
    return Logged(event, bool(retracted), bool(is_here), undone)


def _undone(connection: sqlite3.Connection, step: str, annotator: str) -> Undone:
    kinds = connection.execute(
        "SELECT kind, count(*) FROM event WHERE step = ? AND annotator = ? GROUP BY kind", (step, annotator)
    ).fetchall()
    return Undone(", ".join(kind for kind, _ in kinds), sum(count for _, count in kinds))


def _hash_of(connection: sqlite3.Connection, key: str) -> bytes | None:
    """Return the hash of the pair with this key; None for no key, and where only events know it."""
    if not key or connection.execute("SELECT 1 FROM event WHERE pair_key = ? LIMIT 1", (key,)).fetchone():
        pair_id = id_by_key(connection, key) if key else None
        return pairs.read(connection, pair_id).hash if pair_id is not None else None
    return pairs.read(connection, pairs.id_of(connection, key)).hash
