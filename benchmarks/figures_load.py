"""Figures of loading, beside other tools that read the same file."""

from __future__ import annotations

import time
from pathlib import Path

from benchmarks.commands import Command, CommandFailed, hhtui, own_home, python, run
from benchmarks.peers import OFFLINE, installed
from benchmarks.table import NOT_INSTALLED, Figure, Target
from benchmarks.workplace import Workplace, remove, size, stored_pairs

REPEATS = 3
PEERS = ("datasets", "tantivy", "tantivy_stored", "duckdb_fts", "polars", "duckdb")
PAGE = 24
"""Pairs that fill the first page of a list at 80×24."""
POLL = 0.002
PATIENCE = 0.2
"""Seconds between two looks from outside, before the first page and after it: looking costs what is measured."""


class Loads:
    """Loads of one corpus by hhtui and by its peers, measured once a run and shared by several figures.

    They take turns, so that each is measured at the same times as the others.
    """

    def __init__(self, place: Workplace) -> None:
        self.place = place
        self.first_page: list[float] = []
        self.bodies: list[float] = []
        self.alone: list[float] = []
        self.indexed: list[float] = []
        self.sizes: list[float] = []
        self.peers: dict[str, list[float]] = {}
        self.failures: dict[str, str] = {}

    def measure(self) -> None:
        """Load by hhtui and by every peer, one after another, several times."""
        for _ in range(0 if self.indexed else REPEATS):
            with self.place.scratch() as folder, own_home(folder) as environment:
                self.load_once(folder / "load.db", environment)
            with self.place.scratch() as folder, own_home(folder) as environment:
                argv = python("-m", "benchmarks.pairs_alone", str(self.place.corpus), str(folder / "pairs.db"))
                self.alone.append(run(argv, environment).seconds)
            for name in PEERS:
                self.load_by(name)

    def load_once(self, database: Path, environment: dict[str, str]) -> None:
        """Load with the text index and without scores; watch from outside when pairs become readable."""
        corpus = self.place.corpus
        command = Command(
            hhtui("load", str(corpus), "--db", str(database), "--no-score", "--no-copy", "--json"), environment
        )
        page = bodies = 0.0
        while command.running():
            if not page:
                page = seen(database, PAGE, command)
            elif not bodies:
                bodies = seen(database, self.place.pairs, command)
            time.sleep(POLL if not page else PATIENCE)
        finished = command.finish()
        self.first_page.append(page or finished.seconds)
        self.bodies.append(bodies or finished.seconds)
        self.indexed.append(finished.seconds)
        self.sizes.append(size(database))
        remove(database)

    def load_by(self, name: str) -> None:
        """Load cold by a peer, from the start of its process to its end, unless it is not installed or has failed."""
        samples = self.peers.setdefault(name, [])
        if not installed(name) or name in self.failures:
            return
        try:
            with self.place.scratch() as folder:
                argv = python("-m", "benchmarks.peers", name, str(self.place.corpus), str(folder))
                samples.append(run(argv, {**OFFLINE, "HF_HOME": str(folder / "home")}).seconds)
        except CommandFailed as error:
            samples.clear()
            self.failures[name] = str(error).splitlines()[-1]

    def missing(self, name: str) -> str:
        """Return why a peer has no figure."""
        return self.failures.get(name, NOT_INSTALLED)


def seen(database: Path, pairs: int, command: Command) -> float:
    """Return the seconds since the command's start if so many pairs can be read now, 0 if they cannot."""
    if database.exists() and stored_pairs(database) >= pairs:
        return time.perf_counter() - command.started
    return 0.0


def first_page(loads: Loads) -> list[Figure]:
    """Start of the load → a page of pairs that another process can read."""
    loads.measure()
    return [
        Figure(
            "first page while loading", "s", loads.first_page, peer="datasets, cold",
            peer_samples=loads.peers["datasets"], must=Target("at least", 8, "sooner"),
            aim=Target("at least", 10, "sooner"), note=f"{PAGE} pairs readable from another process",
        )
    ]  # fmt: skip


def load(loads: Loads) -> list[Figure]:
    """A load of the pairs alone; the whole load until every pair can be read, and until the text index is complete."""
    loads.measure()
    datasets = loads.peers["datasets"]
    figures = [
        Figure(
            "load without text index and scores", "s", loads.alone, peer="datasets, cold", peer_samples=datasets,
            aim=Target("at most", 2, "times"),
        ),
        Figure(
            "every pair readable, the text index being built", "s", loads.bodies, peer="datasets, cold",
            peer_samples=datasets,
        ),
        Figure(
            "load with text index", "s", loads.indexed, peer="datasets, cold", peer_samples=datasets,
            must=Target("at most", 8, "times"),
        ),
    ]  # fmt: skip
    for name, limit in (("tantivy", 1.0), ("tantivy_stored", None), ("duckdb_fts", 0.2)):
        figures.append(beside(loads, "load with text index", loads.indexed, name, limit))
    for name in ("polars", "duckdb"):
        figures.append(beside(loads, "load without text index and scores", loads.alone, name, None))
    return figures


def beside(loads: Loads, name: str, ours: list[float], peer: str, limit: float | None) -> Figure:
    """Return the same figure beside another tool, which may be absent."""
    samples = loads.peers[peer]
    return Figure(
        name,
        "s",
        ours,
        peer=peer.replace("_", " ") if samples else f"{peer.replace('_', ' ')}: {loads.missing(peer)}",
        peer_samples=samples,
        aim=None if limit is None else Target("at most", limit, "times"),
    )


def database_size(loads: Loads) -> list[Figure]:
    """The database with its text index and without scores, against the raw JSON."""
    loads.measure()
    raw = loads.place.raw_bytes / 2**20
    return [
        Figure(
            "database with text index", "MiB", [each / 2**20 for each in loads.sizes], peer="raw JSON",
            peer_samples=[raw], aim=Target("at most", 1.1, "times"), note="with its write-ahead log, after the load",
        )
    ]  # fmt: skip
