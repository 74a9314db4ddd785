"""Moving through a result, through a pair, and to a pair by number or key."""

import re
from pathlib import Path

import pytest

from tests.transcripts import dialogue
from tests.tui.desk import Desk, fill, numbered, reading


async def test_keys_move_through_the_result(made: Path) -> None:
    async with reading(made) as desk:
        assert (desk.row, desk.header.split()[2]) == (0, "1/48")
        await desk.press("j", "down", "j", "k")
        assert desk.row == 2
        await desk.press("G")
        assert desk.row == 47
        await desk.press("j")
        assert (desk.row, desk.footer) == (47, "last pair")
        await desk.press("g")
        assert desk.row == 0
        await desk.press("up")
        assert (desk.row, desk.footer) == (0, "first pair")


async def test_a_burst_of_moves_ends_where_single_keys_do(made: Path) -> None:
    async with reading(made) as desk:
        await desk.burst(*"jjjjjjjjjjkkG", *"kk")
        assert desk.row == 45


async def test_the_list_follows_the_pair(made: Path) -> None:
    async with reading(made) as desk:
        await desk.press("j", "j")
        cursor = [line for line in desk.lines() if line.startswith("▸")]
        assert len(cursor) == 1
        assert "The one of street 2" in cursor[0]


async def test_next_undecided_passes_over_what_is_decided(made: Path) -> None:
    async with reading(made) as desk:
        await desk.press("j", "f", "j", "x", "j", "i")
        await desk.burst(*"a note", "enter")
        await desk.press("g", "J")
        assert desk.row == 3, "a note alone decides nothing"
        await desk.press("K")
        assert desk.row == 0
        await desk.press("K")
        assert desk.footer == "everything before this is decided"


@pytest.mark.parametrize(
    ("typed", "row", "said"),
    [
        ("7", 6, ""),
        ("1,", 0, ""),
        ("48", 47, ""),
        ("49", 0, "there is no pair 49 among these 48"),
        ("0", 0, "there is no pair 0 among these 48"),
        ("made/test/11", 11, ""),
        ("made/test/99", 0, "there is no pair 'made/test/99'; keys here: made/test/0 to made/test/47"),
        ("nonsense", 0, "nonsense is no action, no number and no key of a pair"),
        ("next_undecided", 1, ""),
    ],
)
async def test_the_palette_goes_to_a_number_or_a_key(made: Path, typed: str, row: int, said: str) -> None:
    async with reading(made) as desk:
        if typed == "next_undecided":
            await desk.press("f")
        await desk.burst(":", *typed, "enter")
        assert desk.row == row
        assert not said or desk.footer == said


async def test_a_key_outside_the_result_is_not_gone_to(made: Path) -> None:
    async with reading(made) as desk:
        await desk.search("chosen:bank")
        await desk.burst(":", *"made/test/1", "enter")
        assert desk.row == 0
        assert desk.footer == "made/test/1 is not in this view; A shows all pairs"


async def test_a_click_in_the_list_goes_to_its_pair(made: Path) -> None:
    async with reading(made) as desk:
        await desk.pilot.click("#list", offset=(5, 4))
        await desk.settle()
        assert desk.row == 3


async def test_a_click_on_the_query_edits_it(made: Path) -> None:
    async with reading(made) as desk:
        await desk.pilot.click("#query", offset=(3, 0))
        await desk.settle()
        await desk.burst(*"chosen:bank", "enter")
        assert desk.rows == list(range(0, 48, 3))


async def test_responses_scroll_together_and_differences_and_hits_are_found(tmp_path: Path) -> None:
    lines = [f"Line {at} is the same on both sides." for at in range(60)]
    left, right = ("\n".join([*lines[:50], word, *lines[50:]]) for word in ("apples", "pears"))
    path = fill(tmp_path / "long.db", [{"chosen": dialogue("A?", left), "rejected": dialogue("A?", right)}])
    async with reading(path, size=(100, 24)) as desk:
        chosen, rejected = desk.browse.pair.panes["left"], desk.browse.pair.panes["right"]
        await desk.press("space")
        assert chosen.top == rejected.top > 10
        await desk.press("pageup")
        assert chosen.top == rejected.top == 0
        await desk.press("ctrl+d")
        half = chosen.top
        await desk.press("ctrl+d", "ctrl+u")
        assert chosen.top == half > 0
        await desk.press("}")
        assert "apples" in desk.text()
        assert "pears" in desk.text()
        await desk.press("d", "d", "}")
        assert desk.footer == "no differences are marked here; d marks them always"
        await desk.search("pears")
        await desk.press("n")
        assert "pears" in desk.text()


def titles(desk: Desk) -> list[str]:
    """Return the titles of the responses that are on the screen."""
    return re.findall("(▸?(?:chosen|rejected)) ─", desk.text())


async def test_one_response_or_both_the_whole_prompt_or_its_end(made: Path) -> None:
    async with reading(made, size=(80, 24)) as desk:
        await desk.press("o")
        assert titles(desk) == ["▸chosen"]
        await desk.press("tab")
        assert titles(desk) == ["▸rejected"]
        await desk.press("o", "h")
        assert titles(desk) == ["▸chosen", "rejected"]


async def test_the_whole_prompt_is_shown_and_scrolled(tmp_path: Path) -> None:
    prompt = "\n".join(f"Prompt line {at}" for at in range(40))
    response = "\n".join(f"Response line {at}" for at in range(40))
    path = fill(tmp_path / "long.db", [{"chosen": dialogue(prompt, response), "rejected": dialogue(prompt, "No.")}])
    async with reading(path, size=(80, 24)) as desk:
        assert "Prompt line 39" in desk.text()
        height = desk.browse.pair.panes["left"].outer_size.height
        await desk.press("p")
        assert desk.browse.pair.panes["left"].outer_size.height == 2
        await desk.press("pageup", "pageup", "pageup")
        assert "Prompt line 0" in desk.text()
        await desk.press("p")
        assert desk.browse.pair.panes["left"].outer_size.height == height
        assert "Prompt line 39" in desk.text()


async def test_an_empty_database_and_an_empty_result_say_so_and_take_every_key(tmp_path: Path) -> None:
    path = fill(tmp_path / "none.db", [])
    async with reading(path) as desk:
        assert "No pairs yet." in desk.text()
        await desk.press(*"jkJKgGfasezx.uv{}nNpodVhlyYC", "space", "tab", "ctrl+r", "escape")
        await desk.press("f")
        assert desk.footer == "there is no pair to decide"
        await desk.press("i")
        assert desk.footer == "there is no pair to write a note on"
        assert desk.events() == []
    filled_path = fill(tmp_path / "some.db", numbered(3))
    async with reading(filled_path) as desk:
        await desk.search("nowhere")
        assert "No pair matches." in desk.text()
        await desk.press(*"jkJKgGfasezx.v{}nN")
        assert desk.events() == []
        await desk.search("bank")
        assert desk.rows == [0]


async def test_a_pair_that_was_replaced_meanwhile_is_said_to_be_gone(made: Path) -> None:
    async with reading(made) as desk:
        with desk.browse.database.writing() as connection:
            connection.execute("DELETE FROM pair WHERE id = 2")
        await desk.press("j")
        assert "This pair is gone" in desk.text()
        await desk.press("f")
        assert desk.events() == []
        await desk.press("j")
        assert desk.row == 2
