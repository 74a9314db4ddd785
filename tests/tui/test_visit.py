"""A visit to a pair: how long it took, what of it was seen, and when it counts as painted."""

import json
from pathlib import Path
from typing import Any

import pytest
from textual.geometry import Region

from hhtui.score.run import run
from hhtui.store.database import Database
from hhtui.store.lanes import Wanted
from hhtui.tui.drawn import Drawn
from hhtui.tui.start import Start
from hhtui.tui.visit import Visit
from hhtui.tui.widgets.cover import PAUSED
from hhtui.tui.widgets.notice import Notice
from tests.store.made_scorer import MadeScorer
from tests.transcripts import dialogue
from tests.tui.desk import Desk, add, fill, reading
from tests.tui.test_triage_screen import Watch, begin

NARROW = (40, 12)


def last(desk: Desk) -> tuple[int, dict[str, Any]]:
    shown, context = desk.browse.connection.execute(
        "SELECT shown_ms, context FROM event WHERE kind != 'retract' ORDER BY seq DESC LIMIT 1"
    ).fetchone()
    return shown, json.loads(context)


@pytest.mark.parametrize("again", ["R", "R r", "tab tab", "o", "p p", "ctrl+l", "V V"])
@pytest.mark.parametrize("size", [(120, 34), NARROW])
async def test_showing_the_same_pair_again_begins_no_visit(made: Path, size: tuple[int, int], again: str) -> None:
    watch = Watch()
    async with reading(made, size=size, now=watch) as desk:
        await desk.press("tab", "tab")
        watch.time += 9
        await desk.press(*again.split())
        watch.time += 1
        await desk.press("f")
        assert last(desk)[0] == 10_000
        await desk.press("j")
        watch.time += 2
        await desk.press("f", "k")
        assert last(desk)[0] == 2000
        watch.time += 3
        await desk.press("f")
        assert last(desk)[0] == 3000, "another visit to the first pair"


@pytest.mark.parametrize(("pause", "end"), [("B", "x"), ("question_mark", "escape"), ("i", "escape")])
async def test_a_pause_is_no_reading(made: Path, pause: str, end: str) -> None:
    watch = Watch()
    async with reading(made, now=watch) as desk:
        watch.time += 2
        await desk.press(pause)
        watch.time += 4
        await desk.press(end)
        watch.time += 0.3
        await desk.press("e")
        assert last(desk)[0] == 2300


def test_time_counts_again_when_the_last_reason_to_pause_is_gone() -> None:
    watch = Watch()
    visit = Visit(watch)
    visit.painted(["left"])
    visit.pause("dialog")
    visit.pause("blank")
    watch.time += 5
    visit.go_on("dialog")
    watch.time += 5
    visit.go_on("blank")
    watch.time += 1
    assert visit.milliseconds == 1000


async def test_the_shield_does_not_change_the_pace(made: Path) -> None:
    watch = Watch()
    async with reading(made, start=begin(made), now=watch) as desk:
        watch.time += 9
        await desk.press("R")
        watch.time += 1
        await desk.press("s", "c")
        assert "median 10 s" in desk.text()


async def test_on_a_narrow_screen_space_reads_both_sides_before_it_skips(tmp_path: Path) -> None:
    words = " ".join(f"word {number}" for number in range(60))
    rows = [{"chosen": dialogue("Why?", words), "rejected": dialogue("Why?", f"{words} and no")} for _ in range(2)]
    made = fill(tmp_path / "long.db", rows)
    with Database.open(made) as database:
        from hhtui.store import queueing

        begun = queueing.begin_query(database, "anna", "word", "", Wanted((), limit=2))
    async with reading(made, size=NARROW, start=Start(triage=begun)) as desk:
        sides = []
        while desk.row == 0:
            sides.append(desk.browse.pair.focused_side)
            await desk.press("space")
        assert sides[0] == "chosen" and sides[-1] == "rejected" and sides == sorted(sides)
        assert len(sides) > 4, "both were scrolled to their end"
        assert desk.events() == [("skip", "yes", "0")]
        assert last(desk)[1]["sides"] == ["chosen", "rejected"]
        await desk.press("f")
        assert last(desk)[1]["sides"] == ["rejected"], "nothing of the pair before counts for this one"


async def test_a_preference_waits_until_both_sides_were_shown(made: Path) -> None:
    async with reading(made, size=NARROW, start=begin(made)) as desk:
        await desk.press("f")
        assert last(desk)[1]["sides"] == ["chosen"]
        await desk.press("u", "e")
        assert "not before you have seen the other" in desk.footer
        await desk.press("enter")
        assert desk.current() == [] and desk.row == 0
        await desk.press("tab", "e")
        assert desk.current() == [("preference", "equal", "0")]
        assert last(desk)[1]["sides"] == ["chosen", "rejected"]


async def test_scores_are_visible_where_this_pair_has_one(tmp_path: Path) -> None:
    rows = [{"chosen": dialogue("Who?", "One."), "rejected": dialogue("Who?", "Two.")}]
    made = fill(tmp_path / "made.db", rows)
    with Database.open(made) as database:
        run(database, [MadeScorer()], lambda progress: None)
        add(
            database,
            [{**rows[0], "chosen": dialogue("Why?", "Nobody."), "rejected": dialogue("Why?", "All.")}],
            "later",
        )
    async with reading(made) as desk:
        seen = []
        for _ in range(2):
            await desk.press("f", "j")
            seen.append(last(desk)[1]["scores_visible"])
        assert seen == [True, False]
        await desk.press("g", "v", "j", "x")
        shown, context = last(desk)
        assert shown is None and context["bulk"] is True
        assert not {"sides", "scores_visible", "labels_visible", "revealed"} & set(context)


async def test_a_frame_without_the_rows_of_the_pair_does_not_paint_it(made: Path) -> None:
    async with reading(made) as desk:
        pair, screen = desk.browse.pair, desk.browse
        pair._await_drawing()
        width, height = screen.size
        around = Drawn(screen, made_update(Region(0, 0, width, 1), Region(0, height - 1, width, 1)))
        pair._drawn(around)
        assert not pair.painted
        pair._drawn(Drawn(screen, made_update(screen.size.region)))
        assert pair._asked


def made_update(*regions: Region) -> Any:
    from textual._compositor import ChopsUpdate, Compositor

    return ChopsUpdate((), list(Compositor._regions_to_spans(regions)), [])


async def test_what_is_covered_is_not_painted(made: Path) -> None:
    async with reading(made) as desk:
        desk._post(["B"])
        await desk.pilot.pause()
        pair = desk.browse.pair
        pair.paint_again()
        await desk.pilot.pause()
        assert not pair.painted
        await desk.press("j")
        assert pair.painted


@pytest.mark.parametrize("wanted", [Wanted((), limit=3), Wanted((), limit=3, blind=True)])
async def test_no_pair_is_painted_under_the_card_and_the_notice_is_read_after_it(made: Path, wanted: Wanted) -> None:
    async with reading(made, size=(160, 45), start=Start(wanted=wanted), notice=True) as desk:
        notice = desk.browse.query_one(Notice)
        assert desk.key == "" and "Where is stall" not in desk.text() and not notice.painted
        await desk.press("B")
        assert desk.text().split() == PAUSED.split(), "the card is blanked, too"
        await desk.press("x")
        assert "What to read?" in desk.text()
        await desk.press("5")
        assert notice.display and notice.painted and len(desk.rows) == 3
        await desk.press("f")
        assert not notice.display and len(desk.events()) == 1


async def test_the_card_left_for_browsing_shows_the_pairs(made: Path) -> None:
    async with reading(made, start=Start(wanted=Wanted(()))) as desk:
        await desk.press("escape")
        assert (desk.row, len(desk.rows)) == (0, 48)


@pytest.mark.parametrize(("opens", "typed"), [("question_mark", False), ("i", True), ("colon", True)])
async def test_b_blanks_a_dialog_unless_it_is_typed(made: Path, opens: str, typed: bool) -> None:
    async with reading(made) as desk:
        await desk.press(opens)
        before = desk.text()
        await desk.press("B")
        assert (desk.text().split() == PAUSED.split()) is not typed
        if not typed:
            await desk.press("escape")
            assert desk.text() == before
        await desk.press("escape")
        assert desk.app.screen is desk.browse
