"""`*` offers similar pairs: Enter goes to one, Tab to its whole group, Esc comes back."""

from pathlib import Path

import pytest

from hhtui.store.database import Database
from hhtui.store.dupes.run import find
from hhtui.tui.presentation import Blind
from hhtui.tui.screens.browse import Browse
from hhtui.tui.screens.similar_pairs import SimilarPairs
from tests.transcripts import dialogue
from tests.tui.desk import fill, numbered, reading

SAID = "The station stands behind the river, on the left of it."


@pytest.fixture
def alike(tmp_path: Path) -> Path:
    """Numbered pairs, of which rows 10 and 14 have one response, and rows 10 and 12 one opening."""
    rows = [dict(row) for row in numbered(16)]
    for row in (10, 14):
        rows[row] = {"chosen": dialogue(f"Which {row}?", SAID), "rejected": dialogue(f"Which {row}?", f"None {row}.")}
    rows[12] = {"chosen": dialogue("Which 10?", "Yes."), "rejected": dialogue("Which 10?", "No \x1b[2J[b]x[/b].")}
    path = fill(tmp_path / "a.db", rows)
    with Database.open(path) as database:
        find(database)
    return path


async def test_enter_goes_to_the_pair_in_its_group_and_escape_comes_back(alike: Path) -> None:
    async with reading(alike) as desk:
        await desk.search("which")
        before = desk.rows
        await desk.press(":", *"made/test/10", "enter", "*")
        assert isinstance(desk.app.screen, SimilarPairs)
        assert "same first human turn   1 pair   opening:made/test/10" in desk.text()
        assert "100 % made/test/14 chosen" in desk.text()
        await desk.type("14")
        await desk.press("enter")
        assert (desk.rows, desk.row) == ([10, 14], 14)
        assert desk.query.startswith("dupe:")
        await desk.press("escape")
        assert (desk.rows, desk.row, desk.query) == (before, 10, "which")
        await desk.press("escape")
        assert (desk.rows, desk.row) == (before, 10)


async def test_tab_opens_the_whole_group_where_the_reader_is(alike: Path) -> None:
    async with reading(alike) as desk:
        await desk.press(":", *"made/test/10", "enter", "*", "tab")
        assert (desk.rows, desk.row, desk.query) == ([10, 12], 10, "opening:made/test/10")
        await desk.press("*", "down", "down", "up", "enter")
        assert (desk.row, desk.query.partition(":")[0]) == (10, "dupe")
        await desk.press("escape", "escape")
        assert (len(desk.rows), desk.row, desk.query) == (16, 10, "")


async def test_another_query_in_between_ends_the_way_back(alike: Path) -> None:
    async with reading(alike) as desk:
        await desk.press(":", *"made/test/10", "enter", "*", "tab")
        await desk.search("stall")
        await desk.press("escape")
        assert desk.query == "stall"
        assert desk.footer == "the way back to made/test/10 ended when other pairs were asked for"
        await desk.press("*", "tab", "A", "escape")
        assert (desk.query, len(desk.rows)) == ("", 16)
        assert desk.footer.startswith("the way back to made/test/0 ended")


async def test_an_order_of_the_group_leaves_the_way_back(alike: Path) -> None:
    async with reading(alike) as desk:
        await desk.press(":", *"made/test/10", "enter", "*", "tab")
        await desk.burst("O", *"row-", "enter")
        assert (desk.query, desk.rows) == ("opening:made/test/10 sort:row-", [12, 10])
        await desk.press("escape")
        assert (desk.query, len(desk.rows), desk.row) == ("", 16, 10)
        assert desk.footer == "back at made/test/10"


async def test_a_pair_without_any_says_so_and_keys_go_on(alike: Path, tmp_path: Path) -> None:
    only = fill(tmp_path / "only.db", numbered(1))
    async with reading(only) as desk:
        await desk.press("*")
        assert desk.footer.startswith(
            "nothing is similar to this pair. Texts that are nearly the same are not known yet"
        )
        await desk.press("f")
        assert desk.current() == [("flag", "yes", "0")]
    async with reading(only, size=(80, 24)) as desk:
        await desk.press("*")
        assert desk.footer == "nothing is similar to this pair; hhtui dupes DB looks for more"


async def test_it_is_refused_while_reading_blind(alike: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Browse, "blinding_of", lambda _screen, _pair_id: Blind("7", "9999"))
    async with reading(alike) as desk:
        await desk.press("*")
        assert not isinstance(desk.app.screen, SimilarPairs)
        assert desk.footer.endswith("is off while you read blind: it could tell what is hidden")


async def test_what_the_data_says_is_no_markup_and_no_control(alike: Path) -> None:
    async with reading(alike) as desk:
        await desk.press(":", *"made/test/12", "enter", "*")
        assert isinstance(desk.app.screen, SimilarPairs)
        assert "\x1b" not in desk.text()
