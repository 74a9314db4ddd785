"""Shows all that is known of one pair's scores, and the words behind the linear ones as they are found."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message

from hhtui.model import Side
from hhtui.store import score_details
from hhtui.store.connection import SqliteError
from hhtui.store.database import explain
from hhtui.store.score_details import ScoreDetails
from hhtui.tui.explanation import Asked, Explanation, Words
from hhtui.tui.score_page import Line, lines
from hhtui.tui.screens.dialog import Dialog
from hhtui.tui.shield import masked_details, masked_words
from hhtui.tui.widgets.page import Page

KEYS = ("j k space PgUp g G scroll   Esc closes", "j k space scroll  Esc", "Esc")
FAR = 1_000_000
GONE = "This pair is gone: a later revision of its source has replaced it."


class ScoreDetailsDialog(Dialog[None]):
    """A page to scroll, read in a thread. Words come from a process that lives no longer than the dialog."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "scroll(1)", "down"),
        Binding("k,up", "scroll(-1)", "up"),
        Binding("space,pagedown", "scroll_page(1)", "page down"),
        Binding("pageup", "scroll_page(-1)", "page up"),
        Binding("g,home", f"scroll(-{FAR})", "first line"),
        Binding("G,end", f"scroll({FAR})", "last line"),
        Binding("escape,t,q", "dismiss", "close"),
    ]
    ENDING = frozenset({"escape", "t", "q"})

    class Read(Message):
        """The scores have been read, or it was said why not."""

        def __init__(self, details: ScoreDetails | str) -> None:
            super().__init__()
            self.details = details

    class Explained(Message):
        """The words for one side of one scorer have been found, or it was said why not."""

        def __init__(self, asked: Asked, words: Words | str) -> None:
            super().__init__()
            self.asked, self.words = asked, words

    def __init__(self, pair_id: int) -> None:
        super().__init__()
        self._pair_id = pair_id
        self._details: ScoreDetails | str = "reading the scores …"
        self._explanation: Explanation | None = None
        self._found: dict[Asked, Words | str | None] = {}
        self._masked = False
        self._top, self._rows, self._width = 0, 1, 0
        self._lines: list[Line] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog--box dialog--scores"):
            yield Page(self._page)

    def on_mount(self) -> None:
        self.run_worker(self._read, thread=True, group="scores")

    def on_unmount(self) -> None:
        if self._explanation is not None:
            self._explanation.close()

    def action_scroll(self, by: int) -> None:
        self._top = min(max(0, self._top + by), self._last_top)
        self.query_one(Page).show()

    def action_scroll_page(self, by: int) -> None:
        self.action_scroll(by * max(1, self._rows - 1))

    def on_score_details_dialog_read(self, message: Read) -> None:
        self._details = self._shielded(message.details)
        if isinstance(self._details, ScoreDetails):
            self._explanation = self.app.explain(self.app.database, self._pair_id, self._deliver)
            self._found = dict.fromkeys(self._explanation.asked)
        self._show_anew()

    def on_score_details_dialog_explained(self, message: Explained) -> None:
        words = message.words
        self._found[message.asked] = masked_words(words) if self._masked and not isinstance(words, str) else words
        self._show_anew()

    def _read(self) -> None:
        found: ScoreDetails | str
        try:
            found = score_details.of_pair(self.app.database.reader(), self._pair_id)
        except KeyError:
            found = GONE
        except SqliteError as error:
            found = explain(error)
        self.post_message(self.Read(found))

    def _shielded(self, details: ScoreDetails | str) -> ScoreDetails | str:
        """Return the details without the words that the shield masks on the screen below."""
        shown = self.app.browse.reader.shown(self._pair_id)
        self._masked = shown is not None and shown.masked
        return details if shown is None or isinstance(details, str) else masked_details(details, shown)

    def _deliver(self, scorer: str, side: Side, words: Words | str) -> None:
        self.post_message(self.Explained((scorer, side), words))

    def _show_anew(self) -> None:
        self._width = 0
        self.query_one(Page).show()

    @property
    def _last_top(self) -> int:
        return max(0, len(self._lines) - self._rows)

    def _page(self, width: int, height: int) -> Sequence[Line]:
        """Return the lines in view, and below them the keys and the place."""
        if isinstance(self._details, str):
            return [((self._details, "quiet"),)]
        if width != self._width:
            self._width, self._lines = width, lines(self._details, self._found, width)
        self._rows = max(1, height - 1)
        self._top = min(self._top, self._last_top)
        shown = self._lines[self._top : self._top + self._rows]
        place = f"{self._top + len(shown)} of {len(self._lines)} lines"
        keys = next((form for form in KEYS if len(form) + len(place) < width), "")
        blank: list[Line] = [()] * (self._rows - len(shown))
        return [*shown, *blank, ((f"{keys:{max(0, width - len(place))}}{place}", "quiet"),)]
