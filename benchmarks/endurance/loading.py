"""Kill a load at random moments, finish it, and compare with a load without a break.

    python -m benchmarks.endurance.loading [--count 100] [--pairs 20000] [--score] [--from FILE] [--seed N]

The moment of each kill is drawn evenly from the time that the whole load takes. The same command then goes on; a
load that gets to its end before its kill is compared and another is begun. All tables are compared by content,
the text index word by word; only times, paths and the identifiers of runs are left out.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import corpus
from benchmarks.commands import Command, hhtui, own_home, run
from benchmarks.endurance.contents import contents, differences
from benchmarks.workplace import Workplace, remove


@dataclass
class Report:
    """Counts of one run: kills, finished databases that were compared, and in what they differ."""

    kills: int = 0
    compared: int = 0
    differing: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        found = "; ".join(self.differing) or "none"
        return f"{self.kills} kills, {self.compared} finished databases compared, differences: {found}"


def killed(argv: list[str], environment: dict[str, str], seconds: float) -> bool:
    """Run a command and kill it after so many seconds; return False where it was done before that.

    Raises CommandFailed where it failed by itself.
    """
    command = Command(argv, environment)
    until = time.perf_counter() + seconds
    while time.perf_counter() < until and command.running():
        time.sleep(min(0.001, max(0.0, until - time.perf_counter())))
    if command.running():
        command.kill()
        return True
    command.finish()
    return False


def kill_while_loading(source: Path, folder: Path, count: int = 100, *, score: bool = False, seed: int = 1) -> Report:
    """Kill the load of `source` `count` times; return how many databases came of it and how they differ."""
    chance, report = random.Random(seed), Report()
    whole, broken = folder / "whole.db", folder / "broken.db"

    def load(database: Path) -> list[str]:
        return hhtui("load", str(source), "--db", str(database), *(() if score else ("--no-score",)))

    def compare() -> None:
        report.compared += 1
        report.differing += differences(expected, contents(broken))
        remove(broken)

    with own_home(folder) as environment:
        longest = run(load(whole), environment).seconds
        expected = contents(whole)
        while report.kills < count:
            if killed(load(broken), environment, chance.uniform(0.0, longest)):
                report.kills += 1
            else:
                compare()
        run(load(broken), environment)
        compare()
    return report


def main() -> int:
    """Run it and print the counts; 1 where a database differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--pairs", type=int, default=20_000)
    parser.add_argument("--score", action="store_true", help="load with scores")
    parser.add_argument("--from", dest="source", type=Path, default=corpus.SAMPLE, metavar="FILE")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    place = Workplace(arguments.pairs, arguments.source)
    with place.scratch() as folder:
        report = kill_while_loading(place.corpus, folder, arguments.count, score=arguments.score, seed=arguments.seed)
    print(report)
    return 1 if report.differing else 0


if __name__ == "__main__":
    sys.exit(main())
