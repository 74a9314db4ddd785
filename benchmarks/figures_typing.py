"""What a reader waits for while typing a query: each letter until it is painted, and the result after the last."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import NamedTuple

from benchmarks.commands import hhtui, own_home, run
from benchmarks.endurance.screen import Screen
from benchmarks.figures_screen import LARGE, SETTLE, SMALL
from benchmarks.ptyprobe import quantile
from benchmarks.table import Figure, Target
from benchmarks.workplace import Workplace

HERTZ = 10
LONGEST_ECHO = 2.0
QUERIES = ("the question", "chosen:the a", "harm.min:>.5", "how do i get")
"""Twelve letters each: a word of almost every pair and a rarer one, a side, a number, four common words."""
COUNTED = re.compile(r"([0-9][0-9,]*)(?: of [0-9,]+)?   order: ")


class Typed(NamedTuple):
    """Milliseconds from each letter's key to the letter painted, and how many pairs the screen said in the end."""

    waits: list[float]
    shown: int


def type_query(database: Path, query: str, folder: Path, size: tuple[int, int] = SMALL) -> Typed:
    """Type a query at ten letters a second into a browser of its own, then wait until nothing more is sent."""
    with own_home(folder) as environment:
        private = {**environment, "HHTUI_CONFIG_DIR": environment["HOME"]}
        with Screen(hhtui(str(database)), *size, environment=private) as screen:
            screen.terminal.read_first_paint()
            screen.terminal.read(quiet=SETTLE, first=SETTLE)
            screen.press(b"/")
            screen.terminal.read(quiet=0.5, first=1.0)
            screen.draw()
            waits = _typed(screen, query)
            screen.terminal.read(quiet=SETTLE, first=SETTLE)
            counted = COUNTED.search(screen.lines()[-2])
            return Typed(waits, int(counted[1].replace(",", "")) if counted else -1)


def _typed(screen: Screen, query: str) -> list[float]:
    """Type at ten keys a second; return the milliseconds from each key to its letter, those of blanks left out."""
    waits, begin = [], time.perf_counter()
    for number, letter in enumerate(query, 1):
        screen.press(letter.encode())
        wait = _until_painted(screen, query[:number]) * 1000
        waits += [] if letter.isspace() else [wait]
        left = max(0.0, begin + number / HERTZ - time.perf_counter())
        screen.terminal.read(quiet=left, first=left, longest=left)
        screen.draw()
    return waits


def _until_painted(screen: Screen, text: str) -> float:
    """Return the seconds from now to when the output came that puts `text` into the line of the query."""
    begin = received = time.perf_counter()
    line = screen.screen.lines - 2
    while not screen.screen.display[line].startswith(text):
        if received > begin + LONGEST_ECHO:
            raise TimeoutError(f"{text!r} was not painted within {LONGEST_ECHO} s")
        screen.terminal.wait_for_output(begin + LONGEST_ECHO)
        received = time.perf_counter()
        screen.draw()
    return received - begin


def typing(place: Workplace) -> list[Figure]:
    """While a query is typed: key → letter painted, which no running query may hold up, and the last result."""
    waits: list[float] = []
    wrong = []
    with place.scratch() as folder:
        for query in QUERIES:
            found = int(run(hhtui("search", str(place.scored), query, "--count")).output)
            for size in (SMALL, LARGE):
                typed = type_query(place.scored, query, folder, size)
                waits += typed.waits
                if typed.shown != found:
                    wrong.append(f"{query}: {typed.shown} shown, {found} found")
    return [
        Figure("a letter of a query → painted, p50", "ms", waits, note=f"{len(waits)} letters at {HERTZ} a second"),
        Figure("the same, p99", "ms", waits, value=quantile(waits, 0.99), aim=Target("at most", 50)),
        Figure("the same, the slowest", "ms", waits, value=max(waits), aim=Target("at most", 50)),
        Figure(
            "last results unlike hhtui search --count", "", [float(len(wrong))],
            must=Target("at most", 0), note="; ".join(wrong) or f"of {2 * len(QUERIES)}",
        ),
    ]  # fmt: skip
