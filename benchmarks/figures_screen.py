"""Figures of the screen, measured from outside in a real pseudo-terminal."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from benchmarks.commands import AS_INSTALLED, ROOT, hhtui, own_home, python
from benchmarks.ptyprobe import KeyFigures, hold, idle, press, quantile
from benchmarks.table import Figure, Target
from benchmarks.terminal import Terminal, drawn_text
from benchmarks.workplace import Workplace

SMALL, LARGE = (80, 24), (200, 50)
SETTLE = 1.0
KEYS = 60
STARTS, WARM_UPS = 9, 1
SLOW_RATE, SLOW_RTT = 20_000, 150
SHIELDED = ("profanity", "everything")
TYPED = "/harm:>0.3 the cook -bread"


@contextmanager
def browsing(
    database: Path, size: tuple[int, int], folder: Path, rate: int = 0, rtt: float = 0, shield: str = "off"
) -> Iterator[Terminal]:
    """Give a terminal in which hhtui browses the database for a person who never ran it before but set the shield."""
    with own_home(folder) as environment:
        configured = {**environment, "HHTUI_CONFIG_DIR": environment["HOME"]}
        Path(environment["HOME"], "config.toml").write_text(f'shield = "{shield}"\n', encoding="utf-8")
        with Terminal(
            hhtui(str(database)), *size, rate=rate, rtt=rtt, environment=configured, directory=ROOT
        ) as terminal:
            yield terminal


@contextmanager
def settled(
    database: Path, size: tuple[int, int], folder: Path, rate: int = 0, rtt: float = 0, shield: str = "off"
) -> Iterator[Terminal]:
    """Give the same once the first page is painted and nothing more is sent."""
    with browsing(database, size, folder, rate, rtt, shield) as terminal:
        terminal.read_first_paint()
        terminal.read(quiet=SETTLE, first=SETTLE)
        yield terminal


def start(place: Workplace) -> list[Figure]:
    """Start → first paint and → first pair readable, against a minimal Textual app, in turn."""
    begins, database = first_words(place.loaded), place.loaded
    painted, readable, minimal, memory = [], [], [], []
    with place.scratch() as folder:
        for _ in range(STARTS + WARM_UPS):
            with Terminal(
                python("-m", "benchmarks.minimal_app"), *SMALL, environment=AS_INSTALLED, directory=ROOT
            ) as terminal:
                minimal.append(terminal.read_first_paint() * 1000)
            with browsing(database, SMALL, folder) as terminal:
                painted.append(terminal.read_first_paint() * 1000)
                readable.append(terminal.read_until(shows(terminal, begins)) * 1000)
                memory.append(terminal.memory())
    for samples in (painted, readable, minimal, memory):
        del samples[:WARM_UPS]
    return [
        Figure(
            "start → first paint", "ms", painted, peer="minimal Textual app", peer_samples=minimal,
            must=Target("at most", 1.3, "times"), aim=Target("at most", 1.2, "times"),
        ),
        Figure("start → first pair readable", "ms", readable, peer="minimal Textual app", peer_samples=minimal),
        Figure(
            "resident at first paint", "MiB", memory, must=Target("at most", 70), aim=Target("at most", 60),
            note="when the first pair is readable",
        ),
    ]  # fmt: skip


def first_words(database: Path) -> str:
    """Return how the chosen response of the first pair begins: what a reader sees once the pair is painted."""
    connection = sqlite3.connect(database)
    try:
        (transcript,) = connection.execute("SELECT chosen FROM body ORDER BY id LIMIT 1").fetchone()
    finally:
        connection.close()
    return " ".join(str(transcript).split(":", 1)[-1].split()[:2])


def shows(terminal: Terminal, text: str) -> Callable[[], bool]:
    """Return a function that tells whether the terminal was sent this text."""
    wanted = "".join(text.split())
    return lambda: wanted in "".join(drawn_text(bytes(terminal.received)).split())


def next_pair(database: Path, size: tuple[int, int], folder: Path, shield: str = "off") -> KeyFigures:
    """Press `j` again and again in the middle of a settled screen."""
    with settled(database, size, folder, shield=shield) as terminal:
        press(terminal, b"j", 5)
        return press(terminal, b"j", KEYS)


def keys(place: Workplace) -> list[Figure]:
    """Next pair: key → last byte painted, and bytes a key, at both sizes."""
    with place.scratch() as folder:
        small, large = (next_pair(place.scored, size, folder) for size in (SMALL, LARGE))
        shielded = {level: next_pair(place.scored, SMALL, folder, level) for level in SHIELDED}
    p95 = f"p95 {quantile(small.last_ms, 0.95):.1f} ms, CPU {small.cpu_ms:.1f} ms a key"
    return [
        Figure(
            "next pair, key → last byte, 80×24", "ms", small.last_ms, note=p95,
            must=Target("at most", 25), aim=Target("at most", 20),
        ),
        Figure("next pair, key → last byte, 200×50", "ms", large.last_ms),
        Figure(
            "bytes a next-pair key, 80×24", "B", small.bytes, note=f"p95 {quantile(small.bytes, 0.95):.0f}",
            must=Target("at most", 6_000), aim=Target("at most", 2_000),
        ),
        Figure(
            "bytes a next-pair key, 200×50", "B", large.bytes, note=f"p95 {quantile(large.bytes, 0.95):.0f}",
            aim=Target("at most", 3_200),
        ),
        *(
            Figure(
                f"next pair with the shield at {level}, 80×24", "ms", found.last_ms,
                note=f"{median(found.bytes):.0f} B", must=Target("at most", 25), aim=Target("at most", 20),
            )
            for level, found in shielded.items()
        ),
    ]  # fmt: skip


def large_keys(place: Workplace, large: Workplace) -> list[Figure]:
    """Next pair and memory at first paint on a corpus ten times as large, against this one."""
    few, many, resident = [], [], []
    with place.scratch() as folder:
        few = list(next_pair(place.loaded, SMALL, folder).last_ms)
        many = list(next_pair(large.loaded, SMALL, folder).last_ms)
        for database in (place.loaded, large.loaded):
            with browsing(database, SMALL, folder) as terminal:
                terminal.read_until(shows(terminal, first_words(database)))
                resident.append(terminal.memory())
    peer = f"{place.pairs:,} pairs".replace(",", " ")
    return [
        Figure(
            f"next pair, key → last byte, {large.pairs} pairs", "ms", many, peer=peer, peer_samples=few,
            aim=Target("at most", 1.2, "times"),
        ),
        Figure(
            f"resident at first paint, {large.pairs} pairs", "MiB", resident[1:], peer=peer,
            peer_samples=resident[:1], aim=Target("at most", 1.05, "times"),
        ),
    ]  # fmt: skip


def slow_line(place: Workplace) -> list[Figure]:
    """Catching up after two seconds of key repeat at 30 Hz over 20 KB/s and 150 ms."""
    samples = []
    with place.scratch() as folder:
        for _ in range(3):
            with settled(place.scored, SMALL, folder, SLOW_RATE, SLOW_RTT) as terminal:
                samples.append(hold(terminal, b"j", 30, 2))
    return [
        Figure(
            "catching up over a slow line, 80×24", "s", samples, aim=Target("at most", 0.5),
            note="2 s of key repeat at 30 Hz, 20 KB/s, 150 ms",
        )
    ]  # fmt: skip


def memory(place: Workplace) -> list[Figure]:
    """The most memory resident while words, a regex and a fuzzy query are searched for and facets counted."""
    samples, quiet, after = [], [], []
    with place.scratch() as folder:
        for _ in range(3):
            with settled(place.scored, SMALL, folder) as terminal:
                after.append(terminal.memory())
                quiet.append(idle(terminal))
                for letter in TYPED:
                    terminal.send(letter.encode())
                    terminal.read(quiet=0.15, first=0.5)
                terminal.send(b"\r")
                terminal.read(quiet=0.5, first=2.0)
                press(terminal, b"j", 10)
                for query in ("/b.nk r/", "~recieve"):
                    terminal.send(b"/\x15" + query.encode() + b"\r")
                    terminal.read(quiet=1.0, first=4.0)
                terminal.send(b"F")
                terminal.read(quiet=2.0, first=4.0)
                samples.append(terminal.memory("VmHWM"))
    return [
        Figure(
            "resident while filtering", "MiB", samples,
            note="the peak of words, a regex, a fuzzy query and facets; some 60 are files",
            must=Target("at most", 250), aim=Target("at most", 200),
        ),
        Figure("resident one second after the first paint", "MiB", after),
        Figure("bytes in two idle seconds", "B", quiet, value=float(median(quiet)), aim=Target("at most", 0)),
    ]  # fmt: skip
