"""The pairs nearest to one: those that share its rare words, the most alike first."""

import sqlite3
from collections import Counter
from math import log
from typing import TYPE_CHECKING, NamedTuple

from hhtui.dialogue import without_markers
from hhtui.model import RESPONSES, SIDES, Side
from hhtui.store.dupes.signatures import LEAST_WORDS, LONGEST, comparable
from hhtui.store.indexed import reach

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

RARE = 500
"""A word that more pairs have is not looked for."""
MOST_WORDS = 200
CANDIDATES = 300
LEAST_LIKENESS = 0.5
"""Unrelated English texts have some 0.4 in common, letter by letter."""


class Near(NamedTuple):
    """A pair that is like another: how much, and which of its texts is like which of the other's.

    `likeness` is the normalised Indel similarity of the words, from 0 to 1.
    """

    pair_id: int
    likeness: float
    own: Side
    other: Side


def nearest(connection: sqlite3.Connection, pair_id: int, most: int = 10) -> list[Near]:
    """Return the pairs most like this one, the most alike first: none that has less than half in common.

    Compared are the prompts with one another and the responses with one another, of five words or more, over the 300
    pairs that share most with it in words that at most 500 pairs have. Pairs that the text index lacks are not found.
    """
    own = texts_of(connection, pair_id)
    if own is None:
        return []
    found = []
    for candidate in _sharing(connection, pair_id, own):
        other = texts_of(connection, candidate)
        near = None if other is None else likest(candidate, own, other)
        if near is not None and near.likeness >= LEAST_LIKENESS:
            found.append(near)
    return sorted(found, key=lambda near: (-near.likeness, near.pair_id))[:most]


def texts_of(connection: sqlite3.Connection, pair_id: int) -> "Mapping[Side, str] | None":
    """Return the comparable texts of a pair, None where it is gone."""
    row = connection.execute("SELECT prompt, chosen, rejected FROM body WHERE id = ?", (pair_id,)).fetchone()
    if row is None:
        return None
    return {side: comparable(without_markers(text))[:LONGEST] for side, text in zip(SIDES, row, strict=True)}


def likest(pair_id: int, own: "Mapping[Side, str]", other: "Mapping[Side, str]") -> Near | None:
    """Return which two texts of two pairs are most alike, None where all are too short to say."""
    from rapidfuzz.distance import Indel

    best: Near | None = None
    for one, two in (("prompt", "prompt"), *((one, two) for one in RESPONSES for two in RESPONSES)):
        if min(own[one].count(" "), other[two].count(" ")) >= LEAST_WORDS - 1:
            least = best.likeness if best else LEAST_LIKENESS
            likeness = Indel.normalized_similarity(own[one], other[two], score_cutoff=least)
            if best is None or likeness > best.likeness:
                best = Near(pair_id, likeness, one, two)
    return best


def _sharing(connection: sqlite3.Connection, pair_id: int, own: "Mapping[Side, str]") -> "Iterator[int]":
    """Yield the pairs that share rare words with this one, those first that share most and rarest."""
    total = max(reach(connection), RARE)
    shared: Counter[int] = Counter()
    for word in _words(own):
        rows = connection.execute(
            "SELECT rowid FROM pair_fts WHERE pair_fts MATCH ? LIMIT ?", (f'"{word}"', RARE + 1)
        ).fetchall()
        if len(rows) <= RARE:
            weight = log(total / max(len(rows), 1))
            for (found,) in rows:
                shared[found] += weight  # type: ignore[assignment]
    del shared[pair_id]
    for found, _ in shared.most_common(CANDIDATES):
        yield found


def _words(own: "Mapping[Side, str]") -> list[str]:
    """Return the longest distinct words of a pair: long ones are rare."""
    words = {word for text in own.values() for word in text.split()}
    return sorted(words, key=lambda word: (-len(word), word))[:MOST_WORDS]
