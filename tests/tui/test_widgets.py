"""The list and the panes draw what they should, only that, and nothing that could harm a terminal."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise, product
from pathlib import Path, PurePath
from typing import ClassVar

import pytest
from rich.cells import cell_len
from rich.color import Color, ColorSystem
from rich.style import Style
from rich.terminal_theme import DEFAULT_TERMINAL_THEME
from textual.app import App, ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import MouseScrollDown
from textual.geometry import Region, Size
from textual.strip import Strip

from hhtui.dialogue import pair_up
from hhtui.model import Bit, Turn
from hhtui.store.pairs import Heading
from hhtui.tui import palette
from hhtui.tui.diff import word_diff
from hhtui.tui.hits import Hits
from hhtui.tui.linked_scroll import LinkedScroll
from hhtui.tui.oddities import oddities
from hhtui.tui.transcript import EMPTY, response_transcript, transcript
from hhtui.tui.widgets.dialogue_pane import DialogueContent, DialoguePane
from hhtui.tui.widgets.line_view import LineView
from hhtui.tui.widgets.pair_list import PairList
from hhtui.tui.widgets.pair_rows import Marks, Percentiles
from hhtui.tui.widgets.prompt_pane import PromptPane

STYLES = Path(__file__).resolve().parents[2] / "styles"
HARMFUL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
MILLIONS = 5_000_000


class Browser(App[None]):
    """A list, a prompt and two responses, as in the Browse screen."""

    COMPONENT_CLASSES: ClassVar[set[str]] = palette.COMPONENT_CLASSES
    CSS_PATH: ClassVar[list[str | PurePath]] = [STYLES / name for name in ("looks.tcss", "browse.tcss")]
    CSS = "PairList { width: 36; } PromptPane { height: 30%; }"

    def __init__(self) -> None:
        super().__init__()
        self.texts: dict[int, str] = {}
        self.decided: dict[int, Marks] = {}
        self.asked: list[list[int]] = []
        self.picked: list[int] = []
        self.pairs = PairList(self.headings, self.marks, self.percentiles)
        self.prompt = PromptPane("prompt", whole_key="p", corner="┬")
        self.chosen = DialoguePane("chosen", corner="├")
        self.rejected = DialoguePane("rejected", corner="┬")
        self.link = LinkedScroll(self.chosen, self.rejected)

    def headings(self, ids: Sequence[int]) -> list[Heading]:
        self.asked.append(list(ids))
        return [Heading(one, f"t/{one}", self.texts.get(one, f"turn {one}"), "", Bit(0)) for one in ids if one >= 0]

    def marks(self, ids: Sequence[int]) -> Mapping[int, Marks]:
        return {one: self.decided[one] for one in ids if one in self.decided}

    def percentiles(self, ids: Sequence[int]) -> Mapping[int, Percentiles]:
        return {one: (97.2, 100.0) for one in ids if one % 2}

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield self.pairs
            with Vertical():
                yield self.prompt
                with Horizontal():
                    yield self.chosen
                    yield self.rejected

    def on_pair_list_picked(self, message: PairList.Picked) -> None:
        self.picked.append(message.index)


def lines_of(view: LineView) -> list[str]:
    return [strip.text for strip in view.render_lines(Region(0, 0, view.size.width, view.size.height))]


def styled(view: LineView) -> Iterator[tuple[str, Style]]:
    for strip in view.render_lines(Region(0, 0, view.size.width, view.size.height)):
        for text, style, _ in strip:
            assert style is not None
            yield text, style


def response(text: str) -> tuple[Turn, ...]:
    return (Turn("Assistant", text),)


def show(pane: DialoguePane, text: str, **more: object) -> None:
    pane.show(DialogueContent("chosen", response_transcript(response(text)), **more))  # type: ignore[arg-type]


def long_text(lines: int) -> str:
    return "\n".join(f"line {number}" for number in range(lines))


def redrawn(view: LineView) -> set[int]:
    """Return the lines that wait to be painted, and forget them."""
    return {y for region in view._exchange_repaint_regions() for y in region.line_range}


async def test_rows_show_marks_percentiles_and_the_turn() -> None:
    app = Browser()
    app.decided = {1: Marks(flag=True, drop=True, preference="chosen"), 2: Marks(preference="unsure")}
    app.texts = {3: "a [bold]b[/bold]\nc"}
    async with app.run_test(size=(100, 24)):
        app.pairs.set_result([1, 2, 3, -4])
        lines = lines_of(app.pairs)
    assert lines[1].rstrip() == "▸⚑✗c 97▕99 turn 1"
    assert lines[2].rstrip() == "   ?  –▕–  turn 2"
    assert lines[3].rstrip() == "     97▕99 a [bold]b[/bold] c"
    assert "no longer" in lines[4]
    assert lines[5].strip() == ""


async def test_an_empty_result_says_so() -> None:
    app = Browser()
    async with app.run_test(size=(100, 24)):
        app.pairs.set_result([])
        assert lines_of(app.pairs)[1].strip() == "nothing matches"
        app.pairs.cursor_to(5)
        assert (app.pairs.cursor, app.pairs.selection) == (0, range(0))


async def test_of_millions_of_pairs_those_in_view_are_asked_for() -> None:
    app = Browser()
    async with app.run_test(size=(100, 24)):
        app.pairs.set_result(range(1, MILLIONS + 1), MILLIONS // 2)
        assert f"turn {MILLIONS // 2 + 1} " in "".join(lines_of(app.pairs))
        app.pairs.cursor_to(MILLIONS * 2)
        assert lines_of(app.pairs)[-1].startswith("▸")
        assert app.pairs.cursor == MILLIONS - 1
        assert all(len(ids) <= app.pairs.body_height for ids in app.asked)
        asked = len(app.asked)
        for index in range(MILLIONS - 1, MILLIONS - app.pairs.body_height, -1):
            app.pairs.cursor_to(index)
            lines_of(app.pairs)
        assert len(app.asked) == asked


async def test_moving_the_cursor_draws_two_rows() -> None:
    app = Browser()
    async with app.run_test(size=(100, 24)) as pilot:
        app.pairs.set_result(range(1, 1001))
        await pilot.pause()
        redrawn(app.pairs)
        app.pairs.cursor_to(1)
        assert redrawn(app.pairs) == {1, 2}
        app.pairs.cursor_to(app.pairs.body_height)
        assert redrawn(app.pairs) == set(range(24))
        row = next(at for at, line in enumerate(lines_of(app.pairs)) if line.startswith("▸"))
        assert 8 < row < 16


async def test_a_selected_range_is_marked_row_by_row() -> None:
    app = Browser()
    async with app.run_test(size=(100, 24)) as pilot:
        app.pairs.set_result(range(1, 100))
        app.pairs.cursor_to(2)
        app.pairs.begin_selection()
        await pilot.pause()
        redrawn(app.pairs)
        app.pairs.cursor_to(4)
        assert redrawn(app.pairs) == {3, 4, 5}
        assert [line[0] for line in lines_of(app.pairs)[1:7]] == [" ", " ", "┃", "┃", "▸", " "]
        assert app.pairs.selection == range(2, 5)
        app.pairs.end_selection()
        assert app.pairs.selection == range(4, 5)
        assert redrawn(app.pairs) == {3, 4, 5}


async def test_a_decision_draws_its_row_again() -> None:
    app = Browser()
    async with app.run_test(size=(100, 24)) as pilot:
        app.pairs.set_result(range(1, 100))
        await pilot.pause()
        assert "⚑" not in "".join(lines_of(app.pairs))
        redrawn(app.pairs)
        app.decided[3] = Marks(flag=True)
        app.pairs.update_marks([3, 77])
        assert redrawn(app.pairs) == {3}
        assert lines_of(app.pairs)[3].startswith(" ⚑")
        app.decided[4] = Marks(drop=True)
        app.pairs.update_marks()
        assert lines_of(app.pairs)[4].startswith("  ✗")


async def test_the_mouse_picks_and_scrolls() -> None:
    app = Browser()
    async with app.run_test(size=(100, 24)) as pilot:
        app.pairs.set_result(range(1, 100))
        show(app.chosen, long_text(60))
        await pilot.pause()
        await pilot.click(PairList, offset=(5, 4))
        assert app.picked == [3]
        assert app.pairs.cursor == 0
        await pilot.click(PairList, offset=(5, 0))
        assert app.picked == [3]
        await pilot._post_mouse_events([MouseScrollDown], PairList, offset=(5, 5))
        assert "turn 4 " in lines_of(app.pairs)[1]
        await pilot._post_mouse_events([MouseScrollDown], app.chosen, offset=(5, 5))
        assert app.chosen.top == 3


async def test_swapping_a_text_asks_for_no_layout() -> None:
    app = Browser()
    async with app.run_test(size=(100, 24)) as pilot:
        app.pairs.set_result(range(1, 100))
        await pilot.pause()
        views: tuple[LineView, ...] = (app.pairs, app.prompt, app.chosen, app.rejected)
        before = [view._layout_updates for view in (*views, app.screen)]
        for number in range(5):
            app.pairs.cursor_to(number)
            for pane in (app.prompt, app.chosen, app.rejected):
                show(pane, long_text(10 * number + 1))
            await pilot.pause()
        assert [view._layout_updates for view in (*views, app.screen)] == before
        assert "line 39" in "".join(lines_of(app.prompt))


async def test_titles_name_the_side_its_score_and_what_is_odd() -> None:
    app = Browser()
    async with app.run_test(size=(160, 24)):
        show(app.chosen, long_text(60), score="0.12  p45 ▎", oddities=("leaked role", "identical"))
        title = lines_of(app.chosen)[0]
        assert title.startswith("├ chosen · leaked role · identical ─")
        assert re.search(r"─ 0\.12  p45 ▎  ▼\d+ $", title)
        app.chosen.active = True
        assert lines_of(app.chosen)[0].startswith("├ ▸chosen ")
        show(app.chosen, "")
        assert lines_of(app.chosen)[1].strip(" │") == EMPTY


async def test_a_narrow_title_keeps_name_and_score() -> None:
    app = Browser()
    async with app.run_test(size=(84, 24)):
        show(app.chosen, "text", score="0.12  p45", oddities=("identical but for punctuation",))
        assert app.chosen.size.width == 24
        assert lines_of(app.chosen)[0] == "├ chosen · …  0.12  p45 "


async def test_a_prompt_without_room_for_a_line_keeps_its_title() -> None:
    app = Browser()
    async with app.run_test(size=(80, 24)):
        app.prompt.show(DialogueContent("prompt", transcript([Turn("Human", "one"), Turn("Assistant", "two")] * 3)))
        with app.prompt.planned(Size(20, 1)):
            assert app.prompt.body_height == 0
            assert app.prompt.title_of(20).name.startswith("▲ 4")


async def test_the_prompt_rests_at_its_end() -> None:
    app = Browser()
    turns = [Turn("Human" if at % 2 == 0 else "Assistant", f" turn {at} {'word ' * 30}") for at in range(9)]
    async with app.run_test(size=(100, 24)):
        app.prompt.show(DialogueContent("prompt", transcript(turns)))
        lines = lines_of(app.prompt)
        assert any("Human: turn 8" in line for line in lines)
        assert re.match(r"┬ ▲ [78] earlier turns \(p\) ─", lines[0])
        assert app.prompt.at_end
        app.prompt.show(DialogueContent("prompt", transcript([*turns[:3], Turn("Assistant", long_text(40))])))
        assert any("Human: turn 2" in line for line in lines_of(app.prompt))
        assert not app.prompt.at_end
        app.prompt.show(DialogueContent("prompt", transcript(turns[:1])))
        assert lines_of(app.prompt)[0].startswith("┬ prompt ─")


async def test_linked_panes_scroll_together() -> None:
    app = Browser()
    async with app.run_test(size=(100, 24)):
        show(app.chosen, long_text(40))
        show(app.rejected, long_text(80))
        app.link.page_by(1)
        assert app.chosen.top == app.rejected.top == app.link.page
        app.link.move_to(1000)
        assert app.link.at_end
        assert (app.chosen.top, app.rejected.top) == (app.chosen.most_top, app.rejected.most_top)
        app.link.move_to(30)
        assert (app.chosen.top, app.rejected.top) == (app.chosen.most_top, 30)
        show(app.chosen, long_text(5))
        show(app.rejected, long_text(5))
        assert app.link.at_end and app.link.top == 0


async def test_reveal_brings_counterparts_into_view() -> None:
    app = Browser()
    async with app.run_test(size=(100, 24)):
        show(app.chosen, long_text(100))
        show(app.rejected, long_text(100))
        positions = [app.chosen.lines[10].start, app.rejected.lines[80].start]
        app.link.reveal(positions)
        assert any("line 10 " in line for line in lines_of(app.chosen))
        assert any("line 80 " in line for line in lines_of(app.rejected))
        before = app.chosen.top, app.rejected.top
        app.link.reveal(positions)
        assert (app.chosen.top, app.rejected.top) == before
        app.link.move_by(-1000)
        assert app.chosen.top == 0


async def test_marks_are_more_than_colour() -> None:
    app = Browser()
    left, right = "the same words and then a cat here", "the same words and then a dog here"
    found = word_diff(left, right)
    async with app.run_test(size=(160, 24)):
        show(app.chosen, left, differences=found.left(), hits=Hits(((4, 8),)))
        looks = dict(styled(app.chosen))
        assert looks["cat"].underline and not looks["cat"].bold
        assert looks["same"].reverse and not looks["same"].bold
        app.chosen.mark((4, 8))
        assert dict(styled(app.chosen))["same"].bold
        app.chosen.mark(found.left()[0])
        looks = dict(styled(app.chosen))
        assert looks["cat"].reverse and not looks["same"].bold


async def test_marking_draws_only_the_lines_it_changes() -> None:
    app = Browser()
    async with app.run_test(size=(100, 24)) as pilot:
        show(app.chosen, long_text(10))
        await pilot.pause()
        redrawn(app.chosen)
        app.chosen.mark((0, 4))
        assert redrawn(app.chosen) == {1}
        app.chosen.mark((7, 11))
        assert redrawn(app.chosen) == {1, 2}


async def test_the_place_survives_another_size() -> None:
    app = Browser()
    async with app.run_test(size=(100, 24)) as pilot:
        show(app.chosen, "\n".join(f"{number} " + "word " * 12 for number in range(60)))
        app.chosen.move_to(app.chosen.line_of(app.chosen.content.transcript.text.index("\n30 ") + 1))
        assert lines_of(app.chosen)[1].startswith("│ 30 word")
        await pilot.resize_terminal(160, 24)
        await pilot.pause()
        assert lines_of(app.chosen)[1].startswith("│ 30 word")


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 20), (40, 12), (38, 3)])
async def test_every_line_is_as_wide_as_its_view(size: tuple[int, int], shared_data: Path) -> None:
    app = Browser()
    async with app.run_test(size=size):
        for number, text in enumerate(_nasty(shared_data)):
            app.texts[number] = text
        app.pairs.set_result(range(len(app.texts)))
        for number, text in app.texts.items():
            _show_everywhere(app, text)
            app.pairs.cursor_to(number)
            for view in (app.pairs, app.prompt, app.chosen, app.rejected):
                _check(view)


def _show_everywhere(app: Browser, text: str) -> None:
    turns = (Turn("Human", text), Turn(text, text), Turn("Assistant", text))
    shown = transcript(turns)
    hits = Hits(tuple((at, at + 1) for turn in shown.turns for at in range(*turn.text, 3)))
    for pane in (app.prompt, app.chosen, app.rejected):
        pane.show(DialogueContent(text, shown, score=text, oddities=(text,), hits=hits))


def _check(view: LineView) -> None:
    strips: list[Strip] = view.render_lines(Region(0, 0, view.size.width, view.size.height))
    for strip in strips:
        assert HARMFUL.search(strip.text) is None
        assert sum(cell_len(text) for text, _, _ in strip) == strip.cell_length == view.size.width
        assert cell_len(strip.text) == view.size.width
        assert not any(control for _, _, control in strip)


def _nasty(shared_data: Path) -> list[str]:
    naughty: list[str] = json.loads((shared_data / "nasty" / "blns" / "blns.json").read_text(encoding="utf-8"))
    payloads = json.loads((shared_data / "nasty" / "ansi" / "garak_ansi.json").read_text(encoding="utf-8"))
    return [*_strings(naughty), *_strings(payloads), "\ud800 \x9b2J \u202e \u2066", "[red]markup[/red]"]


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _strings([*value.keys(), *value.values()])
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
@pytest.mark.parametrize("system", [ColorSystem.TRUECOLOR, ColorSystem.EIGHT_BIT, ColorSystem.STANDARD])
async def test_every_look_is_legible(theme: str, system: ColorSystem) -> None:
    app = Browser()
    async with app.run_test(size=(100, 24)) as pilot:
        app.theme = theme
        await pilot.pause()
        rows = [(name, state) for name in ("", "mark", "bar") for state in ("", "selected", "cursor")]
        alone = [(name,) for name in palette.LOOKS if name != "rule"]
        for view, names in product((app.pairs, app.chosen), (*rows, *alone)):
            strip = Strip.blank(1, view.look(*names))
            for line_filter in app.get_line_filters():
                strip = strip.apply_filter(line_filter, view.background_colors[1])
            style = next(iter(strip)).style
            assert style is not None and style.color is not None and style.bgcolor is not None
            assert _contrast(style.color, style.bgcolor, system) >= 3, (names, style)


def _contrast(colour: Color, background: Color, system: ColorSystem) -> float:
    """Return the contrast ratio of WCAG 2.1, 1 to 21."""
    lighter, darker = sorted((_luminance(one, system) for one in (colour, background)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Color, system: ColorSystem) -> float:
    channels = [one / 255 for one in colour.downgrade(system).get_truecolor(DEFAULT_TERMINAL_THEME)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


async def test_without_colour_the_signs_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = Browser()
    async with app.run_test(size=(100, 24)):
        app.pairs.set_result([1, 2])
        show(app.chosen, "one cat", differences=((4, 7),))
        assert lines_of(app.pairs)[1].startswith("▸")
        looks = dict(styled(app.chosen))
        assert looks["cat"].underline
        for style in looks.values():
            assert style.color is not None
            assert len({*style.color.get_truecolor(DEFAULT_TERMINAL_THEME)}) == 1


def test_transcripts_label_turns_and_keep_positions() -> None:
    shown = transcript([Turn("Human", "  \x1b[2J hi \n"), Turn("Assistant", " "), Turn("", "x")])
    assert shown.text == f"Human: \u241b[2J hi\nAssistant: {EMPTY}\nx"
    assert [shown.text[slice(*turn.text)] for turn in shown.turns] == ["\u241b[2J hi", "", "x"]
    assert shown.last_human == shown.turns[0]
    assert response_transcript(response(" hi")).text == "hi"
    assert response_transcript((*response("a"), *response("b"))).text == "Assistant: a\nAssistant: b"
    for before, after in pairwise(shown.turns):
        assert before.text[1] < after.label[0]


def test_oddities_are_words() -> None:
    dialogues = pair_up("\n\nHuman: q\n\nAssistant: a b", "\n\nHuman: q\n\nAssistant: a b c")
    assert oddities("chosen", Bit.ROLE_LEAK_CHOSEN | Bit.EMPTY_REJECTED, dialogues) == ("ended early", "leaked role")
    assert oddities("rejected", Bit.EMPTY_REJECTED | Bit.IDENTICAL_FOLDED, dialogues) == (
        "empty",
        "identical but for punctuation",
    )
    assert oddities("prompt", Bit.ROLE_LEAK_PROMPT | Bit.IDENTICAL, dialogues) == ("leaked role",)
