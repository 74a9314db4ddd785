"""Counts facets and histograms beside the screen, in one thread, for the newest request alone."""

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from hhtui.query.errors import QueryError
from hhtui.store.connection import Connection, SqliteError
from hhtui.store.database import Database, explain
from hhtui.store.errors import StoreError
from hhtui.store.facets import Facets, gather
from hhtui.store.facets.histogram import Histogram, histogram
from hhtui.tui.newest import NewestOnly

PATIENCE = 0.3
"""Seconds after which what has been counted so far is shown."""


class Counted(NamedTuple):
    """What was counted for a request: facets, a histogram, or in words why there is neither.

    What is not `whole` are the first groups of facets, more of which come.
    """

    request: int
    found: Facets | Histogram | str
    whole: bool = True


class FacetRunner(NewestOnly):
    """Delivers what was counted for the newest request; whatever goes wrong is an answer: keys wait for it."""

    def __init__(self, database: Database, deliver: Callable[[Counted], object]) -> None:
        """Use `deliver`, which is called in the runner's thread, to hand answers on."""
        super().__init__(database, "facets")
        self._deliver = deliver

    def ask(self, query: str, ids: Sequence[int], column: str = "", among: Sequence[int] | None = None) -> int:
        """Count the facets of `ids`, which `query` found `among` some or all pairs, or the histogram of `column`.

        Return the request's number.
        """
        request = self.cancel()

        def count(connection: Connection) -> Facets | Histogram:
            if column:
                return histogram(connection, ids, column)
            return gather(connection, query, ids, self._teller(request), among)

        self._submit(request, lambda connection: Counted(request, _counted(count, connection)), self._deliver)
        return request

    def _teller(self, request: int) -> Callable[[Facets], bool]:
        """Return what hands on the groups that are counted, now and then, and tells whether anyone waits for more."""
        told_at = time.monotonic()

        def tell(so_far: Facets) -> bool:
            nonlocal told_at
            if request == self._newest and time.monotonic() - told_at >= PATIENCE:
                told_at = time.monotonic()
                self._deliver(Counted(request, so_far, whole=False))
            return request == self._newest

        return tell


def _counted(count: Callable[[Connection], Facets | Histogram], connection: Connection) -> Facets | Histogram | str:
    """Return what `count` returned, or in words why it could not; of what was overtaken nobody hears."""
    try:
        return count(connection)
    except (QueryError, StoreError) as error:
        return str(error)
    except SqliteError as error:
        return explain(error)
    except Exception as error:
        return f"the facets could not be counted: {error}"
