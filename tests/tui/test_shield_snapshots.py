"""Pictures of a shielded pair, of the notice and of the blank screen."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from hhtui.config import Config
from hhtui.store.database import Database
from hhtui.store.decisions import Annotator
from hhtui.tui.app import HhtuiApp
from tests.tui.desk import ANNOTATOR, Desk, has_seen_the_notice
from tests.tui.shielded_rows import shielded

PICTURES: dict[str, tuple[Config, bool, tuple[str, ...]]] = {
    "profanity": (Config(shield="profanity"), False, ("j", "k")),
    "everything": (Config(shield="everything"), False, ("j", "j")),
    "notice": (Config(), True, ()),
    "blank": (Config(), False, ("B",)),
}

Compare = Callable[..., bool]


@pytest.mark.parametrize(
    ("size", "what"),
    [
        ((120, 30), "profanity"),
        ((120, 30), "everything"),
        ((120, 30), "notice"),
        ((40, 12), "notice"),
        ((40, 12), "blank"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{value[0]}x{value[1]}",
)
def test_the_shielded_screen_looks_as_it_did(
    tmp_path: Path, snap_compare: Compare, size: tuple[int, int], what: str
) -> None:
    config, notice, keys = PICTURES[what]
    with Database.open(shielded(tmp_path / "made.db")) as database:
        if not notice:
            has_seen_the_notice(database)
        app = HhtuiApp(database, Annotator.begin(database, ANNOTATOR), config, lambda _database, _request: "")

        async def before(pilot: Pilot[Any]) -> None:
            desk = Desk(app, pilot, [])
            await desk.settle()
            await desk.press(*keys)

        assert snap_compare(app, terminal_size=size, run_before=before)
