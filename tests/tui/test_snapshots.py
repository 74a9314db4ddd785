"""Pictures of the screen over the shipped sample; `pytest tests/tui/test_snapshots.py --snapshot-update` takes them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from hhtui.config import Config
from hhtui.store.database import Database
from hhtui.store.decisions import Annotator
from hhtui.store.lanes import Wanted
from hhtui.store.triage import Item, Plan, Triage
from hhtui.tui.app import HhtuiApp
from hhtui.tui.start import Start
from tests.tui.conftest import copied
from tests.tui.desk import ANNOTATOR, Desk, has_seen_the_notice

SIZES = ((160, 45), (80, 24), (40, 12))
KEYS: dict[str, tuple[str, ...]] = {
    "browse": ("j", "j"),
    "search": ("/", *"response:(sugar OR milk) -chosen:tea", "enter", "n"),
    "flagged": ("j", "tab", "tab", "s", "k", "f"),
    "help": ("?",),
    "dialog": ("O",),
    "views": ("/", *"response:sugar sort:row-", "enter", "S", *"sweet", "enter", "S", *"s"),
    "labels": ("l", "3", "L", *"refusal"),
    "thresholds": ("H", "l", "l"),
    "scores": ("j", "t"),
    "completion": ("/", *"tea is:", "down", "down"),
    "language": ("/", "?"),
}
FACETS: dict[str, tuple[str, ...]] = {
    "facets": ("/", *"response:(sugar OR milk)", "enter", "F", *"JJJJ"),
    "histogram": ("F", "c", *"harm.chosen", "enter", "j", "l"),
}
TRIAGES: dict[str, tuple[str, ...]] = {
    "card": (),
    "triage": ("s", "f", "enter", "c"),
    "summary": ("s", "enter", "f", "enter", "e"),
}

Compare = Callable[..., bool]


@pytest.fixture
def database(sample: Path, tmp_path: Path) -> Iterator[Database]:
    with Database.open(copied(sample, tmp_path / "sample.db")) as opened:
        yield opened


@pytest.mark.parametrize("what", KEYS)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_screen_looks_as_it_did(
    database: Database, snap_compare: Compare, size: tuple[int, int], what: str
) -> None:
    app = HhtuiApp(database, Annotator.begin(database, ANNOTATOR), Config(), lambda _database, _request: "")

    async def before(pilot: Pilot[Any]) -> None:
        desk = Desk(app, pilot, [])
        await desk.settle()
        await (desk.press if what == "flagged" else desk.burst)(*KEYS[what])

    assert snap_compare(app, terminal_size=size, run_before=before)


@pytest.mark.parametrize("what", FACETS)
@pytest.mark.parametrize("size", ((200, 50), (80, 24)), ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_panel_of_facets_looks_as_it_did(
    database: Database, snap_compare: Compare, size: tuple[int, int], what: str
) -> None:
    app = HhtuiApp(database, Annotator.begin(database, ANNOTATOR), Config(), lambda _database, _request: "")

    async def before(pilot: Pilot[Any]) -> None:
        desk = Desk(app, pilot, [])
        await desk.settle()
        await desk.burst(*FACETS[what])

    assert snap_compare(app, terminal_size=size, run_before=before)


@pytest.mark.parametrize("what", TRIAGES)
@pytest.mark.parametrize("size", SIZES[:2], ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_triage_looks_as_it_did(database: Database, snap_compare: Compare, size: tuple[int, int], what: str) -> None:
    has_seen_the_notice(database)
    items = tuple(Item(number, "queue", surfaced_by="toxicity") for number in (3, 5, 8, 13))
    triage = Triage("open", ANNOTATOR, Plan("both-bad", ""), "2026-01-01T00:00:00+00:00", None, items)
    annotator = Annotator.begin(database, ANNOTATOR)
    card, reading = Start(wanted=Wanted(())), Start(triage=triage, more="hhtui triage sample.db --queue both-bad")
    start = card if what == "card" else reading
    app = HhtuiApp(database, annotator, Config(), lambda _database, _request: "", start, now=lambda: 0.0)

    async def before(pilot: Pilot[Any]) -> None:
        desk = Desk(app, pilot, [])
        await desk.settle()
        for key in TRIAGES[what]:
            await desk.press(key)

    assert snap_compare(app, terminal_size=size, run_before=before)


@pytest.mark.parametrize("size", SIZES[:2], ids=lambda size: f"{size[0]}x{size[1]}")
def test_reading_blind_looks_as_it_did(database: Database, snap_compare: Compare, size: tuple[int, int]) -> None:
    has_seen_the_notice(database)
    items = tuple(Item(number, "random", blind=True) for number in (3, 5, 8))
    triage = Triage("blind", ANNOTATOR, Plan("", "sugar"), "2026-01-01T00:00:00+00:00", None, items)
    annotator, start = Annotator.begin(database, ANNOTATOR), Start(triage=triage)
    app = HhtuiApp(database, annotator, Config(), lambda _database, _request: "", start)

    async def before(pilot: Pilot[Any]) -> None:
        desk = Desk(app, pilot, [])
        await desk.settle()
        await desk.burst("2", "l")

    assert snap_compare(app, terminal_size=size, run_before=before)
