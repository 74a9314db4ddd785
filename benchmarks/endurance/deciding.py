"""Kill hhtui while it decides, and look for decisions that it had shown as saved.

    python -m benchmarks.endurance.deciding [--count 100] [--from FILE] [--seed N]

A driver reads the screen in a real terminal. It presses `f`, and once the header says that the pair is flagged,
writes that down as acknowledged; then it presses `a`, `s`, `e` or `z`, and once the header names another pair,
writes the preference down. At a random moment the program is killed with SIGKILL. Then every decision that was
ever acknowledged must stand in the database. The same is done `--count` times over one database.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import corpus
from benchmarks.commands import hhtui, own_home, run
from benchmarks.endurance.screen import Screen
from benchmarks.terminal import Ended
from benchmarks.workplace import Workplace

PREFERENCES = {b"a": "chosen", b"s": "rejected", b"e": "equal", b"z": "unsure"}
ANNOTATOR = "driver"
LONGEST_LIFE = 1.2
"""Seconds after the first painted pair within which a run is killed."""

Decision = tuple[str, str, str]


@dataclass
class Report:
    """Counts of one run: kills, acknowledged decisions, and those of them that are not in the database."""

    kills: int = 0
    acknowledged: list[Decision] = field(default_factory=list)
    lost: list[Decision] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.kills} kills, {len(self.acknowledged)} decisions acknowledged, {len(self.lost)} lost"


def stored(database: Path) -> set[Decision]:
    """Return the current (pair key, kind, value) of the driver's decisions."""
    connection = sqlite3.connect(database)
    try:
        query = (
            "SELECT pairs.key, decision.kind, decision.value FROM decision JOIN pairs ON pairs.id = decision.pair_id "
            "WHERE decision.annotator = ?"
        )
        return set(connection.execute(query, [ANNOTATOR]))
    finally:
        connection.close()


def flag(screen: Screen, key: str, until: float) -> list[Decision]:
    """Press `f`; return the decision once the header says that this pair is flagged, nothing if never."""

    def saved() -> bool:
        return screen.key() == key and "flagged" in screen.header()

    return [(key, "flag", "yes")] if screen.press_and_see(b"f", saved, until) else []


def prefer(screen: Screen, key: str, preference: bytes, until: float) -> list[Decision]:
    """Press a preference; return the decision once the header names another pair, nothing if never."""

    def moved_on() -> bool:
        return screen.key() not in ("", key)

    decision = (key, "preference", PREFERENCES[preference])
    return [decision] if screen.press_and_see(preference, moved_on, until) else []


def decide(screen: Screen, chance: random.Random, until: float) -> list[Decision]:
    """Flag each pair and prefer a side until the moment `until` (perf_counter); return what was acknowledged."""
    acknowledged = []
    while time.perf_counter() < until:
        key = screen.key()
        acknowledged += flag(screen, key, until)
        if time.perf_counter() < until:
            acknowledged += prefer(screen, key, chance.choice(sorted(PREFERENCES)), until)
    return acknowledged


def one_life(database: Path, environment: dict[str, str], chance: random.Random, start: str) -> list[Decision]:
    """Open the database at a pair, decide, and kill; return what was acknowledged."""
    argv = hhtui(str(database), "--by", ANNOTATOR, "--at", start)
    with Screen(argv, environment=environment) as screen:
        screen.wait_until(lambda: screen.key() == start)
        until = time.perf_counter() + chance.uniform(0.0, LONGEST_LIFE)
        acknowledged = decide(screen, chance, until)
        screen.terminal.kill()
        if screen.terminal.wait() != -9:
            raise Ended("the program had ended before it was killed")
    return acknowledged


def kill_while_deciding(database: Path, folder: Path, count: int = 100, seed: int = 1) -> Report:
    """Kill hhtui `count` times while it decides over `database`; return what was acknowledged and what was lost.

    `folder` takes the person's own files. Raises TimeoutError where a decision is never shown as saved.
    """
    chance, report = random.Random(seed), Report()
    with own_home(folder) as environment:
        for _ in range(count):
            report.acknowledged += one_life(database, environment, chance, first_undecided(database))
            report.kills += 1
            present = stored(database)
            report.lost = [decision for decision in report.acknowledged if decision not in present]
    return report


def first_undecided(database: Path) -> str:
    """Return the key of the first pair without a decision of the driver; raises ValueError where there is none."""
    connection = sqlite3.connect(database)
    try:
        row = connection.execute(
            "SELECT key FROM pairs WHERE id NOT IN (SELECT pair_id FROM decision WHERE annotator = ?) ORDER BY id",
            [ANNOTATOR],
        ).fetchone()
    finally:
        connection.close()
    if row is None:
        raise ValueError("every pair is decided: take a larger corpus")
    return str(row[0])


def main() -> int:
    """Run it and print the counts; 1 where a decision was lost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--from", dest="source", type=Path, default=corpus.SAMPLE, metavar="FILE")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    place = Workplace(200 * max(5, arguments.count), arguments.source)
    with place.scratch() as folder:
        database = folder / "deciding.db"
        run(hhtui("load", str(place.corpus), "--db", str(database), "--no-score", "--json"))
        report = kill_while_deciding(database, folder, arguments.count, arguments.seed)
    print(report)
    return 1 if report.lost or not report.acknowledged else 0


if __name__ == "__main__":
    sys.exit(main())
