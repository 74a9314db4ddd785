"""Decide pairs fast from the keyboard, and look whether each key hit the pair that was on the screen.

    python -m benchmarks.endurance.decision_keys [--pairs 1000] [--hertz 20] [--of 170000] [--from FILE] [--seed N]

A scorer runs beside in a process of its own. At the moment of each key the driver notes the pair that the header
names. `f`, `x` and `3`, a label, stay on the pair; `a`, `s`, `e` and `z` move on. Then the event log is read: one event
a key, in the order typed, of the kind of the key. It is a hit where it is on the pair noted. Where the machine was too
busy to paint the next pair before the next key came, that key must have waited until its pair was painted: it counts
as held, and what hit a pair that had not been painted as missed.

A key is saved when another process can read its event, which is looked for every half millisecond; the next pair is
painted when the driver has read the frame whose header names it.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from benchmarks import corpus
from benchmarks.commands import Command, hhtui, own_home, run
from benchmarks.endurance import disk
from benchmarks.endurance.deciding import ANNOTATOR
from benchmarks.endurance.screen import Screen
from benchmarks.ptyprobe import quantile
from benchmarks.workplace import Workplace, count

KINDS = {b"f": "flag", b"x": "drop", b"3": "label", **dict.fromkeys((b"a", b"s", b"e", b"z"), "preference")}
MOVING = [key for key, kind in KINDS.items() if kind == "preference"]
STAYING = [key for key, kind in KINDS.items() if kind != "preference"]
MARKED = 0.25
"""The share of pairs that get another decision before their preference."""
COLUMNS, ROWS = 80, 24
DRAIN = 1.0
"""Seconds in which the last keys are answered."""
POLL = 0.0005
PAUSE = 0.3
AT_WORK = 20_000
QUESTION = "decision keys came at once"


@dataclass(frozen=True)
class Report:
    """Counts of one run.

    `hit`: decisions on the pair that was on the screen when the key was typed. `held`: on a later one, which was
    painted before it was decided. `missed`: on any other. `lost`: keys without a decision. `saved` and `painted` are
    milliseconds from a key until it was saved, and until the next pair was painted, `disk` those that the disk alone
    took to keep a page meanwhile. `questions`: how often keys were taken for a paste.
    """

    typed: int
    hit: int
    held: int
    missed: int
    lost: int
    saved: tuple[float, ...] = ()
    painted: tuple[float, ...] = ()
    disk: tuple[float, ...] = ()
    questions: int = 0

    def __str__(self) -> str:
        return (
            f"{self.typed:,} keys typed: {self.hit:,} hit the pair on the screen, {self.held:,} were held until a "
            f"later one was painted, {self.missed:,} hit another, {self.lost:,} were lost; "
            f"saved after {_quantiles(self.saved)}, the next pair painted after {_quantiles(self.painted)}; "
            f"the disk alone keeps a page after {_quantiles(self.disk)}"
            f"; taken for a paste {self.questions} times"
        )


def _quantiles(milliseconds: Sequence[float]) -> str:
    if not milliseconds:
        return "–"
    return f"p50 {quantile(milliseconds, 0.5):.1f} ms, p99 {quantile(milliseconds, 0.99):.1f} ms"


class Log:
    """The event log of a database, as another process reads it."""

    def __init__(self, database: Path) -> None:
        self._connection = sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True, timeout=5)
        self._first = self._newest()

    def length(self) -> int:
        """Return how many events have been saved since this was made."""
        return self._newest() - self._first

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _newest(self) -> int:
        newest: int = self._connection.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()[0]
        return newest


class Watched:
    """A screen, and when each pair was first seen in its header (seconds since 1970).

    `pressed` and `saved` are when each key was typed, and when its event was first seen in the log; `questions` counts
    how often hhtui took keys for a paste.
    """

    def __init__(self, screen: Screen, log: Log | None = None) -> None:
        self.screen, self._log = screen, log
        self.seen: dict[str, float] = {}
        self.pressed: list[float] = []
        self.saved: list[float] = []
        self.questions = 0

    def read_until(self, moment: float) -> None:
        """Read until a moment of perf_counter, noting what is seen."""
        output = True
        while True:
            if output:
                self.seen.setdefault(self.screen.key(), self.screen.terminal.read_at)
            self.screen.check_running()
            waits = self._log is not None and len(self.saved) < len(self.pressed)
            until = min(moment, time.perf_counter() + POLL) if waits else moment
            output = bool(self.screen.terminal.wait_for_output(until))
            if self._log is not None and waits:
                self.saved += [time.time()] * (self._log.length() - len(self.saved))
            if not output and time.perf_counter() >= moment:
                return

    def type_keys(self, keys: Sequence[bytes], hertz: float) -> list[tuple[str, str]]:
        """Type decision keys; return the (pair on the screen, kind) of each.

        What a delay held up is not made up for: many keys at once are a paste, about which hhtui asks. Where a machine
        stood still and it asks all the same, the answer is yes.
        """
        typed = []
        due = time.perf_counter()
        for key in keys:
            self.read_until(due)
            if self._asks():
                self._agree()
            due = max(due + 1 / hertz, time.perf_counter() + 0.5 / hertz)
            typed.append((self.screen.key(), KINDS[key]))
            self.pressed.append(time.time())
            self.screen.press(key)
        self.read_until(time.perf_counter() + DRAIN)
        if self._asks():
            self._agree()
        return typed

    def _asks(self) -> bool:
        return any(QUESTION in line for line in self.screen.lines())

    def _agree(self) -> None:
        """Stop typing, as who sees a question does, then agree and look on until nothing waits."""
        self.questions += 1
        self.read_until(time.perf_counter() + PAUSE)
        self.screen.press(b"y")
        while self._asks() or (self._log is not None and len(self.saved) < len(self.pressed)):
            self.read_until(time.perf_counter() + PAUSE)

    def until_saved(self) -> tuple[float, ...]:
        """Return the milliseconds from each key until its event could be read."""
        return tuple(1000 * (saved - pressed) for saved, pressed in zip(self.saved, self.pressed, strict=False))

    def until_painted(self, typed: Sequence[tuple[str, str]]) -> tuple[float, ...]:
        """Return the milliseconds from each key that moved on until the next pair was seen."""
        after = dict(pairwise(self.seen))
        return tuple(
            1000 * (self.seen[after[shown]] - pressed)
            for (shown, kind), pressed in zip(typed, self.pressed, strict=True)
            if kind == "preference" and shown in after and self.seen[after[shown]] >= pressed
        )


def keys_for(pairs: int, chance: random.Random) -> list[bytes]:
    """Return keys that decide so many pairs: a preference each, some with another decision before."""
    keys = []
    for _ in range(pairs):
        if chance.random() < MARKED:
            keys.append(chance.choice(STAYING))
        keys.append(chance.choice(MOVING))
    return keys


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


def type_fast(
    database: Path, folder: Path, pairs: int = 200, hertz: float = 20.0, seed: int = 1, *, scorer: bool = False
) -> Report:
    """Decide so many pairs by keys at `hertz` a second in hhtui over `database`, and compare with its event log.

    `folder` takes the person's own files. With `scorer` a process scores the database meanwhile, and is stopped where
    it is not done by then. Raises TimeoutError where hhtui does not quit on `q` afterwards.
    """
    argv = hhtui(str(database), "--by", ANNOTATOR)
    with own_home(folder) as environment, closing(Log(database)) as log:
        beside = scoring(database, environment) if scorer else None
        with Screen(argv, COLUMNS, ROWS, environment) as screen:
            screen.wait_until(lambda: bool(screen.key()))
            watched = Watched(screen, log)
            with disk.watched(folder) as fsyncs:
                typed = watched.type_keys(keys_for(pairs, random.Random(seed)), hertz)
            if beside is not None:
                stop(beside)
            screen.press(b"q")
            screen.wait_until(lambda: screen.terminal.ended)
            screen.terminal.wait()
    report = compare(typed, events(database), watched.seen)
    saved, painted = watched.until_saved(), watched.until_painted(typed)
    return replace(report, saved=saved, painted=painted, disk=tuple(fsyncs), questions=watched.questions)


def scoring(database: Path, environment: Mapping[str, str]) -> Command:
    """Return a scorer at work: it has read its model, and stored its first thousands of scores."""
    command = Command(hhtui("score", str(database), "--json"), environment)
    while command.running() and count(database, "score") < AT_WORK:
        time.sleep(PAUSE)
    return command


def stop(command: Command) -> None:
    """End a command that still runs; raises CommandFailed where it had failed by itself."""
    if command.running():
        command.kill()
    else:
        command.finish()


def main() -> int:
    """Run it and print the counts; 1 where a key missed or was lost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=1_000)
    parser.add_argument("--hertz", type=float, default=20.0)
    parser.add_argument("--of", type=int, default=170_000, help="the pairs of the corpus")
    parser.add_argument("--from", dest="source", type=Path, default=corpus.SAMPLE, metavar="FILE")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    place = Workplace(max(arguments.of, 2 * arguments.pairs), arguments.source)
    with place.scratch() as folder:
        database = folder / "keys.db"
        run(hhtui("load", str(place.corpus), "--db", str(database), "--no-score", "--no-copy", "--json"))
        disk.settle(folder)
        report = type_fast(database, folder, arguments.pairs, arguments.hertz, arguments.seed, scorer=True)
        print(f"{report}; {count(database, 'score'):,} scores were stored beside")
    return 1 if report.missed or report.lost else 0


if __name__ == "__main__":
    sys.exit(main())
