"""Steps in the log: what an undo or a redo goes back to."""

from hhtui.store.connection import Connection


def only_read(connection: Connection, step: str) -> bool:
    """Return whether what this step takes back or restores was a no to what had never been said: a pair was read."""
    said_more = connection.execute(
        "SELECT 1 FROM event AS told WHERE kind != 'retract' "
        "AND step IN (WITH RECURSIVE chain (step) AS ("
        "SELECT ? UNION SELECT target FROM event JOIN chain USING (step) WHERE target IS NOT NULL"
        ") SELECT step FROM chain) "
        "AND (value NOT IN ('', 'no') OR kind = 'note' OR EXISTS ("
        "SELECT 1 FROM event AS earlier WHERE earlier.pair_hash = told.pair_hash AND earlier.made_at < told.made_at "
        "AND (earlier.annotator, earlier.kind, earlier.side, earlier.label) "
        "= (told.annotator, told.kind, told.side, told.label) AND earlier.value NOT IN ('', 'no'))) LIMIT 1",
        (step,),
    ).fetchone()
    return said_more is None


def decided_at(connection: Connection, step: str) -> str:
    """Return when what this step decides, takes back or restores was decided: UTC in ISO form, as `made_at`."""
    found = connection.execute(
        "WITH RECURSIVE chain (step) AS ("
        "SELECT ? UNION SELECT target FROM event JOIN chain USING (step) WHERE target IS NOT NULL"
        ") SELECT min(made_at) FROM event JOIN chain USING (step)",
        (step,),
    ).fetchone()[0]
    return str(found)
