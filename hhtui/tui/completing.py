"""The list of what may follow in the query line, and the queries kept before: what the line's own keys do."""

from collections.abc import Callable
from functools import cached_property, partial
from typing import TYPE_CHECKING

from hhtui.store import history as stored
from hhtui.text import clean_line
from hhtui.tui.completion_lines import Lines, completion_lines, visible
from hhtui.tui.completion_reader import CompletionReader, Found
from hhtui.tui.history import History
from hhtui.tui.widgets.query_line import QueryLine

if TYPE_CHECKING:
    from hhtui.query.candidates import Candidate
    from hhtui.query.errors import QueryError
    from hhtui.query.writing import Writing
    from hhtui.tui.screens.browse import Browse
    from hhtui.tui.widgets.completion_list import CompletionList
    from hhtui.tui.widgets.query_field import QueryField


class Completing:
    """Offers what may follow while a query is edited; nothing of it is taken before the reader says so.

    Names and values are there at once, words and counts come later. While the shield masks anything, no word of the
    texts is offered, and nothing at all while a pair is read blind.
    """

    def __init__(self, screen: "Browse") -> None:
        self._screen = screen
        self.history = History()
        self._reader = CompletionReader(screen)
        self._at: Writing | None = None
        self._shown: list[Candidate] = []
        self._words: tuple[Candidate, ...] = ()
        self._highlighted: int | None = None
        self._leave_alone: str | None = None
        self._seen = ""

    @cached_property
    def panel(self) -> "CompletionList":
        """The list, which takes its place over the pair when a query is first edited."""
        from hhtui.tui.widgets.completion_list import CompletionList

        panel = CompletionList(self.lines)
        self._screen.mount(panel)
        return panel

    @property
    def open(self) -> bool:
        """Whether the list is there."""
        return bool(self._shown)

    @property
    def waiting(self) -> bool:
        """Whether something is to be counted, or has been asked for."""
        return self._reader.waiting

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what each action of this part does, by the action's id."""
        return {"language": self._show_language}

    def begin(self) -> None:
        """A query is going to be edited: read what the database adds to the language, and what was kept before."""
        screen = self._screen
        self.history.take(stored.earlier(screen.connection, screen.annotator.name))
        self.history.begin(self._field.value)
        self._leave_alone, self._seen = None, self._field.value
        self._reader.begin()

    def end(self) -> None:
        """The query is no longer edited."""
        self._hide()
        self._reader.abandon()

    def close(self) -> bool:
        """Close the list until something else is written; return whether there was one."""
        was_open = self.open
        if was_open:
            self._leave_alone = self._field.value
        self._hide()
        return was_open

    def edited(self) -> None:
        """The text of the line may have changed."""
        from hhtui.query.writing import writing

        text = self._field.value
        if text == self._seen:
            return
        self._seen = text
        self._reader.abandon()
        if text == self._leave_alone:
            self._hide()
            return
        self._leave_alone = None
        self.history.stop()
        at = writing(text, self._field.cursor_position)
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
            older = self.history.older(self._field.value)
            self._recall(older)
            if older is None and not self.history.walking:
                self._screen.say(f"no earlier query{' begins so' if self.history.narrowed else ''}", quiet=True)

    def accept(self) -> bool:
        """Take the candidate that the reader went to; return whether there is one."""
        self.edited()
        if self._highlighted is None:
            return False
        self._accept(self._highlighted)
        self.edited()
        return True

    def clicked(self, line: int) -> None:
        """A line of the list was clicked, counted from 0, the title's."""
        first, stop = visible(len(self._shown), self._highlighted, self.panel.size.height - 1)
        if 0 < line <= stop - first:
            self._accept(first + line - 1)

    def kept(self, query: str) -> None:
        """Enter kept `query`: have it remembered, where it can be for longer than this screen lasts."""
        self.history.add(query)
        screen = self._screen
        if not screen.database.read_only:
            remember = partial(stored.remember, screen.database, screen.annotator.name, query)
            screen.finding.behind(remember, lambda failure: screen.post_message(screen.NotRemembered(failure)))

    def unfinished(self, text: str, error: "QueryError") -> bool:
        """Return whether `text` is only not written to its end, at which the cursor is."""
        from hhtui.query.unfinished import unfinished

        return self._field.cursor_position == len(text) and unfinished(text, error, self._reader.names)

    def take(self, found: Found | Exception) -> None:
        """Show what was counted, if it is what was asked last; the names are right in any case."""
        words = self._reader.take(found)
        if words is not None and self._at is not None:
            self._words = words
            self._show()
            self._reader.read_on(self._at, self._in_view())

    def lines(self, width: int, height: int) -> Lines:
        """Return what the list says."""
        return completion_lines(self._title(), self._shown, self._reader.counts, self._highlighted, width, height)

    @property
    def _field(self) -> "QueryField":
        return self._screen.query_one("#query", QueryLine).field

    def _look_at_cursor(self) -> None:
        """Offer all that may stand at the cursor, though nothing of it is written yet."""
        from hhtui.query.writing import writing

        self._look(writing(self._field.value, self._field.cursor_position))

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
        self._read()

    def _read(self) -> None:
        """Have counted what is shown and could not be told at once."""
        if self._at is not None:
            self._reader.read(self._at, self._in_view())

    def _in_view(self) -> list[str]:
        """Return the queries of the candidates that there is room for."""
        first, stop = visible(len(self._shown), self._highlighted, self.panel.most_rows)
        return [one.query for one in self._shown[first:stop]]

    def _show(self) -> None:
        from hhtui.query.candidates import candidates

        assert self._at is not None
        marked = None if self._highlighted is None else self._shown[self._highlighted]
        typed = self._at.typed
        found = [
            *(one for one in candidates(self._at, self._reader.names) if one.text != typed),
            *(one for one in self._words if one.text != typed.lower()),
        ]
        self._shown = [one for one in found if clean_line(one.text) == one.text]
        self._highlighted = self._shown.index(marked) if marked in self._shown else None
        if self._shown:
            self.panel.open(len(self._shown))
        else:
            self.panel.close()

    def _hide(self) -> None:
        if self.open:
            self.panel.close()
        self._at, self._shown, self._words, self._highlighted = None, [], (), None

    def _highlight(self, at: int | None) -> None:
        self._highlighted = at
        self.panel.show()
        self._read()

    def _accept(self, at: int) -> None:
        """Put a candidate in the place of what was typed; a name is followed by its values, a value by nothing."""
        field, piece, chosen = self._field, self._at, self._shown[at]
        if piece is None or field.value[piece.start : field.cursor_position] != piece.typed:
            self._hide()
            return
        value, cursor = field.value, field.cursor_position
        if not chosen.text.endswith(":"):
            self._leave_alone = value[: piece.start] + chosen.text + value[cursor:]
        field.replace(chosen.text, piece.start, cursor)

    def _recall(self, query: str | None) -> None:
        if query is not None:
            self._leave_alone = query
            self._field.value = query
            self._field.cursor_position = len(query)
        self._hide()

    def _title(self) -> str:
        from hhtui.query import fields
        from hhtui.query.candidates import field_of
        from hhtui.query.writing import Piece

        at = self._at
        if at is None or at.piece is Piece.TERM:
            return "Tab completes, ↓ chooses and Enter takes it, else Enter keeps the query"
        if at.piece is Piece.ORDER:
            return fields.SORT_MEANING
        if at.piece is Piece.TEXT:
            return fields.SIDE_MEANINGS[at.side]
        field, extent = field_of(at.name, self._reader.names), self._reader.extents.get(at.name)
        if extent is not None:
            return f"{at.name} is {extent.low:.4g} to {extent.high:.4g} here; such as >0.5, 0.4..0.6 or a number"
        return field.meaning if field is not None else at.name

    def _show_language(self) -> None:
        from hhtui.store.completion import names
        from hhtui.tui.screens.cheat_sheet import CheatSheet

        self._screen.ask(CheatSheet(names(self._screen.connection)))
