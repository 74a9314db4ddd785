"""How alike a pair and a question are, as a number from 0 to 100.

Of a single word it is that of the closest word in the columns, 100 × (1 − edits ÷ letters of the longer one). Of more
it is `rapidfuzz.fuzz.partial_ratio` of the best column: how alike the question and the closest passage of its length
are, case and typographic quotes aside.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise, product
from math import log1p
from typing import TYPE_CHECKING, NamedTuple

from hhtui.dialogue import without_markers
from hhtui.model import Side
from hhtui.query.fuzzy import asked
from hhtui.query.nodes import Fuzzy
from hhtui.query.tokens import tokenise
from hhtui.store.connection import kept_by
from hhtui.store.fuzzy.finding import any_of, in_columns, matching, quoted
from hhtui.store.fuzzy.vocabulary import Vocabulary
from hhtui.text import fold

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Mask = NDArray[numpy.bool_]
    Numbers = NDArray[numpy.float32]

MOST_PAIRS = 3_000
"""In how many pairs passages are looked for; of more, in those with words that stand side by side as asked."""
LIKELIEST = 6
"""How many words, of those that are like a word, are tried side by side: near and frequent ones are the likeliest."""
ENOUGH = 10
"""Fewer pairs with all neighbours side by side are joined by those with any two."""
AT_ONCE = 500


class Likenesses(NamedTuple):
    """The likeness of each pair, NaN where the pair is not found; `left` are those that are, without a number."""

    numbers: "Numbers"
    left: "Mask"


def likeness(connection: sqlite3.Connection, wanted: Fuzzy, among: "Mask") -> Likenesses:
    """Return the likeness of each pair of `among` that `wanted` finds.

    Of more than `MOST_PAIRS` pairs that a question of several words finds, the less likely ones are left.
    """
    import numpy

    found = matching(connection, wanted, among)
    words, literals = asked(wanted.text)
    if len(words) == 1 and not literals and len(wanted.text.split()) == 1:
        return Likenesses(_of_word(connection, wanted.columns, words[0], found), numpy.zeros_like(found))
    best = found if found.sum() <= MOST_PAIRS else found & _likeliest(connection, wanted, words, found)
    return Likenesses(_of_passages(connection, wanted, best), found & ~best)


def passage_likeness(question: str, texts: Sequence[str]) -> "Numbers":
    """Return how alike `question` and the closest passage of each of `texts` are; all of them are folded.

    A text that is shorter than the question is one passage.
    """
    import numpy
    from rapidfuzz import fuzz, process

    found: Numbers = process.cdist([question], texts, scorer=fuzz.partial_ratio, dtype=numpy.float32)[0]
    for at, text in enumerate(texts):
        if len(text) < len(question):
            found[at] = fuzz.ratio(question, text)
    return found


def _of_word(connection: sqlite3.Connection, columns: Sequence[Side], word: str, found: "Mask") -> "Numbers":
    import numpy

    numbers = numpy.full(len(found), numpy.nan, dtype=numpy.float32)
    near = kept_by(connection, Vocabulary).near(connection, word)
    for alike, group in groupby(near, key=lambda one: one.likeness):
        holding = in_columns(connection, columns, any_of(quoted(one.term) for one in group), len(found))
        numbers[holding & found & numpy.isnan(numbers)] = alike
    return numbers


def _of_passages(connection: sqlite3.Connection, wanted: Fuzzy, among: "Mask") -> "Numbers":
    import numpy

    numbers = numpy.full(len(among), numpy.nan, dtype=numpy.float32)
    question = fold(" ".join(wanted.text.split()))
    for ids, texts in _texts(connection, wanted.columns, among):
        every = passage_likeness(question, texts).reshape(len(ids), len(wanted.columns))
        numbers[numpy.array(ids) - 1] = every.max(axis=1)
    return numbers


def _texts(
    connection: sqlite3.Connection, columns: Sequence[Side], among: "Mask"
) -> Iterator[tuple[list[int], list[str]]]:
    """Yield the ids of some of these pairs and, one pair after another, their folded texts in each of the columns."""
    import numpy

    wanted = (numpy.flatnonzero(among) + 1).tolist()
    sql = f"SELECT id, {', '.join(columns)} FROM body WHERE id IN (SELECT value FROM json_each(?))"
    for first in range(0, len(wanted), AT_ONCE):
        rows = connection.execute(sql, (json.dumps(wanted[first : first + AT_ONCE]),)).fetchall()
        if rows:
            yield [row[0] for row in rows], [fold(without_markers(body)) for row in rows for body in row[1:]]


def _likeliest(connection: sqlite3.Connection, wanted: Fuzzy, words: Sequence[str], found: "Mask") -> "Mask":
    """Return at most `MOST_PAIRS` pairs of `found` among which the most alike are likely to be.

    Those have words like the question's side by side: all of them, and where those are few, any two neighbours.
    """
    import numpy

    if len(words) < 2:
        numbers = _of_word(connection, wanted.columns, words[0], found) if words else numpy.where(found, 1, numpy.nan)
    else:
        couples = list(_couples(connection, wanted.text, words))
        every = found & in_columns(connection, wanted.columns, " AND ".join(couples), len(found))
        numbers = numpy.where(every, 2, numpy.nan)
        if len(couples) > 1 and every.sum() < ENOUGH:
            some = found & in_columns(connection, wanted.columns, " OR ".join(couples), len(found))
            numbers[some & ~every] = 1
    best = numpy.argsort(-numbers, kind="stable")[:MOST_PAIRS]
    mask = numpy.zeros_like(found)
    mask[best] = ~numpy.isnan(numbers[best])
    return mask


def _couples(connection: sqlite3.Connection, text: str, words: Sequence[str]) -> Iterator[str]:
    """Yield for each two neighbours of `words` what finds, in FTS5, their meanings as close together as in `text`."""
    said = [token.term for token in tokenise(text)]
    for first, second in pairwise(sorted(words, key=said.index)):
        between = said.index(second) - said.index(first) - 1
        meant = product(_likeliest_of(connection, first), _likeliest_of(connection, second))
        if between:
            yield any_of(f"NEAR({quoted(one)} {quoted(other)}, {between})" for one, other in meant)
        else:
            yield any_of(quoted(f"{one} {other}") for one, other in meant)


def _likeliest_of(connection: sqlite3.Connection, word: str) -> list[str]:
    near = kept_by(connection, Vocabulary).near(connection, word)
    likeliest = sorted(near, key=lambda one: -one.likeness * log1p(one.pairs))
    return [one.term for one in likeliest[:LIKELIEST]]
