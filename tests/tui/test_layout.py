"""The screen at every size: what is on it, that nothing breaks, and that decisions still hit what is shown."""

import re
from itertools import product
from pathlib import Path
from typing import Literal

import pytest

from hhtui.model import Decision
from hhtui.text import cells
from hhtui.tui.headline import Standing, decided_words, header
from hhtui.tui.pair_layout import Heights, arrange
from tests.transcripts import dialogue
from tests.tui.desk import Desk, fill, reading

SIZES = {"wide": (200, 50), "usual": (80, 24), "narrow": (60, 20), "tiny": (40, 12)}


def titles(desk: Desk) -> list[str]:
    return re.findall("(▸?(?:chosen|rejected|pairs)) ─", desk.text())


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
async def test_the_parts_that_fit_are_shown_and_decisions_hit_the_pair(made: Path, size: tuple[int, int]) -> None:
    wanted = ["pairs"] * (size[0] >= 120) + ["▸chosen"] + ["rejected"] * (size[0] >= 80)
    async with reading(made, size=size) as desk:
        assert titles(desk) == wanted
        lines = desk.lines()
        assert len(lines) == size[1]
        assert all(cells(line) == size[0] for line in lines)
        await desk.press("j", "f")
        assert "2/48" in desk.header
        assert "⚑" in desk.header
        assert "The one of street 1" in desk.text(), "the last human turn is in view"
        await desk.press("l")
        assert "▸rejected" in titles(desk)
        await desk.press("a", "x", "u", "u")
        assert desk.current() == [("flag", "yes", "1")]


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
async def test_the_list_is_shown_and_hidden_by_a_key(made: Path, size: tuple[int, int]) -> None:
    async with reading(made, size=size) as desk:
        shown = titles(desk)
        await desk.press("V")
        assert ("pairs" in titles(desk)) != ("pairs" in shown)
        await desk.press("j", "f")
        if size[0] < 80:
            assert titles(desk) == ["pairs"]
            assert max(line.rstrip().count("─") for line in desk.lines()) > size[0] - 10, "the list has the whole width"
            assert desk.footer == "V shows the pair, to decide about it"
            assert desk.events() == []
            await desk.press("V", "f")
        assert desk.events() == [("flag", "yes", "1")]


async def test_every_dialog_fits_the_smallest_screen(made: Path) -> None:
    async with reading(made, size=SIZES["tiny"]) as desk:
        for keys, words in ((":", "Action"), ("O", "Order by"), ("w", "Export"), ("i", "Note"), ("?", "Move")):
            await desk.press(keys)
            assert words in desk.text()
            assert all(cells(line) == 40 for line in desk.lines())
            await desk.press("escape")
        await desk.press("v", "v", "f")
        assert "flag for 48 pairs" in desk.text()
        await desk.press("n")


async def test_a_resize_keeps_the_pair_the_side_and_the_decisions_right(made: Path) -> None:
    async with reading(made, size=SIZES["wide"]) as desk:
        await desk.press("j", "j", "l")
        for size in (*SIZES.values(), (20, 6), *SIZES.values()):
            await desk.pilot.resize_terminal(*size)
            await desk.settle()
            assert desk.row == 2
            assert size[0] < 40 or "▸rejected" in titles(desk)
            assert all(cells(line) == size[0] for line in desk.lines())
        await desk.burst("f", "j", "f")
        assert desk.current() == [("flag", "yes", "2"), ("flag", "yes", "3")]


async def test_keys_before_and_after_a_resize_hit_what_they_should(made: Path) -> None:
    async with reading(made, size=SIZES["wide"]) as desk:
        desk._post(["j", "f"])
        await desk.pilot.resize_terminal(*SIZES["tiny"])
        desk._post(["j", "f"])
        await desk.pilot.resize_terminal(*SIZES["usual"])
        await desk.burst("j", "f")
        assert desk.current() == [("flag", "yes", "1"), ("flag", "yes", "2"), ("flag", "yes", "3")]


async def test_a_screen_with_no_room_for_the_pair_decides_nothing_and_still_quits(made: Path) -> None:
    async with reading(made, size=(30, 3)) as desk:
        await desk.burst("f", "j", "x", "k")
        assert desk.events() == []
        assert desk.row == 0


async def test_odd_responses_say_so_in_words(tmp_path: Path) -> None:
    rows = [
        {"chosen": dialogue("Hello", ""), "rejected": dialogue("Hello", "Hello to you.")},
        {"chosen": dialogue("A?", "Yes."), "rejected": dialogue("A?", "Yes. It is so.")},
        {"chosen": dialogue("A?", "Well.\nHuman: no"), "rejected": dialogue("A?", "Other.")},
    ]
    async with reading(fill(tmp_path / "odd.db", rows), size=SIZES["usual"]) as desk:
        for words in ("empty", "ended early", "leaked role"):
            assert f"chosen · {words}" in desk.text()
            await desk.press("j")


DECIDED = [
    Decision(1, "anna", "note", "something that was noted"),
    Decision(1, "anna", "preference", "rejected"),
    Decision(1, "anna", "flag", "yes"),
    Decision(1, "bert", "flag", "yes"),
]


def test_the_words_for_decisions_come_in_one_order() -> None:
    assert decided_words(DECIDED, "anna") == (
        "⚑ flagged · preference: rejected · note: something that was noted · 1 other decided"
    )
    assert decided_words(DECIDED, "anna", brief=True) == "⚑ rejected note +1"
    assert decided_words(DECIDED, "bert") == "⚑ flagged · 1 other decided"
    assert decided_words([], "anna") == "undecided"


@pytest.mark.parametrize("width", range(30, 220, 5))
def test_the_header_keeps_key_position_and_decision_at_every_width(width: int) -> None:
    standing = Standing("audit.db", "harmless-base/test/812", 40, 1204)
    numbers = ("SAMPLE  toxicity (alt-profanity 1.9)", "SAMPLE  toxicity", "SAMPLE")
    left, right = header(standing, DECIDED, "anna", numbers, width)
    text = "".join(part for part, _ in left)
    assert "/812" in text
    assert "41/1,204" in text
    assert "⚑" in text and "rejected" in text
    if width >= 40:
        assert cells(text) + sum(cells(part) for part, _ in right) <= width
    if width >= 50:
        assert "SAMPLE" in right[0][0]
    if width >= 170:
        assert "audit.db" in text and "alt-profanity" in right[0][0]


@pytest.mark.parametrize("only", [None, "left"])
@pytest.mark.parametrize("whole_prompt", [False, True])
def test_the_panes_never_overlap_nor_leave_the_screen(only: Literal["left"] | None, whole_prompt: bool) -> None:
    for height, prompt, responses in product(range(1, 40), (0, 1, 7, 500), (1, 9, 500)):
        regions = arrange(80, height, Heights(prompt, responses), only=only, whole_prompt=whole_prompt)
        assert all(region.y >= 0 and region.bottom <= height and region.right <= 80 for region in regions.values())
        shown = [region for region in regions.values() if region.area]
        assert not any(one.overlaps(two) for one in shown for two in shown if one is not two)
        assert height < 4 or len(shown) == (3 if only is None else 2)
