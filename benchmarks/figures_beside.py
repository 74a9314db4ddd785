"""Figures of searching beside other tools, kind by kind, over the same pairs."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.commands import CommandFailed, python, run
from benchmarks.figures_search import LITERAL, PATTERN, ROWS, answer
from benchmarks.peers import OFFLINE
from benchmarks.ptyprobe import quantile
from benchmarks.queries import LENGTH_ORDER, by_length, fill, phrases, vocabulary
from benchmarks.search_peers import LONG, PEERS, SHORT, installed
from benchmarks.table import NOT_INSTALLED, Figure, Target
from benchmarks.workplace import Workplace
from hhtui.store.database import Database

TIMES = 3
TEXT_QUERIES = 18
"""The first of the forty queries, which are one word or two that must both stand in a pair."""
KINDS = {
    "words": f"{TEXT_QUERIES} queries of one and two words, p95",
    "phrases": "8 phrases, p95",
    "misspelt": "misspelt words, the first ten, p95",
    "literal": "substring",
    "pattern": "regular expression",
    "filter and sort": "filter by a number and sort",
    "window": f"{ROWS} rows at the end of all pairs in order",
}
ORDER = " sort:length.chosen"


def beside(place: Workplace) -> list[Figure]:
    """Every kind of search of ours beside each peer that has it; a peer that cannot be had has a row that says why."""
    wanted = specification(place.scored, place.pairs)
    own = ours(place.scored, wanted)
    theirs, missing = {}, {}
    for name in PEERS:
        try:
            theirs[name] = searched(place, name, wanted) if installed(name) else {}
            missing[name] = "" if installed(name) else NOT_INSTALLED
        except CommandFailed as error:
            theirs[name], missing[name] = {}, str(error).splitlines()[-1]
    rows = [
        Figure(
            title, "ms", own[kind], value=quantile(own[kind], 0.95), peer=name,
            peer_samples=[quantile(peer[kind], 0.95)],
        )
        for kind, title in KINDS.items() for name, peer in theirs.items() if kind in peer
    ]  # fmt: skip
    return rows + [Figure("searches", "ms", [], peer=name, note=why) for name, why in missing.items() if why]


def large(place: Workplace) -> list[Figure]:
    """The same searches of ours, and the forty queries, over ten times as many pairs, which have no scores."""
    wanted = specification(place.loaded, place.pairs)
    own = ours(place.loaded, wanted)
    forty = [by_length(query) + LENGTH_ORDER for query in fill(vocabulary(place.loaded), place.pairs)]
    samples = [each for query in forty for each in fresh(place.loaded, query, LENGTH_ORDER)]
    return [
        Figure(
            f"40 queries in the order of a number, {place.pairs} pairs, p95", "ms", samples,
            value=quantile(samples, 0.95), must=Target("at most", 400),
            note=f"p50 {quantile(samples, 0.5):.0f} ms; lengths in place of scores",
        ),
        *(
            Figure(f"{title}, {place.pairs} pairs", "ms", own[kind], value=quantile(own[kind], 0.95))
            for kind, title in KINDS.items()
        ),
    ]  # fmt: skip


def specification(database: Path, pairs: int) -> dict[str, Any]:
    """Return what every tool searches for: words and phrases of the frozen queries, and one literal and pattern."""
    words = [query.split() for query in fill(vocabulary(database), pairs)[:TEXT_QUERIES]]
    return {
        "words": words,
        "phrases": [phrase.strip('"') for phrase in phrases(database, pairs)],
        "misspelt": [[misspelt(word) for word in several] for several in words if min(map(len, several)) > 4],
        "literal": LITERAL,
        "pattern": PATTERN,
        "window": ROWS,
        "times": TIMES,
    }


def misspelt(word: str) -> str:
    """Return `word` with the two letters in its middle exchanged, or one of them left out where they are equal."""
    middle = len(word) // 2
    first, second = word[middle - 1], word[middle]
    return word[: middle - 1] + (first if first == second else second + first) + word[middle + 1 :]


def ours(database: Path, wanted: dict[str, Any]) -> dict[str, list[float]]:
    """Return the milliseconds of our searches, each on a connection that found no text before."""
    queries = {
        "words": [" ".join(words) + ORDER for words in wanted["words"]],
        "phrases": [f'"{phrase}"{ORDER}' for phrase in wanted["phrases"]],
        "misspelt": [f'~"{" ".join(words)}"' for words in wanted["misspelt"]],
        "literal": [f"/{re.escape(wanted['literal'])}/{ORDER}"],
        "pattern": [f"/{wanted['pattern']}/{ORDER}"],
        "filter and sort": [f"length.chosen:{SHORT}..{LONG}{ORDER}"],
    }
    for several in queries.values():
        fresh(database, several[0])
    taken = {kind: [each for query in several for each in fresh(database, query)] for kind, several in queries.items()}
    return {**taken, "window": windows(database)}


def fresh(database: Path, query: str, order: str = ORDER) -> list[float]:
    """Return the milliseconds of a query, each time on a connection that has the order and has found no text."""
    taken = []
    for _ in range(TIMES):
        with Database.open(database) as opened:
            connection = opened.reader()
            answer(connection, order)
            taken.append(answer(connection, query)[0])
    return taken


def windows(database: Path) -> list[float]:
    """Return the milliseconds to order all pairs and read the last rows of the list, on a warm connection."""
    from hhtui.store.pairs import headings

    taken = []
    with Database.open(database) as opened:
        connection = opened.reader()
        answer(connection, ORDER)
        for _ in range(TIMES):
            begin = time.perf_counter()
            ids: Sequence[int] = answer(connection, ORDER)[1]
            headings(connection, ids[-ROWS:])
            taken.append((time.perf_counter() - begin) * 1000)
    return taken


def searched(place: Workplace, name: str, wanted: dict[str, Any]) -> dict[str, list[float]]:
    """Return the milliseconds of a peer's searches by kind."""
    with place.scratch() as folder:
        specified = folder / "searches.json"
        specified.write_text(json.dumps(wanted), encoding="utf-8")
        (data := folder / "data").mkdir()
        argv = python("-m", "benchmarks.search_peers", name, str(place.corpus), str(data), str(specified))
        found: dict[str, Any] = run(argv, {**OFFLINE, "HF_HOME": str(folder / "home")}).json()
    return {kind: taken for kind, taken in found.items() if kind in KINDS}
