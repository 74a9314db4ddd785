"""A triage in a real pseudo-terminal: the line drops, and the rest is offered again."""

import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.command_line import command
from tests.terminal.test_browsing import Reader, events, own_folders, quit_and_wait, wait_for
from tests.tui.conftest import copied
from tests.tui.desk import ANNOTATOR, fill, numbered


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A database of 24 numbered pairs."""
    return copied(fill(tmp_path / "filled.db", numbered(24)), tmp_path / "made.db")


@contextmanager
def at_terminal(database: Path, *words: object) -> Iterator[Reader]:
    """Run hhtui at a terminal of 100 × 30; kill what still runs at the end."""
    with closing(Reader(command(*words, "--by", ANNOTATOR), 100, 30, own_folders(database))) as screen:
        yield screen


@pytest.mark.parametrize("ending", [signal.SIGHUP, signal.SIGKILL])
def test_a_triage_whose_line_drops_is_resumed(made: Path, ending: int) -> None:
    with at_terminal(made, "triage", made, "--query", "chosen:bank", "--limit", "4") as screen:
        for key, done in ((b"", 0), (b"s", 1), (b" ", 2)):
            screen.press(key)
            wait_for(screen, f"{done} done, {4 - done} left")
        screen.terminal.kill(ending)
        screen.terminal.wait()
    with at_terminal(made, made) as screen:
        wait_for(screen, "2 of 4 left of chosen:bank")
        assert quit_and_wait(screen) == 0
    with at_terminal(made, "triage", made) as screen:
        wait_for(screen, "r  2 of 4 left of chosen:bank")
        screen.press(b"r")
        wait_for(screen, "2 done, 2 left")
        assert screen.key() == "made/test/6"
        screen.press(b"\r")
        wait_for(screen, "3 done, 1 left")
        assert quit_and_wait(screen) == 0
        assert b"1 of 4 left: hhtui triage" in screen.terminal.received.rpartition(b"\x1b[?1049l")[2]
    with at_terminal(made, "triage", made, "--resume") as screen:
        wait_for(screen, "3 done, 1 left")
        screen.press(b"e")
        wait_for(screen, "3 of 4 decided, 1 skipped")
        assert quit_and_wait(screen) == 0
    assert events(made) == [
        ("preference", "rejected", "0"),
        ("skip", "yes", "3"),
        ("flag", "no", "6"),
        ("preference", "equal", "9"),
    ]
    with at_terminal(made, "triage", made, "--resume") as screen:
        screen.wait_until(lambda: screen.terminal.ended)
        assert screen.terminal.wait() == 1
        assert b"has left nothing unfinished" in screen.terminal.received
