"""What a query finds in a database, for tests."""

from hhtui.query.parser import parse
from hhtui.store.database import Database
from hhtui.store.results import Result, search


def found(database: Database, query: str) -> Result:
    """Return the result of a query over all pairs."""
    return search(database.reader(), parse(query))


def ids(database: Database, query: str) -> list[int]:
    """Return the ids of the pairs that a query finds, in its order."""
    return [int(one) for one in found(database, query).ids]
