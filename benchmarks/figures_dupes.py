"""Figures of similar texts: how long they take to find, how many of them are found, how soon a pair's similar ones."""

from __future__ import annotations

from benchmarks.commands import hhtui, own_home, python, run
from benchmarks.figures_score import load_source
from benchmarks.table import Figure, Target
from benchmarks.workplace import Workplace, copy

DRAWN = 200
P95 = 0.95


def dupes(place: Workplace) -> list[Figure]:
    """`hhtui dupes` over the corpus, once more with nothing new, and the similar pairs of pairs drawn by chance."""
    with place.scratch() as folder, own_home(folder) as environment:
        database = copy(place.loaded, folder / "dupes.db")
        before = database.stat().st_size
        first = run(hhtui("dupes", str(database), "--json"), environment)
        again = run(hhtui("dupes", str(database), "--json"), environment)
        found = first.json()
        asked = python("-m", "benchmarks.similar_texts", str(database), "--waits", str(DRAWN))
        waited = sorted(run(asked, environment).json()["milliseconds"])
        grown = (database.stat().st_size - before) / 2**20
    return [
        Figure(
            f"similar texts of {place.pairs:,} pairs", "s", [first.seconds], must=Target("at most", 300),
            note=f"{first.cpu_seconds:.0f} CPU seconds; {found['groups']:,} groups in {found['in_groups']:,} pairs",
        ),
        Figure("similar texts, peak", "MiB", [first.peak_mib], note=f"the database grows by {grown:.0f} MiB"),
        Figure("similar texts, nothing new", "s", [again.seconds]),
        Figure(
            "similar pairs of a pair, p95", "ms", waited, value=waited[int(P95 * len(waited))],
            must=Target("at most", 400), note=f"{DRAWN} pairs drawn by chance, one after another",
        ),
    ]  # fmt: skip


def recall(place: Workplace) -> list[Figure]:
    """How many of the texts of the source that are nearly the same are in one group, against all compared with all."""
    with place.scratch() as folder, own_home(folder) as environment:
        database = load_source(place, folder, environment)
        run(hhtui("dupes", str(database), "--json"), environment)
        found = run(python("-m", "benchmarks.similar_texts", str(database), "--recall"), environment).json()
    note = f"of {found['alike']:,} alike among {found['texts']:,} texts; {found['unlinked']:,} grouped wrongly"
    share = found["together"] / found["alike"] if found["alike"] else 1.0
    return [Figure("similar texts found, of all", "", [share], must=Target("at least", 0.95), note=note)]
