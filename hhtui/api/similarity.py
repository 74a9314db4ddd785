"""Texts that are nearly the same, and the pairs that are similar to one."""

from typing import TYPE_CHECKING

from hhtui.progress import Observer, unobserved
from hhtui.store.database import Database

if TYPE_CHECKING:
    from hhtui.store.dupes.findings import Findings
    from hhtui.store.dupes.similar import Similar


def dupes(database: Database, threshold: float | None = None, *, observer: Observer = unobserved) -> "Findings":
    """Look for texts that are nearly the same, prompts and responses, and return what was found.

    Afterwards `dupe:` finds their pairs. `threshold`, 0.8 to 1, is the similarity from which texts are nearly the
    same; without one that of the run before, at first 0.9. What an earlier call did is not done again. Raises
    StoreError for another threshold, and where something new is to be stored in a database that is read-only.
    """
    from hhtui.store.dupes.findings import findings
    from hhtui.store.dupes.run import find

    find(database, threshold, observer)
    return findings(database.reader())


def similar(database: Database, key: str, limit: int = 10) -> "Similar":
    """Return the pairs that are similar to the one with this key, at most `limit` for each reason, and why.

    Raises StoreError that names the keys there are where it is unknown.
    """
    from hhtui.store import pairs
    from hhtui.store.dupes.similar import similar as similar_to

    connection = database.reader()
    return similar_to(connection, pairs.id_of(connection, key), limit)
