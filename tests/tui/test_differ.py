"""The differ draws what Textual draws: cells, looks and flow control without a terminal."""

import asyncio
import inspect
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import pyte
import pytest
import textual
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.color import Color, ColorSystem
from rich.console import Console, RenderableType
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip

from hhtui.tui.cells import PLAIN, CellTable, width_is_unsure
from hhtui.tui.differ import Differ
from hhtui.tui.flow import LOST_AFTER, PATIENCE, SPACING, Frames
from hhtui.tui.looks import DEFAULT, LookTable
from tests.emulator import Cell, Emulator, code_point_width
from tests.toy_panes import WORDS, DifferToy, StockToy

SIZES = [(60, 14), (80, 12), (40, 10)]
CONSOLE = Console(color_system="truecolor", force_terminal=True, legacy_windows=False)
OWN_SEQUENCES = re.compile(r"\x1b\[[0-9;]*[ABCDGHKXm]|\x1b\[2J|\r\n|[\r\b]|\x1b\]8;;[!-~]*\x1b\\")
CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class Witness(StockToy):
    """Feeds every update to a stock screen and, through a differ, to two others; compares them.

    The third screen measures joined emoji and selectors otherwise than Textual does.
    """

    BINDINGS = StockToy.BINDINGS

    def __init__(self, skipped: Callable[[], bool], content: str) -> None:
        super().__init__()
        self.content = content
        self.differ = Differ()
        self.skipped = skipped
        self.compared = 0
        self.misplaced: set[tuple[int, int]] = set()
        self.resize_screens(*SIZES[0])

    def resize_screens(self, columns: int, lines: int) -> None:
        self.screens = [Emulator(columns, lines), Emulator(columns, lines), Emulator(columns, lines, code_point_width)]
        self.streams = [pyte.Stream(screen) for screen in self.screens]
        self.differ.invalidate()

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        if isinstance(renderable, LayoutUpdate | ChopsUpdate):
            self.differ.apply(renderable)
            if self.differ.size == (self.screens[0].columns, self.screens[0].lines):
                self.feed(renderable)
        super()._display(screen, renderable)

    def feed(self, update: LayoutUpdate | ChopsUpdate) -> None:
        self.streams[0].feed(update.render_segments(CONSOLE))
        self.misplaced = misplaced_after(update, self.misplaced)
        if not self.skipped():
            drawn = self.differ.paint((0, 0))
            self.streams[1].feed(drawn)
            self.streams[2].feed(drawn)
            self.compare()

    def compare(self) -> None:
        stock, same, other = (screen.picture() for screen in self.screens)
        if self.content != "joined":
            assert [place for place in differences(stock, same) if place not in self.misplaced] == []
        assert [place for place in differences(same, other) if not unsure_at(same, *place)] == []
        self.compared += 1


def differences(expected: list[list[Cell]], actual: list[list[Cell]]) -> list[tuple[int, int]]:
    """Return row and column of the cells that differ."""
    return [
        (y, x)
        for y, (row, other) in enumerate(zip(expected, actual, strict=True))
        for x, (cell, other_cell) in enumerate(zip(row, other, strict=True))
        if cell != other_cell
    ]


def misplaced_after(update: LayoutUpdate | ChopsUpdate, before: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """Return row and column of the cells at which Textual itself does not show what it has laid out there.

    Of a wide character that it cuts, `Segment.split_cells` makes two blanks; but "❤\ufe0f" it cuts into a heart of one
    column and a selector of none, so that the strips after it hold a column less than they claim. A full update
    writes the strips of a row one after another, and what follows such a strip comes too far to the left. A partial
    update moves to each strip's column, and leaves what it does not reach as it was. The differ draws every strip in
    its column.
    """
    return misplaced_by(update) if isinstance(update, LayoutUpdate) else before - placed_by(update)


def misplaced_by(update: LayoutUpdate) -> set[tuple[int, int]]:
    """Return the cells of a full update from the first strip on that does not end where the next one starts."""
    places: set[tuple[int, int]] = set()
    right = update.region.right
    for y, strips in enumerate(update.strips, update.region.y):
        starts = list(cast(Any, strips).mapping)
        column = update.region.x
        for strip, end in zip(strips, [*starts[1:], right], strict=True):
            column += columns_of(strip)
            if column != end:
                places.update((y, x) for x in range(min(column, end), right))
                break
    return places


def placed_by(update: ChopsUpdate) -> set[tuple[int, int]]:
    """Return the cells that a partial update draws."""
    return {
        (y, x)
        for y, left, right in update.spans
        for (start, strip), end in zip(update.chops[y].items(), update.chop_ends[y], strict=True)
        if strip is not None and start < right and end > left
        for x in range(start, min(start + columns_of(strip), end, right))
    }


def columns_of(strip: Strip) -> int:
    """Return how many columns a strip takes, whatever it claims."""
    return sum(cell_len(segment.text) for segment in strip)


def unsure_at(picture: list[list[Cell]], y: int, x: int) -> bool:
    """Tell whether a cell is part of a character whose width terminals disagree on."""
    data = picture[y][x].data or picture[y][x - 1].data
    return width_is_unsure(data)


async def drive(seed: int, keys: list[str], content: str = "mixed") -> int:
    """Press keys; after every frame that is painted the screens must be equal. Return how many were."""
    chooser = random.Random(seed)
    app = Witness(lambda: chooser.random() < 0.3, content)
    async with app.run_test(size=SIZES[0]) as pilot:
        for key in keys:
            if key == "resize":
                size = chooser.choice([size for size in SIZES if size != app.size])
                app.resize_screens(*size)
                await pilot.resize_terminal(*size)
            else:
                await pilot.press(key)
            await pilot.pause()
    return app.compared


@pytest.mark.parametrize(("seed", "content"), [(1, "mixed"), (2, "mixed"), (3, "joined")])
async def test_every_frame_of_a_long_session_is_that_of_textual(seed: int, content: str) -> None:
    chooser = random.Random(seed)
    keys = chooser.choices(["j", "k", "d", "u", "o", "h", "resize"], weights=[6, 2, 4, 4, 1, 1, 1], k=30)
    assert await drive(seed, keys, content) > 15


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 1000), st.lists(st.sampled_from(["j", "d", "u", "o", "h", "resize"]), max_size=6))
@example(42, ["d", "u", "j", "d", "j", "resize"])
def test_any_keys_give_the_frames_of_textual(seed: int, keys: list[str]) -> None:
    asyncio.run(drive(seed, keys))


def layout(*lines: list[Segment], width: int = 20) -> LayoutUpdate:
    """Return a full update of `width` columns with these lines."""
    strips = [[Strip(line).adjust_cell_length(width)] for line in lines]
    return LayoutUpdate(list(strips), Region(0, 0, width, len(lines)))


characters = st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cn", "Co", "Mn", "Mc", "Me", "Zl", "Zp"])
graphemes = st.one_of(st.sampled_from(WORDS), st.text(characters.filter(cell_len)))
"""Words with marks and joiners in their places, and any text of characters that each take columns."""
styles = st.builds(
    Style,
    color=st.sampled_from([None, "red", "#102030", "#405060"]),
    bgcolor=st.sampled_from([None, "blue", "#a0b0c0"]),
    bold=st.booleans(),
    italic=st.booleans(),
    underline=st.booleans(),
    reverse=st.booleans(),
    strike=st.booleans(),
)
lines = st.lists(st.builds(lambda text, style: Segment(text, style), graphemes, styles), max_size=6)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(lines, lines, lines), min_size=1, max_size=5))
def test_any_strips_are_drawn_as_textual_draws_them(frames: list[tuple[list[Segment], ...]]) -> None:
    pair = Pair(3)
    for frame in frames:
        pair.feed(layout(*frame))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(st.characters()), min_size=1, max_size=4), st.text(st.characters(), min_size=1))
def test_nothing_but_own_sequences_leaves_the_differ(texts: list[str], link: str) -> None:
    differ = Differ()
    differ.apply(layout([Segment(text, Style(link=link)) for text in texts]))
    drawn = differ.paint((0, 0))
    assert not CONTROLS.search(OWN_SEQUENCES.sub("", drawn))
    drawn.encode()


def test_hostile_text_is_made_visible() -> None:
    differ = Differ()
    differ.apply(layout([Segment("a\x1b[2Jb\x9bc\u202ed\x07")]))
    drawn = differ.paint((0, 0)).split("\x1b[2J", 1)[1]
    assert "\u241b[2Jb" in drawn
    assert "\u2407" in drawn


def test_what_does_not_change_costs_nothing() -> None:
    differ = Differ()
    differ.apply(layout([Segment("same")], [Segment("漢字")]))
    assert differ.paint((3, 1))
    differ.apply(layout([Segment("same")], [Segment("漢字")]))
    assert not differ.unpainted((3, 1))
    assert differ.paint((3, 1)) == ""


def test_one_changed_cell_costs_one_move_and_one_character() -> None:
    differ = Differ()
    differ.apply(layout([Segment("0123456789")]))
    differ.paint((0, 0))
    differ.apply(layout([Segment("01234x6789")]))
    assert differ.paint((0, 0)) == "\x1b[5Cx\r"


class Pair:
    """A stock screen and a differ's, of 20 columns, fed with the same updates and compared."""

    def __init__(self, lines: int = 1) -> None:
        self.stock, self.drawn = Emulator(20, lines), Emulator(20, lines)
        self.differ = Differ()

    def feed(self, update: LayoutUpdate | ChopsUpdate) -> None:
        pyte.Stream(self.stock).feed(update.render_segments(CONSOLE))
        self.differ.apply(update)
        pyte.Stream(self.drawn).feed(self.differ.paint((0, 0)))
        assert differences(self.stock.picture(), self.drawn.picture()) == []


def test_half_of_a_wide_character_is_redrawn_as_both() -> None:
    pair = Pair()
    for text in ("漢字漢字", "a漢字漢", "漢 字a字", "ab漢字c", "漢字漢字x", "語字語字y", "語a字語y", "      "):
        pair.feed(layout([Segment(text)]))


@pytest.mark.parametrize(("start", "end"), [(1, 3), (1, 4), (2, 5), (0, 1), (3, 6)])
def test_a_widget_over_half_of_a_wide_character_blanks_the_other_half(start: int, end: int) -> None:
    pair = Pair()
    pair.feed(layout([Segment("漢字漢字", Style(bgcolor="blue"))]))
    chops = {0: None, start: Strip([Segment("abcd"[: end - start])]), end: None}
    pair.feed(ChopsUpdate([chops], [(0, start, end)], [[*sorted({start, end, 20} - {0})]]))
    pair.differ.invalidate()
    pyte.Stream(pair.drawn).feed(pair.differ.paint((0, 0)))
    assert differences(pair.stock.picture(), pair.drawn.picture()) == []


def test_what_textual_draws_out_of_place_the_differ_draws_in_its_column() -> None:
    heart, _, border = Strip([Segment("❤\ufe0f│")]).divide([1, 2, 3])
    chops = {0: heart, 1: Strip([Segment("▐")]), 2: border, 3: Strip([Segment("b")])}
    full = LayoutUpdate([chops.values()], Region(0, 0, 4, 1))
    partial = ChopsUpdate([chops], [(0, 0, 4)], [[1, 2, 3, 4]])
    differ, stock, drawn = Differ(), Emulator(4, 1), Emulator(4, 1)
    misplaced: set[tuple[int, int]] = set()
    for update, shown, expected in ((full, "❤▐b ", {(0, 2), (0, 3)}), (partial, "❤▐bb", {(0, 2)})):
        pyte.Stream(stock).feed(update.render_segments(CONSOLE))
        differ.apply(update)
        pyte.Stream(drawn).feed(differ.paint((0, 0)))
        misplaced = misplaced_after(update, misplaced)
        assert stock.display == [shown]
        assert drawn.display == ["❤▐ b"]
        assert misplaced == expected


@pytest.mark.parametrize("seed", range(3))
def test_small_changes_of_text_and_style_draw_what_textual_draws(seed: int) -> None:
    chooser = random.Random(seed)
    pair = Pair(2)
    few = [Style(), Style(bold=True), Style(reverse=True), Style(color="red", bgcolor="blue")]
    rows = [[Segment("a")] * 20, [Segment("b")] * 20]
    for _ in range(150):
        for _ in range(chooser.randrange(1, 9)):
            text = chooser.choice(["a", "b", "’", " ", " ", "e\u0301"])
            chooser.choice(rows)[chooser.randrange(20)] = Segment(text, chooser.choice(few))
        if chooser.random() < 0.2:
            start = chooser.randrange(20)
            chooser.choice(rows)[start:] = [Segment(" ", chooser.choice(few))] * (20 - start)
        pair.feed(layout(*rows))


def test_a_terminal_that_erases_in_black_is_never_asked_to_erase() -> None:
    differ = Differ(erases=False)
    blue = Style(bgcolor="blue")
    differ.apply(layout([Segment("x" * 20, blue)]))
    differ.paint((0, 0))
    differ.apply(layout([Segment(" " * 20, blue)]))
    assert " " * 20 in differ.paint((0, 0))


@pytest.mark.parametrize(("system", "expected"), [(ColorSystem.EIGHT_BIT, "38;5;"), (ColorSystem.STANDARD, "\x1b[31m")])
def test_colours_are_sent_at_the_depth_asked_for(system: ColorSystem, expected: str) -> None:
    differ = Differ(system)
    differ.apply(layout([Segment("x", Style(color="#aa2030"))]))
    drawn = differ.paint((0, 0))
    assert expected in drawn
    assert "38;2" not in drawn


def test_looks_are_compacted_without_a_change_on_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hhtui.tui.looks.MOST_LOOKS", 10)
    pair = Pair(2)
    for red in range(60):
        style = Style(color=Color.from_rgb(red, 0, 0))
        pair.feed(layout([Segment("changing", style)], [Segment("constant", Style(bold=True))]))


def test_plain_characters_take_one_column() -> None:
    plain = re.compile(f"[{PLAIN}]")
    characters = [chr(code) for code in range(0x110000) if plain.match(chr(code))]
    assert len(characters) > 1000
    assert [c for c in characters if cell_len(c) != 1 or (width_is_unsure(c) and c != "\xad")] == []


@pytest.mark.parametrize("mark", ["\u0301", "\u1160", "\U0001f3fb"])
def test_a_mark_without_a_character_before_it_is_left_out(mark: str) -> None:
    with_mark, without = Differ(), Differ()
    with_mark.apply(layout([Segment("漢a"), Segment(f"{mark}{mark}b"), Segment(mark), Segment("c")]))
    without.apply(layout([Segment("漢ab"), Segment("c")]))
    assert with_mark.paint((0, 0)) == without.paint((0, 0))


@given(st.lists(graphemes))
def test_cells_are_as_many_as_columns_and_decode_to_the_text(words: list[str]) -> None:
    table = CellTable()
    text = "".join(words)
    cells = table.encode(text)
    assert len(cells) == cell_len(text)
    assert table.decode(cells) == text


SWITCHES = {"1": "bold", "2": "dim", "3": "italic", "4": "under", "5": "blink", "6": "blink2", "7": "reverse"} | {
    "8": "conceal",
    "9": "strike",
    "21": "under2",
    "51": "frame",
    "52": "circle",
    "53": "over",
}
OFF = {"22": {"bold", "dim"}, "23": {"italic"}, "24": {"under", "under2"}, "25": {"blink", "blink2"}} | {
    "27": {"reverse"},
    "28": {"conceal"},
    "29": {"strike"},
    "54": {"frame", "circle"},
    "55": {"over"},
}


def interpret(sequences: str) -> tuple[set[str], str, str]:
    """Return what SGR sequences leave: attributes, foreground, background (ECMA-48 8.3.117)."""
    attributes: set[str] = set()
    colours = {"3": "", "4": ""}
    for parameters in re.findall(r"\x1b\[([0-9;]*)m", sequences):
        values = parameters.split(";")
        while values:
            value = values.pop(0)
            if value in ("", "0"):
                attributes, colours = set(), {"3": "", "4": ""}
            elif value in ("38", "48"):
                colours[value[0]] = ";".join(values[:4])
                del values[:4]
            elif value in ("39", "49"):
                colours[value[0]] = ""
            elif value in SWITCHES:
                attributes = attributes | {SWITCHES[value]}
            else:
                attributes = attributes - OFF[value]
    return attributes, colours["3"], colours["4"]


ATTRIBUTES = ["bold", "dim", "italic", "underline", "blink", "blink2", "reverse", "conceal", "strike"]
ATTRIBUTES += ["underline2", "frame", "encircle", "overline"]


def styled(attributes: set[str], colours: tuple[str | None, str | None]) -> Style:
    switches: dict[str, Any] = dict.fromkeys(attributes, True)
    return Style(color=colours[0], bgcolor=colours[1], **switches)


colours = st.sampled_from([None, "#010203", "#040506"])
ALL_STYLES = st.builds(styled, st.sets(st.sampled_from(ATTRIBUTES)), st.tuples(colours, colours))


@settings(max_examples=300)
@given(ALL_STYLES, ALL_STYLES)
def test_a_transition_leaves_the_look_that_was_wanted(before: Style, after: Style) -> None:
    table = LookTable()
    first, second = table.code(before), table.code(after)
    reached = interpret(table.transition(DEFAULT, first) + table.transition(first, second))
    assert reached == interpret(after.render("x", color_system=ColorSystem.TRUECOLOR).split("x")[0])


@dataclass
class ManualTimer:
    """A planned call of the manual clock."""

    due: float
    callback: Callable[[], object]
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


@dataclass
class ManualClock:
    """A clock that moves when told."""

    now: float = 100.0
    timers: list[ManualTimer] = field(default_factory=list)

    def time(self) -> float:
        return self.now

    def call_later(self, delay: float, callback: Callable[[], object], /) -> ManualTimer:
        timer = ManualTimer(self.now + delay, callback)
        self.timers.append(timer)
        return timer

    def advance(self, seconds: float) -> None:
        end = self.now + seconds
        while due := [timer for timer in self.timers if timer.due <= end]:
            timer = min(due, key=lambda timer: timer.due)
            self.timers.remove(timer)
            self.now = max(self.now, timer.due)
            if not timer.cancelled:
                timer.callback()
        self.now = end


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def opened() -> list[float]:
    return []


@pytest.fixture
def failed() -> list[Exception]:
    return []


@pytest.fixture
def frames(clock: ManualClock, opened: list[float], failed: list[Exception]) -> Frames:
    made = Frames(lambda: opened.append(clock.now), failed.append, lambda: clock)
    made.started()
    return made


def send(frames: Frames) -> None:
    frames.compose()
    frames.wrote()


def test_two_frames_stay_unanswered_and_an_answer_opens_the_way(frames: Frames, opened: list[float]) -> None:
    frames.answered()
    send(frames)
    assert frames.may_send()
    send(frames)
    assert not frames.may_send()
    assert (frames.composed, frames.sent, frames.acknowledged) == (2, 2, 0)
    opened.clear()
    frames.answered()
    assert opened
    assert frames.may_send()
    assert frames.acknowledged == 1


def test_a_frame_stands_for_the_compositions_before_it(frames: Frames) -> None:
    frames.answered()
    assert frames.composed == 0
    frames.compose()
    frames.compose()
    assert frames.pending
    frames.compose()
    frames.wrote()
    assert frames.sent == 3
    frames.answered()
    assert frames.acknowledged == 3


def test_a_composition_that_changes_nothing_is_acknowledged_with_the_frame_before(frames: Frames) -> None:
    frames.answered()
    send(frames)
    frames.compose()
    frames.unchanged()
    assert (frames.sent, frames.acknowledged) == (2, 0)
    frames.answered()
    assert frames.acknowledged == 2
    frames.compose()
    frames.unchanged()
    assert frames.acknowledged == 3


def test_a_silent_terminal_gets_frames_by_the_clock(frames: Frames, clock: ManualClock, opened: list[float]) -> None:
    send(frames)
    assert frames.acknowledged == 0
    clock.advance(PATIENCE)
    assert frames.answers is False
    assert not frames.asks
    assert frames.acknowledged == 1
    assert frames.may_send()
    send(frames)
    assert frames.acknowledged == 2
    assert not frames.may_send()
    opened.clear()
    clock.advance(SPACING)
    assert opened
    assert frames.may_send()
    assert not [timer for timer in clock.timers if not timer.cancelled]


def test_a_late_answer_is_believed(frames: Frames, clock: ManualClock) -> None:
    send(frames)
    clock.advance(PATIENCE)
    assert not frames.asks
    frames.answered()
    assert frames.asks
    assert frames.answers


def test_a_lost_answer_does_not_hold_frames_for_ever(frames: Frames, clock: ManualClock, opened: list[float]) -> None:
    frames.answered()
    send(frames)
    send(frames)
    assert not frames.may_send()
    opened.clear()
    clock.advance(LOST_AFTER)
    assert opened
    assert frames.may_send()
    assert frames.acknowledged == 2
    send(frames)
    frames.answered()
    assert (frames.answers, frames.acknowledged) == (True, 3)


def test_late_answers_of_a_terminal_given_up_cannot_block(frames: Frames, clock: ManualClock) -> None:
    for _ in range(4):
        send(frames)
    clock.advance(PATIENCE)
    frames.answered()
    assert not frames.may_send()
    clock.advance(LOST_AFTER)
    assert frames.may_send()


def test_whoever_waits_for_a_frame_is_told_once(frames: Frames, clock: ManualClock) -> None:
    told: list[float] = []
    frames.answered()
    frames.compose()
    frames.when_acknowledged(1, told.append)
    frames.wrote()
    assert told == []
    clock.advance(0.2)
    frames.answered()
    send(frames)
    frames.answered()
    assert told == [100.2]
    frames.when_acknowledged(1, told.append)
    assert len(told) == 2


def test_an_error_in_a_callback_is_reported_and_the_others_are_called(frames: Frames, failed: list[Exception]) -> None:
    told: list[float] = []
    frames.answered()
    frames.when_acknowledged(1, lambda _at: 1 / 0)
    frames.when_acknowledged(1, told.append)
    send(frames)
    frames.answered()
    assert told
    assert [type(error) for error in failed] == [ZeroDivisionError]


async def test_waiting_for_a_frame_ends_with_it_or_with_the_timeout() -> None:
    frames = Frames(lambda: None, lambda error: pytest.fail(str(error)))
    frames.started()
    frames.answered()
    send(frames)
    assert not await frames.wait_until_acknowledged(1, 0.01)
    asyncio.get_running_loop().call_soon(frames.answered)
    assert await frames.wait_until_acknowledged(1, 10)


async def test_headless_pictures_are_those_of_textual() -> None:
    pictures = []
    for app in (StockToy(), DifferToy()):
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.press("j", "d")
            await pilot.pause()
            app.title = "toy"
            pictures.append(app.export_screenshot())
            if isinstance(app, DifferToy):
                assert app.frames.composed == app.frames.acknowledged > 0
    assert pictures[0] == pictures[1]


def test_the_private_parts_of_textual_are_those_that_were_read() -> None:
    assert textual.__version__ == "8.2.8"
    assert list(inspect.signature(App._display).parameters) == ["self", "screen", "renderable"]
    used = inspect.getsource(App._display)
    for name in ("_batch_count", "_running", "_closed", "_previous_cursor_position", "post_display_hook"):
        assert name in used
    assert list(inspect.signature(LayoutUpdate).parameters) == ["strips", "region"]
    assert list(inspect.signature(ChopsUpdate).parameters) == ["chops", "spans", "chop_ends"]
