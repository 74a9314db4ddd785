"""Results in an order that no column holds: what the screen says of it, and when it says that it is not so."""

from pathlib import Path

import pytest

from hhtui.store import ranking
from tests.tui.desk import reading


async def test_the_likeness_of_each_pair_is_said_beside_its_place(made: Path) -> None:
    async with reading(made) as desk:
        await desk.search("chosen:~bnak")
        assert desk.rows == list(range(0, 48, 3))
        assert "1/16  likeness 75" in desk.header
        assert "order: likeness" in desk.text()
        assert "1 hit" in desk.text()
        await desk.search("chosen:~bnak OR row:1")
        await desk.press("G")
        assert desk.row == 1
        assert "17/17  likeness –" in desk.header
        await desk.search("bank")
        assert "likeness" not in desk.text()


async def test_an_order_that_was_left_out_is_not_named(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with reading(made) as desk:
        await desk.search("chosen:bank sort:relevance")
        assert "order: relevance" in desk.text()
        assert "  relevance " in desk.header
        monkeypatch.setattr(ranking, "MOST_RELEVANT", 10)
        await desk.search("chosen:bank sort:relevance,row-")
        assert desk.rows == list(range(45, -1, -3))
        assert "order: row-" in desk.text()
        assert "relevance" not in desk.header
        assert "not by relevance, which is for up to 10 pairs: these are 16." in desk.footer
        await desk.search("chosen:bank sort:relevance")
        assert "order: row " in desk.text()
        await desk.search("chosen:bank row:0..5 sort:relevance")
        assert "not by relevance" not in desk.footer
        assert "order: relevance" in desk.text()


async def test_a_word_that_is_like_nothing_is_named(made: Path) -> None:
    async with reading(made) as desk:
        await desk.press("/")
        await desk.type("~zzzqqq")
        assert "No word in the texts is like “zzzqqq”." in desk.footer
        await desk.press("backspace", "escape")
        assert "zzzqqq" not in desk.footer
