"""Queries with a typing error in every word, each made of a phrase that one pair of the corpus alone holds."""

from __future__ import annotations

import random
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from hhtui.dialogue import without_markers

QUERIES = 40
WORDS = (2, 4)
RUN = re.compile(r"[a-z]{3,}(?: [a-z]{3,})+")
LETTERS = "abcdefghijklmnopqrstuvwxyz"
ERRORS = ("exchanged", "left out", "doubled", "wrong")


class Typed(NamedTuple):
    """A fuzzy query, and the id of the pair that its phrase was taken from."""

    query: str
    pair_id: int


def typed(database: Path, seed: int, count: int = QUERIES) -> list[Typed]:
    """Return `count` queries of two to four words of three letters or more, one typing error in each word.

    They are drawn from pairs at random: the same ones for the same seed and database.
    """
    drawn = random.Random(seed)
    connection = sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)
    try:
        last: int = connection.execute("SELECT max(id) FROM pair").fetchone()[0]
        found: list[Typed] = []
        while len(found) < count:
            pair_id = drawn.randint(1, last)
            for phrase in _phrases(connection, pair_id, drawn):
                if _holders(connection, phrase) == [pair_id]:
                    wrong = " ".join(mistyped(word, drawn) for word in phrase)
                    found.append(Typed(f'~"{wrong}"', pair_id))
                    break
        return found
    finally:
        connection.close()


def mistyped(word: str, drawn: random.Random) -> str:
    """Return `word`, of two letters or more, with a usual error: letters exchanged, one left out, doubled or wrong."""
    error, at = drawn.choice(ERRORS), drawn.randrange(len(word) - 1)
    if error == "exchanged":
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if error == "left out":
        return word[:at] + word[at + 1 :]
    return word[:at] + (word[at] * 2 if error == "doubled" else drawn.choice(LETTERS)) + word[at + 1 :]


def _phrases(connection: sqlite3.Connection, pair_id: int, drawn: random.Random) -> Iterator[list[str]]:
    """Yield the phrases of a few words in one text of a pair, in a random order."""
    bodies = connection.execute("SELECT prompt, chosen, rejected FROM body WHERE id = ?", (pair_id,)).fetchone()
    size = drawn.randint(*WORDS)
    runs = [run.split() for run in RUN.findall(without_markers(drawn.choice(bodies)).lower())]
    phrases = [run[at : at + size] for run in runs for at in range(len(run) - size + 1)]
    drawn.shuffle(phrases)
    yield from phrases


def _holders(connection: sqlite3.Connection, phrase: list[str]) -> list[int]:
    """Return the first two pairs that hold a phrase."""
    sql = "SELECT rowid FROM pair_fts WHERE pair_fts MATCH ? LIMIT 2"
    return [pair_id for (pair_id,) in connection.execute(sql, (f'"{" ".join(phrase)}"',))]
