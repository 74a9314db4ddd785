"""Counts facets and histograms beside the screen, in one thread, for the newest request alone."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from hhtui.query.errors import QueryError
from hhtui.store.connection import Connection, SqliteError
from hhtui.store.database import Database, explain
from hhtui.store.errors import StoreError
from hhtui.store.facets import Facets, Overtaken, gather
from hhtui.store.facets.histogram import Histogram, histogram

PATIENCE = 0.3
"""Seconds after which what has been counted so far is shown."""


class Counted(NamedTuple):
    """What was counted for a request: facets, a histogram, or in words why there is neither.

    What is not `whole` are the first groups of facets, more of which come.
    """

    request: int
    found: Facets | Histogram | str
    whole: bool = True


class FacetRunner:
    """Delivers the answer to the newest request, in its own thread; what is overtaken is stopped or never begun.

    Whatever goes wrong is an answer: keys wait for it.
    """

    def __init__(self, database: Database, deliver: Callable[[Counted], object]) -> None:
        """Use `deliver`, which is called in the runner's thread, to hand answers on."""
        self._database = database
        self._deliver = deliver
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="facets")
        self._mutex = threading.Lock()
        self._newest = 0
        self._running: Connection | None = None

    def ask(self, query: str, ids: Sequence[int], column: str = "", among: Sequence[int] | None = None) -> int:
        """Count the facets of `ids`, which `query` found `among` some or all pairs, or the histogram of `column`.

        Return the request's number.
        """
        request = self.cancel()
        self._thread.submit(self._run, request, query, ids, column, among)
        return request

    def cancel(self) -> int:
        """Stop what runs; nothing asked before is answered."""
        with self._mutex:
            self._newest += 1
            if self._running is not None:
                self._running.interrupt()
            return self._newest

    def close(self) -> None:
        """Stop what runs, and deliver nothing more."""
        self.cancel()
        self._thread.shutdown(wait=True)

    def _run(self, request: int, query: str, ids: Sequence[int], column: str, among: Sequence[int] | None) -> None:
        connection = self._database.reader()
        with self._mutex:
            if request != self._newest:
                return
            self._running = connection
        found: Facets | Histogram | str
        try:
            if column:
                found = histogram(connection, ids, column)
            else:
                found = gather(connection, query, ids, self._teller(request), among)
        except Overtaken:
            return
        except (QueryError, StoreError) as error:
            found = str(error)
        except SqliteError as error:
            found = explain(error)
        except Exception as error:
            found = f"the facets could not be counted: {error}"
        finally:
            with self._mutex:
                self._running = None
        if request == self._newest:
            self._deliver(Counted(request, found))

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
