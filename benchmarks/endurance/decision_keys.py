"""Type decision keys fast, and look whether each hit the pair that was on the screen.

    python -m benchmarks.endurance.decision_keys [--count 200] [--hertz 20] [--from FILE] [--seed N]

At the moment of each key the driver notes the pair that the header names. `f` and `x` stay on the pair; `a`, `s`,
`e` and `z` move on. Then the event log is read: one event a key, in the order typed, of the kind of the key. It is
a hit where it is on the pair noted. Where the machine was too busy to paint the next pair before the next key
came, that key must have waited until its pair was painted: it counts as held, and what hit a pair that had not
been painted as missed.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import sys
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from benchmarks import corpus
from benchmarks.commands import hhtui, own_home, run
from benchmarks.endurance.deciding import ANNOTATOR
from benchmarks.endurance.screen import Screen
from benchmarks.workplace import Workplace

KINDS = {b"f": "flag", b"x": "drop", b"a": "preference", b"s": "preference", b"e": "preference", b"z": "preference"}
COLUMNS, ROWS = 80, 24
DRAIN = 1.0
"""Seconds in which the last keys are answered."""


@dataclass(frozen=True)
class Report:
    """Counts of one run.

    `hit`: decisions on the pair that was on the screen when the key was typed. `held`: on a later one, which was
    painted before it was decided. `missed`: on any other. `lost`: keys without a decision.
    """

    typed: int
    hit: int
    held: int
    missed: int
    lost: int

    def __str__(self) -> str:
        return (
            f"{self.typed} keys typed: {self.hit} hit the pair on the screen, {self.held} were held until a "
            f"later one was painted, {self.missed} hit another, {self.lost} were lost"
        )


class Watched:
    """A screen, and when each pair was first seen in its header (seconds since 1970)."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.seen: dict[str, float] = {}

    def read_until(self, moment: float) -> None:
        """Read until a moment of perf_counter, noting what is seen."""
        while True:
            self.seen.setdefault(self.screen.key(), self.screen.terminal.read_at)
            self.screen.check_running()
            if not self.screen.terminal.wait_for_output(moment):
                return

    def type_keys(self, count: int, hertz: float, chance: random.Random) -> list[tuple[str, str]]:
        """Type `count` decision keys; return the (pair on the screen, kind) of each."""
        typed = []
        begin = time.perf_counter()
        for number in range(count):
            self.read_until(begin + number / hertz)
            key = chance.choice(sorted(KINDS))
            typed.append((self.screen.key(), KINDS[key]))
            self.screen.press(key)
        self.read_until(time.perf_counter() + DRAIN)
        return typed


def events(database: Path) -> list[tuple[str, str, float]]:
    """Return the (pair, kind, seconds since 1970) of the driver's decisions in the order in which they were saved."""
    connection = sqlite3.connect(database)
    try:
        query = "SELECT pair_key, kind, made_at FROM event WHERE annotator = ? ORDER BY seq"
        rows = connection.execute(query, [ANNOTATOR]).fetchall()
    finally:
        connection.close()
    return [(key, kind, datetime.fromisoformat(made_at).timestamp()) for key, kind, made_at in rows]


def compare(typed: list[tuple[str, str]], saved: list[tuple[str, str, float]], seen: dict[str, float]) -> Report:
    """Compare the keys with the event log; `seen` tells when each pair was first on the screen."""
    hit = held = 0
    order = {key: place for place, key in enumerate(seen)}
    for (shown, kind), (key, saved_kind, made_at) in zip(typed, saved, strict=False):
        if kind == saved_kind and key == shown:
            hit += 1
        elif kind == saved_kind and order.get(key, -1) > order[shown] and seen[key] <= made_at:
            held += 1
    return Report(len(typed), hit, held, len(saved) - hit - held, max(0, len(typed) - len(saved)))


def type_fast(database: Path, folder: Path, count: int = 200, hertz: float = 20.0, seed: int = 1) -> Report:
    """Type `count` decision keys at `hertz` a second into hhtui over `database`, and compare with its event log.

    `folder` takes the person's own files. Raises TimeoutError where hhtui does not quit on `q` afterwards.
    """
    argv = hhtui(str(database), "--by", ANNOTATOR)
    with own_home(folder) as environment, Screen(argv, COLUMNS, ROWS, environment) as screen:
        screen.wait_until(lambda: bool(screen.key()))
        watched = Watched(screen)
        typed = watched.type_keys(count, hertz, random.Random(seed))
        screen.press(b"q")
        screen.wait_until(lambda: screen.terminal.ended)
        screen.terminal.wait()
    return compare(typed, events(database), watched.seen)


def main() -> int:
    """Run it and print the counts; 1 where a key missed or was lost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--hertz", type=float, default=20.0)
    parser.add_argument("--from", dest="source", type=Path, default=corpus.SAMPLE, metavar="FILE")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    place = Workplace(max(2_000, 2 * arguments.count), arguments.source)
    with place.scratch() as folder:
        database = folder / "keys.db"
        run(hhtui("load", str(place.corpus), "--db", str(database), "--no-score", "--json"))
        report = type_fast(database, folder, arguments.count, arguments.hertz, arguments.seed)
    print(report)
    return 1 if report.missed or report.lost else 0


if __name__ == "__main__":
    sys.exit(main())
