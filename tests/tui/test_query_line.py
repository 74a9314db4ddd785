"""The query line: live results, errors that leave the result alone, Enter, Esc, orders and the flagged pairs."""

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from textual import events
from textual.messages import Update

from hhtui.config import Config
from hhtui.query.tree import Query
from hhtui.store.connection import Connection
from hhtui.store.results import Result, search
from hhtui.store.search_progress import Searched
from hhtui.tui import workers
from hhtui.tui.screens.browse import Browse
from hhtui.tui.widgets.query_line import QueryLine
from hhtui.tui.workers import QueryRunner, answer_to
from tests.tui.desk import Desk, reading

PATIENCE = 20.0
BANK = list(range(0, 48, 3))


async def test_the_result_follows_the_typing_and_enter_keeps_it(made: Path) -> None:
    async with reading(made) as desk:
        await desk.press("/")
        await desk.type("chosen:b")
        assert desk.rows == []
        assert "No pair matches." in desk.text()
        await desk.type("ank")
        assert desk.rows == BANK
        assert "16 of 48" in desk.text()
        await desk.press("enter", "j")
        assert (desk.query, desk.row) == ("chosen:bank", 3)


async def test_to_begin_an_edit_asks_nothing(made: Path) -> None:
    async with reading(made) as desk:
        await desk.search("chosen:bank")
        desk.browse.finding.set_query("rejected:bank")
        await desk.settle()
        asked = desk.browse.finding._waiting_for
        await desk.press("/")
        assert desk.browse.finding._waiting_for == asked and desk.query == "rejected:bank"


async def test_an_edit_that_ends_while_the_terminal_has_not_the_focus_does_not_go_on_with_it(made: Path) -> None:
    async with reading(made) as desk:
        await desk.press("/")
        desk.app.post_message(events.AppBlur())
        await desk.settle()
        desk.browse.finding.give_up()
        desk.app.post_message(events.AppFocus())
        await desk.settle()
        assert desk.browse.focused is None
        await desk.press("j")
        assert desk.row == 1


async def test_escape_restores_the_result_the_order_and_the_place_before(made: Path) -> None:
    async with reading(made) as desk:
        await desk.search("chosen:bank sort:row-")
        assert desk.row == 0, "the place before"
        await desk.press("g", "j", "j")
        before = desk.keys, desk.key
        await desk.press("/")
        await desk.type(" rejected:bank")
        assert (desk.keys, desk.key) != before
        await desk.press("escape")
        assert (desk.keys, desk.key) == before
        assert desk.query == "chosen:bank sort:row-"
        await desk.press("j")
        assert desk.row == 36


async def test_a_result_is_a_snapshot_also_when_a_query_was_begun_and_given_up(made: Path) -> None:
    async with reading(made) as desk:
        await desk.press("f", "j", "f", "T")
        assert desk.rows == [0, 1]
        await desk.press("f")
        assert desk.rows == [0, 1]
        await desk.press("/", "escape")
        assert (desk.rows, desk.row) == ([0, 1], 1)
        await desk.press("ctrl+l")
        assert desk.rows == [0]


async def test_the_place_is_kept_where_the_pair_is_still_in_the_result(made: Path) -> None:
    async with reading(made) as desk:
        await desk.search("chosen:bank")
        await desk.press("j", "j")
        await desk.search("chosen:bank -rejected:bank")
        assert desk.row == 6
        await desk.press("/")
        await desk.type(" -stall")
        assert desk.rows == []
        for _ in " -stall":
            await desk.press("backspace")
        assert desk.row == 6, "typing away and back again"
        await desk.press("escape")
        assert desk.row == 6


async def test_a_letter_is_drawn_before_what_it_finds(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with reading(made) as desk:
        await desk.press("/")
        await desk.type("ban")
        browse, frames = desk.browse, desk.app.frames
        answer = answer_to(browse.connection, "bank", browse.finding._waiting_for)
        taken_at: list[int] = []
        monkeypatch.setattr(browse.finding, "take", lambda _answer: taken_at.append(frames.composed))
        drawn_so_far, line = frames.composed, browse.query_one(QueryLine)
        line.refresh()
        browse.post_message(Update(line))
        browse.post_message(Browse.Answered(answer))
        await desk.until(lambda: bool(taken_at), "the answer was not taken")
        assert taken_at[0] > drawn_so_far


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("bank foo:x", "character 6: There is no field “foo”"),
        ("bank )", "character 6: A ) closes nothing"),
        ("gap:>x", "character"),
        ("/(?=a)/ bank", "character"),
        ("harm:>0.5", "character"),
    ],
)
async def test_an_error_is_shown_with_its_place_while_the_last_result_stays(made: Path, query: str, said: str) -> None:
    async with reading(made) as desk:
        await desk.search("rejected:bank")
        await desk.press("/")
        await desk.press("ctrl+u")
        everything = desk.rows
        await desk.type(query)
        assert desk.footer.startswith(said)
        good = desk.rows
        assert good
        await desk.press("enter")
        assert desk.footer.startswith(said)
        assert desk.rows == good
        assert desk.query == query, "it can be mended"
        await desk.press("escape")
        assert (desk.query, desk.rows) == ("rejected:bank", [at for at in everything if at % 4 == 0])
        await desk.press("j")
        assert desk.row == 4


async def test_what_is_expected_is_told_also_where_little_fits(made: Path) -> None:
    async with reading(made, size=(80, 24)) as desk:
        await desk.search("turns:x")
        assert "is no number. Expected a comparison (>0.5)" in desk.footer


async def test_letters_of_a_query_typed_at_once_decide_nothing(made: Path) -> None:
    async with reading(made) as desk:
        await desk.burst("/", *"chosen:bank -rejected:bank", "enter", "j", "j", "f")
        assert desk.events() == [("flag", "yes", "9")]
        await desk.burst("f", "/", *" aaaassssxxxx", "escape", "k", "x")
        assert desk.events()[1:] == [("flag", "no", "9"), ("drop", "yes", "6")]
        await desk.burst("a", "i", *"faces", "enter", "O", *"turns", "enter", "?", "j", "q", "z")
        assert [kind for kind, _, _ in desk.events()[3:]] == ["preference", "note", "preference"]
        assert desk.query == "chosen:bank -rejected:bank sort:turns"


@pytest.mark.parametrize("ending", [("escape", "escape"), ("enter", "escape"), ("escape", "escape", "escape")])
async def test_an_end_of_one_edit_does_not_end_the_next(made: Path, ending: tuple[str, ...]) -> None:
    """The terminal sends two keys in one read; what is typed when the first has been taken is still typed."""
    async with reading(made) as desk:
        await desk.type("/ban")
        desk._post([*ending, "/"])
        await desk.until(lambda: desk.browse.finding.editing and not len(desk.browse.gate), "the line was not opened")
        for _ in range(3):
            await desk.pilot.pause()
        await desk.burst(*"xf")
        assert desk.events() == [] and desk.query == "xf" and desk.browse.focused is not None
        await desk.burst("escape", "escape")
        assert desk.browse.focused is None and desk.query == "" and len(desk.rows) == 48
        await desk.burst("escape", "j", "f")
        assert desk.events() == [("flag", "yes", "1")]


async def test_letters_of_an_edit_that_has_ended_are_not_written_into_the_next(made: Path) -> None:
    async with reading(made) as desk:
        await desk.burst("/", *"ban", "escape", "escape", "/", *"wall", "enter", "f")
        assert desk.query == "wall" and [kind for kind, _, _ in desk.events()] == ["flag"]


async def test_editing_keys_and_letters_in_one_read_keep_their_order(made: Path) -> None:
    async with reading(made) as desk:
        await desk.burst("/", *"rejectedx", "backspace", *":bak", "left", "n", "end", "enter", "j", "f")
        assert desk.query == "rejected:bank"
        assert desk.events() == [("flag", "yes", "4")]
        await desk.burst("i", *"tow", "backspace", "backspace", *"wo", "enter", "O", "down", "down", "up", "enter", "k")
        assert ("note", "two", "4") in desk.events()
        assert desk.query == "rejected:bank sort:length.chosen-"


async def test_flagged_pairs_alone_and_back(made: Path) -> None:
    async with reading(made) as desk:
        await desk.press("/")
        await desk.type("chosen:bank")
        await desk.press("enter", "j", "f", "j", "f", "T")
        assert (desk.query, desk.rows, desk.row) == ("flag:yes", [3, 6], 6)
        await desk.press("k", "T")
        assert (desk.query, desk.rows, desk.row) == ("chosen:bank", BANK, 3)


async def test_an_order_is_chosen_and_taken_back(made: Path) -> None:
    async with reading(made) as desk:
        await desk.search("chosen:bank")
        await desk.press("O")
        await desk.burst(*"longest rejected", "enter")
        assert desk.query == "chosen:bank sort:length.rejected-"
        assert "order: length.rejected-" in desk.text()
        assert sorted(desk.rows) == BANK
        await desk.burst("O", *"the source", "enter")
        assert (desk.query, desk.rows) == ("chosen:bank", BANK)
        await desk.burst("O", *"xyzzy", "enter")
        assert "Order by" in desk.text(), "nothing to choose: the list stays"
        await desk.press("escape")
        assert desk.query == "chosen:bank"


async def test_keys_wait_for_a_kept_query_and_escape_gives_it_up(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    may_run = threading.Event()

    def held(connection: Connection, query: Query, among: Sequence[int] | None = None) -> Result:
        assert may_run.wait(PATIENCE)
        return search(connection, query, among)

    async with reading(made) as desk:
        monkeypatch.setattr(workers, "search", held)
        desk._post(["/", *"chosen:bank", "enter", "j", "f"])
        await desk.until(lambda: len(desk.browse.gate) == 2, "the keys were not held")
        assert desk.events() == []
        may_run.set()
        await desk.settle()
        assert desk.events() == [("flag", "yes", "3")]
        with monkeypatch.context() as patch:
            patch.setattr(QueryRunner, "_run", lambda *call: None)
            desk._post(["T", "j", "f"])
            await desk.until(lambda: len(desk.browse.gate) == 2, "the keys were not held")
            await desk.press("escape", "j")
        assert (desk.row, desk.query, len(desk.events())) == (6, "chosen:bank", 1)


async def test_esc_and_a_key_in_one_read_are_two_keys(made: Path) -> None:
    async with reading(made) as desk:
        await desk.press("/")
        await desk.type("rejected:bank")
        post_alt(desk, "j")
        await desk.settle()
        assert (desk.query, desk.row) == ("", 1)


def post_alt(desk: Desk, character: str) -> None:
    """Press a key with alt, which is what Esc and the key look like in one read."""
    from textual.events import Key

    desk.app.post_message(Key(f"alt+{character}", character))


async def test_what_is_pasted_becomes_one_harmless_line(made: Path) -> None:
    from textual.events import Paste

    async with reading(made) as desk:
        desk.app.post_message(Paste("afs\x1b[2J"))
        await desk.settle()
        assert desk.events() == [], "a paste is no key"
        await desk.press("i")
        desk.app.post_message(Paste("two\nlines \x1b[31m\u202eend"))
        await desk.settle()
        await desk.press("enter")
        assert desk.current() == [("note", "two lines ␛[31m⇄end", "0")]


async def test_a_query_that_can_no_longer_be_run_gives_way_to_everything(made: Path) -> None:
    from hhtui.tui.start import Start

    async with reading(made, config=Config(), start=Start(query="nonsense:1")) as desk:
        assert desk.footer.startswith("character 1: There is no field “nonsense”")
        assert (desk.query, len(desk.rows)) == ("", 48)
        await desk.press("j")
        assert desk.row == 1


async def test_a_search_that_takes_long_says_how_far_it_is_until_its_answer_comes(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with reading(made) as desk:
        monkeypatch.setattr(QueryRunner, "searched", lambda runner: Searched(1_200, 170_000))
        said: list[str] = []
        say = desk.browse.say

        def record(text: str, *shorter: str, error: bool = False, quiet: bool = False) -> None:
            said.append(text)
            say(text, *shorter, error=error, quiet=quiet)

        monkeypatch.setattr(desk.browse, "say", record)
        desk.browse.finding.tell_progress()
        assert said == [], "nothing is searched for"
        desk.browse.finding.ask("/bank/")
        desk.browse.finding.tell_progress()
        assert said == ["searching the texts: 1,200 of 170,000 pairs; Esc stops"]
        await desk.settle()
        assert said[1:] == [""], "the answer takes it away"
        assert len(desk.rows) == 24
