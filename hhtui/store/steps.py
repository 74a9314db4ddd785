"""Steps in the log: what an undo or a redo goes back to."""

from hhtui.store.connection import Connection


def decided_at(connection: Connection, step: str) -> str:
    """Return when what this step decides, takes back or restores was decided: UTC in ISO form, as `made_at`."""
    found = connection.execute(
        "WITH RECURSIVE chain (step) AS ("
        "SELECT ? UNION SELECT target FROM event JOIN chain USING (step) WHERE target IS NOT NULL"
        ") SELECT min(made_at) FROM event JOIN chain USING (step)",
        (step,),
    ).fetchone()[0]
    return str(found)
