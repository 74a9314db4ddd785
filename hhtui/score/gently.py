"""Scores are written a few at a time, so that a decision beside them waits for milliseconds at most."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from hhtui.store.database import Database

if TYPE_CHECKING:
    from sqlite3 import Connection

MOST_ROWS = 200
PAUSE_SECONDS = 0.002

Row = TypeVar("Row")


def write(database: Database, store: Callable[["Connection", Sequence[Row]], object], rows: Iterable[Row]) -> None:
    """Give `rows` to `store`, at most 200 in a transaction, with a pause after each for whoever else writes."""
    for some in chunks(rows, MOST_ROWS):
        with database.writing(durable=False) as connection:
            store(connection, some)
        time.sleep(PAUSE_SECONDS)


def chunks(items: Iterable[Row], size: int) -> Iterator[list[Row]]:
    """Yield `items` in lists of `size`, the last one shorter."""
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some
