"""Moves a threshold over the histogram of a score column, and shows the pairs that it takes."""

from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message

from hhtui.store import thresholds
from hhtui.store.connection import SqliteError
from hhtui.store.database import explain
from hhtui.store.errors import StoreError
from hhtui.store.thresholds import STEPS, Thresholds
from hhtui.tui.screens.dialog import Dialog
from hhtui.tui.threshold_page import Standing, lines
from hhtui.tui.widgets.page import Lines, Page

FIRST_STEP, LARGE_STEP = STEPS // 2, 10
LOADING = "thresholds"


class ThresholdDialog(Dialog[str | None]):
    """The counts of every rule at the threshold; gives the query of the rule whose number is pressed, or None.

    Numbers are read in a thread, when a column is first looked at; keys wait until they are there.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("h,left", "move(-1)", "lower"),
        Binding("l,right", "move(1)", "higher"),
        Binding("H,J,shift+left,pagedown,down", f"move(-{LARGE_STEP})", "much lower"),
        Binding("L,K,shift+right,pageup,up", f"move({LARGE_STEP})", "much higher"),
        Binding("home,g", f"move(-{STEPS})", "lowest"),
        Binding("end,G", f"move({STEPS})", "highest"),
        Binding("tab,c", "next_column(1)", "next column"),
        Binding("shift+tab,C", "next_column(-1)", "previous column"),
        *(Binding(str(key), f"show_pairs({key})", "show these pairs") for key in (1, 2, 3)),
        Binding("escape,q", "dismiss(None)", "close"),
    ]
    ENDING = frozenset({"1", "2", "3", "escape", "q", "tab", "c", "shift+tab", "C"})

    class Counted(Message):
        """The numbers of a column have been read, or it was said why not."""

        def __init__(self, name: str, found: Thresholds | str) -> None:
            super().__init__()
            self.name, self.found = name, found

    def __init__(self, columns: Sequence[str]) -> None:
        """Offer these columns, at least one, by their qualified names, and begin with the first."""
        super().__init__()
        self._columns = tuple(columns)
        self._place = 0
        self._steps: dict[str, int] = {}
        self._numbers: Thresholds | None = None
        self._counts: tuple[int, ...] = ()
        self._trouble = ""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog--box dialog--thresholds"):
            yield Page(self._lines)

    def on_mount(self) -> None:
        self._read()

    def on_unmount(self) -> None:
        self.app.browse.gate.release(LOADING)

    def action_move(self, by: int) -> None:
        name = self._columns[self._place]
        self._steps[name] = min(STEPS, max(0, self._steps.get(name, FIRST_STEP) + by))
        self._show()

    def action_next_column(self, by: int) -> None:
        self._place = (self._place + by) % len(self._columns)
        self._numbers = None
        self._read()
        self.stay()

    def action_show_pairs(self, key: int) -> None:
        numbers = self._numbers
        if numbers is None or key > len(numbers.rules):
            self.stay()
        else:
            self.dismiss(numbers.at(numbers.number_at(self._standing.step))[key - 1].query)

    @property
    def _standing(self) -> Standing:
        step = self._steps.get(self._columns[self._place], FIRST_STEP)
        return Standing(step, self._place + 1, len(self._columns))

    def _read(self) -> None:
        self.app.browse.gate.hold(LOADING)
        self._trouble = ""
        self._show()
        name = self._columns[self._place]
        self.run_worker(partial(self._count, name), thread=True, exclusive=True, group="thresholds")

    def _count(self, name: str) -> None:
        try:
            found: Thresholds | str = thresholds.of_column(self.app.database.reader(), name)
        except StoreError as error:
            found = str(error)
        except SqliteError as error:
            found = explain(error)
        self.post_message(self.Counted(name, found))

    def on_threshold_dialog_counted(self, message: Counted) -> None:
        if isinstance(message.found, str):
            self._trouble = message.found
        elif message.name == self._columns[self._place]:
            self._numbers, self._counts = message.found, ()
        self._show()
        self.app.browse.gate.release(LOADING)

    def _show(self) -> None:
        self.query_one(Page).show()

    def _lines(self, width: int, height: int) -> Lines:
        if self._numbers is None:
            return [[(self._trouble, "error") if self._trouble else ("reading the scores …", "quiet")]]
        if len(self._counts) != width:
            self._counts = self._numbers.histogram(width)
        return lines(self._numbers, self._counts, self._standing, height)
