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
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.terminal import Ended, Terminal, split_keys


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
