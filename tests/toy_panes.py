"""A small application with two scrolling Line-API panes, to test output with.

Run it with python -m tests.toy_panes [stock|differ] [plain|mixed|joined].
"""

import random
import re
import sys
from functools import lru_cache
from typing import Any, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Static

from hhtui.tui.display import DifferApp
from hhtui.tui.flow import LOST_AFTER

WORDS = re.findall(
    r"\S+",
    "the pair of two responses is read from left to right and a word that differs stands out "
    "café naïve it’s “quoted” ─── │ 漢字 ひらがな 한국어 e\u0301a\u0300 x\u0323\u0302 "
    "👍 👋🏽 ❤️ 🇩🇪 \uf04a Ελλάδα привет …",
)
PLAIN_WORDS = WORDS[:16]
JOINED_WORDS = [*WORDS[10:], "👨\u200d👩\u200d👧", "🏳\ufe0f\u200d🌈"]
"""Words that Textual itself cuts at wrong places (`Segment.split_cells`), and so cannot be compared with it."""
CONTENTS = {"plain": PLAIN_WORDS, "mixed": WORDS, "joined": JOINED_WORDS}
STYLES = [
    Style(),
    Style(color="#dd8800", bgcolor="#202020"),
    Style(bold=True, color="#ffffff", bgcolor="#303060"),
    Style(italic=True, underline=True),
    Style(reverse=True),
    Style(strike=True, color="red"),
    Style(dim=True, bold=True),
]

KEYS: list[BindingType] = [
    ("j", "app.next(1)"),
    ("k", "app.next(-1)"),
    ("d", "app.scroll(3)"),
    ("u", "app.scroll(-3)"),
    ("o", "app.overlay"),
    ("h", "app.narrow"),
    Binding("w", "app.wait", priority=True),
    ("q", "app.quit"),
]


@lru_cache(maxsize=1000)
def line_of(seed: int, number: int, content: str) -> list[Segment]:
    """Return line `number` of text `seed`: words, some of them styled."""
    chooser = random.Random(seed * 1000 + number)
    words = chooser.choices(CONTENTS[content], k=chooser.randrange(14))
    styles = chooser.choices(STYLES, weights=[90 if content == "plain" else 14, 1, 1, 1, 1, 1, 1], k=len(words))
    segments = (Segment(f"{word} ", style) for word, style in zip(words, styles, strict=True))
    return list(Segment.simplify(segments))


class Pane(ScrollView, can_focus=True):
    """Lines of a text, drawn on demand."""

    DEFAULT_CSS = "Pane { border: solid $primary; width: 1fr; height: 1fr; background: $surface; }"

    def __init__(self, content: str) -> None:
        super().__init__()
        self.seed = 0
        self.content = content

    def on_mount(self) -> None:
        self.virtual_size = Size(40, 60)

    def show(self, seed: int) -> None:
        """Show another text."""
        self.seed = seed
        self.border_title = f"text {seed}"
        self.refresh()

    def render_line(self, y: int) -> Strip:
        _, top = self.scroll_offset
        strip = Strip(line_of(self.seed, y + top, self.content)).apply_style(self.rich_style)
        return strip.adjust_cell_length(self.size.width, self.rich_style)


class Overlay(ModalScreen[None]):
    """Something in front of the panes."""

    BINDINGS: ClassVar[list[BindingType]] = KEYS

    DEFAULT_CSS = (
        "Overlay { align: center middle; background: $background 50%; } Overlay Static { width: 21; height: 5; }"
    )

    def compose(self) -> ComposeResult:
        yield Static("漢字 over the panes", markup=False)


class Toy:
    """The application, whatever sends its output."""

    content = "mixed"
    ENABLE_COMMAND_PALETTE = False
    seed = 0

    def compose(self) -> ComposeResult:
        """Two panes over a line that counts."""
        with Horizontal():
            yield Pane(self.content)
            yield Pane(self.content)
        yield Static("pair 0", id="status", markup=False)

    def action_next(self: Any, step: int) -> None:
        """Show the next pair of texts."""
        self.seed += step
        for number, pane in enumerate(self.screen_stack[0].query(Pane)):
            pane.show(self.seed * 2 + number)
        self.screen_stack[0].query_one("#status", Static).update(f"pair {self.seed}", layout=False)

    def action_scroll(self: Any, rows: int) -> None:
        """Scroll both panes."""
        for pane in self.screen_stack[0].query(Pane):
            pane.scroll_relative(y=rows, animate=False)

    def action_overlay(self: Any) -> None:
        """Put a screen in front, or take it away."""
        if isinstance(self.screen, Overlay):
            self.pop_screen()
        else:
            self.push_screen(Overlay())

    def action_narrow(self: Any) -> None:
        """Change the layout."""
        pane = self.screen_stack[0].query(Pane).first()
        pane.styles.width = 15 if pane.styles.width != 15 else "1fr"


class StockToy(Toy, App[None]):
    """The toy on Textual's own output."""

    BINDINGS: ClassVar[list[BindingType]] = KEYS


class DifferToy(Toy, DifferApp[None]):
    """The toy on the differ."""

    BINDINGS: ClassVar[list[BindingType]] = KEYS
    LONGEST_LEAVING = 20.0

    async def action_wait(self) -> None:
        """Say whether the terminal has acknowledged what has been composed."""
        reached = await self.frames.wait_until_acknowledged(self.frames.composed, LOST_AFTER / 2)
        self.screen_stack[0].query_one("#status", Static).update(f"seen {reached}", layout=False)


if __name__ == "__main__":
    Toy.content = next((name for name in CONTENTS if name in sys.argv), Toy.content)
    application: App[None] = StockToy() if "stock" in sys.argv else DifferToy()
    application.run()
