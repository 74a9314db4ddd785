"""The differ in a real pseudo-terminal: the same pictures as Textual, few bytes, frames held back, suspension."""

import fcntl
import os
import pty
import random
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyte
import pytest

from hhtui.tui.flow import QUERY
from tests.emulator import Emulator

ROOT = Path(__file__).resolve().parents[2]
ANSWER = b"\x1b[?2026;2$y"
QUERY_BYTES = QUERY.encode()
PATIENCE = 30.0


class Terminal:
    """A terminal that runs the toy and answers its queries when told to."""

    def __init__(self, output: str, content: str, answers: bool = True) -> None:
        self.screen = Emulator(80, 24)
        self.stream = pyte.ByteStream(self.screen)
        self.answers = answers
        self.received = b""
        self.unanswered = 0
        self.most_unanswered = 0
        self.pid, self.file = pty.fork()
        if self.pid == 0:
            self._run(output, content)
        self._size(80, 24)

    def _run(self, output: str, content: str) -> None:
        os.chdir(ROOT)
        unwanted = {"TERM_PROGRAM", "TMUX", "NO_COLOR", "COLUMNS", "LINES"}
        environment = {name: value for name, value in os.environ.items() if name not in unwanted}
        environment.update(TERM="xterm-256color", COLORTERM="truecolor")
        self._wait_for_the_size()
        os.execvpe(sys.executable, [sys.executable, "-m", "tests.toy_panes", output, content], environment)

    def _wait_for_the_size(self) -> None:
        while not struct.unpack("HHHH", fcntl.ioctl(0, termios.TIOCGWINSZ, bytes(8)))[0]:
            time.sleep(0.001)

    def _size(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self.file, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def resize(self, columns: int, lines: int) -> None:
        self.screen.resize(lines, columns)
        self._size(columns, lines)

    def press(self, keys: str) -> None:
        os.write(self.file, keys.encode())

    def answer(self) -> None:
        """Answer the oldest query."""
        self.unanswered -= 1
        os.write(self.file, ANSWER)

    def read(self, seconds: float = 0.01) -> bool:
        """Draw what comes within so many seconds; tell whether the program still runs."""
        if not select.select([self.file], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self.file, 65536)
        except OSError:
            return False
        seen = self.received.count(QUERY_BYTES)
        self.received += data
        self.unanswered += self.received.count(QUERY_BYTES) - seen
        self.most_unanswered = max(self.most_unanswered, self.unanswered)
        self.stream.feed(data)
        while self.answers and self.unanswered:
            self.answer()
        return bool(data)

    def until(self, holds: Callable[[], bool], why: str) -> None:
        """Read until something holds."""
        deadline = time.monotonic() + PATIENCE
        while not holds():
            if time.monotonic() > deadline or not self.read():
                pytest.fail(f"{why}; the screen shows:\n" + "\n".join(self.screen.display))

    def until_quiet(self, seconds: float = 0.3) -> None:
        """Read until nothing comes for so long."""
        before = -1
        while len(self.received) != before:
            before = len(self.received)
            end = time.monotonic() + seconds
            while time.monotonic() < end and self.read():
                pass

    def shows(self, text: str) -> bool:
        return any(text in row for row in self.screen.display)

    def until_shown(self, text: str) -> None:
        self.until(lambda: self.shows(text), f"{text!r} was not shown")

    def close(self) -> None:
        try:
            os.kill(self.pid, signal.SIGKILL)
        finally:
            os.waitpid(self.pid, 0)
            os.close(self.file)


@contextmanager
def running(output: str, content: str = "mixed", answers: bool = True) -> Iterator[Terminal]:
    terminal = Terminal(output, content, answers)
    try:
        terminal.until_shown("pair 0")
        yield terminal
    finally:
        terminal.close()


def until_equal(stock: Terminal, drawn: Terminal, after: str) -> None:
    """Read from both until they show the same."""
    deadline = time.monotonic() + PATIENCE
    while stock.screen.picture() != drawn.screen.picture():
        stock.read()
        drawn.read()
        if time.monotonic() > deadline:
            rows = zip(stock.screen.display, drawn.screen.display, strict=True)
            pytest.fail(f"after {after}:\n" + "\n".join(f"{a!r}\n{b!r}" for a, b in rows if a != b))


@pytest.mark.parametrize("content", ["plain", "mixed"])
def test_the_screen_is_that_of_textual_after_every_key(content: str) -> None:
    chooser = random.Random(5)
    number = 0
    with running("stock", content) as stock, running("differ", content) as drawn:
        until_equal(stock, drawn, "the start")
        for key in [*chooser.choices(["j", "k", "d", "u", "h", "resize"], k=12), "o", "d", "o", "j"]:
            columns, lines = chooser.choice([(80, 24), (101, 30), (60, 20)])
            number += {"j": 1, "k": -1}.get(key, 0)
            for terminal in (stock, drawn):
                if key == "resize":
                    terminal.resize(columns, lines)
                else:
                    terminal.press(key)
                terminal.until_shown(f"pair {number}")
                terminal.until_quiet(0.15)
            until_equal(stock, drawn, key)
        assert len(drawn.received) < len(stock.received) / 3


def test_a_key_costs_few_bytes_and_idling_none() -> None:
    with running("differ", "plain") as terminal:
        terminal.until_quiet()
        costs = []
        for number in range(1, 8):
            before = len(terminal.received)
            terminal.press("j")
            terminal.until_shown(f"pair {number}")
            terminal.until_quiet(0.15)
            costs.append(len(terminal.received) - before)
        assert sorted(costs)[3] < 2500
        before = len(terminal.received)
        terminal.until_quiet(1.0)
        assert len(terminal.received) == before


def test_at_most_two_frames_are_unanswered_and_the_newest_state_follows() -> None:
    with running("differ") as terminal:
        terminal.until_quiet()
        terminal.answers, terminal.most_unanswered = False, 0
        for _ in range(2):
            frames = terminal.unanswered
            terminal.press("j")
            terminal.until(lambda frames=frames: terminal.unanswered > frames, "no frame came")  # type: ignore[misc]
        before = len(terminal.received)
        terminal.press("jjjjj")
        terminal.until_quiet()
        assert len(terminal.received) == before
        assert terminal.most_unanswered == 2
        terminal.answer()
        terminal.until_shown("pair 7")
        assert terminal.received[before:].count(QUERY_BYTES) == 1
        assert terminal.most_unanswered == 2


def test_waiting_in_a_key_for_the_acknowledgement_does_not_block_it() -> None:
    with running("differ") as terminal:
        terminal.until_quiet()
        terminal.answers = False
        terminal.press("j")
        terminal.until_shown("pair 1")
        terminal.press("w")
        terminal.until_quiet()
        assert not terminal.shows("seen")
        terminal.answer()
        terminal.until_shown("seen True")


def test_a_terminal_that_never_answers_is_not_asked_for_ever_and_shows_everything() -> None:
    with running("differ", answers=False) as terminal:
        number = 0

        def last_frame_asks() -> bool:
            nonlocal number
            number += 1
            before = len(terminal.received)
            terminal.press("j")
            terminal.until_shown(f"pair {number}")
            terminal.until_quiet(0.1)
            return QUERY_BYTES in terminal.received[before:]

        terminal.until(lambda: not last_frame_asks(), "queries went on")
        terminal.press("w")
        terminal.until_shown("seen True")


def test_everything_is_drawn_again_after_a_suspension() -> None:
    with running("stock") as stock, running("differ") as drawn:
        for terminal in (stock, drawn):
            terminal.press("j")
            terminal.until_shown("pair 1")
            terminal.until_quiet()
        until_equal(stock, drawn, "a key")
        os.kill(drawn.pid, signal.SIGTSTP)
        drawn.until(lambda: bool(os.WIFSTOPPED(stopped(drawn.pid))), "it did not stop")
        drawn.until_quiet()
        drawn.screen.reset()
        drawn.stream.feed(b"a shell wrote this\r\n" * 10)
        os.kill(drawn.pid, signal.SIGCONT)
        drawn.until_shown("pair 1")
        drawn.until_quiet()
        until_equal(stock, drawn, "the suspension")
        for terminal in (stock, drawn):
            terminal.press("j")
            terminal.until_shown("pair 2")
        until_equal(stock, drawn, "a key after the suspension")


def stopped(pid: int) -> int:
    """Return the status of a process that has changed its state, else 0."""
    return os.waitpid(pid, os.WUNTRACED | os.WNOHANG)[1]


def test_leaving_waits_for_the_answers_that_a_shell_would_read() -> None:
    with running("differ") as terminal:
        terminal.until_quiet()
        terminal.answers = False
        terminal.press("j")
        terminal.until_shown("pair 1")
        terminal.press("q")
        terminal.until_quiet()
        assert b"\x1b[?1049l" not in terminal.received
        while terminal.unanswered:
            terminal.answer()
        terminal.until(lambda: b"\x1b[?1049l" in terminal.received, "it did not leave")
        assert terminal.unanswered == 0
