"""The blank screen: nothing of the data, a clock that stands still, and keys that only return."""

from pathlib import Path

import pytest

from hhtui.tui.drawn import Drawn
from hhtui.tui.start import Start
from hhtui.tui.widgets.cover import PAUSED, Cover
from hhtui.tui.widgets.pair_view import PairView
from tests.tui.desk import Desk, reading
from tests.tui.test_triage_screen import Watch


def blank(desk: Desk) -> bool:
    return desk.text().split() == PAUSED.split()


@pytest.mark.parametrize("size", [(160, 45), (40, 12)])
async def test_nothing_but_one_line_is_on_the_screen_until_a_key_returns(made: Path, size: tuple[int, int]) -> None:
    async with reading(made, size=size) as desk:
        before = desk.text()
        await desk.press("B")
        assert blank(desk)
        await desk.press("x")
        assert desk.text() == before and desk.events() == []
        await desk.press("j", "f")
        assert desk.events() == [("flag", "yes", "1")]


async def test_keys_typed_at_once_behind_the_one_that_returns_decide_nothing(made: Path) -> None:
    async with reading(made) as desk:
        await desk.burst("j", "B", "a", "f", "s", "x")
        assert (desk.row, desk.events()) == (1, [])
        assert not blank(desk)
        await desk.press("f")
        assert desk.events() == [("flag", "yes", "1")]


async def test_keys_that_come_before_the_pair_is_painted_again_decide_nothing(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with reading(made) as desk:
        await desk.press("B", "q")
        await desk.press("B")
        with monkeypatch.context() as patch:
            patch.setattr(PairView, "painted", False)
            desk._post(["f"])
            await desk.until(lambda: not blank(desk), "no key returned")
            desk._post(["f", "a"])
            await desk.pilot.pause()
            assert len(desk.browse.gate) == 0
        await desk.settle()
        assert (desk.row, desk.events()) == (0, [])
        await desk.press("a")
        assert desk.events() == [("preference", "chosen", "0")]


async def test_a_decision_typed_before_is_saved_and_one_behind_is_not(made: Path) -> None:
    async with reading(made) as desk:
        await desk.burst("f", "B", "j", "x")
        assert desk.events() == [("flag", "yes", "0")]
        assert desk.row == 0 and not blank(desk)


async def test_the_clock_stands_still_meanwhile(made: Path) -> None:
    watch = Watch()
    async with reading(made, now=watch) as desk:
        clock = desk.browse.triaging.clock
        begun = clock.seconds
        for key, passed in (("B", 3), ("space", 3), ("j", 8)):
            watch.time += 3 if key == "B" else 5
            await desk.press(key)
            assert clock.seconds - begun == passed


async def test_an_answer_that_comes_meanwhile_stays_under_the_cover(made: Path) -> None:
    async with reading(made, start=Start(query="chosen:bank"), hasty=True) as desk:
        desk._post(["B"])
        await desk.settle()
        assert blank(desk)
        await desk.press("j")
        assert desk.row == 0 and len(desk.rows) == 16


async def test_a_click_on_the_blank_screen_goes_nowhere(made: Path) -> None:
    async with reading(made) as desk:
        await desk.press("B")
        await desk.pilot.click(offset=(5, 10))
        await desk.settle()
        assert blank(desk) and desk.row == 0


async def test_a_dialog_is_covered_in_every_frame_from_the_key_on(made: Path) -> None:
    async with reading(made) as desk:
        await desk.press("?")
        uncovered: list[int] = []

        def look(_drawn: Drawn) -> None:
            covers = desk.app.screen.query(Cover)
            if desk.browse.pausing.on and not (covers and covers.first().display and covers.first().size.height):
                uncovered.append(desk.app.frames.composed)

        await desk.press("B")
        cover = desk.app.screen.query_one(Cover)
        await desk.press("j")
        desk.app.when_drawn(look)
        await desk.burst("B", "j", "B")
        assert desk.browse.pausing.on and not uncovered
        assert desk.app.screen.query_one(Cover) is cover
