"""The application: a database, an annotator, and the browse screen."""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import events

from hhtui.config import Config
from hhtui.store.database import Database
from hhtui.store.decisions import Annotator
from hhtui.store.errors import StoreError
from hhtui.tui import palette
from hhtui.tui.copying import Copying
from hhtui.tui.display import DifferApp
from hhtui.tui.explanation import Explain, no_explanation
from hhtui.tui.garbage import IdleCollector
from hhtui.tui.keys import keys_in_use
from hhtui.tui.memory import use_one_allocator
from hhtui.tui.screens.browse import Browse
from hhtui.tui.start import Start
from hhtui.tui.style_sheets import style_sheet

if TYPE_CHECKING:
    from hhtui.tui.screens.export import ExportRequest

LAST_RESORT_SECONDS = 1.0
COLLECT_SECONDS = 1.0
COPY_AFTER_SECONDS = 2.0
HUNG_UP = 129
LEFT_TO_TEXTUAL = ("ctrl+q", "ctrl+c")

Export = Callable[[Database, "ExportRequest"], str]
"""Writes what a request asks for, and returns one line that says what was written."""


class Ending(NamedTuple):
    """How the browser ended: what to tell the reader, and the exit status, 0 where they quit."""

    words: str
    status: int


class HhtuiApp(DifferApp[None]):
    """Browses one database for one annotator."""

    COMPONENT_CLASSES: ClassVar = palette.COMPONENT_CLASSES
    CSS_PATH: ClassVar = [style_sheet("looks"), style_sheet("browse")]
    ENABLE_COMMAND_PALETTE = False
    TITLE = "hhtui"

    def __init__(
        self,
        database: Database,
        annotator: Annotator,
        config: Config,
        export: Export,
        start: Start | None = None,
        explain: Explain = no_explanation,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(colour_depth=None if config.colour == "auto" else config.colour)
        self.database = database
        self.annotator = annotator
        self.config = config
        self.keys = keys_in_use(config.keys)
        self.export = export
        self.explain = explain
        self.start = start or Start()
        self.animation_level = "none"
        self.now = now
        self.saved = 0
        self.farewell = ""
        self.left = False
        """Whether the reader has left: nothing more is read of the database."""
        self._garbage = IdleCollector()
        self._copying = Copying(database)

    def get_default_screen(self) -> Browse:
        return Browse(self)

    @property
    def browse(self) -> Browse:
        """The browse screen, which lies under any dialog."""
        screen = self.screen_stack[0]
        assert isinstance(screen, Browse)
        return screen

    def on_mount(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGHUP, signal.SIGTERM):
            loop.add_signal_handler(number, self._hang_up)
        self.call_after_refresh(self._garbage.begin)
        self.set_timer(COPY_AFTER_SECONDS, self._copying.begin)
        self.set_interval(COLLECT_SECONDS, self._garbage.tick)

    def on_unmount(self) -> None:
        self._garbage.end()

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key) and not event.is_forwarded and event.key not in LEFT_TO_TEXTUAL:
            self.app_focus = True
            self._garbage.typed()
            self.browse.key_read(event)
        else:
            await super().on_event(event)
            if isinstance(event, events.Key):
                self.browse.key_taken()

    async def action_quit(self) -> None:
        """Leave as `q` does, whatever waits."""
        self.quit_browsing()

    def write_to_terminal(self, sequence: str) -> None:
        """Send a control sequence of our own making to the terminal."""
        if self._driver is not None:
            self._driver.write(sequence)
            self._driver.flush()

    def quit_browsing(self) -> None:
        """Save the place, close the session and leave."""
        self._leave()
        self.exit()

    def _leave(self) -> None:
        if self.left:
            return
        self.left = True
        self._copying.close()
        self.browse.finding.close()
        self.browse.faceting.close()
        self.browse.queueing.close()
        self.browse.viewing.close()
        self.browse.comparing.close()
        self.farewell = self.browse.triaging.farewell()
        try:
            self.browse.triaging.close()
            self.browse.leaving.save_place()
            self.annotator.end()
        except StoreError as error:
            self.notify(str(error), severity="error", markup=False)

    def _hang_up(self) -> None:
        """Leave at once; writing to a terminal that is gone can block for ever, and what was saved is on disk."""
        self._leave()
        last_resort = threading.Timer(LAST_RESORT_SECONDS, os._exit, [HUNG_UP])
        last_resort.daemon = True
        last_resort.start()
        self.exit(return_code=HUNG_UP)


def browse(
    database: Database,
    *,
    annotator: str,
    config: Config,
    export: Export,
    explain: Explain = no_explanation,
    start: Start | None = None,
    mouse: bool = True,
) -> Ending:
    """Run the browser on an open database until it ends; return how it did."""
    use_one_allocator()
    who = Annotator.begin(database, annotator)
    app = HhtuiApp(database, who, config, export, start, explain)
    app.run(mouse=mouse and config.mouse)
    words = "; ".join(filter(None, (_saved(database, app.saved), app.farewell or _export_command(database))))
    return Ending(words, app.return_code or 0)


def _saved(database: Database, saved: int) -> str:
    return f"{saved:,} step{'' if saved == 1 else 's'} saved in {database.path}"


def _export_command(database: Database) -> str:
    from hhtui.tui import shell_words

    return f"export the flagged pairs: {shell_words.command('hhtui', 'export', database.path, '--format', 'ids')}"
