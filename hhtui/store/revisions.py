"""A new revision of a source takes the place of an earlier one."""

import sqlite3
from collections.abc import Sequence

from hhtui.dialogue import without_markers
from hhtui.store import events
from hhtui.store.loading import watermark


def replace(connection: sqlite3.Connection, earlier: Sequence[int], source_id: int) -> list[str]:
    """Remove the pairs of the `earlier` sources, which `source_id` replaces, within the caller's transaction.

    Decisions move to the pairs with the same content; the log of events keeps everything. Returns the keys that
    live events name and whose content no pair has any more.
    """
    for one in earlier:
        _take_out_of_index(connection, one)
        pairs = "SELECT id FROM pair WHERE source_id = ?"
        connection.execute(f"DELETE FROM pair_text WHERE pair_id IN ({pairs})", (one,))
        connection.execute(f"DELETE FROM pair_score WHERE pair_id IN ({pairs})", (one,))
        connection.execute(f"DELETE FROM body WHERE id IN ({pairs})", (one,))
        connection.execute("DELETE FROM pair WHERE source_id = ?", (one,))
        connection.execute("UPDATE source SET superseded_by = ? WHERE id = ?", (source_id, one))
    return events.rebuild(connection)


def _take_out_of_index(connection: sqlite3.Connection, source_id: int) -> None:
    """Remove the indexed pairs of a source from the text index, which wants to be told the texts it holds."""
    rows = connection.execute(
        "SELECT pair.id, body.prompt, body.chosen, body.rejected FROM pair JOIN body ON body.id = pair.id "
        "WHERE pair.source_id = ? AND pair.id <= ?",
        (source_id, watermark(connection)),
    )
    connection.executemany(
        "INSERT INTO pair_fts (pair_fts, rowid, prompt, chosen, rejected) VALUES ('delete', ?, ?, ?, ?)",
        ((number, *map(without_markers, texts)) for number, *texts in rows),
    )
