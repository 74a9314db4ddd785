"""A list from elsewhere on the screen: its own order, narrowed by queries, kept for the next start."""

from pathlib import Path

import pytest

from hhtui.store.database import Database
from hhtui.store.listing import listing
from hhtui.tui.start import Start
from tests.tui.conftest import PAIRS
from tests.tui.desk import add, numbered, reading

ROWS = (30, 3, 12, 44, 9)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A list of five pairs, of one more that is nowhere, and of one of the five again."""
    path = tmp_path / "list.txt"
    path.write_text("".join(f"made/test/{row}\n" for row in (*ROWS, 999, 30)))
    return path


@pytest.fixture
def start(made: Path, file: Path) -> Start:
    with Database.open(made) as database:
        return Start(listed=listing(database.reader(), file))


async def test_a_list_is_shown_in_its_order_and_what_is_not_here_is_told(made: Path, start: Start) -> None:
    async with reading(made, start=start) as desk:
        assert desk.rows == list(ROWS)
        assert desk.footer == "list.txt: 1 of 7 are not in this database: made/test/999; 1 repeated, shown once"
        assert "all 5 listed   order: the list's" in desk.text()
        assert desk.header.split()[2] == "1/5"


async def test_queries_narrow_a_list_and_order_it_until_all_pairs_are_shown(made: Path, start: Start) -> None:
    async with reading(made, start=start) as desk:
        await desk.search("chosen:bank")
        assert desk.rows == [30, 3, 12, 9]
        assert "4 of 5 listed   order: the list's" in desk.text()
        await desk.search("chosen:bank sort:row")
        assert desk.rows == [3, 9, 12, 30]
        await desk.press("g", "f", "T")
        assert desk.rows == [3]
        await desk.press("T", "/", "escape")
        assert desk.rows == [3, 9, 12, 30]
        await desk.press("A")
        assert (len(desk.rows), desk.query, desk.row) == (PAIRS, "", 3)
        assert f"all {PAIRS}   order: row" in desk.text()


async def test_the_list_comes_back_at_the_next_start_with_its_query_and_pair(
    made: Path, start: Start, file: Path
) -> None:
    async with reading(made, start=start) as desk:
        await desk.search("chosen:bank")
        await desk.press("j", "j")
    async with reading(made) as desk:
        assert (desk.query, desk.rows, desk.row, desk.header.split()[2]) == ("chosen:bank", [30, 3, 12, 9], 12, "3/4")
        await desk.search("")
        assert desk.rows == list(ROWS)
    file.write_text("made/test/9\n")
    async with reading(made) as desk:
        assert desk.rows == [9]


async def test_a_list_that_is_gone_at_the_next_start_is_left_out_and_told(made: Path, start: Start, file: Path) -> None:
    async with reading(made, start=start) as desk:
        await desk.search("chosen:bank")
    file.unlink()
    async with reading(made) as desk:
        assert desk.footer.startswith("the list list.txt is left out, no such file")
        assert (desk.query, len(desk.rows), desk.row) == ("chosen:bank", 16, 30)


async def test_a_query_or_another_list_at_the_start_goes_before_the_list_that_was_left(
    made: Path, start: Start, tmp_path: Path
) -> None:
    async with reading(made, start=start) as desk:
        await desk.search("chosen:bank")
    async with reading(made, start=start) as desk:
        assert (desk.query, desk.rows) == ("", list(ROWS))
    async with reading(made, start=Start("")) as desk:
        assert len(desk.rows) == PAIRS


async def test_pairs_that_are_loaded_meanwhile_join_no_list_but_are_found_in_it_anew(
    made: Path, file: Path, tmp_path: Path
) -> None:
    file.write_text("made/more/2\nmade/test/5\n")
    with Database.open(made) as database:
        start = Start("", listed=listing(database.reader(), file))
    async with reading(made, start=start) as desk:
        assert desk.rows == [5]
        with Database.open(made) as database:
            add(database, numbered(3), "more")
        await desk.press("ctrl+l")
        assert desk.keys == ["made/more/2", "made/test/5"]


async def test_an_export_of_this_view_is_of_the_list(made: Path, start: Start) -> None:
    async with reading(made, start=start) as desk:
        await desk.search("chosen:bank")
        await desk.burst("w", *"4 of this view as ids", "enter")
        await desk.press("enter")
        await desk.until(lambda: bool(desk.requests), "nothing was exported")
        request = desk.requests[0]
        assert (request.query, request.listed) == ("chosen:bank", start.listed)


async def test_copying_the_command_names_the_list_the_query_the_pair_and_the_name(
    made: Path, start: Start, file: Path
) -> None:
    async with reading(made, start=start._replace(by="anna")) as desk:
        await desk.press("j")
        assert desk.browse.leaving.command() == f"hhtui {made} --ids {file} --query '' --at made/test/3 --by anna"
        await desk.press("A")
        assert desk.browse.leaving.command() == f"hhtui {made} --query '' --at made/test/3 --by anna"


async def test_what_is_not_here_is_told_also_where_a_triage_waits_to_be_resumed(made: Path, start: Start) -> None:
    async with reading(made) as desk:
        await desk.press("O", "5")
        assert desk.browse.triaging.on
    async with reading(made, start=start) as desk:
        assert desk.footer.startswith("list.txt: 1 of 7 are not in this database: made/test/999")
