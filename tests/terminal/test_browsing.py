"""hhtui in a real pseudo-terminal: what a reader types is stored about what was on the screen, and nothing else."""

import os
import random
import re
import shutil
import signal
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pyte
import pytest

from benchmarks.endurance.deciding import ANNOTATOR as DRIVER
from benchmarks.endurance.decision_keys import Watched, compare, keys_for, type_fast
from benchmarks.endurance.decision_keys import events as driven
from benchmarks.endurance.screen import Screen
from tests.command_line import command, hhtui
from tests.emulator import Emulator
from tests.tui.conftest import copied
from tests.tui.desk import ANNOTATOR, fill, numbered
from tests.tui.hostile import OWN, bundled_rows, shared, single_rows

PAIRS_DECIDED_FAST = 100
PATIENCE = 30.0
BIDIRECTIONAL_OR_C1 = re.compile("[\x80-\x9f\u202a-\u202e\u2066-\u2069]")
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
C0_NEVER_SENT = re.compile(rb"[\x00-\x06\x0b\x0c\x0e\x10-\x1a\x1c-\x1f\x7f]")
POINTER_SHAPE = b"\x1b]22;"
FRAGMENT = 12
LEAST_FRAGMENT = 5

Event = tuple[str, str, str]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of numbered pairs, not to be written to."""
    return fill(tmp_path_factory.mktemp("filled") / "made.db", numbered(120))


@pytest.fixture
def made(filled: Path, tmp_path: Path) -> Path:
    """A database of 120 numbered pairs for one test."""
    return copied(filled, tmp_path / "made.db")


def own_folders(database: Path) -> dict[str, str]:
    """Return the environment of a reader without a configuration."""
    return {
        "HHTUI_DATA_DIR": str(database.with_name("data")),
        "HHTUI_CONFIG_DIR": str(database.with_name("config")),
    }


class Reader(Screen):
    """A screen that keeps whole graphemes in their cells."""

    def __init__(self, argv: Sequence[str], columns: int, rows: int, environment: Mapping[str, str]) -> None:
        super().__init__(argv, columns, rows, environment)
        self.screen = Emulator(columns, rows)
        self.stream = pyte.ByteStream(self.screen)

    def lines(self) -> list[str]:
        self.draw()
        columns = range(self.screen.columns)
        rows = (self.screen.buffer[row] for row in range(self.screen.lines))
        return ["".join(row[column].data for column in columns).rstrip() for row in rows]

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal a new size."""
        self.screen.resize(rows, columns)
        self.terminal.resize(columns, rows)


@contextmanager
def browsing(database: Path, *options: str, size: tuple[int, int] = (120, 30)) -> Iterator[Reader]:
    """Open `database` and wait for the first pair; kill what still runs at the end."""
    argv = command(database, "--by", ANNOTATOR, *options)
    with closing(Reader(argv, *size, own_folders(database))) as screen:
        screen.wait_until(lambda: bool(screen.key()))
        yield screen


def shows(screen: Screen, text: str) -> bool:
    return any(text in line for line in screen.lines())


def wait_for(screen: Screen, text: str) -> None:
    screen.wait_until(lambda: shows(screen, text))


def quit_and_wait(screen: Screen) -> int:
    """Press q and return the exit status."""
    screen.press(b"q")
    screen.wait_until(lambda: screen.terminal.ended)
    return screen.terminal.wait()


def events(database: Path) -> list[Event]:
    """Return the (kind, value, row) of every event, in their order."""
    connection = sqlite3.connect(database)
    try:
        rows = connection.execute("SELECT kind, value, pair_key FROM event ORDER BY seq").fetchall()
    finally:
        connection.close()
    return [(kind, value, (key or "").rpartition("/")[2]) for kind, value, key in rows]


def test_a_session_and_the_next_one(made: Path) -> None:
    with browsing(made, size=(80, 24)) as screen:
        screen.press(b"/")
        screen.press(b"chosen:bank -rejected:bank")
        screen.press(b"\r")
        for key in (b"j", b"j", b"f"):
            screen.press(key)
        wait_for(screen, "flagged · saved")
        assert screen.key() == "made/test/9"
        assert quit_and_wait(screen) == 0
        last = screen.terminal.received.rpartition(b"\x1b[?1049l")[2].decode()
        assert "1 step saved in" in last
        assert "hhtui export" in last
    assert hhtui("search", made, "flag:yes", "--ids").stdout == "made/test/9\n"
    with browsing(made, size=(80, 24)) as screen:
        wait_for(screen, "chosen:bank -rejected:bank")
        assert screen.key() == "made/test/9"
        assert "⚑ flagged" in screen.header()
        screen.press(b"j")
        screen.wait_until(lambda: screen.key() == "made/test/15")


def test_a_query_and_decisions_in_one_write_decide_about_its_result_alone(made: Path) -> None:
    with browsing(made) as screen:
        screen.press(b"/chosen:bank -rejected:bank\rjjfifaces seen\rTjTa")
        screen.wait_until(lambda: screen.key() == "made/test/15")
        assert quit_and_wait(screen) == 0
    assert events(made) == [("flag", "yes", "9"), ("note", "faces seen", "9"), ("preference", "chosen", "9")]


def test_decision_keys_typed_fast_hit_the_pair_on_the_screen_while_a_scorer_runs(made: Path, tmp_path: Path) -> None:
    report = type_fast(made, tmp_path, PAIRS_DECIDED_FAST, hertz=20.0, scorer=True)
    assert (report.missed, report.lost) == (0, 0), str(report)
    assert report.hit + report.held == report.typed >= PAIRS_DECIDED_FAST, str(report)
    assert report.hit, str(report)
    assert len(report.saved) == report.typed, "every key is saved before the screen is left"
    assert hhtui("search", made, "preference:*", "--count").stdout == f"{PAIRS_DECIDED_FAST}\n"


def test_on_a_slow_line_every_decision_waits_until_its_pair_is_seen(made: Path) -> None:
    with browsing(made, "--by", DRIVER) as screen:
        watched = Watched(screen)
        watched.read_until(time.perf_counter() + 0.1)
        screen.terminal.rate, screen.terminal.delay = 20_000, 0.15
        typed = watched.type_keys(keys_for(10, random.Random(1)), 20.0)
        deadline = time.perf_counter() + PATIENCE
        while len(events(made)) < len(typed) and time.perf_counter() < deadline:
            watched.read_until(time.perf_counter() + 0.05)
        report = compare(typed, driven(made), watched.seen)
    assert (report.missed, report.lost) == (0, 0), str(report)
    assert report.held > 0, str(report)


def test_five_decision_keys_in_one_write_ask_once(made: Path) -> None:
    with browsing(made) as screen:
        for keys in (b"aaaaa", b"fxfxfxfx"):
            screen.press(keys)
            wait_for(screen, "decision keys came at once")
            assert events(made) == []
            screen.terminal.read(quiet=0.15, first=0.2)
            screen.press(b"n")
            screen.wait_until(lambda: not shows(screen, "came at once"))
        screen.press(b"aaaaa")
        wait_for(screen, "5 decision keys came at once")
        screen.terminal.read(quiet=0.15, first=0.2)
        screen.press(b"y")
        screen.wait_until(lambda: screen.key() == "made/test/5")
        screen.press(b"aaaa")
        screen.wait_until(lambda: screen.key() == "made/test/9")
        assert not shows(screen, "came at once")
    assert [row for _, _, row in events(made)] == [str(row) for row in range(9)]


@pytest.mark.parametrize("lives", [3])
def test_no_acknowledged_decision_is_lost_when_it_is_killed(made: Path, lives: int) -> None:
    acknowledged: list[Event] = []
    for life in range(lives):
        start = 10 * life
        with browsing(made, "--at", f"made/test/{start}") as screen:
            screen.wait_until(lambda start=start: screen.key() == f"made/test/{start}")  # type: ignore[misc]
            for row in range(start, start + 5):
                screen.press(b"s")
                screen.wait_until(lambda row=row: screen.key() == f"made/test/{row + 1}")  # type: ignore[misc]
                acknowledged.append(("preference", "rejected", str(row)))
            screen.press(b"f")
            screen.terminal.kill(signal.SIGKILL)
            screen.terminal.wait()
        stored = events(made)
        assert [event for event in acknowledged if event not in stored] == []


@pytest.mark.parametrize("ending", [signal.SIGHUP, signal.SIGTERM, "closed"])
def test_a_dropped_connection_saves_the_place_and_frees_the_lock(made: Path, ending: int | str) -> None:
    with browsing(made) as screen:
        screen.press(b"/chosen:bank\rjjf")
        wait_for(screen, "flagged · saved")
        screen.press(b"j")
        screen.wait_until(lambda: screen.key() == "made/test/9")
        if isinstance(ending, int):
            screen.terminal.kill(ending)
            screen.wait_until(lambda: screen.terminal.ended)
            assert screen.terminal.wait() > 0
            for undone in (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1003l", b"\x1b[?2004l"):
                assert undone in screen.terminal.received
        else:
            os.close(screen.terminal.fd)
            screen.terminal.fd = -1
            assert screen.terminal.wait() != 0
    with browsing(made) as screen:
        wait_for(screen, "chosen:bank")
        assert screen.key() == "made/test/9"
        screen.press(b"u")
        wait_for(screen, "undone: flagged")


def test_ctrl_z_gives_the_shell_back_and_fg_draws_everything_again(made: Path) -> None:
    shell = shutil.which("bash")
    if shell is None:
        pytest.skip("job control needs bash")
    environment = {**own_folders(made), "PS1": "ready$ ", "HISTFILE": ""}
    with Reader([shell, "--norc", "--noprofile", "-i"], 100, 24, environment) as screen:
        wait_for(screen, "ready$")
        words = " ".join(map(str, command(made, "--by", ANNOTATOR)))
        screen.press(f"{words}\r".encode())
        wait_for(screen, "1/120")
        screen.press(b"jf")
        wait_for(screen, "flagged · saved")
        before = screen.lines()
        screen.press(b"\x1a")
        wait_for(screen, "Stopped")
        screen.press(b"fg\r")
        screen.wait_until(lambda: screen.lines()[1:-1] == before[1:-1])
        screen.press(b"ja")
        screen.wait_until(lambda: "made/test/3" in screen.header())
        screen.press(b"q")
        wait_for(screen, "2 steps saved")
    assert events(made) == [("flag", "yes", "1"), ("preference", "chosen", "2")]


def test_a_resize_in_the_middle_of_typing(made: Path) -> None:
    with browsing(made, size=(160, 40)) as screen:
        for number, (columns, rows) in enumerate(((40, 12), (100, 30), (60, 20)), 1):
            screen.press(b"jf")
            screen.resize(columns, rows)
            screen.wait_until(lambda number=number: f" {number + 1}/120" in screen.header())  # type: ignore[misc]
            screen.wait_until(lambda: "⚑" in screen.header())
        assert shows(screen, "▸chosen")
    assert events(made) == [("flag", "yes", str(row)) for row in (1, 2, 3)]


@pytest.mark.parametrize(("option", "sent"), [(("--colour", "256"), b"38;5;"), ((), b"38;2;")])
def test_the_colours_that_are_asked_for_are_sent(made: Path, option: Sequence[str], sent: bytes) -> None:
    with browsing(made, *option) as screen:
        screen.press(b"jf?")
        wait_for(screen, "next pair that you have not decided")
        colours = {b"38;5;", b"38;2;"}
        assert {one for one in colours if one in screen.terminal.received} == {sent}


def test_two_readers_at_once_lose_nothing(made: Path) -> None:
    with browsing(made) as screen, browsing(made, "--by", "bert") as other:
        for row in range(6):
            screen.press(b"a")
            other.press(b"s")
            for one in (screen, other):
                one.wait_until(lambda one=one, row=row: one.key() == f"made/test/{row + 1}")  # type: ignore[misc]
        screen.press(b"k")
        wait_for(screen, "preference: chosen · 1 other decided")
    assert sorted(row for _, _, row in events(made)) == sorted(str(row) for row in [*range(6)] * 2)


def fragments(texts: Sequence[str]) -> set[bytes]:
    """Return the parts of `texts` that begin with a control character and cannot come from anywhere else."""
    found = (text[match.start() :][:FRAGMENT] for text in texts for match in CONTROL.finditer(text))
    return {part.encode("utf-8", "ignore") for part in found if len(part) >= LEAST_FRAGMENT and part[1:].strip()}


def read_all(database: Path, rows: int, bundles: int) -> bytes:
    """Page through the list, then through the bundles at its end; return every byte that was sent."""
    with browsing(database, size=(160, 60)) as screen:
        for row in [*range(1, rows + 1, 50), *range(rows + 1, rows + bundles + 1)]:
            screen.press(f":{row}\r".encode())
            screen.wait_until(lambda row=row: f" {row:,}/" in screen.header())  # type: ignore[misc]
        screen.press(b"/QZXJ*\rnpd")
        wait_for(screen, "differences: always")
        screen.press(b"/")
        screen.press("\x1b[200~\x1b]0;QZXJ title\u202e:x\x1b[201~".encode())
        wait_for(screen, "There is no field")
        screen.press(b"\r")
        screen.terminal.read(quiet=0.2, first=0.5)
        return bytes(screen.terminal.received)


def check_sent(sent: bytes, texts: Sequence[str]) -> None:
    """Check that nothing of the data steers the terminal."""
    decoded = sent.decode("utf-8")
    assert BIDIRECTIONAL_OR_C1.search(decoded) is None
    assert C0_NEVER_SENT.search(sent) is None
    assert {one for one in re.findall(rb"\x1b[\]P_^X].{0,12}", sent) if not one.startswith(POINTER_SHAPE)} == set()
    assert [part for part in fragments(texts) if part in sent] == []
    assert "QZXJ" in decoded or "QZXJ" not in "".join(texts), "the data was on the screen"


def test_our_own_hostile_strings_never_steer_the_terminal(tmp_path: Path) -> None:
    assert len(fragments(OWN)) > 20
    singles, bundles = single_rows(OWN), bundled_rows(OWN, size=3)
    path = fill(tmp_path / "own.db", [*singles, *bundles])
    check_sent(read_all(path, len(singles), len(bundles)), OWN)


def test_the_shared_hostile_strings_never_steer_the_terminal(tmp_path: Path, shared_data: Path) -> None:
    texts = shared(shared_data)
    assert len(fragments(texts)) > 10
    singles, bundles = single_rows(texts), bundled_rows(texts)
    path = fill(tmp_path / "shared.db", [*singles, *bundles])
    check_sent(read_all(path, len(singles), len(bundles)), texts)
