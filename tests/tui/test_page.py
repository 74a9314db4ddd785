"""A page of ready lines has all its lines in the first frame of a new size, and asks for them once a size."""

from textual.app import App, ComposeResult
from textual.strip import Strip

from hhtui.tui.widgets.page import Lines, Page


async def test_no_frame_of_a_new_size_is_without_its_lines() -> None:
    asked: list[tuple[int, int]] = []
    drawn: list[tuple[int, str]] = []

    def make(width: int, height: int) -> Lines:
        asked.append((width, height))
        return [[(f"line {at} of {height}", "")] for at in range(height)]

    class Watched(Page):
        def render_line(self, y: int) -> Strip:
            strip = super().render_line(y)
            drawn.append((self.size.height, strip.text.rstrip()))
            return strip

    page = Watched(make)

    class Shown(App[None]):
        CSS = "Page { height: 1; }"

        def compose(self) -> ComposeResult:
            yield page

    async with Shown().run_test(size=(20, 4)) as pilot:
        for height in (3, 2):
            page.styles.height = height
            await pilot.pause()
        assert {text for height, text in drawn if height == 3} == {"line 0 of 3", "line 1 of 3", "line 2 of 3"}
        assert {text for height, text in drawn if height == 2} == {"line 0 of 2", "line 1 of 2"}
        assert asked == [(20, 1), (20, 3), (20, 2)]
        page.show()
        await pilot.pause()
        assert asked[3:] == [(20, 2)]
