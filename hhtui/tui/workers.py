"""What runs beside the screen: queries, in one thread, newest first."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

from hhtui.store.connection import Connection
from hhtui.store.database import Database
from hhtui.store.results import Result, search
from hhtui.tui.view import ROW_ORDER, order_of

if TYPE_CHECKING:
    from hhtui.query.errors import QueryError
    from hhtui.query.highlights import Highlighter


class Answer(NamedTuple):
    """What came of a request: a result, its order in the query's words and what to highlight, or the error."""

    request: int
    text: str
    result: Result | None = None
    order: str = ROW_ORDER
    highlighter: "Highlighter | None" = None
    error: "QueryError | None" = None


class QueryRunner:
    """Runs queries one after another in a thread of its own and delivers the answer to the newest one.

    A new request interrupts the one that runs; requests that were overtaken are not run. Whatever goes wrong is
    part of the answer: keys wait for it.
    """

    def __init__(self, database: Database, deliver: Callable[[Answer], object]) -> None:
        """Use `deliver`, which is called in the runner's thread, to hand answers on."""
        self._database = database
        self._deliver = deliver
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="query")
        self._mutex = threading.Lock()
        self._newest = 0
        self._running: Connection | None = None

    def ask(self, text: str) -> int:
        """Run the query `text`; return the number that its answer will carry."""
        with self._mutex:
            self._newest += 1
            if self._running is not None:
                self._running.interrupt()
            request = self._newest
        self._thread.submit(self._run, request, text)
        return request

    def cancel(self) -> None:
        """Stop what runs; no request made before this is answered."""
        with self._mutex:
            self._newest += 1
            if self._running is not None:
                self._running.interrupt()

    def close(self) -> None:
        """Stop what runs, and deliver nothing more."""
        self.cancel()
        self._thread.shutdown(wait=True)

    def _run(self, request: int, text: str) -> None:
        from hhtui.query.errors import QueryError

        connection = self._database.reader()
        with self._mutex:
            if request != self._newest:
                return
            self._running = connection
        try:
            answer = answer_to(connection, text, request)
        except Exception as error:
            answer = Answer(request, text, error=QueryError(f"The query could not be run: {error}"))
        finally:
            with self._mutex:
                self._running = None
        if request == self._newest:
            self._deliver(answer)


def answer_to(connection: Connection, text: str, request: int = 0) -> Answer:
    """Parse and run the query `text`; an error in the query is part of the answer."""
    from hhtui.query.errors import QueryError
    from hhtui.query.highlights import highlighter
    from hhtui.query.parser import parse

    try:
        query = parse(text)
        result = search(connection, query)
    except QueryError as error:
        return Answer(request, text, error=error)
    return Answer(request, text, result, order_of(query), highlighter(query))
