"""The sheet of the dialogs is read when the first of them opens, and they all look alike from then on."""

from pathlib import Path

from textual.containers import Vertical
from textual.geometry import Region

from tests.tui.desk import Desk, reading


def sheets(desk: Desk) -> set[str]:
    return {Path(path).name for path, _ in desk.app.stylesheet.source if path.endswith(".tcss")}


async def box(desk: Desk, key: str) -> tuple[Region, str]:
    """Where the box of a dialog is, and its background; the dialog is closed again."""
    await desk.press(key)
    found = desk.app.screen.query_one(".dialog--box", Vertical)
    there = found.region, found.styles.background.hex
    await desk.press("escape")
    return there


async def test_the_first_frame_is_without_what_only_dialogs_need(made: Path) -> None:
    async with reading(made) as desk:
        assert sheets(desk) == {"looks.tcss", "browse.tcss"}
        first = await box(desk, "i")
        assert "dialogs.tcss" in sheets(desk)
        assert await box(desk, "i") == first
        rules = len(desk.app.stylesheet.rules)
        await box(desk, "i")
        assert len(desk.app.stylesheet.rules) == rules


async def test_a_dialog_is_of_the_theme_whenever_its_sheet_was_read(made: Path) -> None:
    async with reading(made) as desk:
        before = await box(desk, "i")
        desk.app.theme = "nord"
        await desk.settle()
        after = await box(desk, "i")
        assert after[0] == before[0]
        assert after[1].lower() == desk.app.theme_variables["surface"].lower() != before[1].lower()
