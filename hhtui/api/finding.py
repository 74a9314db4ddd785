"""Finding pairs, and everything that a database knows of them."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from hhtui.api.found import Found
from hhtui.store.database import Database
from hhtui.store.errors import StoreError

if TYPE_CHECKING:
    from hhtui.model import Side
    from hhtui.score.scorer import WordWeight
    from hhtui.store.records import Record
    from hhtui.store.score_details import ScoreDetails


def search(database: Database, query: str = "", among: Sequence[int] | None = None) -> Found:
    """Return the pairs that meet `query`, in its order; the empty query is every pair, in the order of rows.

    With `among`, local ids as of `listing`, it is asked of these pairs alone, and their order is that of the empty
    query. Raises QueryError where the query cannot be read, or this database cannot answer it.
    """
    from hhtui.query.parser import parse
    from hhtui.store import results

    return Found(database, query, results.search(database.reader(), parse(query), among))


def show(database: Database, key: str) -> "Record":
    """Return the pair with this key; raises StoreError that names the keys there are where it is unknown."""
    from hhtui.store import pairs
    from hhtui.store import records as stored

    connection = database.reader()
    for record in stored.records(connection, [pairs.id_of(connection, key)]):
        return record
    raise StoreError(f"the texts of {key} are missing; see what else is: hhtui doctor {database.path}")


def records(database: Database, pair_ids: Sequence[int]) -> "Iterator[Record]":
    """Yield these pairs with their origin, scores and decisions; `pair_ids` is what `search` found, or a part."""
    from hhtui.store import records as stored

    return stored.records(database.reader(), pair_ids)


def score_details(database: Database, key: str) -> "ScoreDetails":
    """Return everything that is known of the scores of the pair with this key; raises StoreError as `show` does."""
    from hhtui.store import pairs
    from hhtui.store.score_details import of_pair

    connection = database.reader()
    return of_pair(connection, pairs.id_of(connection, key))


def words(database: Database, key: str, most: int = 8) -> "dict[tuple[str, Side], list[WordWeight] | str]":
    """Return the `most` words that move the linear scores of a pair most, the strongest first, by scorer and side.

    Where a scorer cannot be asked there is the reason instead. Raises StoreError as `show` does.
    """
    from hhtui.score.explain.explainer import words_of_pair
    from hhtui.store import pairs

    return words_of_pair(database, pairs.id_of(database.reader(), key), most)
