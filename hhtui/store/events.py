"""The append-only log of events, and the current values that follow from it."""

import sqlite3
from datetime import UTC, datetime, timedelta

from hhtui.store.by_key import PAIR_KEY

WITHDRAWN = ("", "no")

LIVE = """
NOT EXISTS (
    SELECT 1 FROM event AS undo
    WHERE undo.target = event.step AND undo.kind = 'retract' AND undo.annotator = event.annotator
    AND NOT EXISTS (SELECT 1 FROM event AS redo
                    WHERE redo.target = undo.step AND redo.kind = 'retract' AND redo.annotator = undo.annotator)
)
"""
"""The condition, in SQL, that a row of `event` is not retracted: nobody takes back but what they said themselves."""

SAYS = f"json_extract(context, '$.answer_only') IS NOT 1 AND {LIVE}"
"""The condition, in SQL, that a row of `event` says what its annotator holds of the pair now, or held before."""

PAIR_ID = f"""
coalesce((SELECT min(id) FROM pair WHERE hash = pair_hash AND {PAIR_KEY} = pair_key),
         (SELECT id FROM pair WHERE hash = pair_hash ORDER BY {PAIR_KEY}, id LIMIT 1))
"""
"""In SQL, the pair here that a hash and a key name: of several with the hash the one with the key, or the least key.

That does not depend on the order in which pairs were loaded. NULL where there is none.
"""


def now() -> str:
    """Return the time now as the log has it: UTC with microseconds, in ISO form."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def after_last(connection: sqlite3.Connection, annotator: str) -> str:
    """Return the time now, or just past the annotator's last event or triage where the clock has been set back.

    Where that last time is the end of all time, or none at all, it is the time now.
    """
    (last,) = connection.execute(
        "SELECT max((SELECT coalesce(max(made_at), '') FROM event WHERE annotator = :annotator), "
        "           (SELECT coalesce(max(started_at), '') FROM triage WHERE annotator = :annotator))",
        {"annotator": annotator},
    ).fetchone()
    present = now()
    if last < present:
        return present
    try:
        return (datetime.fromisoformat(last) + timedelta(microseconds=1)).isoformat(timespec="microseconds")
    except (ValueError, OverflowError):
        return present


def rebuild(connection: sqlite3.Connection) -> list[str]:
    """Derive the table of current values from the log, within the caller's transaction.

    Returns the keys that live events name and no pair here has, by content hash first and then key.
    """
    connection.execute("DELETE FROM decision")
    derive(connection, "event.kind != 'retract'", ())
    return [
        key
        for (key,) in connection.execute(
            f"SELECT DISTINCT pair_key FROM event WHERE kind != 'retract' AND {LIVE} "
            "AND pair_hash NOT IN (SELECT hash FROM pair) ORDER BY pair_key"
        )
    ]


def derive_for_source(connection: sqlite3.Connection, source_id: int) -> None:
    """Derive the current values about texts that a source has brought, within the caller's transaction.

    The log may have events about them from before, merged from another database for example.
    """
    if connection.execute("SELECT 1 FROM event LIMIT 1").fetchone() is None:
        return
    named = "(SELECT pair_hash FROM event WHERE pair_hash IN (SELECT hash FROM pair WHERE source_id = ?))"
    connection.execute(
        f"DELETE FROM decision WHERE pair_id IN (SELECT id FROM pair WHERE hash IN {named})", (source_id,)
    )
    derive(connection, f"event.pair_hash IN {named}", (source_id,))


def derive(connection: sqlite3.Connection, which: str, parameters: tuple[object, ...]) -> list[int]:
    """Set the current value of every (pair, annotator, kind, side, label) that the chosen events name.

    `which` is a condition in SQL on rows of `event`. Returns the ids of the pairs, which are those that are here.
    """
    places = connection.execute(
        f"SELECT DISTINCT pair_hash, pair_key, annotator, kind, side, label FROM event WHERE {which} "
        "AND pair_hash IS NOT NULL",
        parameters,
    ).fetchall()
    touched = []
    for digest, key, annotator, kind, side, label in places:
        pair_id = pair_of(connection, digest, key)
        if pair_id is None:
            continue
        touched.append(pair_id)
        place = (pair_id, annotator, kind, side, label)
        connection.execute(
            "DELETE FROM decision WHERE (pair_id, annotator, kind, side, label) = (?, ?, ?, ?, ?)", place
        )
        newest = _newest(connection, pair_id, digest, annotator, kind, side, label)
        if newest is not None and newest[0] not in WITHDRAWN:
            connection.execute("INSERT INTO decision VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*place, *newest))
    return sorted(set(touched))


def _newest(
    connection: sqlite3.Connection, pair_id: int, digest: bytes, annotator: str, kind: str, side: str, label: str
) -> tuple[str, str, str] | None:
    """Return value, uuid and time of the greatest live event about a place, or None where none is live.

    The `+` keeps SQLite from walking through everything that the annotator ever decided.
    """
    rows = connection.execute(
        "SELECT value, uuid, made_at, pair_key FROM event "
        "WHERE pair_hash = ? AND +annotator = ? AND kind = ? AND side = ? AND label = ? "
        f"AND {SAYS} ORDER BY made_at DESC, uuid DESC",
        (digest, annotator, kind, side, label),
    )
    for value, identity, made_at, key in rows:
        if pair_of(connection, digest, key) == pair_id:
            return value, identity, made_at
    return None


def pair_of(connection: sqlite3.Connection, digest: bytes, key: str) -> int | None:
    """Return the pair that an event is about, see PAIR_ID; None where it is not here."""
    row = connection.execute(
        f"SELECT id FROM pair WHERE hash = ? ORDER BY {PAIR_KEY} != ?, {PAIR_KEY}, id LIMIT 1", (digest, key)
    ).fetchone()
    return int(row[0]) if row else None
