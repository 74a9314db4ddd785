"""What runs beside the screen: queries, in one thread, newest first."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from hhtui.store.connection import Connection, SqliteError, kept_by
from hhtui.store.database import Database
from hhtui.store.errors import StoreError
from hhtui.store.results import Result, search
from hhtui.store.search_progress import Searched, SearchProgress
from hhtui.tui.newest import NewestOnly
from hhtui.tui.reading import read_ahead
from hhtui.tui.view import ROW_ORDER, Listed, View, order_of, page_around

if TYPE_CHECKING:
    from hhtui.query.errors import QueryError
    from hhtui.query.highlights import Highlighter
    from hhtui.store.listing import Listing


Given = TypeVar("Given")


class Answer(NamedTuple):
    """What came of a request: a result, its order in the query's words and what to highlight, or the error.

    `listed` is the list that it was run on, and `note` what is to be said of that list and of the result.
    """

    request: int
    text: str
    result: Result | None = None
    order: str = ROW_ORDER
    highlighter: "Highlighter | None" = None
    error: "QueryError | None" = None
    listed: Listed = None
    note: str = ""


class Showing(NamedTuple):
    """How a result is going to be shown: at the last of some pairs that it has, in a list of so many rows."""

    pair_ids: tuple[int | None, ...] = ()
    rows: int = 0


NOT_SHOWN = Showing()


class QueryRunner(NewestOnly):
    """Runs queries and delivers the answer to the newest one; whatever goes wrong is part of it: keys wait for it."""

    def __init__(self, database: Database, deliver: Callable[[Answer], object]) -> None:
        """Use `deliver`, which is called in the runner's thread, to hand answers on."""
        super().__init__(database, "query")
        self._deliver = deliver

    def ask(self, text: str, listed: Listed = None, showing: Showing = NOT_SHOWN) -> int:
        """Run the query `text` on every pair or a list; return the number that its answer will carry.

        What `showing` tells of is read ahead of the answer.
        """
        request = self.cancel()
        self._submit(request, partial(_answer, text, request, listed, showing), self._deliver)
        return request

    def beside(self, work: Callable[[Connection], Given], deliver: Callable[[Given | Exception], object]) -> None:
        """Run `work` in the same thread, after the queries asked so far; the next one drops or interrupts it.

        `deliver` gets what it returned, or the error that it ended with.
        """
        self._submit(self._newest, partial(_given_or_error, work), deliver)

    def behind(self, work: Callable[[], object], failed: Callable[[Exception], object]) -> None:
        """Run `work` in the same thread, after what was asked so far; nothing drops it, and `close` waits for it.

        `failed` gets the error that it ended with.
        """

        def run() -> None:
            try:
                work()
            except Exception as error:
                failed(error)

        self._thread.submit(run)

    def searched(self) -> Searched | None:
        """Return how far the query that runs has come through the texts, None where it does not look at them."""
        with self._mutex:
            running = self._running
        return None if running is None else kept_by(running, SearchProgress).searched


def answer_to(connection: Connection, text: str, request: int = 0, listed: Listed = None) -> Answer:
    """Parse and run the query `text` on every pair or a list; an error in the query is part of the answer.

    A list that can no longer be read is left out, which is said.
    """
    from hhtui.query.errors import QueryError
    from hhtui.query.highlights import highlighter
    from hhtui.query.parser import parse

    note = ""
    if isinstance(listed, Path):
        listed, note = _read(connection, listed)
    try:
        query = parse(text)
        result = search(connection, query, None if listed is None else listed.ids)
    except QueryError as error:
        return Answer(request, text, error=error)
    order, marks = order_of(query, listed, result), highlighter(query, result.alike)
    return Answer(request, text, result, order, marks, listed=listed, note=" ".join(filter(None, [note, result.note])))


def _answer(text: str, request: int, listed: Listed, showing: Showing, connection: Connection) -> Answer:
    from hhtui.query.errors import QueryError

    try:
        answer = answer_to(connection, text, request, listed)
    except Exception as error:
        return Answer(request, text, error=QueryError(f"The query could not be run: {error}"))
    if answer.result is not None:
        _read_ahead(connection, View(text, answer.result), showing)
    return answer


def _given_or_error(work: Callable[[Connection], Given], connection: Connection) -> Given | Exception:
    try:
        return work(connection)
    except Exception as error:
        return error


def _read_ahead(connection: Connection, view: View, showing: Showing) -> None:
    """Read what is going to be shown; what cannot be read, the screen finds and tells where it needs it."""
    for pair_id in showing.pair_ids:
        view = view.at_pair(pair_id)
    if showing is not NOT_SHOWN and view.current is not None:
        page = page_around(view.cursor, showing.rows, view.total)
        with suppress(SqliteError, KeyError):
            read_ahead(connection, view.current, [int(one) for one in view.ids[page.start : page.stop]])


def _read(connection: Connection, path: Path) -> "tuple[Listing | None, str]":
    """Return the list in a file and what is to be said of it, or None and why it cannot be read."""
    from hhtui.store.listing import listing
    from hhtui.store.placing import reason

    try:
        found = listing(connection, path)
    except StoreError as error:
        return None, f"the list is left out: {error}"
    except OSError as error:
        return None, f"the list {path.name} is left out, {reason(error).lower()}: {path}"
    return found, found.told()
