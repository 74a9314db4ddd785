"""A look of the palette fits the widget that draws in it, follows the theme, and is known."""

from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest
from rich.style import Style
from textual.app import App, ComposeResult
from textual.theme import BUILTIN_THEMES

from hhtui.tui import palette
from hhtui.tui.widgets.line import Line
from hhtui.tui.widgets.page import Page

SHEET = Path(__file__).resolve().parents[2] / "styles" / "looks.tcss"


class Shown(App[None]):
    """The same words twice: on black, and on white."""

    COMPONENT_CLASSES: ClassVar[set[str]] = palette.COMPONENT_CLASSES
    CSS_PATH: ClassVar = SHEET
    CSS = "Line { height: 1; background: #000000; } Page { height: 1; background: #ffffff; }"

    def __init__(self, *names: str) -> None:
        super().__init__()
        self.line = Line()
        self.page = Page(lambda _width, _height: [self.parts])
        self.parts = [("words", name) for name in names]

    def compose(self) -> ComposeResult:
        yield self.line
        yield self.page

    def on_mount(self) -> None:
        self.line.show(self.parts)

    def colours(self) -> list[str]:
        """The colours of the first word in both lines, as they were last drawn."""
        return [_colour(next(iter(strip)).style) for strip in self.screen._compositor.render_strips()[:2]]


def _colour(style: Style | None) -> str:
    assert style is not None and style.color is not None
    return style.color.get_truecolor().hex


async def test_a_look_contrasts_with_the_background_it_is_on() -> None:
    app = Shown("quiet")
    async with app.run_test():
        assert app.colours() == ["#999999", "#666666"]


async def test_looks_lie_over_the_style_of_the_widget_and_over_each_other() -> None:
    app = Shown()
    async with app.run_test():
        assert app.line.look() == app.line.look("") == app.line.rich_style
        cursor, both = app.line.look("cursor"), app.line.look("difference", "cursor")
        assert both == cursor + Style(underline=True)
        assert app.line.look("cursor", "quiet").bgcolor == cursor.bgcolor


async def test_another_theme_leaves_no_old_look() -> None:
    app = Shown("error")
    async with app.run_test() as pilot:
        before = app.colours()
        app.register_theme(replace(BUILTIN_THEMES["textual-dark"], name="of another error", error="#00ff00"))
        app.theme = "of another error"
        await pilot.pause()
        assert app.colours() == [_colour(app.line.look("error")), _colour(app.page.look("error"))]
        assert not {*before} & {*app.colours()}


async def test_an_unknown_look_is_an_error() -> None:
    app = Shown()
    async with app.run_test():
        with pytest.raises(KeyError, match="look--loud"):
            app.line.look("loud")
        for name in palette.LOOKS:
            assert app.line.look(name) != app.line.look(), "the sheet says what it is like"
