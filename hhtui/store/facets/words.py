"""The words that stand in more pairs of a result than the rest of the database would let expect.

Log-odds ratio with an informative Dirichlet prior, as z-scores: Monroe, Colaresi, Quinn 2008, Fightin' Words: Lexical
Feature Selection and Evaluation for Identifying the Content of Political Conflict, Political Analysis 16(4), section
3.5. What is counted is in how many pairs a word stands, not how often; the prior is the word's share of all pairs.
"""

import sqlite3
from typing import TYPE_CHECKING, NamedTuple

from hhtui.query.terms import Indexed, term_of
from hhtui.query.tree import Word
from hhtui.store.errors import StoreError
from hhtui.store.facets.counting import Counter

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Mask = NDArray[numpy.bool_]
    Counts = NDArray[numpy.int32]
    Scores = NDArray[numpy.float64]

PRIOR = 100.0
"""Of how many pairs the prior is: so much does the share in all pairs weigh against what was counted."""
LEAST_PAIRS = 3
LEAST_Z = 1.96
MOST = 20
EXPLAINED = "log-odds against the rest, Monroe et al. 2008"


class OverWord(NamedTuple):
    """A word, in how many pairs of the result and of all it stands, and the z-score of the difference."""

    word: str
    pairs: int
    of_all: int
    z: float


def over_represented(connection: sqlite3.Connection, counter: Counter, most: int = MOST) -> tuple[list[OverWord], str]:
    """Return the words with the greatest z-scores, the greatest first, and a note about them or why there are none.

    Where the words of the newest pairs are not counted yet, they are told of the others alone, and the note says so.
    Words of the query are not left out. Such as no query can ask for as a word are: it would look for their letters.
    """
    from hhtui.store.text_copy import words

    if not counter.pairs or counter.pairs == counter.total:
        return [], "no pair to look at" if not counter.pairs else "the result is every pair: there is no rest"
    try:
        held = words(connection)
    except StoreError as error:
        return [], str(error)
    pairs, total = _within(counter.inside, held.upto), _within(counter.everyone, held.upto)
    if not pairs or pairs == total:
        which = "the result has none" if not pairs else "the result has all"
        return [], f"{which} of {_known(total, counter.total)}"
    inside, everyone = held.counts(counter.inside), held.pairs
    scores = z_scores(inside, everyone, pairs, total)
    found = []
    for place in sorted(_best(scores, inside, most), key=lambda place: (-scores[place], held.terms[place])):
        word = held.terms[place]
        if _can_be_asked_for(word):
            found.append(OverWord(word, int(inside[place]), int(everyone[place]), float(scores[place])))
        if len(found) == most:
            break
    if total < counter.total:
        return found, f"{EXPLAINED}; counted in {_known(total, counter.total)}"
    return found, EXPLAINED


def z_scores(inside: "Counts", everyone: "Counts", pairs: int, total: int) -> "Scores":
    """Return for each word how many standard deviations its log-odds in the result lie above those in the rest.

    `inside` and `everyone` are in how many of the `pairs` of the result and of all `total` each word stands. The
    variance is that of the paper before pairs without the word are neglected, as common words stand in most pairs.
    """
    import numpy

    share = everyone / total
    rest, others = everyone - inside, total - pairs
    with_word, without = inside + PRIOR * share, pairs - inside + PRIOR * (1 - share)
    rest_with, rest_without = rest + PRIOR * share, others - rest + PRIOR * (1 - share)
    with numpy.errstate(divide="ignore", invalid="ignore"):
        difference = numpy.log(with_word / without) - numpy.log(rest_with / rest_without)
        deviation = numpy.sqrt(1 / with_word + 1 / without + 1 / rest_with + 1 / rest_without)
        scores: Scores = numpy.nan_to_num(difference / deviation, nan=0.0, posinf=0.0, neginf=0.0)
    return scores


def _best(scores: "Scores", inside: "Counts", most: int) -> list[int]:
    import numpy

    places = numpy.flatnonzero((scores >= LEAST_Z) & (inside >= LEAST_PAIRS))
    return [int(place) for place in places[numpy.argsort(-scores[places], kind="stable")][: 4 * most]]


def _within(mask: "Mask", upto: int) -> int:
    return int(mask[:upto].sum())


def _known(pairs: int, total: int) -> str:
    return f"the {pairs:,} of {total:,} pairs whose words are counted; hhtui DB counts the others while you read"


def _can_be_asked_for(word: str) -> bool:
    term = term_of(Word(word))
    return isinstance(term, Indexed) and term.terms == (word,)
