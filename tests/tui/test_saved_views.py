"""Saved views on the screen: saved, opened, replaced and deleted after a question, and kept where they cannot run."""

import threading
from pathlib import Path

import pytest

from hhtui.store import views
from hhtui.store.database import Database
from hhtui.store.errors import StoreError
from hhtui.tui.screens.dialogs import AskText, Confirm
from hhtui.tui.screens.saved_views import SavedViews
from hhtui.tui.start import Start
from tests.tui.desk import Desk, reading


def kept(desk: Desk) -> list[tuple[str, str]]:
    return [(view.name, view.query) for view in views.saved(desk.browse.connection)]


def lines_of(desk: Desk) -> list[str]:
    """Return the rows of the dialog, in words separated by one space."""
    dialog = desk.app.screen
    assert isinstance(dialog, SavedViews)
    return [" ".join(dialog._line(choice, 0).split()) for choice in dialog._shown]


@pytest.fixture
def viewed(made: Path) -> Path:
    """A database with three views, of which one asks for what the database does not have."""
    with Database.open(made) as database:
        views.save(database, "banks", "chosen:bank sort:row-")
        views.save(database, "high", "harm.min:>0.5")
        views.save(database, "walls [b]", "rejected:wall")
    return made


async def test_a_new_name_saves_the_query_with_its_order(made: Path) -> None:
    async with reading(made) as desk:
        await desk.search("chosen:bank sort:row-")
        await desk.press("S")
        assert lines_of(desk) == []
        await desk.type(" my banks ")
        assert lines_of(desk) == ["save this view as “my banks”"]
        await desk.press("enter")
        assert desk.footer.startswith("saved as “my banks”")
        assert kept(desk) == [("my banks", "chosen:bank sort:row-")]


async def test_a_view_is_saved_beside_the_screen_and_a_failure_is_told(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        assert threading.current_thread() is not threading.main_thread()
        raise StoreError("the disk is full")

    monkeypatch.setattr(views, "save", refuse)
    async with reading(made) as desk:
        await desk.press("S")
        await desk.type("mine")
        await desk.press("enter")
        assert desk.footer == "the disk is full"
        await desk.press("j")
        assert desk.row == 1


async def test_views_are_counted_narrowed_by_typing_and_opened(viewed: Path) -> None:
    async with reading(viewed) as desk:
        await desk.press("S")
        walls = "walls [b] 36 rejected:wall"
        assert lines_of(desk) == ["banks 16 chosen:bank sort:row-", "high ✗ harm.min:>0.5", walls]
        await desk.type("wal")
        assert lines_of(desk) == [walls, "save this view as “wal”"]
        await desk.press("enter")
        assert (desk.query, len(desk.rows)) == ("rejected:wall", 36)
        await desk.burst("S", "enter")
        assert (desk.query, desk.rows[0]) == ("chosen:bank sort:row-", 45)
        await desk.press("S", "escape")
        assert desk.query == "chosen:bank sort:row-"


async def test_a_view_is_replaced_only_after_a_question(viewed: Path) -> None:
    async with reading(viewed) as desk:
        await desk.search("river")
        for answer, query in (("n", "chosen:bank sort:row-"), ("y", "river")):
            await desk.burst("S", *"banks", "down", "enter")
            assert isinstance(desk.app.screen, Confirm)
            assert "It becomes: river" in desk.text()
            await desk.press(answer)
            assert dict(kept(desk))["banks"] == query
            await desk.press("escape")
        assert desk.query == "river"


async def test_a_view_is_deleted_only_after_a_question_and_renamed(viewed: Path) -> None:
    async with reading(viewed) as desk:
        await desk.press("S", "ctrl+x")
        assert "Delete the view “banks”?" in desk.text()
        await desk.press("n")
        assert isinstance(desk.app.screen, SavedViews) and len(kept(desk)) == 3
        await desk.press("ctrl+x", "y")
        assert desk.footer == "deleted “banks”, which was: chosen:bank sort:row-"
        await desk.press("S", "down", "ctrl+r")
        assert isinstance(desk.app.screen, AskText)
        await desk.burst("ctrl+u", *"high", "enter")
        assert desk.footer.startswith("there is a view 'high' already")
        await desk.press("S", "down", "delete", "escape", "escape", "S", "down", "ctrl+r")
        await desk.burst("ctrl+u", *"bricks", "enter")
        assert [name for name, _ in kept(desk)] == ["bricks", "high"]


async def test_a_view_that_cannot_be_run_here_says_why_and_stays(viewed: Path) -> None:
    async with reading(viewed) as desk:
        await desk.press("S", "down", "enter")
        assert isinstance(desk.app.screen, SavedViews)
        assert "it cannot be opened here: This database has no scores" in " ".join(desk.text().split())
        await desk.press("up", "enter")
        assert desk.query == "chosen:bank sort:row-"
        assert len(kept(desk)) == 3


async def test_a_name_that_is_too_long_is_refused_in_the_dialog(made: Path) -> None:
    async with reading(made) as desk:
        await desk.burst("S", *("x" * 101), "enter")
        assert "at most 100 characters, this one has 101" in " ".join(desk.text().split())
        await desk.press("backspace", "enter")
        assert kept(desk) == [("x" * 100, "")]


async def test_a_read_only_database_opens_views_and_saves_none(viewed: Path) -> None:
    async with reading(viewed, read_only=True) as desk:
        await desk.burst("S", *"new", "enter")
        assert "is read-only: nothing can be saved" in desk.footer
        await desk.burst("S", *"banks", "enter")
        assert len(desk.rows) == 16


async def test_a_view_that_is_opened_shows_all_pairs_that_it_finds_and_no_list(viewed: Path, tmp_path: Path) -> None:
    with Database.open(viewed) as database:
        from hhtui.store.listing import listing

        (tmp_path / "list.txt").write_text("made/test/4\nmade/test/1\n")
        start = Start("", listed=listing(database.reader(), tmp_path / "list.txt"))
    async with reading(viewed, start=start) as desk:
        await desk.press("S")
        assert "without its list, list.txt" in desk.text()
        await desk.press("enter")
        assert len(desk.rows) == 16
