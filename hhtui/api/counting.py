"""How a result falls apart: facets, and any number of it as a histogram."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hhtui.store.database import Database

if TYPE_CHECKING:
    from hhtui.store.facets import Facets
    from hhtui.store.facets.histogram import Histogram


def facets(database: Database, query: str = "", among: Sequence[int] | None = None) -> "Facets":
    """Count what `query` finds by subset, structure, decisions, scores, turns, and over-represented words.

    With `among`, local ids as of `listing`, these pairs alone are counted. Each row has the query that narrows to it.
    Raises QueryError as `search` does.
    """
    from hhtui.query.parser import parse
    from hhtui.store import facets as stored
    from hhtui.store import results

    connection = database.reader()
    return stored.gather(connection, query, results.search(connection, parse(query), among).ids, among=among)


def histogram(
    database: Database, column: str, query: str = "", *, most: int = 20, among: Sequence[int] | None = None
) -> "Histogram":
    """Return the number `column`, such as harm.chosen or turns, of what `query` finds, in at most `most` bins.

    With `among`, local ids as of `listing`, these pairs alone are counted. Raises QueryError as `search` does,
    StoreError where there is no such number.
    """
    from hhtui.query.parser import parse
    from hhtui.store import results
    from hhtui.store.facets import histogram as stored

    connection = database.reader()
    return stored.histogram(connection, results.search(connection, parse(query), among).ids, column, most)
