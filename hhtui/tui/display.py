"""An application that sends the terminal only the cells that changed, and never more than it can follow."""

import os
from collections.abc import Callable
from typing import Any, ClassVar

from rich.console import RenderableType
from textual import events
from textual._ansi_sequences import SYNC_END, SYNC_START
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App, ReturnType
from textual.message import Message
from textual.messages import ExitApp, TerminalSupportsSynchronizedOutput
from textual.screen import Screen

from hhtui.tui.differ import Differ
from hhtui.tui.drawn import Drawn
from hhtui.tui.flow import QUERY, Frames
from hhtui.tui.looks import COLOUR_SYSTEMS, ColourDepth


class DifferApp(App[ReturnType]):
    """Textual's `App` with a cell differ and flow control between compositor and driver.

    `frames` tells which composition has been sent and acknowledged. Headless and inline drivers keep
    Textual's own output; there a composition counts as acknowledged as soon as it is made.
    Overrides `App._display`, which is private: Textual is pinned and a test guards the method.
    """

    LONGEST_LEAVING: ClassVar[float] = 0.5
    """Seconds to wait at the end for answers that would otherwise be typed into the shell."""

    def __init__(self, *, colour_depth: ColourDepth | None = None, **options: Any) -> None:
        """Make the application.

        Args:
            colour_depth: The colours to send; by default what Textual finds the terminal to support.
            options: Passed on to `App`.
        """
        super().__init__(**options)
        self.frames = Frames(self._send, self._handle_exception)
        detected = self.console._color_system or COLOUR_SYSTEMS["truecolor"]
        self._differ = Differ(COLOUR_SYSTEMS[colour_depth] if colour_depth else detected, _erases(os.environ))
        self._leaving = False
        self._watchers: list[Callable[[Drawn], object]] = []

    def when_drawn(self, watcher: Callable[[Drawn], object]) -> None:
        """Call `watcher` with what each composition drew, whose number is then `frames.composed`."""
        self._watchers.append(watcher)

    def repaint(self) -> None:
        """Clear the terminal and draw everything again, as after another program has written to it."""
        self._differ.invalidate()
        self._send()

    def on_load(self) -> None:
        self.frames.started()
        self.app_resume_signal.subscribe(self, self._resumed, immediate=True)

    def on_mount(self) -> None:
        if not self._asks_the_terminal:
            self.frames.does_not_answer()

    def on_resize(self, event: events.Resize) -> None:
        """Draw everything again, for the terminal may show anything; drivers report a size after a suspension too."""
        self._differ.invalidate()
        if event.size == self._differ.size:
            self._send()

    async def on_exit_app(self, _event: ExitApp) -> None:
        self._leaving = True
        await self.frames.wait_until_acknowledged(self.frames.sent, self.LONGEST_LEAVING)

    def post_message(self, message: Message) -> bool:
        """Post a message; answers to queries are taken at once, for whoever waits may block the queue."""
        if isinstance(message, TerminalSupportsSynchronizedOutput):
            with self._context():
                self.frames.answered()
            if self._sync_available:
                return True
        return super().post_message(message)

    @property
    def _differs(self) -> bool:
        return self._driver is not None and not self._driver.is_headless and not self._driver.is_inline

    @property
    def _asks_the_terminal(self) -> bool:
        """Whether Textual's driver queries mode 2026; Apple's Terminal would print part of the query."""
        return (
            self._differs
            and os.environ.get("TERM_PROGRAM") != "Apple_Terminal"
            and (self.is_web or bool(getattr(self._driver, "input_tty", False)))
        )

    def _resumed(self, _app: App[Any]) -> None:
        self.frames.started()
        if not self._asks_the_terminal:
            self.frames.does_not_answer()
        self._send()

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        if not self._differs or not isinstance(renderable, LayoutUpdate | ChopsUpdate):
            self._display_stock(screen, renderable)
            return
        try:
            if self._running and not self._closed and not self._batch_count:
                self._differ.apply(renderable)
                self._count(Drawn(screen, renderable))
        except Exception as error:
            self._handle_exception(error)
        else:
            self._send()
        finally:
            self.post_display_hook()

    def _display_stock(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Display as Textual does."""
        super()._display(screen, renderable)
        if renderable is not None and not self._batch_count:
            self._differ.invalidate()
            self._count(Drawn(screen, renderable) if isinstance(renderable, LayoutUpdate | ChopsUpdate) else None)
            self.frames.unchanged()

    def _count(self, drawn: Drawn | None) -> None:
        self.frames.compose()
        if drawn is not None:
            for watcher in self._watchers:
                watcher(drawn)

    def _send(self) -> None:
        """Write the newest composition, if it differs from what the terminal shows and may be sent now."""
        if not self._differs or not self._running or self._leaving:
            return
        try:
            self._send_difference()
        except Exception as error:
            self._handle_exception(error)

    def _send_difference(self) -> None:
        assert self._driver is not None
        cursor = self.screen.outer_size.clamp_offset(self.cursor_position)
        if not self._differ.unpainted(cursor):
            if self.frames.pending:
                self.frames.unchanged()
        elif self.frames.composed and self.frames.may_send():
            sequences = self._differ.paint(cursor)
            if self._sync_available:
                sequences = f"{SYNC_START}{sequences}{SYNC_END}"
            self._driver.write(sequences + QUERY if self.frames.asks else sequences)
            self._driver.flush()
            self._previous_cursor_position = cursor
            self.frames.wrote()


def _erases(environment: os._Environ[str]) -> bool:
    """Tell whether the terminal erases with the current background: all but GNU screen do."""
    return not environment.get("TERM", "").startswith("screen") or "TMUX" in environment
