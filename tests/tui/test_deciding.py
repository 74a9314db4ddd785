"""Decisions from the keyboard: what is stored, that it is stored before it is shown, and on which pair."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from hhtui.store.database import Database
from hhtui.store.errors import StoreError
from hhtui.tui.widgets.pair_view import PairView
from tests.tui.desk import fill, numbered, reading

PREFERENCES = {"a": "chosen", "s": "rejected", "e": "equal", "z": "unsure"}


async def test_a_flag_and_a_drop_mark_stay_on_the_pair_and_come_off_again(made: Path) -> None:
    async with reading(made) as desk:
        await desk.press("j", "f")
        assert "⚑ flagged" in desk.header
        assert desk.footer == "flagged · saved   u undoes"
        await desk.press("x")
        assert "⚑ flagged · ✗ drop" in desk.header
        assert any(line.startswith("▸⚑✗") for line in desk.lines())
        await desk.press("f", "x")
        assert "undecided" in desk.header
        assert desk.events() == [("flag", "yes", "1"), ("drop", "yes", "1"), ("flag", "no", "1"), ("drop", "no", "1")]
        assert desk.current() == []


async def test_a_preference_is_saved_and_moves_on(made: Path) -> None:
    async with reading(made) as desk:
        await desk.press(*PREFERENCES)
        assert desk.row == 4
        assert desk.events() == [("preference", value, str(at)) for at, value in enumerate(PREFERENCES.values())]
        await desk.press("G", "a")
        assert desk.row == 47
        assert "preference: chosen" in desk.header


async def test_nothing_is_decided_about_a_pair_that_is_not_painted(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with reading(made) as desk:
        with monkeypatch.context() as patch:
            patch.setattr(PairView, "painted", False)
            desk._post(["j", "f", "j", "a"])
            await desk.until(lambda: len(desk.browse.gate) == 3, "the keys were not held")
            assert (desk.row, desk.events()) == (1, [])
        desk.browse.gate.look()
        await desk.settle()
        assert desk.events() == [("flag", "yes", "1"), ("preference", "chosen", "2")]


async def test_a_preference_replaces_the_one_before(made: Path) -> None:
    async with reading(made) as desk:
        await desk.press("a", "k", "s")
        assert desk.current() == [("preference", "rejected", "0")]


async def test_a_note_is_typed_kept_changed_and_removed(made: Path) -> None:
    async with reading(made) as desk:
        await desk.burst("i", *"a fast note", "enter", "f")
        assert desk.current() == [("flag", "yes", "0"), ("note", "a fast note", "0")]
        assert "⚑ flagged · note: a fast note" in desk.header
        await desk.burst("i", *"er", "escape")
        await desk.burst("i", "enter")
        assert len(desk.events()) == 2
        await desk.burst("i", *" of mine", "enter")
        assert ("note", "a fast note of mine", "0") in desk.current()
        await desk.burst("i", *["backspace"] * 20, "enter")
        assert desk.current() == [("flag", "yes", "0")]
        assert desk.footer == "note removed · saved   u undoes"


async def test_undo_and_redo_go_back_to_the_pair_and_survive_a_restart(made: Path) -> None:
    async with reading(made) as desk:
        await desk.press("f", "j", "a", "x")
        assert desk.row == 2
        await desk.press("u")
        assert (desk.row, desk.current()) == (2, [("flag", "yes", "0"), ("preference", "chosen", "1")])
        assert desk.footer == "undone: marked to drop · saved"
    async with reading(made) as desk:
        await desk.press("u")
        assert (desk.row, desk.current()) == (1, [("flag", "yes", "0")])
        await desk.press("u", "u")
        assert desk.current() == []
        assert desk.footer == "nothing to undo"
        await desk.press("ctrl+r", "ctrl+r", "ctrl+r")
        assert desk.current() == [("flag", "yes", "0"), ("preference", "chosen", "1"), ("drop", "yes", "2")]
        await desk.press("ctrl+r")
        assert desk.footer == "nothing to redo"
        await desk.press("u", "g", "s", "ctrl+r")
        assert desk.footer == "nothing to redo", "a new decision ends redo"


async def test_undo_leaves_the_steps_of_others_alone(made: Path) -> None:
    async with reading(made, annotator="bert") as desk:
        await desk.press("f")
    async with reading(made) as desk:
        assert "1 other decided" in desk.header
        await desk.press("u")
        assert desk.footer == "nothing to undo"
        assert desk.current() == [("flag", "yes", "0")]


async def test_a_full_stop_repeats_the_last_decision(made: Path) -> None:
    async with reading(made) as desk:
        await desk.press(".")
        assert desk.footer == "nothing to repeat yet"
        await desk.press("s", ".", ".", "f", "j", ".")
        assert desk.current() == [
            *(("preference", "rejected", row) for row in "012"),
            ("flag", "yes", "3"),
            ("flag", "yes", "4"),
        ]


async def test_a_range_is_decided_as_one_step_marked_as_bulk(made: Path) -> None:
    async with reading(made) as desk:
        await desk.press("j", "v", "j", "j", "f")
        assert [row for _, _, row in desk.current()] == ["1", "2", "3"]
        assert desk.row == 3
        steps = desk.browse.connection.execute(
            "SELECT count(DISTINCT step), min(json_extract(context, '$.bulk')), max(shown_ms) FROM event"
        ).fetchone()
        assert steps == (1, 1, None)
        await desk.press("f")
        assert [row for _, _, row in desk.current()] == ["1", "2"], "the range ended with its step"
        await desk.press("u", "u")
        assert desk.current() == []


async def test_a_selection_is_given_up_by_escape_and_by_another_result(made: Path) -> None:
    async with reading(made) as desk:
        await desk.press("v", "j", "j", "escape", "f")
        assert desk.current() == [("flag", "yes", "2")]
        await desk.press("v", "G")
        await desk.search("rejected:bank")
        await desk.press("x")
        assert [event for event in desk.current() if event[0] == "drop"] == [("drop", "yes", "0")]


async def test_the_whole_result_is_decided_after_one_question(made: Path) -> None:
    async with reading(made) as desk:
        await desk.search("chosen:bank")
        await desk.press("v", "v", "s")
        assert "preference: rejected for 16 pairs, as one step?" in desk.text()
        await desk.press("n")
        assert desk.current() == []
        await desk.press("s", "y")
        assert [row for _, _, row in desk.current()] == [str(at) for at in range(0, 48, 3)]
        assert desk.footer == "preference: rejected (16 pairs) · saved   u undoes"
        await desk.press("u")
        assert desk.current() == []


async def test_a_note_on_the_whole_result_asks_as_well(made: Path) -> None:
    async with reading(made) as desk:
        await desk.press("v", "v")
        await desk.burst("i", *"all", "enter")
        assert "note: all for 48 pairs, as one step?" in desk.text()
        await desk.press("y")
        assert len(desk.current()) == 48


async def test_a_large_step_is_saved_while_keys_wait(tmp_path: Path) -> None:
    path = fill(tmp_path / "many.db", numbered(600))
    async with reading(path) as desk:
        await desk.press("v", "v", "f")
        await desk.burst("y", "j", "x")
        assert len([one for one in desk.current() if one[0] == "flag"]) == 600
        assert [one for one in desk.current() if one[0] == "drop"] == [("drop", "yes", "1")]
        assert desk.events()[-1][0] == "drop"
        await desk.burst("u", "u", "j")
        assert desk.current() == []
        assert desk.row == 2


@contextmanager
def nothing_can_be_saved(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let every transaction fail, as on a full disk."""

    @contextmanager
    def failing(self: Database, **_options: Any) -> Iterator[None]:
        raise StoreError("the disk is full")
        yield

    with monkeypatch.context() as patch:
        patch.setattr(Database, "writing", failing)
        yield


@pytest.mark.parametrize("key", ["f", "x", *PREFERENCES, "u", "."])
async def test_what_could_not_be_saved_is_not_shown_as_saved(
    made: Path, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with reading(made) as desk:
        await desk.press("f", "j")
        before = desk.events()
        with nothing_can_be_saved(monkeypatch):
            await desk.press(key)
            assert desk.footer == "the disk is full"
            assert desk.row == 1
            assert "undecided" in desk.header
            assert not any(line.startswith(("▸⚑", "▸ ✗", "▸  ")) and line[1:4].strip() for line in desk.lines())
        assert desk.events() == before
        await desk.press("f")
        assert desk.footer == "flagged · saved   u undoes"


async def test_a_note_and_a_large_step_that_could_not_be_saved_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = fill(tmp_path / "many.db", numbered(600))
    async with reading(path) as desk:
        with nothing_can_be_saved(monkeypatch):
            await desk.burst("i", *"lost", "enter")
            assert desk.footer == "the disk is full"
            await desk.press("v", "v", "f", "y")
            assert desk.footer == "the disk is full"
        assert desk.events() == []
        await desk.press("escape", "j")
        assert desk.row == 1


async def test_a_read_only_database_shows_and_refuses(made: Path) -> None:
    async with reading(made) as desk:
        await desk.press("f", "j", "j")
    async with reading(made, read_only=True) as desk:
        assert "read-only" in desk.header
        assert desk.row == 2
        await desk.press("k", "k")
        assert "⚑ flagged" in desk.header
        await desk.press("x")
        assert "is read-only: nothing can be saved" in desk.footer
        assert desk.current() == [("flag", "yes", "0")]


async def test_an_event_tells_how_long_the_pair_was_shown_and_under_what_query(made: Path) -> None:
    async with reading(made) as desk:
        await desk.search("chosen:bank sort:row-")
        await desk.press("f")
        shown, query, order, bulk = desk.browse.connection.execute(
            "SELECT shown_ms, json_extract(context, '$.query'), json_extract(context, '$.order'), "
            "json_extract(context, '$.bulk') FROM event"
        ).fetchone()
        assert shown >= 0
        assert (query, order, bulk) == ("chosen:bank sort:row-", "row-", 0)


async def test_two_readers_see_each_other_decide(made: Path) -> None:
    async with reading(made) as desk:
        async with reading(made, annotator="bert") as other:
            await other.press("f", "a")
            await desk.until(lambda: "1 other decided" in desk.header, "the other one's decision was not seen")
        await desk.press("f", "u")
        assert desk.current() == [("flag", "yes", "0"), ("preference", "chosen", "0")]
