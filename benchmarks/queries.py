"""The frozen list of queries: forty templates and eight phrases, filled from the corpus by a fixed rule.

The rule: the words of the text index (letters only, three or more) that stand in at least 20 % of the pairs are
common, those in 0.3 to 3 % middling, those in at least two pairs and at most 0.02 % of them rare (in a small
corpus: at most three pairs). Each band is ordered by the number of pairs, then by alphabet, and the words are taken
at even distances from its first to its last. So the same corpus always gives the same queries, and the most
frequent word of all is among them.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from pathlib import Path

TEMPLATES = (
    "{c0}",
    "{c1}",
    "{c2}",
    "{c3}",
    "{m0}",
    "{m1}",
    "{m2}",
    "{m3}",
    "{m4}",
    "{m5}",
    "{r0}",
    "{r1}",
    "{r2}",
    "{r3}",
    "{c0} {c1}",
    "{c2} {m0}",
    "{m1} {m2}",
    "{m3} {r0}",
    "{m0} OR {m4}",
    "{c3} OR {r1}",
    "{c0} -{m1}",
    "{m5} -{c1}",
    "{stem}*",
    "chosen:{m0}",
    "rejected:{m1}",
    "prompt:{c0}",
    "response:{c1}",
    "chosen:{m2} -rejected:{m2}",
    "rejected:{c2} -chosen:{c2}",
    "harm:>0.5",
    "harm.min:>0.3 gap:-.2..0.2",
    "gap:>0.4",
    "turns:>6 length.chosen:<200",
    "row:1000..60000",
    "is:continued.rejected",
    "{c3} harm:>0.5",
    "{m3} gap:>0.1",
    "chosen:{m4} turns:2..4",
    "rejected:{m5} harm.rejected:>0.2",
    "({m0} OR {m1}) -{c0} harm.min:>0.05",
)
PHRASE_PAIRS = 8
HARM_ORDER = " sort:harm-"
LENGTH_ORDER = " sort:length-"
BY_LENGTH = (
    (r"harm(\.\w+)?:>([\d.]+)", lambda found: f"length{found[1] or ''}:>{round(1000 * float(found[2]))}"),
    (r"gap:>[\d.]+", lambda found: "length.ratio:>1.5"),
    (r"gap:-\.2\.\.0\.2", lambda found: "length.ratio:.8..1.2"),
)
"""What stands for a score in a database without scores: a number of every pair just as well."""
WORD = re.compile(r"[a-z]{3,}")


def vocabulary(database: Path) -> list[tuple[str, int]]:
    """Return the words of the text index and in how many pairs each stands, the most frequent first."""
    connection = sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)
    try:
        connection.execute("CREATE VIRTUAL TABLE temp.word USING fts5vocab(main, pair_fts, row)")
        return connection.execute("SELECT term, doc FROM temp.word ORDER BY doc DESC, term").fetchall()
    finally:
        connection.close()


def spaced(words: Sequence[str], count: int) -> list[str]:
    """Return `count` (two or more) of the words at even distances; raises ValueError where there are too few."""
    if len(words) < count:
        raise ValueError(f"the corpus has only {len(words)} words of a band that needs {count}; grow a larger one")
    return [words[place * (len(words) - 1) // (count - 1)] for place in range(count)]


def fill(words: Sequence[tuple[str, int]], pairs: int) -> list[str]:
    """Return the forty queries over a vocabulary of (word, pairs that have it) in a corpus of `pairs` pairs."""
    plain = [(word, found) for word, found in words if WORD.fullmatch(word)]
    most_of_rare = max(3, 0.0002 * pairs)
    chosen = {
        "c": spaced([word for word, found in plain if 0.2 * pairs <= found], 4),
        "m": spaced([word for word, found in plain if 0.003 * pairs <= found <= 0.03 * pairs], 6),
        "r": spaced([word for word, found in plain if 2 <= found <= most_of_rare], 4),
    }
    names = {f"{band}{place}": word for band, band_words in chosen.items() for place, word in enumerate(band_words)}
    return [template.format(stem=chosen["m"][5][:4], **names) for template in TEMPLATES]


def phrases(database: Path, pairs: int) -> list[str]:
    """Return eight phrases of two or three words: how the rejected responses of evenly spaced pairs begin."""
    connection = sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)
    try:
        found: list[str] = []
        for place in range(PHRASE_PAIRS):
            rows = connection.execute(
                "SELECT rejected FROM body WHERE id >= ? ORDER BY id LIMIT 50", [1 + place * pairs // PHRASE_PAIRS]
            )
            for (transcript,) in rows:
                spoken = transcript.split(":", 1)[-1].strip()
                words = re.match(r"[A-Za-z]{2,} [A-Za-z]{2,} [A-Za-z]{2,}\b", spoken)
                if words:
                    found.append(f'"{" ".join(words[0].split()[: 2 + place % 2])}"')
                    break
        return found
    finally:
        connection.close()


def by_length(query: str) -> str:
    """Return a query of the forty with lengths in place of scores."""
    for pattern, instead in BY_LENGTH:
        query = re.sub(pattern, instead, query)
    return query


def frozen(database: Path) -> tuple[list[str], list[str]]:
    """Return the forty queries and the eight phrases for a database, each in harm order."""
    connection = sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)
    try:
        pairs = connection.execute("SELECT count(*) FROM pair").fetchone()[0]
    finally:
        connection.close()
    queries = fill(vocabulary(database), pairs)
    return [query + HARM_ORDER for query in queries], [query + HARM_ORDER for query in phrases(database, pairs)]
