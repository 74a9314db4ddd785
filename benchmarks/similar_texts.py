"""How many of the similar texts are found, against all compared with all, and how soon the similar pairs of a pair.

    python -m benchmarks.similar_texts DB [--recall | --waits N]

`DB` is one on which `hhtui dupes` has run. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from pathlib import Path
from typing import Any

import numpy
from numpy.typing import NDArray
from rapidfuzz.distance import Indel
from rapidfuzz.process import cdist

from hhtui.dialogue import without_markers
from hhtui.store.columns import GROUPS, Columns
from hhtui.store.database import Database
from hhtui.store.dupes.findings import findings
from hhtui.store.dupes.signatures import LEAST_WORDS, comparable
from hhtui.store.dupes.similar import similar
from hhtui.store.pairs import last_id

ROWS = 512


def recall(database: Database) -> dict[str, Any]:
    """Return how many pairs of distinct texts are nearly the same, and how many of them are in one group.

    `unlinked` counts texts in a group that are nearly the same as no other text and stand in one pair alone.
    """
    connection = database.reader()
    threshold = findings(connection).threshold
    groups = numpy.stack([Columns().get(connection, name) for name in GROUPS], axis=1)
    group_of: dict[str, int] = {}
    stands: dict[str, set[int]] = {}
    for pair_id, *texts in connection.execute("SELECT id, prompt, chosen, rejected FROM body"):
        for side, text in enumerate(map(comparable, map(without_markers, texts))):
            if text.count(" ") >= LEAST_WORDS - 1:
                group_of[text] = int(groups[pair_id - 1, side])
                stands.setdefault(text, set()).add(pair_id)
    ones, others = _alike(sorted(group_of, key=len), threshold)
    between = [(one, other) for one, other in zip(ones, others, strict=True) if len(stands[one] | stands[other]) > 1]
    together = sum(group_of[one] == group_of[other] > 0 for one, other in between)
    linked = {text for both in between for text in both}
    unlinked = sum(group > 0 and text not in linked and len(stands[text]) == 1 for text, group in group_of.items())
    return {"texts": len(group_of), "alike": len(between), "together": together, "unlinked": unlinked}


def _alike(texts: list[str], threshold: float) -> tuple[list[str], list[str]]:
    """Return the pairs of texts, sorted by length, that are at least `threshold` alike."""
    ones: list[str] = []
    others: list[str] = []
    lengths = numpy.array([len(text) for text in texts])
    for start in range(0, len(texts), ROWS):
        some = texts[start : start + ROWS]
        longest = len(some[-1]) * (2 / threshold - 1) + 1
        against = texts[start : int(numpy.searchsorted(lengths, longest, "right"))]
        found: NDArray[numpy.float32] = cdist(
            some, against, scorer=Indel.normalized_similarity, score_cutoff=threshold, dtype=numpy.float32
        )
        for one, other in zip(*numpy.nonzero(numpy.triu(found, 1)), strict=True):
            ones.append(some[one])
            others.append(against[other])
    return ones, others


def waits(database: Database, count: int, seed: int) -> dict[str, Any]:
    """Return how many milliseconds each of `count` pairs drawn by chance waits for its similar ones."""
    connection = database.reader()
    drawn = random.Random(seed)
    milliseconds = []
    for pair_id in drawn.choices(range(1, last_id(connection) + 1), k=count):
        begin = time.perf_counter()
        similar(connection, pair_id)
        milliseconds.append(1000 * (time.perf_counter() - begin))
    return {"milliseconds": milliseconds}


def main() -> None:
    """Measure, and print the object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database", type=Path)
    parser.add_argument("--recall", action="store_true")
    parser.add_argument("--waits", type=int, default=0, metavar="N")
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    with Database.open(arguments.database, read_only=True) as database:
        told = recall(database) if arguments.recall else {}
        told |= waits(database, arguments.waits, arguments.seed) if arguments.waits else {}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
