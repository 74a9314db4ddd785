"""Figures of searching: queries, substrings, regular expressions, and the rows of a result."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.commands import CommandFailed, python, run
from benchmarks.peers import OFFLINE, installed
from benchmarks.ptyprobe import quantile
from benchmarks.queries import HARM_ORDER, frozen
from benchmarks.table import NOT_INSTALLED, Figure, Target
from benchmarks.typos import typed
from benchmarks.workplace import Workplace
from hhtui.query.parser import parse
from hhtui.store import results
from hhtui.store.database import Database

REPEATS = 5
LITERAL = "bank"
PATTERN = r"\b(bank|credit)\w* (account|card)s?\b"
ROWS = 40
FIRST = 10


def answer(connection: sqlite3.Connection, text: str) -> tuple[float, Sequence[int]]:
    """Return the milliseconds from the text of a query to its complete result, and the result's ids."""
    begin = time.perf_counter()
    found = results.search(connection, parse(text))
    return (time.perf_counter() - begin) * 1000, found.ids


def fresh(database: Path, text: str) -> float:
    """Return the milliseconds of a query on a connection that has sorted by harm and found no text before."""
    with Database.open(database) as opened:
        connection = opened.reader()
        answer(connection, HARM_ORDER)
        return answer(connection, text)[0]


def queries(place: Workplace) -> list[Figure]:
    """The frozen queries and phrases to their complete results in harm order."""
    asked, phrases = frozen(place.scored)
    fresh(place.scored, asked[0])
    words = {query: [fresh(place.scored, query) for _ in range(REPEATS)] for query in asked}
    spoken = [fresh(place.scored, query) for query in phrases for _ in range(REPEATS)]
    samples = [each for several in words.values() for each in several]
    slowest = max(words, key=lambda query: sum(words[query]))
    return [
        Figure("40 queries in harm order, p50", "ms", samples, note="each on a connection that found no text before"),
        Figure(
            "40 queries in harm order, p95", "ms", samples, value=quantile(samples, 0.95),
            must=Target("at most", 100), aim=Target("at most", 60), note=f"slowest: no. {asked.index(slowest) + 1}",
        ),
        Figure(
            "8 phrases in harm order, p95", "ms", spoken, value=quantile(spoken, 0.95), aim=Target("at most", 120),
            note=f"p50 {quantile(spoken, 0.5):.1f} ms",
        ),
        Figure("first query after opening", "ms", [opening(place.scored, asked[4]) for _ in range(REPEATS)]),
    ]  # fmt: skip


def opening(database: Path, text: str) -> float:
    """Return the milliseconds of a query on a connection that has read nothing yet."""
    with Database.open(database) as opened:
        return answer(opened.reader(), text)[0]


def substring(place: Workplace) -> list[Figure]:
    """A substring against `datasets.filter`, and a regular expression against Python's `re`."""
    ours = [fresh(place.scored, f"/{LITERAL}/{HARM_ORDER}") for _ in range(3)]
    by_regex = [fresh(place.scored, f"/{PATTERN}/{HARM_ORDER}") for _ in range(3)]
    theirs, why = filtered(place)
    return [
        Figure(
            "substring", "ms", ours, peer=why, peer_samples=theirs, aim=Target("at least", 3, "sooner"),
            note="ours: prompt and both responses, any case; the peer: both dialogues, one case",
        ),
        Figure(
            "regular expression", "ms", by_regex, peer="Python re", peer_samples=[python_re(place.scored)],
            aim=Target("at least", 15, "sooner"),
        ),
    ]  # fmt: skip


def fuzzy(place: Workplace) -> list[Figure]:
    """Words with typing errors, to the pairs that hold the closest passages; and how often the source is among them."""
    with Database.open(place.loaded) as opened:
        connection = opened.reader()
        first = answer(connection, "~frist")[0]
        answers = [(answer(connection, one.query), one.pair_id) for one in typed(place.loaded, place.seed)]
    samples = [milliseconds for (milliseconds, _), _ in answers]
    hits = sum(pair_id in ids[:FIRST] for (_, ids), pair_id in answers)
    return [
        Figure(
            f"{len(samples)} queries with typing errors, p95", "ms", samples, value=quantile(samples, 0.95),
            must=Target("at most", 400), note=f"p50 {quantile(samples, 0.5):.0f} ms; the first {first:.0f} ms",
        ),
        Figure(
            f"of these, the source among the first {FIRST}", "", [hits], must=Target("at least", 30),
            aim=Target("at least", 38), note="an error in each of two to four words",
        ),
    ]  # fmt: skip


def filtered(place: Workplace) -> tuple[list[float], str]:
    """Return the milliseconds of `datasets.filter` from a warm cache, or why there are none."""
    if not installed("datasets"):
        return [], f"datasets.filter: {NOT_INSTALLED}"
    samples = []
    with place.scratch() as folder:
        argv = python("-m", "benchmarks.peers", "datasets_filter", str(place.corpus), str(folder))
        try:
            for _ in range(3):
                samples.append(1000 * float(run(argv, {**OFFLINE, "HF_HOME": str(folder / "home")}).json()["seconds"]))
        except CommandFailed as error:
            return [], f"datasets.filter: {str(error).splitlines()[-1]}"
    return samples, "datasets.filter"


def python_re(database: Path) -> float:
    """Return the milliseconds that Python's `re` takes over the same texts, read from the database before."""
    compiled = re.compile(PATTERN, re.IGNORECASE)
    connection = sqlite3.connect(database)
    texts = connection.execute("SELECT prompt, chosen, rejected FROM body").fetchall()
    connection.close()
    begin = time.perf_counter()
    sum(any(compiled.search(text) for text in row) for row in texts)
    return (time.perf_counter() - begin) * 1000


def window(place: Workplace) -> list[Figure]:
    """Rows of the list anywhere in a result of every pair in harm order."""
    texts, whole = windows(place.scored, HARM_ORDER)
    return [
        Figure(f"window of {ROWS} rows of {place.pairs} pairs", "ms", texts, aim=Target("at most", 1)),
        Figure(f"the same with decisions and percentiles, {place.pairs} pairs", "ms", whole),
    ]


def large_window(place: Workplace) -> list[Figure]:
    """Rows of the list anywhere in a result of every pair of a database without scores, the longest first."""
    texts, _ = windows(place.loaded, "sort:length.chosen-")
    return [Figure(f"window of {ROWS} rows of {place.pairs} pairs", "ms", texts, aim=Target("at most", 1))]


def windows(database: Path, order: str) -> tuple[list[float], list[float]]:
    """Return the milliseconds of reading rows at the begin, at three places between, and at the end of a result.

    First what the texts of the list take, then that with decisions and percentiles.
    """
    from hhtui.tui.reading import Reader

    texts, whole = [], []
    with Database.open(database) as opened:
        connection = opened.reader()
        ids = answer(connection, order)[1]
        reader = Reader(connection, "benchmark")
        for share in (0.0, 0.25, 0.5, 0.75, 1.0):
            for step in range(10):
                first = max(0, int(share * (len(ids) - 10 * ROWS))) + step * ROWS
                rows = [int(pair) for pair in ids[first : first + ROWS]]
                begin = time.perf_counter()
                reader.headings(rows)
                texts.append((time.perf_counter() - begin) * 1000)
                reader.marks(rows)
                reader.percentiles(rows)
                whole.append((time.perf_counter() - begin) * 1000)
    return texts, whole
