"""Figures of the scorers that work at once: texts a second, and what the preference model costs and knows."""

from __future__ import annotations

from pathlib import Path

from benchmarks.commands import CommandFailed, Run, hhtui, own_home, python, run
from benchmarks.table import Figure, Target
from benchmarks.workplace import Workplace, ask, copy

EMBEDDED = ("alt-profanity", "refusal")
TEXTS_OF_SCORER = "SELECT count(*) FROM score JOIN scorer ON scorer.id = score.scorer_id WHERE scorer.name = ?"
PREFERENCE = "preference-model"
SEEDS = 5


def embedded(place: Workplace) -> list[Figure]:
    """Each scorer of texts over every distinct text, and the preference model over every pair: start to end."""
    figures: list[Figure] = []
    with place.scratch() as folder, own_home(folder) as environment:
        database = copy(place.loaded, folder / "score.db")

        def score(name: str) -> Run:
            return run(hhtui("score", str(database), "--scorer", name, "--json"), environment)

        for name in EMBEDDED:
            figures += texts_a_second(name, score(name), ask(database, TEXTS_OF_SCORER, [name]))
        figures += preference(score(PREFERENCE), place.pairs)
    return figures


def texts_a_second(name: str, finished: Run, texts: int) -> list[Figure]:
    """Return what a scorer did a CPU second and a second."""
    return [
        Figure(
            f"{name}, a CPU second", "texts/s", [texts / finished.cpu_seconds], must=Target("at least", 8_000),
            note=f"{texts:,} distinct texts, all processes, imports and storing included",
        ),
        Figure(f"{name}, a second", "texts/s", [texts / finished.seconds], note=f"{finished.seconds:.1f} s"),
    ]  # fmt: skip


def preference(finished: Run, pairs: int) -> list[Figure]:
    """Return what the preference model took, storing included."""
    return [
        Figure(
            f"{PREFERENCE}, {pairs:,} pairs", "s", [finished.seconds], must=Target("at most", 60),
            note=f"five models learned, scores stored, {finished.cpu_seconds:.0f} CPU seconds",
        ),
        Figure(
            f"{PREFERENCE}, {pairs:,} pairs, peak", "MiB", [finished.peak_mib], must=Target("at most", 1024),
            note="resident in the process that scores",
        ),
    ]  # fmt: skip


def held_out(place: Workplace) -> list[Figure]:
    """The preference model's accuracy on pairs of the source itself that it did not see, by five seeds."""
    with place.scratch() as folder, own_home(folder) as environment:
        database = load_source(place, folder, environment)
        try:
            found = run(python("-m", "benchmarks.held_out", str(database), "--seeds", str(SEEDS)), environment).json()
        except CommandFailed as error:
            return [Figure(f"{PREFERENCE}, held-out accuracy", "", (), note=str(error).splitlines()[-1])]
    accuracies = found["held_out"]
    by_seed = ", ".join(f"{one:.3f}" for one in accuracies)
    return [
        Figure(
            f"{PREFERENCE}, held-out accuracy", "", accuracies, value=sum(accuracies) / len(accuracies),
            peer="shorter reply", peer_samples=[found["shorter"]], must=Target("at least", 0.6),
            note=f"mean of {SEEDS} seeds: {by_seed}; {found['pairs']:,} pairs of the source itself",
        )
    ]  # fmt: skip


def load_source(place: Workplace, folder: Path, environment: dict[str, str]) -> Path:
    """Load the file that the corpus was grown from, as it is; return the database."""
    database = folder / "source.db"
    run(hhtui("load", str(place.source.resolve()), "--db", str(database), "--no-score", "--json"), environment)
    return database
