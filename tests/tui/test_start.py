"""The first frame and what comes before it: widgets are styled once, keys wait, whoever leaves then loses nothing."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from textual import events
from textual.widget import Widget

from hhtui.config import Config
from hhtui.store import settings
from hhtui.store.database import Database
from hhtui.store.decisions import Annotator
from hhtui.store.lanes import Wanted
from hhtui.tui import app as tui_app
from hhtui.tui.app import HUNG_UP, HhtuiApp
from hhtui.tui.screens.browse import Browse
from hhtui.tui.screens.queue_card import QueueCard
from hhtui.tui.start import Start
from tests.tui.desk import ANNOTATOR, fill, numbered, reading

SIZES = [(80, 24), (160, 45)]


@pytest.fixture
def made(tmp_path: Path) -> Path:
    return fill(tmp_path / "made.db", numbered(12))


@pytest.mark.parametrize("size", SIZES)
async def test_the_widgets_are_styled_once_and_would_not_be_styled_otherwise(
    made: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    updates: list[Browse] = []
    update = Browse.update_node_styles

    def counted(screen: Browse, animate: bool = True) -> None:
        updates.append(screen)
        update(screen, animate)

    monkeypatch.setattr(Browse, "update_node_styles", counted)
    async with reading(made, size=size) as desk:
        assert not updates
        before = styles(desk.browse)
        desk.browse.update_node_styles(animate=False)
        assert styles(desk.browse) == before


async def test_keys_that_come_before_the_first_frame_wait_for_the_card_of_queues(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    when_mounted(monkeypatch, lambda screen: typed(screen, "/", "b", "a", "n", "k"))
    async with reading(made, start=Start(wanted=Wanted(()))) as desk:
        assert isinstance(desk.app.screen, QueueCard)
        assert desk.browse.focused is None and desk.key == ""


async def test_keys_that_come_before_the_first_frame_are_not_lost(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    when_mounted(monkeypatch, lambda screen: typed(screen, "j", "j", "f", "/", "b", "a", "n", "k", "enter"))
    async with reading(made) as desk:
        assert desk.query == "bank"
        assert desk.events() == [("flag", "yes", "2")]


async def test_q_before_the_first_frame_quits_as_ever(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    when_mounted(monkeypatch, lambda screen: typed(screen, "q"))
    with Database.open(made) as database:
        app = HhtuiApp(database, Annotator.begin(database, ANNOTATOR), Config(), lambda *_: "")
        async with app.run_test() as pilot:
            while not app.left:
                await pilot.pause()
        assert app.return_code == 0


@pytest.mark.parametrize("leaves", ["signal", "q"])
@pytest.mark.parametrize("when", [6, 21, 22, 23])
async def test_whoever_leaves_before_the_first_frame_keeps_their_place(
    made: Path, leaves: str, when: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tui_app, "LAST_RESORT_SECONDS", 3600.0)
    async with reading(made) as desk:
        await desk.search("bank")
        await desk.press("j", "j")
    with Database.open(made) as database:
        app = Leaving(database, leaves, when)
        async with app.run_test():
            await asyncio.wait_for(app.gone.wait(), 10)
        assert app.return_code == (HUNG_UP if leaves == "signal" else 0)
    with Database.open(made) as database:
        place = settings.place(database.reader(), ANNOTATOR)
        assert place is not None and (place.query, place.key) == ("bank", "made/test/4")


class Leaving(HhtuiApp):
    """Is left so many turns of its loop after it was mounted."""

    def __init__(self, database: Database, leaves: str, when: int) -> None:
        super().__init__(database, Annotator.begin(database, ANNOTATOR), Config(), lambda *_: "")
        self.gone = asyncio.Event()
        self._leaves, self._turns = leaves, when

    def on_mount(self) -> None:
        super().on_mount()
        self._wait()

    def _wait(self) -> None:
        self._turns -= 1
        if self._turns > 0:
            asyncio.get_running_loop().call_soon(self._wait)
            return
        (self._hang_up if self._leaves == "signal" else self.quit_browsing)()
        self.gone.set()


def when_mounted(monkeypatch: pytest.MonkeyPatch, then: Callable[[Browse], object]) -> None:
    """Have something done as soon as the browse screen is mounted, before it is drawn."""
    mount = Browse.on_mount

    def on_mount(screen: Browse) -> None:
        mount(screen)
        then(screen)

    monkeypatch.setattr(Browse, "on_mount", on_mount)


def typed(screen: Browse, *keys: str) -> None:
    """Type keys, as the terminal's driver does."""
    for key in keys:
        character = key if len(key) == 1 else None
        screen.app.post_message(events.Key("slash" if key == "/" else key, character))


def styles(root: Widget) -> list[object]:
    """Return the rules of every widget under `root`, and of its component classes."""
    found: list[object] = []
    for node in root.walk_children(with_self=True):
        components = {name: one.base.get_rules() for name, one in node._component_styles.items()}
        found.append((repr(node), node.styles.base.get_rules(), components))
    return found
