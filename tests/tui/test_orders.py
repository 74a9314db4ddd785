"""Orders: all are offered both ways, the one that is chosen stands in the query, and what cannot be is refused."""

from pathlib import Path

import pytest

from hhtui.store.database import Database
from hhtui.store.listing import listing
from hhtui.tui.screens.orders import QueuesAndOrders
from hhtui.tui.start import Start
from tests.tui.desk import Desk, reading


def offered(desk: Desk) -> list[str]:
    dialog = desk.app.screen
    assert isinstance(dialog, QueuesAndOrders)
    return [choice.label for choice in dialog._shown]


async def test_orders_are_offered_for_every_number_and_both_ways(made: Path) -> None:
    async with reading(made) as desk:
        await desk.press("O")
        down = offered(desk)
        assert down[0] == "row" and len(set(down)) == len(down)
        assert {"length.ratio-", "length.rejected-", "turns.min-", "undecided", "key", "random(1)", "row-"} <= set(down)
        await desk.press("tab")
        assert {"length.ratio", "length.rejected", "turns.min", "undecided-", "key-", "row"} <= set(offered(desk))
        await desk.type("shortest rej")
        assert offered(desk) == ["length.rejected"]
        await desk.press("enter")
        assert desk.query == "sort:length.rejected"
        assert "order: length.rejected" in desk.text()


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("length-,row", "bank sort:length-,row"),
        ("random(42)", "bank sort:random(42)"),
        ("relevance", "bank sort:relevance"),
        ("undecided-", "bank sort:undecided-"),
        ("length.chosen", "bank sort:length.chosen"),
        ("length", "bank sort:length"),
        ("key", "bank sort:key"),
    ],
)
async def test_an_order_is_written_into_the_query_as_it_is_typed(made: Path, typed: str, query: str) -> None:
    async with reading(made) as desk:
        await desk.search("bank sort:turns")
        await desk.burst("O", *typed, "enter")
        assert desk.query == query


async def test_the_next_shuffle_is_another_one_and_the_first_comes_back_by_its_number(made: Path) -> None:
    async with reading(made) as desk:
        shuffled = []
        for typed in ("shuffled", "shuffled", "random(1)"):
            await desk.burst("O", *typed, "enter")
            shuffled.append((desk.query, tuple(desk.rows)))
        assert [query for query, _ in shuffled] == ["sort:random(1)", "sort:random(2)", "sort:random(1)"]
        assert shuffled[0] == shuffled[2] and shuffled[0][1] != shuffled[1][1]


async def test_what_is_no_order_here_is_said_and_the_dialog_stays(made: Path) -> None:
    async with reading(made) as desk:
        for typed, said in (
            ("relevance", "needs a word or phrase"),
            ("harm-", "no scores"),
            ("frogs", "frogs"),
            ("random(x", "no column"),
        ):
            await desk.burst("O", *typed, "enter")
            assert isinstance(desk.app.screen, QueuesAndOrders)
            assert said in " ".join(desk.text().split())
            await desk.press("escape")
        assert desk.query == ""


async def test_likeness_and_the_lists_own_order_are_orders_to_come_back_to(made: Path, tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("made/test/9\nmade/test/3\nmade/test/6\n")
    with Database.open(made) as database:
        start = Start("", listed=listing(database.reader(), tmp_path / "list.txt"))
    async with reading(made, start=start) as desk:
        await desk.burst("O", *"source", "enter")
        assert (desk.query, desk.rows) == ("sort:row", [3, 6, 9])
        await desk.press("O")
        assert offered(desk)[:2] == ["the list's", "row"]
        await desk.press("enter")
        assert (desk.query, desk.rows) == ("", [9, 3, 6])
        await desk.press("A")
        await desk.search("~bnak")
        assert "order: likeness" in desk.text()
        await desk.press("O")
        assert offered(desk)[:2] == ["likeness", "row"]
        await desk.press("down", "enter")
        assert desk.query == "~bnak sort:row"


async def test_a_digit_still_reads_a_queue(made: Path) -> None:
    async with reading(made) as desk:
        await desk.press("O", "5")
        assert desk.browse.triaging.on
