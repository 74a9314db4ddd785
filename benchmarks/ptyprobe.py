"""Measure a terminal program from outside, in a real pseudo-terminal. Standard library only; Linux.

    python -m benchmarks.ptyprobe [--size 80x24] [--warm KEYS] [--key j] [-n 40] [--repeat HERTZ,SECONDS]
                                  [--rate BYTES --rtt MS] [--settle SECONDS] [--dump FILE] -- COMMAND …

Prints one JSON object. `first_paint_s`: seconds from the start of the process to the first frame with text.
`start_bytes`, `rss_mib`: bytes received and memory resident once the start has settled. Over `-n` keys the
p50, p95 and maximum of the bytes that a key causes (`bytes`) and of the milliseconds from the key to the
first and to the last of them (`first_ms`, `last_ms`), and the CPU milliseconds a key (`cpu_ms`). With
`--repeat` the key is held down instead, and `settle_s` is the time from the last key to the last byte.
`idle_bytes`: bytes sent in two seconds without a key.

The probe answers the queries that a modern terminal answers: device attributes, cursor position,
synchronised updates, in-band resizing. `--rate` and `--rtt` show the program a slow line: its output is
read no faster, and keys and answers arrive that much later. KEYS are characters, or names in braces: {down}
{up} {right} {left} {enter} {esc} {tab} {pgdn} {pgup} {end} {home} {space}.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import sys
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


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` (0 to 1) of the values lie; raises ValueError without values."""
    if not values:
        raise ValueError("no values")
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def spread(values: Sequence[float]) -> dict[str, float]:
    """Return p50, p95 and maximum, rounded to a tenth."""
    shares = {"p50": 0.5, "p95": 0.95, "max": 1.0}
    return {name: round(quantile(values, share), 1) for name, share in shares.items()} if values else {}


@dataclass(frozen=True)
class KeyFigures:
    """What a key costs: bytes, milliseconds to the first and last of them, CPU milliseconds a key."""

    bytes: tuple[float, ...]
    first_ms: tuple[float, ...]
    last_ms: tuple[float, ...]
    cpu_ms: float


def press(terminal: Terminal, key: bytes, count: int) -> KeyFigures:
    """Press a key `count` times, each after the output of the one before has been quiet for 0.12 s."""
    cpu, readings = terminal.cpu(), []
    for _ in range(count):
        terminal.send(key)
        readings.append(terminal.read(quiet=0.12, first=1.0))
    return KeyFigures(
        tuple(reading.count for reading in readings),
        tuple(reading.first * 1000 for reading in readings if reading.first is not None),
        tuple(reading.last * 1000 for reading in readings if reading.last is not None),
        (terminal.cpu() - cpu) * 1000 / count,
    )


def hold(terminal: Terminal, key: bytes, hertz: float, seconds: float) -> float:
    """Hold a key down; return the seconds from the last repeat to the last byte that it caused."""
    for repeat in range(int(hertz * seconds)):
        if repeat:
            terminal.read(quiet=1 / hertz, first=1 / hertz, longest=1 / hertz)
        terminal.send(key)
    return terminal.read(quiet=0.6, first=1.0).last or 0.0


def idle(terminal: Terminal, seconds: float = 2.0) -> int:
    """Return the bytes that the program sends in so many seconds without a key."""
    before = len(terminal.received)
    terminal.read(quiet=seconds, first=seconds, longest=seconds)
    return len(terminal.received) - before


def measure(terminal: Terminal, arguments: argparse.Namespace) -> dict[str, object]:
    """Return all the figures of one run, by the names of the module's description."""
    result: dict[str, object] = {"size": arguments.size}
    result["first_paint_s"] = round(terminal.read_first_paint(), 3)
    terminal.read(arguments.settle, arguments.settle)
    result.update(start_bytes=len(terminal.received), rss_mib=round(terminal.memory(), 1))
    for key in split_keys(arguments.warm):
        terminal.send(key)
        terminal.read(0.4, 1.0)
    key = split_keys(arguments.key)[0]
    if arguments.repeat:
        hertz, seconds = map(float, arguments.repeat.split(","))
        result["settle_s"] = round(hold(terminal, key, hertz, seconds), 2)
    else:
        figures = press(terminal, key, arguments.n)
        result["cpu_ms"] = round(figures.cpu_ms, 1)
        for name in ("bytes", "first_ms", "last_ms"):
            result[name] = spread(getattr(figures, name))
    result.update(idle_bytes=idle(terminal), rss_end_mib=round(terminal.memory(), 1))
    return result


def main() -> None:
    """Read the command line, measure, and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", default="80x24", help="columns x rows")
    parser.add_argument("--warm", default="", metavar="KEYS", help="keys to press before the measurement")
    parser.add_argument("--key", default="j")
    parser.add_argument("-n", type=int, default=40)
    parser.add_argument("--repeat", metavar="HERTZ,SECONDS")
    parser.add_argument("--rate", type=int, default=0, metavar="BYTES")
    parser.add_argument("--rtt", type=float, default=0, metavar="MS")
    parser.add_argument("--settle", type=float, default=1.0, metavar="SECONDS")
    parser.add_argument("--dump", type=Path, metavar="FILE", help="write all output there")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    arguments = parser.parse_args()
    argv = arguments.command[1:] if arguments.command[:1] == ["--"] else arguments.command
    if not argv:
        parser.error("which command?")
    columns, rows = map(int, arguments.size.split("x"))
    with Terminal(argv, columns, rows, rate=arguments.rate, rtt=arguments.rtt) as terminal:
        try:
            print(json.dumps(measure(terminal, arguments)))
        except (Ended, TimeoutError, ProcessLookupError) as error:
            sys.exit(f"ptyprobe: {error}")
        finally:
            if arguments.dump:
                arguments.dump.write_bytes(terminal.received)


if __name__ == "__main__":
    main()
