"""The scores of single texts by themselves, many at once: what the shield asks of every turn that it lets pass."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from hhtui.hashing import text_hash
from hhtui.store.scorers import StoredColumn, harm_column, named_columns

SHIELD_COLUMN = "toxicity"
MOST_AT_ONCE = 500


class TurnScores(NamedTuple):
    """The numbers of one column for texts by themselves, whatever kind of text the scorer took them for.

    `column` is None where nothing has been scored with a column that could be asked.
    """

    connection: sqlite3.Connection
    column: StoredColumn | None

    def of(self, texts: Iterable[str]) -> dict[str, float | None]:
        """Return the number of each of these texts, stripped as they are scored; None where a text has none."""
        found: dict[str, float | None] = dict.fromkeys(texts)
        if self.column is None or self.column.scorer.of_pairs:
            return found
        hashes = {text_hash(text): text for text in found}
        for some in _parted(list(hashes)):
            rows = self.connection.execute(
                "SELECT text_hash, numbers FROM score WHERE scorer_id = ? "
                f"AND text_hash IN ({', '.join('?' * len(some))})",
                (self.column.scorer.id, *some),
            )
            found.update((hashes[digest], json.loads(numbers)[self.column.position]) for digest, numbers in rows)
        return found


def turn_scores(connection: sqlite3.Connection) -> TurnScores:
    """Return the scores that the shield goes by: the first column here called `toxicity`, else the one of `harm`."""
    columns = named_columns(connection)
    harm = harm_column(connection)
    return TurnScores(connection, columns.get(SHIELD_COLUMN) or (columns[harm] if harm else None))


def _parted(hashes: Sequence[bytes]) -> Iterable[Sequence[bytes]]:
    return (hashes[first : first + MOST_AT_ONCE] for first in range(0, len(hashes), MOST_AT_ONCE))
