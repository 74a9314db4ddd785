"""The place comes back: at the next start, for each annotator, and while others change the database."""

from pathlib import Path

import pytest

from hhtui.store import settings
from hhtui.store.database import Database
from hhtui.tui.start import Start
from hhtui.tui.workers import QueryRunner
from tests.tui.conftest import PAIRS
from tests.tui.desk import ANNOTATOR, add, fill, numbered, reading


async def test_query_order_and_pair_come_back_at_the_next_start(made: Path) -> None:
    async with reading(made) as desk:
        await desk.search("chosen:bank sort:row-")
        await desk.press("g", "j", "j", "f")
        assert (desk.row, desk.header.split()[2]) == (39, "3/16")
    async with reading(made) as desk:
        assert (desk.query, desk.row, desk.header.split()[2]) == ("chosen:bank sort:row-", 39, "3/16")
        await desk.press("j")
        assert desk.row == 36


async def test_the_page_that_was_left_is_shown_before_its_query_has_run_again(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with reading(made) as desk:
        await desk.search("chosen:bank")
        await desk.press("j", "j")
    monkeypatch.setattr(QueryRunner, "ask", lambda *_asked: 0)
    async with reading(made) as desk:
        assert (desk.row, desk.header.split()[2]) == (6, "3/16")
        await desk.press("f", "j")
        assert (desk.row, desk.events()) == (9, [("flag", "yes", "6")])
    monkeypatch.undo()
    async with reading(made) as desk:
        assert (desk.row, len(desk.rows)) == (9, 16)


async def test_moving_before_the_query_has_run_again_is_not_undone_by_its_answer(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with reading(made) as desk:
        await desk.search("chosen:bank")
    late: list[tuple[object, ...]] = []
    run = QueryRunner._run
    with monkeypatch.context() as patch:
        patch.setattr(QueryRunner, "_run", lambda *call: late.append(call))
        async with reading(made, hasty=True) as desk:
            desk._post(["j", "j"])
            await desk.until(lambda: desk.row == 6, "it did not move")
            run(*late[-1])  # type: ignore[arg-type]
            await desk.settle()
            assert (desk.row, len(desk.rows)) == (6, 16)


async def test_each_annotator_has_a_place_of_their_own(made: Path) -> None:
    async with reading(made) as desk:
        await desk.press("j", "j")
    async with reading(made, annotator="bert") as desk:
        assert desk.row == 0
        await desk.press("G")
    async with reading(made) as desk:
        assert desk.row == 2


async def test_what_the_command_line_asks_for_goes_before_the_place_that_was_left(made: Path) -> None:
    async with reading(made) as desk:
        await desk.search("rejected:bank")
        await desk.press("G")
    async with reading(made, start=Start(query="chosen:bank", key="made/test/12")) as desk:
        assert (desk.query, desk.row) == ("chosen:bank", 12)
    async with reading(made, start=Start(key="made/test/24")) as desk:
        assert (desk.query, desk.row) == ("chosen:bank", 24)
    async with reading(made, start=Start(query="")) as desk:
        assert (desk.query, len(desk.rows), desk.row) == ("", PAIRS, 24)
    async with reading(made, start=Start(key="made/test/999")) as desk:
        assert desk.footer == "there is no pair made/test/999"


async def test_a_query_that_was_being_typed_is_not_the_place(made: Path) -> None:
    async with reading(made) as desk:
        await desk.search("chosen:bank")
        await desk.press("j", "/")
        await desk.type(" rejected:nothing")
        assert desk.rows == []
    async with reading(made) as desk:
        assert (desk.query, desk.row) == ("chosen:bank", 3)


async def test_a_place_whose_pair_or_query_is_gone_opens_all_the_same(made: Path) -> None:
    with Database.open(made) as database:
        settings.save_place(database, ANNOTATOR, settings.Place("nonsense:1", "made/test/99", 70, 60, 80, (7, 8)))
    async with reading(made) as desk:
        assert desk.footer.startswith("character 1: There is no field “nonsense”")
        assert (desk.query, len(desk.rows), desk.row) == ("", PAIRS, 7)
        await desk.search("chosen:bank")
        assert len(desk.rows) == 16


async def test_pairs_that_are_loaded_meanwhile_appear_behind_the_others(made: Path) -> None:
    async with reading(made) as desk:
        await desk.press("j", "j", "f")
        with Database.open(made) as database:
            add(database, numbered(5), "more")
        await desk.until(lambda: "3/53" in desk.header, "the new pairs were not seen")
        assert desk.row == 2
        await desk.press("G")
        assert desk.key == "made/more/4"


async def test_the_first_pairs_of_an_empty_database_appear(tmp_path: Path) -> None:
    path = fill(tmp_path / "none.db", [])
    async with reading(path) as desk:
        with Database.open(path) as database:
            add(database, numbered(5))
        await desk.until(lambda: "1/5" in desk.header, "the new pairs were not seen")
        await desk.settle()
        assert desk.row == 0
        await desk.press("f")
        assert desk.events() == [("flag", "yes", "0")]


async def test_the_pair_that_was_gone_to_comes_back_after_results_without_it(made: Path) -> None:
    async with reading(made) as desk:
        await desk.press(":", *"32", "enter")
        await desk.search("zzzqq")
        assert desk.rows == []
        await desk.press("A")
        assert desk.row == 31
        await desk.press("T", "T")
        assert desk.row == 31
        await desk.search("chosen:bank")
        assert desk.row == 0
        await desk.search("")
        assert desk.row == 31
