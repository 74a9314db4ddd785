"""The page of thresholds: it counts at every key, and its rules become the view."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from hhtui.model import RESPONSES
from hhtui.store import scorers, thresholds
from hhtui.store.connection import SqliteError
from hhtui.store.database import Database
from hhtui.store.errors import StoreError
from hhtui.text import cells
from hhtui.tui.screens.thresholds import ThresholdDialog
from hhtui.tui.threshold_chart import axis, bars, labels
from hhtui.tui.threshold_page import Standing, lines
from tests.store.scored import NONE, column, give
from tests.tui.conftest import PAIRS
from tests.tui.desk import Desk, reading

CHOSEN = [at / 100 for at in range(PAIRS)]
REJECTED = [(at % 7) / 10 if at else NONE for at in range(PAIRS)]
LINE_BREAK_AND_MARKUP = "Means [b]much\x1b[2J."


@pytest.fixture
def scored(made: Path) -> Path:
    """The numbered pairs with scores: of both sides in a column of which `harm` is one, and of the pairs."""
    with Database.open(made) as database:
        drawn = random.Random(3)
        first = column("first")._replace(meaning=LINE_BREAK_AND_MARKUP)
        give(database, "one-scorer", [first], {f"first.{side}": [0.25] * PAIRS for side in RESPONSES})
        give(database, "other", [column("second")], {"second.chosen": CHOSEN, "second.rejected": REJECTED})
        pairs = [drawn.uniform(-1, 1) for _ in range(PAIRS)]
        give(
            database,
            "of-pairs",
            [column("apart", -1, 1, of_pair=True)],
            {"apart": pairs},
            units=("pair",),
            complete=False,
        )
        with database.writing() as connection:
            scorers.choose_harm_column(connection, "other.second")
    return made


def dialog(desk: Desk) -> ThresholdDialog:
    screen = desk.app.screen
    assert isinstance(screen, ThresholdDialog)
    return screen


def rows_above(number: float) -> tuple[list[int], list[int], list[int]]:
    """Return the rows that each rule takes in the column `second`."""
    sides = [(chosen > number, rejected > number) for chosen, rejected in zip(CHOSEN, REJECTED, strict=True)]
    return (
        [row for row, both in enumerate(sides) if any(both)],
        [row for row, both in enumerate(sides) if all(both)],
        [row for row, both in enumerate(sides) if both == (True, False)],
    )


async def test_the_page_opens_on_the_harm_column_and_says_what_it_is(scored: Path) -> None:
    async with reading(scored) as desk:
        await desk.press("H")
        text = desk.text()
    assert "second (other 1.2)" in text and "column 1 of 3" in text
    assert "Means second. Fails at second." in text
    assert "▲ 0.5  p" in text
    assert "95 replies with a score, 1 without" in text
    assert "0 pairs have replies with one of Dixon's 50 terms" in text


async def test_every_key_counts_anew(scored: Path) -> None:
    async with reading(scored) as desk:
        await desk.press("H")
        for keys, number in ((("h",), 0.49), (("H", "left"), 0.38), (("l", "J", "J"), 0.19), (("right", "L"), 0.3)):
            await desk.burst(*keys)
            counted = [line.split() for line in desk.lines() if " pairs " in line and str(number) in line.split()]
            assert [int(words[words.index("pairs") - 1]) for words in counted] == list(map(len, rows_above(number)))
            assert f"▲ {number}" in desk.text()
        await desk.press("home", "H")
        assert "▲ 0  p" in desk.text()
        await desk.press("end", "L")
        assert "1  p100 ▲" in desk.text()


@pytest.mark.parametrize("rule", [1, 2, 3])
async def test_a_number_makes_the_rule_the_view(scored: Path, rule: int) -> None:
    async with reading(scored) as desk:
        await desk.burst("H", "H", "H", "l", str(rule), "j")
        expected = rows_above(0.31)[rule - 1]
        assert desk.rows == expected
        assert desk.row == expected[1]
        assert desk.query.startswith("other.second")
        assert f"{len(expected)} of {PAIRS}" in desk.text()


async def test_escape_leaves_the_view_as_it_was(scored: Path) -> None:
    async with reading(scored) as desk:
        await desk.search("chosen:bank")
        await desk.burst("H", "L", "escape", "f")
        assert desk.query == "chosen:bank"
        assert desk.events() == [("flag", "yes", "0")]


async def test_tab_goes_round_the_columns_and_each_keeps_its_threshold(scored: Path) -> None:
    async with reading(scored) as desk:
        await desk.burst("H", "L", "tab")
        assert "first (one-scorer 1.2)" in desk.text() and "▲ 0.5" in desk.text()
        assert "Means [b]much␛[2J. Fails at first." in desk.text()
        await desk.burst("c", "l")
        assert "apart (of-pairs 1.2)" in desk.text() and "▲ 0.02" in desk.text()
        assert f"{PAIRS} of {PAIRS} pairs scored so far" in desk.text()
        await desk.burst("c", "h", "C", "shift+tab", "shift+tab")
        assert "second (other 1.2)" in desk.text() and "▲ 0.59" in desk.text()


async def test_a_column_of_pairs_has_one_rule(scored: Path) -> None:
    async with reading(scored) as desk:
        await desk.burst("H", "C", "2")
        assert dialog(desk)._columns[dialog(desk)._place] == "of_pairs.apart"
        await desk.burst("3", "l", "1")
        assert desk.query == "of_pairs.apart:>0.02"
        assert desk.browse is desk.app.screen


async def test_without_scores_a_line_says_so(made: Path) -> None:
    async with reading(made) as desk:
        await desk.press("H")
        assert desk.app.screen is desk.browse
        assert "hhtui score" in desk.footer


@pytest.mark.parametrize("error", [StoreError("no scorer here has it"), SqliteError("disk I/O error")])
async def test_an_error_is_shown_and_keys_go_on(
    scored: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(_connection: object, _name: str) -> None:
        raise error

    monkeypatch.setattr(thresholds, "of_column", fail)
    async with reading(scored) as desk:
        await desk.press("H")
        assert "no scorer here has it" in desk.text() or "the disk takes no more" in desk.text()
        await desk.burst("l", "2", "tab", "q", "j")
        assert desk.app.screen is desk.browse
        assert desk.row == 1


@pytest.mark.parametrize("size", [(80, 24), (200, 50), (40, 12), (60, 16), (20, 6), (5, 3)])
async def test_it_fits_any_terminal(scored: Path, size: tuple[int, int]) -> None:
    async with reading(scored, size=size) as desk:
        await desk.burst("H", "l")
        shown = desk.lines()
        assert {cells(line) for line in shown} == {size[0]}
        assert len(shown) == size[1]
        assert dialog(desk)._standing.step == 51


@pytest.fixture
def numbers(scored: Path) -> Iterator[list[thresholds.Thresholds]]:
    with Database.open(scored) as database:
        reader = database.reader()
        yield [thresholds.of_column(reader, name) for name in thresholds.offered(reader)]


def test_a_page_has_no_more_lines_and_cells_than_there_are(numbers: list[thresholds.Thresholds]) -> None:
    for one in numbers:
        for width in (1, 2, 7, 36, 50, 76, 116):
            counts = one.histogram(width)
            for height in range(1, 30):
                for step in (0, 1, 50, 99, 100):
                    page = lines(one, counts, Standing(step), height)
                    assert len(page) <= height
                    chart = [line for line in page if any(name == "mark" for _, name in line)]
                    assert all(sum(cells(text) for text, _ in line) == width for line in chart) or width < 12


def test_shares_are_left_out_last(numbers: list[thresholds.Thresholds]) -> None:
    def said(height: int) -> tuple[bool, bool, bool]:
        page = lines(numbers[0], numbers[0].histogram(76), Standing(50), height)
        text = "\n".join("".join(part for part, _ in line) for line in page)
        assert text.count(" pairs ") >= 3
        return "Means second." in text, "Dixon" in text, "naming an identity group" in text

    assert [said(height) for height in (22, 14, 10)] == [
        *((True, True, True), (False, True, True), (False, False, True))
    ]
    assert not said(9)[2]


def test_bars_grow_with_the_root_of_their_count_and_none_but_an_empty_one_is_blank() -> None:
    drawn = ["".join(text for text, _ in line) for line in bars([0, 1, 64, 256, 1024, 0, 0, 4], 6, 4)]

    assert drawn == [
        *("    █ │ ", "    █ │ "),
        *("   ██ │ ", " ▁███ │▂"),
    ]


@pytest.mark.parametrize(
    ("place", "drawn"), [(0, "▲ 0.5        1"), (5, "0    ▲ 0.5   1"), (9, "0        ▲ 0.5"), (13, "0        0.5 ▲")]
)
def test_the_pointer_stands_under_the_threshold(place: int, drawn: str) -> None:
    assert "".join(text for text, _ in labels(14, place, ("0", "1"), "0.5")) == drawn
    assert "".join(text for text, _ in axis(14, place)).index("┴") == place
