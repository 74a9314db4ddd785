"""The screen for the daily work: the list, the pair, the query, and the keys."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.messages import Update
from textual.screen import Screen
from textual.widget import Widget

from hhtui.store import pairs, settings
from hhtui.store.errors import StoreError
from hhtui.tui import shielding
from hhtui.tui.actions import BY_ID, Action
from hhtui.tui.gate import Gate, Press
from hhtui.tui.key_names import key_name, shown_key
from hhtui.tui.keys import by_key
from hhtui.tui.parts import Parts
from hhtui.tui.presentation import Blind
from hhtui.tui.reading import Reader
from hhtui.tui.shield import Shielded
from hhtui.tui.widgets.line import Line
from hhtui.tui.widgets.pair_list import PairList
from hhtui.tui.widgets.pair_view import PairView
from hhtui.tui.widgets.query_line import QueryLine

if TYPE_CHECKING:
    from hhtui.tui.app import HhtuiApp
    from hhtui.tui.completion_reader import Found
    from hhtui.tui.facets.runner import Counted as CountedFacets
    from hhtui.tui.facets.view import FacetView
    from hhtui.tui.screens.dialog import Dialog
    from hhtui.tui.view import View
    from hhtui.tui.widgets.completion_list import CompletionList
    from hhtui.tui.widgets.query_field import QueryField
    from hhtui.tui.workers import Answer

Given = TypeVar("Given")

LIST_FROM = 120
BOTH_SIDES_FROM = 80
POLL_SECONDS = 1.0
PAGE_KEPT = 60


class Browse(Parts, Screen[None]):
    """Shows one pair of a result at a time.

    Every key that the terminal sends comes to `key_read` and passes the gate, also those for the query line and for
    dialogs: where a key goes is settled when its turn has come, not when it is read.
    """

    AUTO_FOCUS = ""
    app: "HhtuiApp"

    class Answered(Message):
        """A query has been run."""

        def __init__(self, answer: "Answer") -> None:
            super().__init__()
            self.answer = answer

    class Counted(Message):
        """Facets or a histogram have been counted."""

        def __init__(self, counted: "CountedFacets") -> None:
            super().__init__()
            self.counted = counted

    class Completed(Message):
        """What may follow in the query has been counted."""

        def __init__(self, found: "Found | Exception") -> None:
            super().__init__()
            self.found = found

    class NotRemembered(Message):
        """A query that was kept could not be remembered."""

        def __init__(self, failure: Exception) -> None:
            super().__init__()
            self.failure = failure

    def __init__(self, app: "HhtuiApp") -> None:
        super().__init__()
        self.database = app.database
        self.annotator = app.annotator
        self.connection = app.database.reader()
        self.shield = shielding.begin(self.connection, app.annotator.name, app.config)
        self.shown: Shielded | None = None
        self.reader = Reader(self.connection, app.annotator.name, self.blinding_of, self.shield)
        self.gate = Gate(self._painted, self._typing, self._ask_about_paste)
        self.gate.hold("start")
        self._actions = {blind: by_key(app.keys, blind=blind) for blind in (False, True)}
        self._list_wanted: bool | None = None
        self._seen_version = self.database.data_version()
        self._handlers: dict[str, Callable[[], object]] = {}

    def _by_action(self) -> dict[str, Callable[[], object]]:
        """Return what each action does, by its id."""
        return {
            "layout": self._toggle_list,
            "scores": self._show_scores,
            "help": self._help,
            "quit": self.app.quit_browsing,
            "suspend": self.app.action_suspend_process,
            **self.handlers(),
        }

    def blinding_of(self, pair_id: int) -> Blind | None:
        """Return how a pair is read blind, None where it is not."""
        return self.triaging.blinding_of(pair_id)

    @property
    def view(self) -> "View":
        """What is shown: the query, its result, and the place in it."""
        return self.finding.view

    def compose(self) -> ComposeResult:
        header = Line(id="header")
        yield header
        yield from self.noticing.widgets()
        with Horizontal(id="body"):
            yield PairList(self.reader.headings, self.reader.marks, self.reader.percentiles, id="list")
            yield PairView(self._pair_painted, header, self.app.now, id="pair")
        with Horizontal(id="query-row"):
            yield QueryLine(id="query")
            yield Line(id="status")
        yield Line(id="footer")

    def on_mount(self) -> None:
        self.list = self.query_one("#list", PairList)
        self.pair = self.query_one("#pair", PairView)
        self.app.when_drawn(self.noticing.drawn)
        self.app.app_suspend_signal.subscribe(self, lambda _: self.pair.visit.pause("suspended"), immediate=True)
        self.app.app_resume_signal.subscribe(self, lambda _: self.pair.visit.go_on("suspended"), immediate=True)
        self._lay_out(self.app.size.width)
        if self.app.left:
            return
        self.finding.start()
        self.call_after_refresh(self._take_keys)
        self.set_interval(POLL_SECONDS, self._poll)

    def _take_keys(self) -> None:
        """Let keys in, now that the first frame is drawn; a card of queues comes before them."""
        if self.app.left:
            return
        self._handlers = self._by_action()
        self._line.prepare()
        self.queueing.at_start()
        self.gate.release("start")

    def on_screen_suspend(self) -> None:
        """A dialog is over the pair."""
        self.pair.visit.pause("dialog")
        self.noticing.covered()

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Nothing is over the pair any more; the widgets were styled when they were made."""
        event.refresh_styles = False
        self.pair.visit.go_on("dialog")

    def on_resize(self, event: events.Resize) -> None:
        self._lay_out(event.size.width)
        self.show_lines()

    def key_read(self, event: events.Key) -> None:
        """Take a key that was read from the terminal."""
        if self.pausing.read(event.time):
            return
        self.noticing.key_read()
        self.triaging.clock.touch()
        for key in _apart(event):
            if key.key == "escape" and self.gate.holds("query"):
                self.gate.forget()
                self.finding.give_up()
            elif self.faceting.closes(key.key):
                self.gate.forget()
                self.faceting.hide()
            else:
                action = self.triaging.as_pressed(self._actions[True].get(key.key))
                if self.seeking.ends_with(key.key, action, event.time):
                    self.seeking.stop()
                self.gate.press(Press(partial(self._take, key), action, event.time))

    def perform(self, action: Action) -> None:
        """Do now what an action does."""
        self.quiet()
        if action.reveals and self.pair.presentation.blind:
            self.say(self._refusal(action), error=True)
        elif action.for_blind and self.triaging.any_blind and not self.pair.presentation.blind:
            self.say(self._no_choice(), error=True)
        elif action.leaves and self.triaging.left:
            self.say(f"{self._named(action)} is off in a triage; quit to leave it, the rest can be resumed", error=True)
        elif action.decides and not self.pair.shows:
            self.say("V shows the pair, to decide about it", error=True)
        else:
            if action.leaves and self.triaging.on:
                self.triaging.end()
            self._handlers[action.id]()
        reminder = self.triaging.reminder()
        if reminder:
            self.say(reminder)

    def _refusal(self, action: Action) -> str:
        if action.group != "decide":
            return f"{self._named(action)} is off while you read blind: it could tell what is hidden"
        left, right = (shown_key(next(iter(self.app.keys[name]), "colon")) for name in ("prefer_left", "prefer_right"))
        return f"not while you read blind: {left} A is better, {right} B is better, one pair at a time"

    def _named(self, action: Action) -> str:
        return f"{shown_key(next(iter(self.app.keys[action.id]), 'colon'))} ({action.label})"

    def _no_choice(self) -> str:
        left, right, labels = (
            shown_key(next(iter(self.app.keys[name]), "colon")) for name in ("prefer_left", "prefer_right", "label")
        )
        return f"{left} and {right} choose between A and B in this triage; {labels} gives labels"

    def ask(self, dialog: "Dialog[Given]", answered: Callable[[Given | None], object] | None = None) -> None:
        """Show a dialog; keys wait until it is there, and after its end until `answered` has returned."""
        self.gate.hold("dialog")

        def done(given: Given | None) -> None:
            try:
                if answered is not None:
                    answered(given)
            finally:
                self.gate.release("typing")
                if self.app.screen is self:
                    self.gate.release("dialog")

        self.app.push_screen(dialog, done)

    def _take(self, event: events.Key) -> None:
        from hhtui.tui.screens.dialog import Dialog

        screen = self.app.screen
        action = self._actions[self.pair.presentation.blind or self.triaging.any_blind].get(event.key)
        if self.pausing.on:
            self.pausing.go_on()
        elif self.pausing.ignores(event.time):
            return
        elif isinstance(screen, Dialog) and screen.focused is None and action is BY_ID["blank"]:
            self.pausing.pause()
        elif isinstance(screen, Dialog):
            self._forward(event, screen.focused or screen, "dialog" if event.key in screen.ENDING else "typing")
        elif self.focused is not None and action is BY_ID["language"] and not event.is_printable:
            self.perform(action)
        elif self.focused is not None:
            self._forward(event, self.focused, "query" if event.key in QueryLine.ENDING else "typing")
        elif self.faceting.active:
            self.faceting.press(event.key, action)
        elif action is not None:
            self.perform(action)

    def _forward(self, event: events.Key, target: Widget, reason: str) -> None:
        """Give a key to a text or a dialog; those behind one that is no character wait until it has been taken."""
        if reason != "typing" or not event.is_printable:
            self.gate.hold(reason)
        target._forward_event(event)

    def key_taken(self) -> None:
        """A key that was given to a text or a dialog has done what it does."""
        self.gate.release("typing")

    def _typing(self) -> bool:
        return self.app.screen is not self or self.focused is not None or self.pausing.on or self.faceting.active

    @property
    def said(self) -> str:
        """What the line at the bottom says until the next key, "" where it reminds of keys."""
        return self.telling.said

    def say(self, text: str, *shorter: str, error: bool = False, quiet: bool = False) -> None:
        """Show one line at the bottom until the next key: the first form that fits, the last one cut if none does."""
        self.telling.say(text, *shorter, look="error" if error else "quiet" if quiet else "strong")

    def quiet(self) -> None:
        """Take the line away that was said last."""
        self.telling.quiet()

    def show_view(self) -> None:
        """Show a new result: the list anew, and its current pair."""
        self.deciding.give_up_selection()
        self.list.set_result(self.view.ids, self.view.cursor)
        self.show_pair()
        self.faceting.look_again()

    def go_to(self, index: int) -> None:
        """Show the pair at `index` of the result."""
        view = self.view.at(index)
        if view.cursor == self.view.cursor and len(view.ids):
            self.say("first pair" if index < 0 else "last pair" if index >= len(view.ids) else "here already")
            return
        self.finding.go_to(view)
        self.quiet()
        self.list.cursor_to(view.cursor)
        self.show_pair()

    def go_on(self) -> None:
        """Show the next pair where there is one; in a triage the next that is left."""
        if self.triaging.on:
            self.triaging.go_on()
        elif self.view.cursor + 1 < len(self.view.ids):
            self.go_to(self.view.cursor + 1)

    def show_pair(self) -> None:
        """Show the current pair, or that there is none."""
        current = self.view.current
        self.shown = None if current is None else self.reader.shown(current)
        if current is None:
            self.pair.show_nothing(self.finding.nothing_in_words())
        elif self.shown is None:
            self.pair.show_nothing("This pair is gone: a later revision of its source has replaced it.")
        elif self.pair.show(
            self.shown, self.reader.scores(current), self.view.highlighter, self.reader.presentation(current)
        ):
            self.triaging.arrived()
        self.show_lines()
        self.faceting.pair_changed()
        self._draw_together(self.query_one("#header"), *self.pair.panes.values())

    def _draw_together(self, *widgets: Widget) -> None:
        """Let these be drawn in one frame: by themselves they ask for it one by one, and a frame may part them."""
        for widget in widgets:
            self.post_message(Update(widget))

    def show_decisions(self, pair_ids: Sequence[int]) -> None:
        """Show anew what was decided about these pairs."""
        self.list.update_marks(pair_ids)
        self.show_lines()

    @on(PairList.Picked)
    def _list_clicked(self, message: PairList.Picked) -> None:
        self.gate.press(Press(partial(self.go_to, message.index), None, message.time))

    def on_facet_view_picked(self, message: "FacetView.Picked") -> None:
        """A line of the facets was clicked."""
        self.gate.press(Press(partial(self.faceting.picked, message.index), None, message.time))

    @on(Counted)
    def _counted(self, message: Counted) -> None:
        self.faceting.take(message.counted)

    @on(QueryLine.Picked)
    def _query_clicked(self, message: QueryLine.Picked) -> None:
        self.gate.press(Press(partial(self.perform, BY_ID["query"]), BY_ID["query"], message.time))

    @property
    def _line(self) -> QueryLine:
        return self.query_one("#query", QueryLine)

    def on_query_field_edited(self, message: "QueryField.Edited") -> None:
        """The query is another one while it is typed."""
        if self._line.goes_on(message):
            self.finding.typed(message.text)
            self.completing.edited()

    def on_query_field_kept(self, message: "QueryField.Kept") -> None:
        """Enter was pressed in the query line."""
        if not self._line.goes_on(message):
            return
        if self.completing.accept():
            self.gate.release("query")
        else:
            self.finding.keep(message.text)

    def on_query_field_given_up(self, message: "QueryField.GivenUp") -> None:
        """Esc was pressed in the query line."""
        if not self._line.goes_on(message):
            return
        if self.completing.close():
            self.gate.release("query")
        else:
            self.finding.give_up()

    def on_query_field_pressed(self, message: "QueryField.Pressed") -> None:
        """A key of the query line's own was pressed."""
        if self._line.goes_on(message):
            self.completing.key(message.key)
        self.gate.release("typing")

    def on_completion_list_clicked(self, message: "CompletionList.Clicked") -> None:
        """A candidate was clicked."""
        self.gate.press(Press(partial(self.completing.clicked, message.line), None, message.time))

    @on(Completed)
    def _completed(self, message: Completed) -> None:
        self.completing.take(message.found)

    @on(NotRemembered)
    def _not_remembered(self, message: NotRemembered) -> None:
        self.say(f"the query was not remembered: {message.failure}", error=True)

    @on(Answered)
    def _answered(self, message: Answered) -> None:
        if self.app.left:
            return
        take = partial(self.finding.take, message.answer)
        if len(self.gate) and not self.gate.holds("query"):
            self.gate.press(Press(take, None, message.time))
        elif self.finding.editing and self.app.screen is self:
            self.call_after_refresh(take)
        else:
            take()

    def _painted(self) -> bool:
        return self.pair.painted or not self.pair.shows

    def _pair_painted(self) -> None:
        self.call_later(self.gate.look)

    def _show_scores(self) -> None:
        from hhtui.tui.screens.score_details import ScoreDetailsDialog

        if self.view.current is None:
            self.say("there is no pair here", error=True)
        else:
            self.ask(ScoreDetailsDialog(self.view.current))

    def _help(self) -> None:
        from hhtui.tui.screens.help import Help

        self.ask(Help(self.app.keys, self.reader.notes()))

    def _ask_about_paste(self, count: int) -> None:
        from hhtui.tui.screens.dialogs import Confirm

        question = f"{count} decision keys came at once, as when text is pasted. Run them?"
        self.ask(Confirm(question), lambda agreed: self.gate.answer(bool(agreed)))

    def _toggle_list(self) -> None:
        self.faceting.hide()
        self._list_wanted = not self.list.display
        self._lay_out(self.size.width)

    def lay_out(self) -> None:
        """Give every part its place anew."""
        self._lay_out(self.size.width)
        self.show_lines()

    def _lay_out(self, width: int) -> None:
        facets, wide = self.faceting.open, self.faceting.beside
        shown = not facets and (width >= LIST_FROM if self._list_wanted is None else self._list_wanted)
        self.list.display = shown
        hidden = not self.pair.display
        if facets:
            self.faceting.lay_out()
        self.pair.display = wide if facets else not shown or width >= BOTH_SIDES_FROM
        if hidden and self.pair.display:
            self.pair.paint_again()
        self.list.set_class(not self.pair.display, "alone")
        self.pair.one_side = width < BOTH_SIDES_FROM

    def show_lines(self) -> None:
        """Show anew what stands around the pair."""
        if self.app.left:
            return
        if self.is_mounted:
            self.telling.show()
        else:
            self.telling.show_query()

    def _poll(self) -> None:
        self.finding.tell_progress()
        version = self.database.data_version()
        if version == self._seen_version or self.app.screen is not self:
            return
        self._seen_version = version
        self.finding.grown()
        self.faceting.look_again(grown=True)
        self.triaging.look_again()
        self.reader.forget_numbers()
        self.list.update_marks()
        if self.view.current is not None:
            self.pair.rate(self.reader.scores(self.view.current))
        self.shielding.look_again()
        self.show_lines()
        try:
            self.leaving.save_place()
        except StoreError as error:
            self.say(str(error), error=True)

    def place(self) -> settings.Place:
        """Return where the reader stands, with the ids of the page around it."""
        view = self.finding.kept_view()
        first = max(0, view.cursor - PAGE_KEPT // 2)
        ids = tuple(int(one) for one in view.ids[first : first + PAGE_KEPT])
        key = None if view.current is None else pairs.key_of(self.connection, view.current)
        listed = "" if view.list_file is None else str(view.list_file)
        return settings.Place(
            view.text, key or "", view.position, view.first + first, view.total, ids, view.order, listed
        )


def _apart(event: events.Key) -> list[events.Key]:
    """Return the keys that were pressed: Esc and another one within a moment look like that key with alt."""
    if event.key.startswith("alt+") and event.is_printable:
        return [events.Key("escape", None), events.Key(key_name(event.character or ""), event.character)]
    return [event]
