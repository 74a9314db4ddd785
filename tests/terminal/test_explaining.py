"""Score details in a real pseudo-terminal: words come from a process that outlives neither the page nor the browser."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hhtui.score.run import run
from hhtui.score.scorer import create
from hhtui.store.database import Database
from tests.terminal.test_browsing import Reader, browsing, quit_and_wait, shows, wait_for
from tests.transcripts import dialogue
from tests.tui.conftest import copied
from tests.tui.desk import fill

CHILD = b"hhtui.score.explain.child"
PATIENCE_SECONDS = 30.0
LOOKING, FOUND = "words: looking", "words that move toxicity most"


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of two pairs with scores of a linear scorer, not to be written to."""
    rows = [
        {"chosen": dialogue("Is it?", f"A kind reply {at}."), "rejected": dialogue("Is it?", "No.")} for at in (0, 1)
    ]
    path = fill(tmp_path_factory.mktemp("scored") / "made.db", rows)
    with Database.open(path) as database:
        run(database, [create("alt-profanity")], lambda progress: None)
    return path


@pytest.fixture
def made(scored: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of the database; whatever still explains it at the end is killed."""
    path = copied(scored, tmp_path / "made.db")
    yield path
    for pid in children(path):
        os.kill(pid, signal.SIGKILL)


def children(database: Path) -> list[int]:
    """Return the processes that explain scores of this database now."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if CHILD in words and str(database).encode() in words:
            found.append(int(folder.name))
    return found


def within(holds: Callable[[], bool]) -> bool:
    """Return whether something comes to hold."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not holds() and time.monotonic() < until:
        time.sleep(0.01)
    return holds()


def open_page(screen: Reader, database: Path) -> None:
    """Open the page and wait until its process runs."""
    screen.press(b"t")
    wait_for(screen, "alt-profanity")
    assert within(lambda: bool(children(database)))


def test_words_come_and_the_process_is_gone_then(made: Path) -> None:
    with browsing(made, size=(120, 40)) as screen:
        open_page(screen, made)
        wait_for(screen, FOUND)
        assert not shows(screen, LOOKING)
        assert within(lambda: not children(made))
        screen.press(b"\x1b")
        screen.wait_until(lambda: not shows(screen, FOUND))
        assert quit_and_wait(screen) == 0


@pytest.mark.parametrize("keys", [b"\x1b", b"t", b"q"])
def test_closing_the_page_ends_the_process_and_the_browser_goes_on(made: Path, keys: bytes) -> None:
    with browsing(made) as screen:
        open_page(screen, made)
        screen.press(keys)
        screen.wait_until(lambda: not shows(screen, "score details"))
        assert within(lambda: not children(made))
        screen.press(b"j")
        screen.wait_until(lambda: screen.key() == "made/test/1")
        assert quit_and_wait(screen) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_the_process_ends_with_the_browser(made: Path, number: signal.Signals) -> None:
    with browsing(made) as screen:
        open_page(screen, made)
        screen.terminal.kill(number)
        screen.wait_until(lambda: screen.terminal.ended)
        assert within(lambda: not children(made))


def test_quitting_at_once_leaves_no_process(made: Path) -> None:
    with browsing(made) as screen:
        open_page(screen, made)
        screen.press(b"\x11")
        screen.wait_until(lambda: screen.terminal.ended)
        assert screen.terminal.wait() == 0
        assert within(lambda: not children(made))
