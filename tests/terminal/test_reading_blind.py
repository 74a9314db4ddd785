"""Nothing that tells label, score or queue is in the bytes that a blind triage sends to a real pseudo-terminal."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.terminal import drawn_text
from hhtui.score.run import run
from hhtui.store.database import Database
from hhtui.tui.presentation import presented
from tests.command_line import command
from tests.store.made_scorer import MadeScorer
from tests.terminal.test_browsing import Reader, own_folders, quit_and_wait, wait_for
from tests.tui.desk import ANNOTATOR, fill, has_seen_the_notice
from tests.tui.test_blind import COLUMN, TELLING, rows

QUERY = f"response:here sort:{COLUMN}-"


@pytest.fixture
def scored(tmp_path: Path) -> Path:
    """A database of nine scored pairs."""
    path = fill(tmp_path / "made.db", rows())
    with Database.open(path) as database:
        run(database, [MadeScorer(columns=(COLUMN, "letters"))], lambda progress: None)
        has_seen_the_notice(database)
    return path


def test_a_blind_triage_sends_nothing_that_tells_label_score_or_queue(scored: Path) -> None:
    argv = command("triage", scored, "--query", QUERY, "--blind", "--by", ANNOTATOR)
    with closing(Reader(argv, 200, 50, own_folders(scored))) as screen:
        wait_for(screen, "1/6")
        seen = list(screen.lines())
        for keys, shown in (
            *((b"1", "A is better · saved"), (b"k", "1/6"), (b"d", "is off while"), (b"\x15", "1/6"), (b"u", "undone")),
            *((b"2", "B is better"), (b"fx", "marked to drop"), (b"pool", "2/6"), (b"/tO", "(queues, orders) is off")),
        ):
            screen.press(keys)
            wait_for(screen, shown)
            seen += screen.lines()
        screen.resize(80, 24)
        screen.press(b"jV")
        wait_for(screen, "3/6")
        seen += screen.lines()
        assert quit_and_wait(screen) == 0
        sent = bytes(screen.terminal.received)
    drawn = drawn_text(sent)
    assert "A is better" in drawn and "Left here." in drawn and "of 6 left" in drawn
    told = [line for line in (*drawn.splitlines(), *seen) if TELLING.search(line)]
    assert told == []
    with closing(sqlite3.connect(scored)) as connection:
        digest, value, context, triage = connection.execute(
            "SELECT pair_hash, value, context, (SELECT id FROM triage) FROM event WHERE kind = 'preference' "
            "ORDER BY seq DESC LIMIT 1"
        ).fetchone()
    assert value == presented(digest, triage).right
    assert json.loads(context)["sides"] == list(presented(digest, triage).sides)
