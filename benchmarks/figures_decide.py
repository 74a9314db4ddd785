"""How long a decision takes until it is durable, alone and beside a running scorer."""

from __future__ import annotations

import time

from benchmarks.commands import Command, hhtui, own_home
from benchmarks.ptyprobe import quantile
from benchmarks.table import Figure, Target
from benchmarks.workplace import Workplace, copy, count

PACE = 0.05
"""Seconds between two decisions: a person who holds a key down."""
ALONE = 200


def decisions(place: Workplace) -> list[Figure]:
    """Decide at a steady pace, alone and while `hhtui score` writes in another process.

    Raises ValueError where the scorer was done before a decision could be measured: the corpus is too small.
    """
    from hhtui.store.database import Database
    from hhtui.store.decisions import Annotator

    with place.scratch() as folder, own_home(folder) as environment:
        path = copy(place.loaded, folder / "decide.db")
        with Database.open(path) as database:
            annotator = Annotator.begin(database, "benchmark")

            def decide(number: int) -> float:
                begin = time.perf_counter()
                annotator.decide([1 + number % place.pairs], "flag", "yes")
                taken = time.perf_counter() - begin
                time.sleep(max(0.0, PACE - taken))
                return taken * 1000

            alone = [decide(number) for number in range(ALONE)]
            scorer = Command(hhtui("score", str(path), "--json"), environment)
            beside: list[float] = []
            while scorer.running():
                taken = decide(len(beside))
                if beside or count(path, "score"):
                    beside.append(taken)
            scorer.finish()
    return [
        Figure("decision saved, alone", "ms", alone, note=f"p99 {quantile(alone, 0.99):.1f} ms"),
        Figure(
            "decision saved beside a running scorer, p99", "ms", beside, value=quantile(beside, 0.99),
            aim=Target("at most", 20), 
            note=f"p50 {quantile(beside, 0.5):.1f} ms, {len(beside)} decisions at 20 a second",
        ),
    ]  # fmt: skip
