"""The line that keys are for, in every list to choose from: told by a pointer, which needs no colour."""

from pathlib import Path

import pytest

from hhtui.store.database import Database
from hhtui.store.views import save
from hhtui.tui.widgets.choice_list import ChoiceList
from tests.tui.desk import Desk, reading


def pointed(desk: Desk) -> list[int]:
    """Return the numbers of the lines that the pointer is at, as they are drawn."""
    options = desk.app.screen.query_one(ChoiceList)
    lines = [options.render_line(y).text for y in range(options.size.height)]
    assert all(len(line) == options.scrollable_content_region.width for line in lines)
    return [options.scroll_offset.y + y for y, line in enumerate(lines) if line.startswith("▸ ")]


@pytest.mark.parametrize("colourless", (False, True))
@pytest.mark.parametrize("key", ("O", "S", ":", "L", "w", "*"))
async def test_the_pointer_follows_the_highlighted_line(
    made: Path, monkeypatch: pytest.MonkeyPatch, key: str, colourless: bool
) -> None:
    if colourless:
        monkeypatch.setenv("NO_COLOR", "1")
    with Database.open(made) as database:
        save(database, "banks", "chosen:bank")
        save(database, "walls", "rejected:wall")
    async with reading(made) as desk:
        await desk.press(key)
        first = pointed(desk)
        await desk.press("down")
        assert len(first) == 1 and pointed(desk) == [first[0] + 1]
        assert desk.app.screen.query_one(ChoiceList).highlighted == first[0] + 1


async def test_the_pointer_can_be_clicked_as_its_line(made: Path) -> None:
    async with reading(made) as desk:
        await desk.press("O")
        await desk.pilot.click(ChoiceList, offset=(0, 1))
        await desk.settle()
        assert desk.query == "sort:length.chosen-"
