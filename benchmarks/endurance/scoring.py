"""Kill the process that scores at random moments, let it go on, and compare with a run without a break.

    python -m benchmarks.endurance.scoring [--count 20] [--from FILE] [--seed N]

The file is loaded as it is. First by the scorers that work at once, then, where the extra is installed, by
detoxify with a tiny model of random weights, which gives more moments to be killed at. A kill comes at a moment drawn
from the time that a whole run scores, early ones more often, so that one database is killed many times. A run that
gets to its end first is compared, and another database begun. After each kill, of the texts that the process gave to
a scorer only those of its last batch may lack their scores. `--count` kills are made of each kind.
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from benchmarks import corpus
from benchmarks.commands import Command, hhtui, own_home, python, run
from benchmarks.endurance.score_contents import differences, scores
from benchmarks.workplace import Workplace, copy, remove
from hhtui.score.scorer import DEFAULTS, NO_OPTIONS, Options

DETOXIFY = "detoxify:original"
POLL = 0.001

Text = tuple[str, str]
"""The name of a scorer, and the hash of a text that it was given."""


@dataclass
class Report:
    """Counts of one run.

    `computed` are texts given to a scorer, `again` those given to it once more after a kill. `beyond` counts kills
    that cost more than one batch: texts given before the last batch had no scores afterwards.
    """

    scorers: tuple[str, ...]
    kills: int = 0
    compared: int = 0
    computed: int = 0
    again: int = 0
    beyond: int = 0
    differing: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether every promise was kept."""
        return self.compared > 0 and not self.beyond and not self.differing

    def __str__(self) -> str:
        return (
            f"{', '.join(self.scorers)}: {self.kills} kills, {self.compared} finished databases compared, "
            f"{self.computed:,} texts computed, {self.again:,} of them again, "
            f"{self.beyond} kills that cost more than one batch, differences: {'; '.join(self.differing) or 'none'}"
        )


class Watched:
    """Runs of the scoring process over one database, whose batches are written down."""

    def __init__(self, database: Path, names: tuple[str, ...], options: Options, environment: dict[str, str]) -> None:
        self.database = database
        self.log = database.with_suffix(".log")
        given = [part for name in names for part in ("--scorer", name)]
        self.argv = python("-m", "benchmarks.endurance.watched_scoring", str(self.log), str(database), *given)
        self.argv += ["--options", options.to_json(), "--lenient"]
        self.environment = environment

    def batches(self) -> list[list[Text]]:
        """Return the texts that scorers were given, batch by batch, since the database was begun."""
        if not self.log.exists():
            return []
        lines = [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines() if line.endswith("}")]
        return [[(line["scorer"], digest) for digest in line["texts"]] for line in lines]

    def life(self, seconds: float | None) -> float | None:
        """Run until so many seconds after the scorers have begun, and kill; without `seconds` to the end.

        Return how many seconds it scored where it got to its end, None where it was killed. Raises CommandFailed where
        it failed by itself.
        """
        written = self.size()
        command = Command(self.argv, self.environment)
        begun: float | None = None
        while command.running():
            if begun is None and (self.size() > written or b'"learning"' in command.said()):
                begun = time.perf_counter()
            if begun is not None and seconds is not None and time.perf_counter() - begun >= seconds:
                command.kill()
                return None
            time.sleep(POLL)
        ended = time.perf_counter()
        command.finish()
        return ended - (begun or ended)

    def size(self) -> int:
        """Return the bytes of the log."""
        return self.log.stat().st_size if self.log.exists() else 0

    def restart(self, loaded: Path) -> None:
        """Begin anew, from a database without scores."""
        copy(loaded, self.database)
        self.log.unlink(missing_ok=True)


def lost(database: Path, batches: list[list[Text]]) -> set[Text]:
    """Return the texts that were given to scorers before the last batch and have no scores."""
    connection = sqlite3.connect(database)
    try:
        query = "SELECT name, lower(hex(text_hash)) FROM score JOIN scorer ON scorer.id = scorer_id"
        stored = set(connection.execute(query))
    finally:
        connection.close()
    return {text for batch in batches[:-1] for text in batch} - stored


def kill_while_scoring(
    loaded: Path,
    folder: Path,
    environment: dict[str, str],
    names: tuple[str, ...] = DEFAULTS,
    options: Options = NO_OPTIONS,
    count: int = 20,
    seed: int = 1,
) -> Report:
    """Kill the scoring of a copy of `loaded` `count` times; return how often it went wrong."""
    chance, report = random.Random(seed), Report(names)
    whole = copy(loaded, folder / "whole.db")
    run(hhtui("score", str(whole), *command_line(names, options), "--json"), environment)
    expected = scores(whole)
    watched = Watched(folder / "broken.db", names, options, environment)

    def finished() -> None:
        given = Counter(text for batch in watched.batches() for text in batch)
        report.compared += 1
        report.computed += given.total()
        report.again += given.total() - len(given)
        report.differing += differences(expected, scores(watched.database))
        watched.restart(loaded)

    watched.restart(loaded)
    longest = watched.life(None) or 0.0
    finished()
    while report.kills < count:
        before = len(watched.batches())
        if watched.life(longest * chance.random() ** 3) is None:
            report.kills += 1
            report.beyond += bool(lost(watched.database, watched.batches()[before:]))
        else:
            finished()
    watched.life(None)
    finished()
    remove(watched.database)
    return report


def command_line(names: tuple[str, ...], options: Options) -> list[str]:
    """Return the arguments of `hhtui score` that mean the same; none for the scorers that work at once."""
    if names == DEFAULTS:
        return []
    arguments = [part for name in names for part in ("--scorer", name)]
    for name, value in options._asdict().items():
        if value != Options._field_defaults[name]:
            arguments += [f"--{name.replace('_', '-')}", str(value)]
    return arguments


def tiny_detoxify(source: Path, folder: Path) -> Options:
    """Make a tiny model of random weights; return how its scorer is made."""
    run(python("-m", "benchmarks.detoxify_model", str(source), str(folder), "tiny"))
    return Options(checkpoint=folder / "random.ckpt", config_dir=folder / "config", device="cpu", threads=1)


def main() -> int:
    """Run it and print the counts; 1 where a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--from", dest="source", type=Path, default=corpus.SAMPLE, metavar="FILE")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    source = arguments.source.resolve()
    reports = []
    with Workplace(0, source).scratch() as folder, own_home(folder) as environment:
        loaded = folder / "loaded.db"
        run(hhtui("load", str(source), "--db", str(loaded), "--no-score", "--json"), environment)
        kinds: list[tuple[tuple[str, ...], Options]] = [(DEFAULTS, NO_OPTIONS)]
        if find_spec("detoxify") is not None:
            kinds.append(((DETOXIFY,), tiny_detoxify(source, folder)))
        else:
            print(f"{DETOXIFY}: not installed: hhtui[detoxify]", file=sys.stderr)
        for names, options in kinds:
            reports.append(
                kill_while_scoring(loaded, folder, environment, names, options, arguments.count, arguments.seed)
            )
            print(reports[-1], flush=True)
    return 0 if all(report.holds for report in reports) else 1


if __name__ == "__main__":
    sys.exit(main())
