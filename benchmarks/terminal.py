"""A program in a pseudo-terminal of its own: keys go in, output comes back, queries are answered. Linux."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

NAMED_KEYS = {
    "down": b"\x1b[B",
    "up": b"\x1b[A",
    "right": b"\x1b[C",
    "left": b"\x1b[D",
    "enter": b"\r",
    "esc": b"\x1b",
    "tab": b"\t",
    "pgdn": b"\x1b[6~",
    "pgup": b"\x1b[5~",
    "end": b"\x1b[F",
    "home": b"\x1b[H",
    "space": b" ",
}
ANSWERS = {
    b"\x1b[?2026$p": b"\x1b[?2026;2$y",
    b"\x1b[?2048$p": b"\x1b[?2048;0$y",
    b"\x1b[c": b"\x1b[?62;22c",
    b"\x1b[6n": b"\x1b[1;1R",
}
QUERY = re.compile(b"|".join(map(re.escape, ANSWERS)))
LONGEST_QUERY = max(map(len, ANSWERS))
ESCAPE = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]P^_X][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-OQ-WYZ\\`-~])")
PARTIAL_ESCAPE = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*|[\]P^_X][^\x07\x1b]*)?$")
READ_SIZE = 65_536


def split_keys(text: str) -> list[bytes]:
    """Return the bytes that a terminal sends for each key of the text.

    Raises KeyError for a name in braces that is no key.
    """
    found = re.findall(r"\{\w+\}|.", text, re.DOTALL)
    return [NAMED_KEYS[key[1:-1]] if len(key) > 1 else key.encode() for key in found]


def drawn_text(data: bytes) -> str:
    """Return what the data writes, without its escape sequences."""
    return PARTIAL_ESCAPE.sub(b"", ESCAPE.sub(b"", data)).decode("utf-8", "ignore")


@dataclass(frozen=True)
class Reading:
    """Output of a stretch of time: bytes, and seconds from its begin to the first and last of them."""

    count: int
    first: float | None
    last: float | None


class Ended(Exception):
    """The program closed its terminal while output was expected."""


class Terminal:
    """A program that runs in a pseudo-terminal of its own, and what it has sent so far.

    `rate` is the speed of the line in bytes a second (0: as fast as it comes) and `rtt` the milliseconds by
    which keys and answers are delayed. `environment` is put over the present environment. `read_at` is when output
    last came, in seconds since 1970.
    """

    def __init__(
        self,
        argv: Sequence[str],
        columns: int = 80,
        rows: int = 24,
        *,
        rate: int = 0,
        rtt: float = 0,
        environment: Mapping[str, str] | None = None,
        directory: Path | None = None,
    ) -> None:
        self.rate, self.delay = rate, rtt / 1000
        self.received = bytearray()
        self.ended = False
        self.answered = 0
        self.outbox: deque[tuple[float, bytes]] = deque()
        self.line_free_at = 0.0
        self.read_at = 0.0
        self.exit_status: int | None = None
        self.started = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            self.become(argv, columns, rows, environment or {}, directory)

    def become(
        self,
        argv: Sequence[str],
        columns: int,
        rows: int,
        environment: Mapping[str, str],
        directory: Path | None,
    ) -> None:
        """Turn the forked child into the program; never returns."""
        try:
            self.resize(columns, rows, 0)
            if directory is not None:
                os.chdir(directory)
            terminal = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
            os.execvpe(argv[0], list(argv), {**os.environ, **terminal, **environment})
        except OSError as error:
            os.write(2, f"{argv[0]}: {error}\n".encode())
        finally:
            os._exit(127)

    def resize(self, columns: int, rows: int, fd: int | None = None) -> None:
        """Give the terminal a new size; the program is told by SIGWINCH."""
        fcntl.ioctl(self.fd if fd is None else fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def send(self, data: bytes) -> None:
        """Send keys or an answer; they arrive after the line's delay."""
        self.outbox.append((time.perf_counter() + self.delay, data))
        self.flush()

    def flush(self) -> None:
        """Deliver what has been under way for long enough."""
        while self.outbox and self.outbox[0][0] <= time.perf_counter():
            try:
                os.write(self.fd, self.outbox.popleft()[1])
            except OSError:
                self.ended = True

    def wait_for_output(self, until: float) -> bytes:
        """Return the next chunk of output, or nothing where `until` (perf_counter seconds) comes first."""
        while not self.ended:
            self.flush()
            now = time.perf_counter()
            wake = min([until, *(due for due, _ in list(self.outbox)[:1])])
            if self.line_free_at > now:
                if now >= until:
                    return b""
                time.sleep(min(self.line_free_at, max(wake, now)) - now)
                continue
            if select.select([self.fd], [], [], max(0.0, wake - now))[0]:
                return self.read_chunk()
            if now >= until:
                return b""
        return b""

    def read_chunk(self) -> bytes:
        """Read what is there, at most ten milliseconds' worth on a slow line, and answer its queries."""
        try:
            chunk = os.read(self.fd, max(64, self.rate // 100) if self.rate else READ_SIZE)
        except OSError:
            chunk = b""
        if not chunk:
            self.ended = True
            return b""
        if self.rate:
            self.line_free_at = time.perf_counter() + len(chunk) / self.rate
        self.read_at = time.time()
        self.received += chunk
        self.answer()
        return chunk

    def answer(self) -> None:
        """Answer each query once, also where two reads part it."""
        for query in QUERY.finditer(self.received, self.answered):
            self.send(ANSWERS[query[0]])
            self.answered = query.end()
        self.answered = max(self.answered, len(self.received) - LONGEST_QUERY + 1)

    def read(self, quiet: float, first: float, longest: float = 60.0) -> Reading:
        """Read until the program has sent nothing for `quiet` seconds, or for `first` before its first byte.

        Never reads for more than `longest` seconds. A chunk counts as received once the line has carried it.
        """
        begin = time.perf_counter()
        count, first_at, last_at = 0, None, None
        while not self.ended:
            silent_until = last_at + quiet if last_at is not None else begin + first
            if self.outbox:
                silent_until = max(silent_until, self.outbox[-1][0] + quiet)
            until = min(silent_until, begin + longest)
            chunk = self.wait_for_output(until)
            if not chunk:
                if time.perf_counter() >= until and not (self.outbox and until < begin + longest):
                    break
                continue
            count += len(chunk)
            last_at = max(time.perf_counter(), self.line_free_at)
            first_at = last_at if first_at is None else first_at
        return Reading(
            count,
            None if first_at is None else first_at - begin,
            None if last_at is None else last_at - begin,
        )

    def read_until(self, done: Callable[[], bool], longest: float = 60.0) -> float:
        """Read until `done()`, which is asked after each chunk; return the seconds since the program started.

        Raises Ended where the program goes away, TimeoutError after `longest` seconds.
        """
        until = time.perf_counter() + longest
        while not done():
            chunk = self.wait_for_output(until)
            if done():
                break
            if self.ended:
                raise Ended(f"the program ended before that: {drawn_text(bytes(self.received[-2000:]))!r}")
            if not chunk and time.perf_counter() >= until:
                raise TimeoutError(f"not seen within {longest} s")
        return max(time.perf_counter(), self.line_free_at) - self.started

    def read_first_paint(self, longest: float = 60.0) -> float:
        """Read until the first frame with text in it; return the seconds since the program started."""
        return self.read_until(lambda: bool(drawn_text(bytes(self.received)).strip()), longest)

    def process_file(self, name: str) -> str:
        """Return a file of the program's folder under /proc."""
        return Path(f"/proc/{self.pid}/{name}").read_text()

    def cpu(self) -> float:
        """Return the CPU seconds of the program so far, in steps of the kernel's clock tick (10 ms)."""
        fields = self.process_file("stat").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self, field: str = "VmRSS") -> float:
        """Return the memory of the program in MiB: `VmRSS` resident now, `VmHWM` the most so far."""
        found = re.search(rf"{field}:\s+(\d+) kB", self.process_file("status"))
        if found is None:
            raise Ended("the program is gone: its memory cannot be read")
        return int(found[1]) / 1024

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send the program a signal."""
        os.kill(self.pid, number)

    def wait(self) -> int:
        """Wait for the program to end; return its exit status, or the signal that ended it made negative."""
        if self.exit_status is None:
            self.exit_status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.exit_status

    def close(self) -> None:
        """Kill the program where it still runs, and give its terminal back."""
        if self.exit_status is None:
            self.kill()
            self.wait()
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1
