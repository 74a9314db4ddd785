"""Let two people decide about the same pairs at once, each in a process of their own.

    python -m benchmarks.endurance.two_writers [--count 2000] [--from FILE]

Both writers go through `hhtui.store.decisions` as fast as they can: one flags, the other prefers the rejected
side, over the same pairs. A decision counts as saved once the call returns. Then the event log and the current
values are compared with what each writer was told.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sqlite3
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path

from benchmarks import corpus
from benchmarks.commands import hhtui, run
from benchmarks.ptyprobe import quantile
from benchmarks.workplace import Workplace
from hhtui.model import Kind
from hhtui.store.database import Database
from hhtui.store.decisions import Annotator
from hhtui.store.errors import StoreError

WRITERS: tuple[tuple[str, Kind, str], ...] = (("first", "flag", "yes"), ("second", "preference", "rejected"))


@dataclass(frozen=True)
class Told:
    """What one writer was told: the pairs whose decision was saved, how many failed, and the milliseconds each took."""

    annotator: str
    saved: tuple[int, ...]
    failed: int
    milliseconds: tuple[float, ...]


@dataclass(frozen=True)
class Report:
    """Counts of one run: decisions saved, failed and lost, and the p99 of the milliseconds a decision took."""

    saved: int
    failed: int
    lost: int
    p99_ms: float

    def __str__(self) -> str:
        return (
            f"2 writers, {self.saved} decisions saved, {self.failed} failed, {self.lost} lost, p99 {self.p99_ms:.1f} ms"
        )


def write(
    database: Path, annotator: str, kind: Kind, value: str, pairs: Sequence[int], begin: Barrier, told: Queue[Told]
) -> None:
    """Decide about each of the pairs once both writers are ready, and tell what came of it."""
    saved, failed, milliseconds = [], 0, []
    with Database.open(database) as opened:
        writer = Annotator.begin(opened, annotator)
        begin.wait()
        for pair in pairs:
            started = time.perf_counter()
            try:
                writer.decide([pair], kind, value)
                saved.append(pair)
            except StoreError:
                failed += 1
            milliseconds.append((time.perf_counter() - started) * 1000)
        writer.end()
    told.put(Told(annotator, tuple(saved), failed, tuple(milliseconds)))


def lost(database: Path, told: Told, kind: Kind, value: str) -> int:
    """Return how many saved decisions are missing from the event log or from the current values."""
    connection = sqlite3.connect(database)
    try:
        logged = connection.execute(
            "SELECT pairs.id FROM event JOIN pairs ON pairs.key = event.pair_key "
            "WHERE (event.annotator, event.kind, event.value) = (?, ?, ?)",
            [told.annotator, kind, value],
        ).fetchall()
        current = connection.execute(
            "SELECT pair_id FROM decision WHERE (annotator, kind, value) = (?, ?, ?)",
            [told.annotator, kind, value],
        ).fetchall()
    finally:
        connection.close()
    return len(set(told.saved) - ({pair for (pair,) in logged} & {pair for (pair,) in current}))


def two_writers(database: Path, count: int = 2000) -> Report:
    """Let two processes save `count` decisions together; return what was saved, failed and lost.

    Raises ValueError where the database has fewer than `count` / 2 pairs.
    """
    connection = sqlite3.connect(database)
    pairs = [pair for (pair,) in connection.execute("SELECT id FROM pair ORDER BY id LIMIT ?", [count // 2])]
    connection.close()
    if len(pairs) < count // 2:
        raise ValueError(f"the database has only {len(pairs)} pairs")
    context = multiprocessing.get_context("spawn")
    begin, answers = context.Barrier(len(WRITERS)), context.Queue()
    processes = [
        context.Process(target=write, args=(database, name, kind, value, pairs, begin, answers))
        for name, kind, value in WRITERS
    ]
    for process in processes:
        process.start()
    told = {answer.annotator: answer for answer in (answers.get(timeout=300) for _ in processes)}
    for process in processes:
        process.join()
    return Report(
        saved=sum(len(answer.saved) for answer in told.values()),
        failed=sum(answer.failed for answer in told.values()),
        lost=sum(lost(database, told[name], kind, value) for name, kind, value in WRITERS),
        p99_ms=quantile([each for answer in told.values() for each in answer.milliseconds], 0.99),
    )


def main() -> int:
    """Run it and print the counts; 1 where a decision failed or was lost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--from", dest="source", type=Path, default=corpus.SAMPLE, metavar="FILE")
    arguments = parser.parse_args()
    place = Workplace(arguments.count, arguments.source)
    with place.scratch() as folder:
        database = folder / "writers.db"
        run(hhtui("load", str(place.corpus), "--db", str(database), "--no-score", "--json"))
        report = two_writers(database, arguments.count)
    print(report)
    return 0 if report.saved == arguments.count and not report.failed and not report.lost else 1


if __name__ == "__main__":
    sys.exit(main())
