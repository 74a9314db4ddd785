"""Measure hhtui and its peers in one run, and print the table.

    python -m benchmarks [--pairs 170000] [--from FILE] [--large] [--only NAME]… [--json FILE]

The corpus is grown from the shipped sample, or from any hh file given with `--from`, and kept in
`benchmarks/.cache/`. `--large` adds the figures on ten times as many pairs. `asked` is what this version must
reach, `aimed at` what the project wants to reach.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import (
    corpus,
    figures_beside,
    figures_decide,
    figures_detoxify,
    figures_dupes,
    figures_load,
    figures_score,
    figures_screen,
    figures_search,
    figures_typing,
)
from benchmarks.commands import CommandFailed
from benchmarks.table import Figure, render
from benchmarks.terminal import Ended
from benchmarks.workplace import Workplace

LARGER = 10


def measurements(place: Workplace, large: Workplace | None) -> dict[str, Callable[[], list[Figure]]]:
    """Return by name what can be measured, in the order of the table."""
    loads = figures_load.Loads(place)
    found: dict[str, Callable[[], list[Figure]]] = {
        "first-page": lambda: figures_load.first_page(loads),
        "load": lambda: figures_load.load(loads),
        "size": lambda: figures_load.database_size(loads),
        "scores": lambda: figures_score.embedded(place),
        "held-out": lambda: figures_score.held_out(place),
        "scoring": lambda: figures_detoxify.scoring(place),
        "queries": lambda: figures_search.queries(place),
        "substring": lambda: figures_search.substring(place),
        "fuzzy": lambda: figures_search.fuzzy(place),
        "window": lambda: figures_search.window(place),
        "beside": lambda: figures_beside.beside(place),
        "dupes": lambda: figures_dupes.dupes(place),
        "dupes-recall": lambda: figures_dupes.recall(place),
        "start": lambda: figures_screen.start(place),
        "keys": lambda: figures_screen.keys(place),
        "typing": lambda: figures_typing.typing(place),
        "slow-line": lambda: figures_screen.slow_line(place),
        "memory": lambda: figures_screen.memory(place),
        "decisions": lambda: figures_decide.decisions(place),
    }
    if large is not None:
        found["large-keys"] = lambda: figures_screen.large_keys(place, large)
        found["large-beside"] = lambda: figures_beside.large(large)
        found["large-window"] = lambda: figures_search.large_window(large)
    return found


def machine() -> str:
    """Return one line on what it was measured with."""
    return (
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}"
    )


def measure(chosen: dict[str, Callable[[], list[Figure]]], failed: list[str]) -> Iterator[Figure]:
    """Yield the figures one after another; what cannot be measured is told on stderr and named in `failed`."""
    for name, work in chosen.items():
        begin = time.perf_counter()
        print(f"{name} …", end=" ", file=sys.stderr, flush=True)
        try:
            yield from work()
        except (CommandFailed, Ended, TimeoutError, ValueError) as error:
            failed.append(name)
            print(f"failed: {error}", file=sys.stderr)
        else:
            print(f"{time.perf_counter() - begin:.0f} s", file=sys.stderr)


def main() -> int:
    """Read the command line, measure, print the table; 1 where something could not be measured."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pairs", type=int, default=170_000)
    parser.add_argument("--from", dest="source", type=Path, default=corpus.SAMPLE, metavar="FILE")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--large", action="store_true", help=f"also measure on {LARGER} times as many pairs")
    parser.add_argument("--only", action="append", metavar="NAME", help="one of the names that --list prints")
    parser.add_argument("--list", action="store_true", help="print the names of what can be measured")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures with all samples there")
    arguments = parser.parse_args()
    place = Workplace(arguments.pairs, arguments.source, arguments.seed)
    large = Workplace(LARGER * arguments.pairs, arguments.source, arguments.seed) if arguments.large else None
    known = measurements(place, large)
    if arguments.list:
        print("\n".join(known))
        return 0
    unknown = [name for name in arguments.only or [] if name not in known]
    if unknown:
        parser.error(f"{unknown[0]} is none of {', '.join(known)}")
    chosen = {name: work for name, work in known.items() if not arguments.only or name in arguments.only}
    print(f"corpus: {arguments.pairs} pairs, {place.raw_bytes / 2**20:.0f} MiB", file=sys.stderr)
    failed: list[str] = []
    figures = list(measure(chosen, failed))
    print(f"{arguments.pairs:,} pairs; {machine()}\n\n{render(figures)}".replace(",", " ", 1))
    if arguments.json:
        report = {"pairs": arguments.pairs, "machine": machine(), "failed": failed}
        report["figures"] = [figure.as_json() for figure in figures]
        arguments.json.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
