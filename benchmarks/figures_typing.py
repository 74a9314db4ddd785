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


class Typing:
    """Keys that go to a screen, with the moments (perf_counter seconds) at which its output came."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.arrivals: list[tuple[float, int]] = []

    def read_until(self, end: float) -> None:
        """Read what comes until the moment `end`; it is drawn later, for that takes longer than reading it."""
        terminal = self.screen.terminal
        while time.perf_counter() < end:
            terminal.wait_for_output(end)
            self.arrivals.append((time.perf_counter(), len(terminal.received)))
            self.screen.check_running()

    def press(self, text: str) -> list[float]:
        """Type at ten keys a second, and wait for the last; return the moments of the keys."""
        pressed = []
        begin = time.perf_counter()
        for number, letter in enumerate(text, 1):
            pressed.append(time.perf_counter())
            self.screen.press(letter.encode())
            self.read_until(begin + number / HERTZ)
        self.read_until(time.perf_counter() + LONGEST_ECHO)
        return pressed

    def painted(self, text: str) -> list[float]:
        """Draw what came; return the moments at which the line of the query had each beginning of the text."""
        screen, found = self.screen, list[float]()
        for moment, received in self.arrivals:
            screen.draw(received)
            line = screen.screen.display[screen.screen.lines - 2]
            while len(found) < len(text) and line.startswith(text[: len(found) + 1]):
                found.append(moment)
        if len(found) < len(text):
            raise TimeoutError(f"{text[: len(found) + 1]!r} was not painted")
        return found


def type_query(database: Path, query: str, folder: Path, size: tuple[int, int] = SMALL) -> Typed:
    """Type a query at ten keys a second into a browser of its own; blanks, which nobody sees, are not waited for."""
    with own_home(folder) as environment:
        private = {**environment, "HHTUI_CONFIG_DIR": environment["HOME"]}
        with Screen(hhtui(str(database)), *size, environment=private) as screen:
            screen.terminal.read_first_paint()
            screen.terminal.read(quiet=SETTLE, first=SETTLE)
            screen.press(b"/")
            screen.terminal.read(quiet=0.5, first=1.0)
            screen.draw()
            typing = Typing(screen)
            pressed = typing.press(query)
            painted = typing.painted(query)
            waits = [
                (end - begin) * 1000
                for letter, begin, end in zip(query, pressed, painted, strict=True)
                if not letter.isspace()
            ]
            counted = COUNTED.search(screen.lines()[-2])
            return Typed(waits, int(counted[1].replace(",", "")) if counted else -1)


def typing(place: Workplace) -> list[Figure]:
    """While a query is typed: key → letter painted, which no running query may hold up, and the last result."""
    figures, wrong = [], []
    with place.scratch() as folder:
        found = {query: int(run(hhtui("search", str(place.scored), query, "--count")).output) for query in QUERIES}
        for size in (SMALL, LARGE):
            typed = {query: type_query(place.scored, query, folder, size) for query in QUERIES}
            figures += _waits([wait for one in typed.values() for wait in one.waits], size)
            wrong += [
                f"{query}: {one.shown} shown, {found[query]} found"
                for query, one in typed.items()
                if one.shown != found[query]
            ]
    must = Target("at most", 0)
    note = "; ".join(wrong) or f"of {2 * len(QUERIES)}"
    return [*figures, Figure("last results unlike hhtui search --count", "", [float(len(wrong))], must=must, note=note)]


def _waits(waits: list[float], size: tuple[int, int]) -> list[Figure]:
    note = f"{len(waits)} letters at {HERTZ} a second"
    return [
        Figure(f"a letter of a query → painted, {size[0]}×{size[1]}, p50", "ms", waits, note=note),
        Figure("the same, p99", "ms", waits, value=quantile(waits, 0.99), aim=Target("at most", 50)),
        Figure("the same, the slowest", "ms", waits, value=max(waits), aim=Target("at most", 50)),
    ]
