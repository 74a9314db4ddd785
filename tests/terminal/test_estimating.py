"""`hhtui estimate` and `hhtui check` in a real pseudo-terminal: print, read blind, print again, ask once."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from benchmarks.endurance.screen import Screen
from hhtui import api
from hhtui.store.database import Database
from tests.command_line import command
from tests.tui.desk import fill, has_seen_the_notice, numbered


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database of 30 numbered pairs, whose reader knows what the data can hold."""
    path = fill(tmp_path / "a.db", numbered(30))
    with Database.open(path) as opened:
        has_seen_the_notice(opened)
    return path


@contextmanager
def running(database: Path, *words: object) -> Iterator[Screen]:
    """Run a command of anna's until its first pair is shown; kill what still runs at the end."""
    environment = {"HHTUI_DATA_DIR": f"{database}-data", "HHTUI_CONFIG_DIR": f"{database}-config"}
    argv = command(words[0], database, *words[1:], "--by", "anna")
    with closing(Screen(argv, environment=environment)) as screen:
        screen.wait_until(lambda: bool(screen.key()))
        yield screen


def press(screen: Screen, keys: Sequence[tuple[bytes, str]]) -> None:
    """Press keys one after another, each once the text before it is on the screen."""
    for key, then in keys:
        screen.press(key)
        screen.wait_until(lambda then=then: any(then in line for line in screen.lines()))  # type: ignore[misc]


def printed(screen: Screen) -> str:
    """Return everything that was sent, as text."""
    return bytes(screen.terminal.received).decode("utf-8", "replace")


def test_an_estimate_is_read_blind_and_printed(database: Path) -> None:
    with running(database, "estimate", "--what", "preference:rejected", "--n", 3) as screen:
        press(screen, [(b"1", "1 done"), (b"2", "2 done"), (b" ", "1 skipped")])
        screen.press(b"q")
        screen.wait_until(lambda: screen.terminal.ended)
        said = printed(screen)

    assert "read 0, skipped 0, left 3 of 3" in said
    assert "read 2, skipped 1, left 0 of 3" in said
    assert "of the frame are preference:rejected: " in said
    with api.open(database) as opened:
        drawn = api.sample(opened, "", "preference:rejected", n=3, by="anna").drawn
        assert [one.answer is None for one in drawn] == [False, False, True]
        for one in drawn[:2]:
            record = next(api.records(opened, [one.pair_id]))
            assert [decision.value == "rejected" for decision in record.decisions] == [one.answer]


def test_a_rule_is_read_asked_about_once_and_applied(database: Path) -> None:
    with running(database, "check", "chosen:bank", "--decision", "drop:yes", "--n", 2) as screen:
        press(screen, [(b"x", "1 done"), (b"\r", "2/2"), (b"\r", "2 of 2 decided")])
        screen.press(b"q")
        screen.wait_until(lambda: "decide drop:yes for the other 8 of 10 pairs?" in printed(screen))
        screen.press(b"y\r")
        screen.wait_until(lambda: screen.terminal.ended)
        said = printed(screen)

    assert "1 of 2 right, " in said
    assert "8 pairs: drop:yes, one step by anna" in said
    with api.open(database) as opened:
        assert len(api.search(opened, "drop:yes").ids) == 9
