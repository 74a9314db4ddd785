"""Type decision keys fast, and look whether each hit the pair that was on the screen.

    python -m benchmarks.endurance.decision_keys [--count 200] [--hertz 20] [--from FILE] [--seed N]

At the moment of each key the driver notes the pair that the header names. `f` and `x` stay on the pair; `a`, `s`,
`e` and `z` move on. Then the event log is read: one event a key, in the order typed, of the kind of the key, on
the pair noted.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks import corpus
from benchmarks.commands import hhtui, own_home, run
from benchmarks.endurance.deciding import ANNOTATOR
from benchmarks.endurance.screen import Screen
from benchmarks.workplace import Workplace

KINDS = {b"f": "flag", b"x": "drop", b"a": "preference", b"s": "preference", b"e": "preference", b"z": "preference"}
COLUMNS, ROWS = 80, 24


@dataclass(frozen=True)
class Report:
    """Counts of one run: keys typed, decisions on the pair that was shown, on another, and keys without one."""

    typed: int
    hit: int
    missed: int
    lost: int

    def __str__(self) -> str:
        return (
            f"{self.typed} keys typed, {self.hit} hit the pair on the screen, {self.missed} hit another, "
            f"{self.lost} were lost"
        )


def type_keys(screen: Screen, count: int, hertz: float, chance: random.Random) -> list[tuple[str, str]]:
    """Type `count` decision keys; return the (pair key on the screen, kind) of each."""
    typed = []
    begin = time.perf_counter()
    for number in range(count):
        screen.read_for(begin + number / hertz - time.perf_counter())
        key = chance.choice(sorted(KINDS))
        typed.append((screen.key(), KINDS[key]))
        screen.press(key)
    return typed


def events(database: Path) -> list[tuple[str, str]]:
    """Return the (pair key, kind) of the driver's decisions in the order in which they were saved."""
    connection = sqlite3.connect(database)
    try:
        query = "SELECT pair_key, kind FROM event WHERE annotator = ? ORDER BY seq"
        return connection.execute(query, [ANNOTATOR]).fetchall()
    finally:
        connection.close()


def type_fast(database: Path, folder: Path, count: int = 200, hertz: float = 20.0, seed: int = 1) -> Report:
    """Type `count` decision keys at `hertz` a second into hhtui over `database`, and compare with its event log.

    `folder` takes the person's own files. Raises TimeoutError where hhtui does not quit on `q` afterwards.
    """
    argv = hhtui(str(database), "--by", ANNOTATOR)
    with own_home(folder) as environment, Screen(argv, COLUMNS, ROWS, environment) as screen:
        screen.wait_until(lambda: bool(screen.key()))
        typed = type_keys(screen, count, hertz, random.Random(seed))
        screen.terminal.read(quiet=0.5, first=1.0)
        screen.press(b"q")
        screen.wait_until(lambda: screen.terminal.ended)
        screen.terminal.wait()
    saved = events(database)
    hit = sum(one == other for one, other in zip(typed, saved, strict=False))
    return Report(count, hit, len(saved) - hit, max(0, count - len(saved)))


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
    return 0 if report.hit == report.typed == report.hit + report.missed else 1


if __name__ == "__main__":
    sys.exit(main())
