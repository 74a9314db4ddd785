"""What is shown and in which order: the query line, orders, and results as they come."""

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from hhtui.store import pairs, settings
from hhtui.store.connection import Connection
from hhtui.store.errors import StoreError
from hhtui.store.results import Result
from hhtui.tui.actions import ACTIONS, BY_ID
from hhtui.tui.key_names import shown_key
from hhtui.tui.view import Listed, View, everything, remembered
from hhtui.tui.widgets.query_line import QueryLine

if TYPE_CHECKING:
    from hhtui.query.errors import QueryError
    from hhtui.tui.screens.browse import Browse
    from hhtui.tui.workers import Answer, QueryRunner, Showing

FLAGGED = "flag:yes"
NOTHING = Result(())
Given = TypeVar("Given")


class Finding:
    """Keeps the view of a Browse screen: what was asked, what came of it, and the way back."""

    def __init__(self, screen: "Browse") -> None:
        self._screen = screen
        self.view: View = everything(screen.connection)
        self.begun = False
        """Whether what was asked for at the start is shown, or the place where the annotator left off."""
        self._before_editing: View | None = None
        self._before_flagged: str | None = None
        self._waiting_for = self._answered = self._keys_wait_for = 0
        self._keep_when_answered = self._complained = False
        self._return_to: int | None = None
        self._gone_to: int | None = None

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what each action of this part does, by the action's id."""
        return {
            "query": self.edit,
            "thresholds": self._choose_threshold,
            "flagged": self._toggle_flagged,
            "everything": lambda: self.begin_anew(""),
            "reload": lambda: self.show_query(self.view.text, self.view.list_file),
            "palette": self._open_palette,
        }

    @cached_property
    def _runner(self) -> "QueryRunner":
        from hhtui.tui.workers import QueryRunner

        screen = self._screen
        return QueryRunner(screen.database, lambda answer: screen.post_message(screen.Answered(answer)))

    @property
    def waiting(self) -> bool:
        """Whether a query has been asked whose answer has not come."""
        return self._answered != self._waiting_for

    def start(self) -> None:
        """Show what was asked for at the start, or the place where the annotator left off."""
        start, self.begun = self._screen.app.start, True
        if start.triage is not None:
            self._screen.triaging.begin(start.triage)
            return
        if start.wanted is not None:
            self.view = View("", NOTHING)
            self._screen.show_view()
            return
        self._open(start.query, start.key, start.listed)
        if start.key is not None and _id_or_none(self._screen.connection, start.key) is None:
            self._screen.say(f"there is no pair {start.key}", error=True)
        elif start.listed is not None and start.listed.told():
            self._screen.say(start.listed.told())
        elif self._screen.database.notice:
            self._screen.say(self._screen.database.notice)

    @property
    def choosing(self) -> bool:
        """Whether nothing is shown because what to read has still to be chosen."""
        return self.view.result is NOTHING

    def nothing_in_words(self) -> str:
        """Return why there is no pair."""
        if self.choosing:
            return "No pair is shown before you have chosen what to read: O offers it."
        return "No pair matches." if self.view.text or self.view.listed else "No pairs yet."

    def go_back(self) -> None:
        """Show what was shown before a triage, or the place where the annotator left off."""
        self._before_editing, self.view = None, everything(self._screen.connection)
        self._screen.list.update_marks()
        self._open(None, None)

    def _open(self, query: str | None, key: str | None, listed: Listed = None) -> None:
        """Show this query, pair and list, where neither query nor list is given those of the place that was saved."""
        connection = self._screen.connection
        place = settings.place(connection, self._screen.annotator.name) or settings.Place()
        text = query or ""
        if query is None and listed is None:
            text, listed = place.query, Path(place.listed) if place.listed else None
        wanted = self._gone_to = _id_or_none(connection, key or place.key)
        self._line.leave(text)
        if place.ids and query is None and key is None and (text or isinstance(listed, Path)):
            self.view = remembered(place)
            self.ask(text)
        elif text or listed is not None:
            self.show_query(text, listed)
        else:
            self.view = self.view.at(place.position if key is None else 0).at_pair(wanted)
        self._screen.show_view()

    def show_triage(self, view: View) -> None:
        """Show the pairs of a triage, in place of what was shown; what the list said of them is forgotten."""
        self._before_editing, self.view = None, view
        self._screen.comparing.give_up()
        self._screen.list.update_marks()
        self._restore()

    def return_to(self, view: View) -> None:
        """Show a view that was left, in place of what is shown."""
        self._before_editing = None
        self.go_to(view)
        self._restore()

    def go_to(self, view: View) -> None:
        """Let this view be the one there is: the reader went to its current pair, the place to come back to."""
        self.view, self._gone_to = view, view.current

    def ask(self, text: str) -> None:
        """Run the query `text`, on the list that is shown where it is one.

        A result is shown at the pair that the reader went to last, else at the current one, where it has them.
        """
        self._waiting_for = self._runner.ask(text, self.view.listed, self._showing())

    def edit(self) -> None:
        """Put the cursor into the query line."""
        self._before_editing = self.view
        self._line.edit()
        self._screen.completing.begin()
        self._screen.show_lines()

    def typed(self, text: str) -> None:
        """The text in the query line has changed: show what it finds, or what is wrong with it."""
        if self._before_editing is not None:
            self.ask(text)
            if self._keep_when_answered:
                self._keys_wait_for = self._waiting_for

    def keep(self, text: str) -> None:
        """Enter: keep the query, once it has been run without an error."""
        if text == self.view.text and not self.waiting:
            self._kept(text)
            self._leave_line()
            self._screen.show_lines()
            self._screen.gate.release("query")
        else:
            self._keep_when_answered = True
            self.ask(text)
            self._keys_wait_for = self._waiting_for

    def _kept(self, text: str) -> None:
        if text != self.kept_view().text:
            self._screen.comparing.give_up()
        self._screen.completing.kept(text)

    def give_up(self) -> None:
        """Esc: show what was shown before the query was edited or asked; nothing where none is."""
        if self.editing or self.waiting:
            self._restore()
        self._screen.gate.release("query")

    def _restore(self) -> None:
        self._runner.cancel()
        self._answered = self._waiting_for = 0
        if self._before_editing is not None:
            self.view = self._before_editing
        self._leave_line()
        self._screen.show_view()
        if not self.view.whole:
            self.ask(self.view.text)
        self._screen.gate.release("query")

    def take(self, answer: "Answer") -> None:
        """Show the answer to the newest request; an error leaves the last good result where it is."""
        if answer.request != self._waiting_for:
            return
        self._answered = answer.request
        awaited = self._before_editing is None or answer.request == self._keys_wait_for
        if answer.result is None:
            self._complain(answer.text, answer.error, quietly=not awaited)
        else:
            found = View(answer.text, answer.result, answer.order, answer.highlighter, listed=answer.listed)
            self._show(found, keep=awaited)
            if answer.note:
                self._complained = True
                self._screen.say(answer.note)
        if awaited:
            self._screen.gate.release("query")

    def _complain(self, text: str, error: "QueryError | None", *, quietly: bool) -> None:
        """Say what is wrong with `text`; `quietly` only what is missing where it is not written to its end."""
        self._keep_when_answered = False
        if not self.view.whole:
            self.view = everything(self._screen.connection).at_pair(self.view.current)
            self._screen.show_view()
        if self._before_editing is None:
            self._line.leave(self.view.text)
        self._complained = True
        if quietly and error is not None and self._screen.completing.unfinished(text, error):
            self._screen.say(f"still to come: {error.expected or error.message}", quiet=True)
        else:
            self._screen.say(*_in_words(error), error=True)

    def _show(self, found: View, *, keep: bool) -> None:
        if self._keep_when_answered:
            self._kept(found.text)
        came_from = self._came_from
        self.view = found.at_pair(came_from).at_pair(self._gone_to)
        if keep:
            self._leave_line()
        elif self._return_to is None:
            self._return_to = came_from
        if self._complained:
            self._complained = False
            self._screen.say("")
        self._screen.show_view()

    @property
    def _came_from(self) -> int | None:
        """The pair at which a result is shown that has it, unless it has the one that the reader went to last."""
        return self.view.current if self._return_to is None else self._return_to

    def _showing(self) -> "Showing":
        """Return how the next result is going to be shown."""
        from hhtui.tui.workers import Showing

        rows = self._screen.list
        return Showing((self._came_from, self._gone_to), rows.body_height if rows.display else 0)

    def tell_progress(self) -> None:
        """Say how far a search has come that takes long, and how to stop it."""
        searched = self._runner.searched() if self.waiting else None
        if searched is not None:
            self._complained = True
            far = f"{searched.done:,} of {searched.total:,} pairs"
            self._screen.say(f"searching the texts: {far}; Esc stops", f"searching: {far}")

    def grown(self) -> None:
        """The database has more pairs: a view of everything grows with it."""
        asked = self.view.text or self.view.listed or self._before_editing
        if not (asked or self._screen.triaging.on or self.choosing):
            grown = everything(self._screen.connection)
            if len(grown.ids) != len(self.view.ids):
                was_empty = self.view.current is None
                self.view = grown.at(self.view.cursor)
                self._screen.list.set_result(self.view.ids, self.view.cursor)
                if was_empty:
                    self._screen.show_pair()

    def kept_view(self) -> View:
        """Return the view that is kept: while a query is edited, the one before."""
        return self._before_editing or self.view

    def close(self) -> None:
        """Stop what runs."""
        self._runner.close()

    @property
    def _line(self) -> QueryLine:
        return self._screen.query_one("#query", QueryLine)

    @property
    def editing(self) -> bool:
        """Whether the query is being edited."""
        return self._before_editing is not None

    def beside(self, work: "Callable[[Connection], Given]", deliver: "Callable[[Given | Exception], object]") -> None:
        """Have something read after the queries that were asked so far; the next one drops it."""
        self._runner.beside(work, deliver)

    def behind(self, work: Callable[[], object], failed: Callable[[Exception], object]) -> None:
        """Have something done after the queries that were asked so far, whatever is asked then."""
        self._runner.behind(work, failed)

    def _leave_line(self) -> None:
        self._before_editing, self._keep_when_answered, self._return_to = None, False, None
        self._line.leave(self.view.text)
        self._screen.completing.end()

    def set_query(self, text: str) -> None:
        """Show another result of the same list, or of every pair; keys wait for it."""
        self.show_query(text, self.view.listed)

    def begin_anew(self, text: str) -> None:
        """Show what `text` finds on every pair; nothing is left that similar pairs are come back from to."""
        self._screen.comparing.give_up()
        self.show_query(text, None)

    def show_query(self, text: str, listed: Listed, at: int | None = None) -> None:
        """Show what `text` finds on a list, or with None on every pair, at the pair with the id `at`; keys wait.

        A query that is being edited is edited no longer.
        """
        if at is not None:
            self._gone_to = at
        self._before_editing, self._keep_when_answered = None, False
        self._screen.completing.end()
        self._line.leave(text)
        self._screen.gate.hold("query")
        self._waiting_for = self._keys_wait_for = self._runner.ask(text, listed, self._showing())

    def _toggle_flagged(self) -> None:
        if self.view.text == FLAGGED:
            self.set_query(self._before_flagged or "")
        else:
            self._before_flagged = self.view.text
            self.set_query(FLAGGED)

    def order_by(self, order: str) -> None:
        """Show the same pairs ordered by a column, as `sort:` names it, or "" for the order of the rows."""
        from hhtui.query.parser import parse

        query = parse(self.view.text)
        sort = parse(f"sort:{order}").sort if order else ()
        self.set_query(str(replace(query, sort=sort)))

    def _choose_threshold(self) -> None:
        from hhtui.store.thresholds import offered
        from hhtui.tui.screens.thresholds import ThresholdDialog

        columns = offered(self._screen.connection)
        if columns:
            self._screen.ask(ThresholdDialog(columns), self._threshold_chosen)
        else:
            self._screen.say("there are no scores yet; hhtui score makes them", error=True)

    def _threshold_chosen(self, query: str | None) -> None:
        if query is not None:
            self.set_query(query)

    def _open_palette(self) -> None:
        from hhtui.tui.screens.dialogs import Choice, Choose

        keys = self._screen.app.keys
        choices = [
            Choice(action.id, action.explained, " ".join(map(shown_key, keys[action.id])))
            for action in ACTIONS
            if action.id != "palette" and not (action.reveals and self._screen.pair.presentation.blind)
        ]
        self._screen.ask(Choose("Action, or the number or key of a pair", choices, free=True), self._palette_chosen)

    def _palette_chosen(self, chosen: str | None) -> None:
        if chosen is None:
            return
        number = chosen.replace(",", "")
        if number.isdecimal():
            self._go_to_number(int(number))
        elif "/" in chosen:
            self._go_to_key(chosen)
        elif chosen in BY_ID:
            self._screen.perform(BY_ID[chosen])
        else:
            self._screen.say(f"{chosen} is no action, no number and no key of a pair", error=True)

    def _key_of(self, action: str) -> str:
        return shown_key(next(iter(self._screen.app.keys[action]), "colon"))

    def _go_to_number(self, number: int) -> None:
        if 1 <= number <= len(self.view.ids):
            self._screen.go_to(number - 1)
        else:
            self._screen.say(f"there is no pair {number:,} among these {len(self.view.ids):,}", error=True)

    def _go_to_key(self, key: str) -> None:
        try:
            pair_id = pairs.id_of(self._screen.connection, key)
        except StoreError as error:
            self._screen.say(str(error), error=True)
            return
        view = self.view.at_pair(pair_id)
        if view.current == pair_id:
            self._screen.go_to(view.cursor)
        else:
            self._screen.say(f"{key} is not in this view; {self._key_of('everything')} shows all pairs", error=True)


def _in_words(error: "QueryError | None") -> tuple[str, ...]:
    """Return what is wrong with a query, the place first; where that is short of room, what is said before the rest.

    What a message says beyond its first sentence is a way out, and goes before what was expected.
    """
    if error is None:
        return ("The query found no answer.",)
    wrong = f"character {error.position + 1}: {error.message}"
    if not error.expected:
        return (wrong,)
    stop = "" if wrong.endswith((".", "?")) else "."
    told = f"{wrong}{stop} Expected {error.expected}."
    return (told, wrong) if ". " in error.message else (told,)


def _id_or_none(connection: Connection, key: str) -> int | None:
    try:
        return pairs.id_of(connection, key) if key else None
    except StoreError:
        return None
