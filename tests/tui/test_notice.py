"""The notice about the content: once for each annotator of a database, above the pair, in nobody's way."""

from pathlib import Path

import pytest

from hhtui.config import Config
from hhtui.store import settings
from hhtui.store.database import Database
from hhtui.tui.keys import DEFAULT_KEYS
from hhtui.tui.noticing import forms
from hhtui.tui.widgets.notice import LEAST_BESIDE, MOST_LINES, Notice
from tests.tui.desk import Desk, reading

SIZES = [(160, 45), (80, 24), (40, 12)]


def noticed(desk: Desk) -> bool:
    return "by design" in " ".join(desk.text().split())


@pytest.mark.parametrize(("size", "key"), [((160, 45), "j"), ((80, 24), "f"), ((40, 12), "x")])
async def test_it_is_shown_first_and_goes_with_the_first_key_which_works(
    made: Path, size: tuple[int, int], key: str
) -> None:
    async with reading(made, size=size, notice=True) as desk:
        assert noticed(desk) and "R masks" in " ".join(desk.text().split())
        assert "made/test/0" in desk.header or "\u2026/0" in desk.header
        await desk.press(key)
        assert not noticed(desk)
        done = {"j": (1, []), "f": (0, [("flag", "yes", "0")]), "x": (0, [("drop", "yes", "0")])}
        assert (desk.row, desk.events()) == done[key]
        before = desk.lines()
        desk.app.screen.refresh(layout=True)
        await desk.settle()
        assert desk.lines() == before, "the pair has the room that the notice left"


async def test_each_annotator_sees_it_once(made: Path) -> None:
    for annotator, expected in (("anna", True), ("anna", False), ("bert", True), ("anna", False)):
        async with reading(made, annotator=annotator, notice=True) as desk:
            assert noticed(desk) is expected


async def test_it_is_not_written_down_before_it_was_shown(made: Path) -> None:
    async with reading(made, notice=True) as desk:
        assert settings.get(desk.browse.connection, "notice:anna") is None
        desk.browse.leaving.save_place()
        assert settings.get(desk.browse.connection, "notice:anna") is True


async def test_a_read_only_database_shows_it_each_time(made: Path) -> None:
    for _ in range(2):
        async with reading(made, notice=True, read_only=True) as desk:
            assert noticed(desk)
            await desk.press("j")
            assert not noticed(desk) and desk.row == 1


async def test_keys_before_its_first_paint_work_and_leave_it(made: Path) -> None:
    async with reading(made, notice=True) as desk:
        notice = desk.browse.noticing.widgets()[0]
        notice.painted = False
        await desk.press("j")
        assert noticed(desk) and desk.row == 1
        notice.painted = True
        await desk.press("f")
        assert not noticed(desk) and desk.events() == [("flag", "yes", "1")]


async def test_it_names_the_keys_as_they_are_configured(made: Path) -> None:
    config = Config(keys={"shield": ("M",), "blank": ("F5",)})
    async with reading(made, notice=True, config=config) as desk:
        assert "M masks words, f5 blanks the screen" in " ".join(desk.text().split())


async def test_the_shipped_sample_has_none(made: Path) -> None:
    with Database.open(made) as database, database.writing() as connection:
        settings.put(connection, "sample", True)
    async with reading(made, notice=True) as desk:
        assert not noticed(desk)


@pytest.mark.parametrize("width", [20, 40, 80, 200])
@pytest.mark.parametrize("height", [8, 10, 12, 24])
def test_it_never_takes_more_than_its_share(width: int, height: int) -> None:
    lines = Notice(forms(DEFAULT_KEYS)).lines(width, height)
    assert len(lines) <= max(0, min(MOST_LINES, height - LEAST_BESIDE))
    assert all(len(line) <= width for line in lines)
    assert lines or height < 12 or width < 40
