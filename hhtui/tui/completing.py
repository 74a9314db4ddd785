"""The list of what may follow in the query line, and the queries kept before: what the line's own keys do."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from textual.timer import Timer

from hhtui.store import history as stored
from hhtui.store.connection import Connection
from hhtui.store.errors import StoreError
from hhtui.text import clean_line
from hhtui.tui.completion_lines import Lines, completion_lines, visible
from hhtui.tui.history import History
from hhtui.tui.widgets.completion_list import CompletionList
from hhtui.tui.widgets.query_line import QueryLine

if TYPE_CHECKING:
    from hhtui.query.candidates import Candidate, Names
    from hhtui.query.errors import QueryError
    from hhtui.query.writing import Writing
    from hhtui.store.completion import Count, Extent
    from hhtui.tui.screens.browse import Browse

PAUSE_SECONDS = 0.15
"""What has to be counted waits until nobody has typed for so long."""
BREATH_SECONDS = 0.02
"""What a query needs is loaded so long after the line was opened, when that has been painted."""
MOST_WORDS = 20


class Found(NamedTuple):
    """What came of a request: names of the database, words, counts by query, extents by the name of a number."""

    request: int
    names: "Names"
    words: "tuple[Candidate, ...]"
    counts: "dict[str, Count | None]"
    extents: "dict[str, Extent | None]"


class Completing:
    """Offers what may follow while a query is edited; nothing of it is taken before the reader says so.

    Names and values are there at once. Words and counts are read in the thread of the queries, after them; the answer
    to anything but the newest request is dropped. While the shield masks anything, no word of the texts is offered.
    """

    def __init__(self, screen: "Browse") -> None:
        self._screen = screen
        self.history = History()
        self._names: Names | None = None
        self._at: Writing | None = None
        self._shown: list[Candidate] = []
        self._words: tuple[Candidate, ...] = ()
        self._counts: dict[str, Count | None] = {}
        self._extents: dict[str, Extent | None] = {}
        self._highlighted: int | None = None
        self._request = self._answered = 0
        self._timer: Timer | None = None
        self._leave_alone: str | None = None
        self._seen = ""

    @property
    def open(self) -> bool:
        """Whether the list is there."""
        return bool(self._shown)

    @property
    def waiting(self) -> bool:
        """Whether something is to be counted, or has been asked for."""
        return self._timer is not None or self._request != self._answered

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what each action of this part does, by the action's id."""
        return {"language": self._show_language}

    def begin(self) -> None:
        """A query is going to be edited: read what the database adds to the language, and what was kept before."""
        screen = self._screen
        self.history.take(stored.earlier(screen.connection, screen.annotator.name))
        self.history.stop()
        self._names, self._leave_alone, self._seen = None, None, self._line.value
        self._counts.clear()
        self._extents.clear()
        self._ask_soon(BREATH_SECONDS)

    def end(self) -> None:
        """The query is no longer edited."""
        self._hide()
        self._answered = self._request = self._request + 1

    def close(self) -> bool:
        """Close the list until something else is written; return whether there was one."""
        was_open = self.open
        if was_open:
            self._leave_alone = self._line.value
        self._hide()
        return was_open

    def edited(self) -> None:
        """The text of the line may have changed."""
        from hhtui.query.writing import writing

        text = self._line.value
        if text == self._seen:
            return
        self._seen = text
        if text == self._leave_alone:
            self._hide()
            return
        self._leave_alone = None
        self.history.stop()
        at = writing(text, self._line.cursor_position)
        if at is not None and not at.typed and not at.name:
            at = None
        self._look(at)

    def key(self, name: str) -> None:
        """Do what a key of the line does: complete, move in the list, walk through the earlier queries, explain."""
        self.edited()
        if name == "question_mark":
            self._show_language()
        elif name == "tab":
            if self.open:
                self._accept(self._highlighted or 0)
            else:
                self._look_at_cursor()
        elif name == "down" and self.history.walking:
            self._recall(self.history.newer())
        elif name == "down":
            if self.open:
                last = len(self._shown) - 1
                self._highlight(0 if self._highlighted is None else min(last, self._highlighted + 1))
            else:
                self._look_at_cursor()
        elif self._highlighted is not None:
            self._highlight(self._highlighted - 1 if self._highlighted else None)
        elif name == "up":
            self._recall(self.history.older(self._line.value))

    def clicked(self, line: int) -> None:
        """A line of the list was clicked, counted from 0, the title's."""
        first, stop = visible(len(self._shown), self._highlighted, self._list.size.height - 1)
        if 0 < line <= stop - first:
            self._accept(first + line - 1)

    def kept(self, query: str) -> None:
        """Enter kept `query`: remember it, where the database can be written to for longer than this screen lasts."""
        self.history.add(query)
        screen = self._screen
        if not screen.database.read_only:
            try:
                stored.remember(screen.database, screen.annotator.name, query)
            except StoreError as error:
                screen.say(f"the query was not remembered: {error}", error=True)

    def unfinished(self, text: str, error: "QueryError") -> bool:
        """Return whether `text` is only not written to its end, at which the cursor is."""
        from hhtui.query.candidates import Names
        from hhtui.query.unfinished import unfinished

        return self._line.cursor_position == len(text) and unfinished(text, error, self._names or Names())

    def take(self, found: Found | Exception) -> None:
        """Show what was counted, if it is what was asked last; the names are right in any case."""
        if isinstance(found, Exception):
            self._answered = self._request
            self._screen.say(f"what may follow could not be counted: {found}", error=True)
            return
        self._names = found.names
        if found.request != self._request:
            return
        self._answered = found.request
        self._counts.update(found.counts)
        self._extents.update(found.extents)
        if self._at is not None:
            self._words = found.words
            self._show()

    def lines(self, width: int, height: int) -> Lines:
        """Return what the list says."""
        return completion_lines(self._title(), self._shown, self._counts, self._highlighted, width, height)

    @property
    def _line(self) -> QueryLine:
        return self._screen.query_one("#query", QueryLine)

    @property
    def _list(self) -> CompletionList:
        return self._screen.query_one(CompletionList)

    def _look_at_cursor(self) -> None:
        """Offer all that may stand at the cursor, though nothing of it is written yet."""
        from hhtui.query.writing import writing

        self._look(writing(self._line.value, self._line.cursor_position))

    def _look(self, at: "Writing | None") -> None:
        before = self._at
        if at is None or self._screen.pair.presentation.blind:
            self._hide()
            return
        self._at, self._highlighted = at, None
        if before is None or (before.piece, before.side) != (at.piece, at.side):
            self._words = ()
        self._words = tuple(one for one in self._words if one.text.startswith(at.typed.lower()))
        self._show()
        if self._wanting:
            self._ask_soon()

    def _show(self) -> None:
        from hhtui.query.candidates import Names, candidates

        assert self._at is not None
        marked = None if self._highlighted is None else self._shown[self._highlighted]
        found = [*candidates(self._at, self._names or Names()), *self._words]
        self._shown = [one for one in found if clean_line(one.text) == one.text]
        if [one.text for one in self._shown] == [self._at.typed]:
            self._shown = []
        self._highlighted = self._shown.index(marked) if marked in self._shown else None
        if self._shown:
            self._list.open(len(self._shown))
        else:
            self._list.close()

    def _hide(self) -> None:
        self._at, self._shown, self._words, self._highlighted = None, [], (), None
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self._list.close()

    def _highlight(self, at: int | None) -> None:
        self._highlighted = at
        self._list.show()
        if self._wanting:
            self._ask_soon()

    def _accept(self, at: int) -> None:
        """Put a candidate in the place of what was typed; a name is followed by its values, a value by nothing."""
        line, piece, chosen = self._line, self._at, self._shown[at]
        if piece is None or line.value[piece.start : line.cursor_position] != piece.typed:
            self._hide()
            return
        value, cursor = line.value, line.cursor_position
        if not chosen.text.endswith(":"):
            self._leave_alone = value[: piece.start] + chosen.text + value[cursor:]
        line.replace(chosen.text, piece.start, cursor)

    def _recall(self, query: str | None) -> None:
        if query is not None:
            self._leave_alone = query
            self._line.value = query
            self._line.cursor_position = len(query)
        self._hide()

    @property
    def _wanting(self) -> bool:
        """Whether something is shown that has not been counted, or could be."""
        return self._names is None or self._asks_for_words or self._asks_for_extent or bool(self._uncounted())

    @property
    def _asks_for_words(self) -> bool:
        from hhtui.query.writing import Piece
        from hhtui.store.completion import SHORTEST

        at = self._at
        written = at is not None and at.piece in (Piece.TERM, Piece.TEXT) and len(at.typed) >= SHORTEST
        return written and self._screen.shield.level == "off"

    @property
    def _asks_for_extent(self) -> bool:
        from hhtui.query.candidates import Names, field_of
        from hhtui.query.fields import Kind

        if self._at is None or not self._at.name or self._at.name in self._extents:
            return False
        field = field_of(self._at.name, self._names or Names())
        return field is not None and field.kind is Kind.NUMBER

    def _uncounted(self) -> list[str]:
        first, stop = visible(len(self._shown), self._highlighted, self._list.most_rows)
        return [one.query for one in self._shown[first:stop] if one.query and one.query not in self._counts]

    def _ask_soon(self, seconds: float | None = None) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._screen.set_timer(PAUSE_SECONDS if seconds is None else seconds, self._ask)

    def _ask(self) -> None:
        """Have words and counts read, after the queries that were asked before."""
        self._timer = None
        self._request += 1
        screen, request, at = self._screen, self._request, self._at
        names, queries = self._names, self._uncounted() if self.open else []
        asks_for_words, number = self._asks_for_words, at.name if at is not None and self._asks_for_extent else ""

        def read(connection: Connection) -> Found:
            from hhtui.store import completion

            words: Sequence[tuple[Candidate, Count | None]] = ()
            if at is not None and asks_for_words:
                words = completion.words(connection, at.typed, at.side, MOST_WORDS)
            counts: dict[str, Count | None] = {one.query: count for one, count in words if count is not None}
            asked = [*queries, *(one.query for one, count in words[: screen.completions.most_rows] if count is None)]
            counts |= {query: completion.counted(connection, query) for query in asked}
            return Found(
                request,
                names or completion.prepare(connection),
                tuple(one for one, _ in words),
                counts,
                {number: completion.extent(connection, number)} if number else {},
            )

        screen.finding.beside(read, lambda found: screen.post_message(screen.Completed(found)))

    def _title(self) -> str:
        from hhtui.query import fields
        from hhtui.query.candidates import Names, field_of
        from hhtui.query.writing import Piece

        at = self._at
        if at is None or at.piece is Piece.TERM:
            return "Tab completes, ↓ chooses, Enter keeps the query as it is"
        if at.piece is Piece.ORDER:
            return fields.SORT_MEANING
        if at.piece is Piece.TEXT:
            return fields.SIDE_MEANINGS[at.side]
        field, extent = field_of(at.name, self._names or Names()), self._extents.get(at.name)
        if extent is not None:
            return f"{at.name} is {extent.low:.4g} to {extent.high:.4g} here; such as >0.5, 0.4..0.6 or a number"
        return field.meaning if field is not None else at.name

    def _show_language(self) -> None:
        from hhtui.query.candidates import Names
        from hhtui.tui.screens.cheat_sheet import CheatSheet

        names = self._names or Names()
        self._screen.ask(
            CheatSheet([(name, names.meanings.get(name, "")) for name in names.columns if "." not in name])
        )
