"""Reads beside the keys what the list of completions needs of the database: names, words, counts, extents."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from textual.timer import Timer

from hhtui.store.connection import Connection

if TYPE_CHECKING:
    from hhtui.query.candidates import Candidate, Names
    from hhtui.query.writing import Writing
    from hhtui.store.completion import Count, Extent
    from hhtui.tui.screens.browse import Browse

PAUSE_SECONDS = 0.15
"""What has to be counted waits until nobody has typed for so long."""
BREATH_SECONDS = 0.02
"""What a query needs is loaded so long after the line was opened, when that has been painted."""
MOST_WORDS = 20


class Wanted(NamedTuple):
    """What is to be read for what is being written: words that may follow, queries to be counted, a number's extent."""

    at: "Writing | None" = None
    words: bool = False
    queries: Sequence[str] = ()
    number: str = ""


class Found(NamedTuple):
    """What came of a request: names of the database, words, counts by query, extents by the name of a number."""

    request: int
    names: "Names"
    words: "tuple[Candidate, ...]"
    counts: "dict[str, Count | None]"
    extents: "dict[str, Extent | None]"


class CompletionReader:
    """Keeps what was read while a query is edited, and has the rest read in the thread of the queries, after them.

    The next query drops what was asked before; the answer to anything but the newest request is dropped, too.
    """

    def __init__(self, screen: "Browse") -> None:
        self._screen = screen
        self._names: Names | None = None
        self._fresh = False
        self.counts: dict[str, Count | None] = {}
        self.extents: dict[str, Extent | None] = {}
        self._wanted = Wanted()
        self._request = self._answered = 0
        self._timer: Timer | None = None

    @property
    def names(self) -> "Names":
        """What the database adds to the language, as far as that has been read."""
        from hhtui.query.candidates import Names

        return self._names or Names()

    @property
    def waiting(self) -> bool:
        """Whether something is to be read, or has been asked for."""
        return self._timer is not None or self._request != self._answered

    def begin(self) -> None:
        """A query is going to be edited: forget what was counted, and read names anew."""
        self._fresh = False
        self.counts.clear()
        self.extents.clear()
        self._soon(Wanted(), BREATH_SECONDS)

    def abandon(self) -> None:
        """Ask nothing, and take no answer: a query that comes now would drop it."""
        self._answered = self._request = self._request + 1
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def read(self, at: "Writing", queries: Sequence[str]) -> None:
        """Have read what is not known of `at` and of the queries that are shown, once nobody types."""
        uncounted = [query for query in queries if query and query not in self.counts]
        if self._is_slow(at):
            uncounted = uncounted[:1]
        wanted = Wanted(at, self._may_have_words(at), uncounted, at.name if self._has_extent(at) else "")
        if not self._fresh or wanted != Wanted(at):
            self._soon(wanted, PAUSE_SECONDS)

    def read_on(self, at: "Writing", queries: Sequence[str]) -> None:
        """Have the next one counted of queries that are so slow that each count is shown as it comes."""
        following = next((query for query in queries if query and query not in self.counts), "")
        if following and self._is_slow(at):
            self._soon(Wanted(at, queries=[following]), BREATH_SECONDS)

    def take(self, found: Found | Exception) -> "tuple[Candidate, ...] | None":
        """Keep what was read; return the words, None where it is not what was asked last or could not be read."""
        if isinstance(found, Exception):
            self._answered = self._request
            self._screen.say(f"what may follow could not be counted: {found}", error=True)
            return None
        self._names, self._fresh = found.names, True
        if found.request != self._request:
            return None
        self._answered = found.request
        self.counts.update(found.counts)
        self.extents.update(found.extents)
        return found.words

    def _may_have_words(self, at: "Writing") -> bool:
        from hhtui.query.writing import Piece
        from hhtui.store.completion import SHORTEST

        written = at.piece in (Piece.TERM, Piece.TEXT) and len(at.typed) >= SHORTEST
        return written and self._screen.shield.level == "off"

    def _is_slow(self, at: "Writing") -> bool:
        """Whether what may stand there is counted by reading every text."""
        from hhtui.query.candidates import field_of
        from hhtui.query.fields import Kind

        field = field_of(at.name, self.names) if at.name else None
        return field is not None and field.kind is Kind.PATTERN

    def _has_extent(self, at: "Writing") -> bool:
        from hhtui.query.candidates import field_of
        from hhtui.query.fields import Kind

        if not at.name or at.name in self.extents:
            return False
        field = field_of(at.name, self.names)
        return field is not None and field.kind is Kind.NUMBER

    def _soon(self, wanted: Wanted, seconds: float) -> None:
        self._wanted = wanted
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._screen.set_timer(seconds, self._ask)

    def _ask(self) -> None:
        self._timer = None
        self._request += 1
        screen = self._screen
        work = _reading(
            self._request, self._wanted, self._names if self._fresh else None, screen.completing.panel.most_rows
        )
        screen.finding.beside(work, lambda found: screen.post_message(screen.Completed(found)))


def _reading(request: int, wanted: Wanted, names: "Names | None", most_counted: int) -> Callable[[Connection], Found]:
    """Return what reads for a request; names that are given are not read again."""

    def read(connection: Connection) -> Found:
        from hhtui.store import completion

        at, queries, extents = wanted.at, wanted.queries, {}
        words: Sequence[tuple[Candidate, Count | None]] = ()
        if at is not None and wanted.words:
            words = completion.words(connection, at.typed, at.side, MOST_WORDS)
        counts: dict[str, Count | None] = {one.query: count for one, count in words if count is not None}
        apart = at is not None and bool(at.side)
        for query in (*queries, *(one.query for one, _ in (words if apart else words[:most_counted]))):
            if query not in counts:
                counts[query] = completion.counted(connection, query)
        if apart:
            words = sorted(words, key=lambda word: -_pairs(counts[word[0].query]))
        if wanted.number:
            extents[wanted.number] = completion.extent(connection, wanted.number)
        return Found(
            *(request, names or completion.prepare(connection), tuple(one for one, _ in words), counts, extents)
        )

    return read


def _pairs(count: "Count | None") -> int:
    return count.pairs if count is not None else 0
