"""What a database completes a query with: names and values of its own, words of its texts, and how many pairs each has.

Everything here reads, and is for a thread beside the screen's.
"""

import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from hhtui.query.candidates import Candidate, Names
from hhtui.store.arrow import mask_in, text_array
from hhtui.store.connection import kept_by
from hhtui.store.errors import StoreError
from hhtui.store.scorers import named_columns, score_fields

if TYPE_CHECKING:
    import pyarrow

    from hhtui.store.text_copy import Words

SHORTEST = 3
"""Letters from which a word is completed."""


class Count(NamedTuple):
    """How many pairs a query finds; not `exact` where the text index does not reach all of them yet."""

    pairs: int
    exact: bool = True


class Extent(NamedTuple):
    """The least and the greatest value of a number in this database."""

    low: float
    high: float


def names(connection: sqlite3.Connection) -> Names:
    """Return what this database adds to the language."""
    sources = connection.execute("SELECT DISTINCT subset, split FROM source ORDER BY subset, split").fetchall()
    return Names(
        score_fields(connection),
        {name: f"{one.column.meaning} ({one.scorer.label})" for name, one in named_columns(connection).items()},
        {
            "subset": tuple(dict.fromkeys(subset for subset, _ in sources)),
            "split": tuple(dict.fromkeys(split for _, split in sources)),
            "key": tuple(f"{subset}/{split}/*" for subset, split in sources),
            "label": _distinct(connection, "label", "kind = 'label'"),
            "by": _distinct(connection, "annotator", "kind <> 'skip'"),
        },
    )


def prepare(connection: sqlite3.Connection) -> Names:
    """Load what running a query needs, so that the first letter does not wait for it; return `names`."""
    import hhtui.query.highlights  # noqa: F401
    from hhtui.query.tokens import make_ready

    make_ready()
    counted(connection, "row:0")
    return names(connection)


def counted(connection: sqlite3.Connection, query: str) -> Count | None:
    """Return how many pairs `query` finds, None where this database cannot tell, or not without unpacking many texts.

    Raises sqlite3.OperationalError where it was interrupted.
    """
    from hhtui.query.errors import QueryError
    from hhtui.query.parser import parse
    from hhtui.query.tree import Regex
    from hhtui.query.wanted import wanted_texts
    from hhtui.store.results import search

    try:
        wanted = parse(query)
        if any(isinstance(text, Regex) for _, text in wanted_texts(wanted)) and not _has_texts_at_hand(connection):
            return None
        found = search(connection, wanted)
    except (QueryError, StoreError):
        return None
    return Count(len(found.ids), found.searched >= found.total)


def _has_texts_at_hand(connection: sqlite3.Connection) -> bool:
    from hhtui.store import text_copy
    from hhtui.store.pairs import count

    return count(connection) <= text_copy.FEW_PAIRS or text_copy.is_current(connection)


def extent(connection: sqlite3.Connection, name: str) -> Extent | None:
    """Return between which values the number `name`, such as harm.min, lies; None without any."""
    import numpy

    from hhtui.query.errors import QueryError
    from hhtui.query.nodes import IsMissing
    from hhtui.query.parser import parse
    from hhtui.query.planner import plan
    from hhtui.store.columns import Columns
    from hhtui.store.scorers import harm_column

    try:
        wanted = plan(parse(f"{name}:none"), score_fields(connection), harm_column(connection)).filter
    except QueryError:
        return None
    if not isinstance(wanted, IsMissing):
        return None
    values = kept_by(connection, Columns).get(connection, str(wanted.column))
    there = values[~numpy.isnan(values)]
    return Extent(float(there.min()), float(there.max())) if len(there) else None


def words(connection: sqlite3.Connection, typed: str, side: str, most: int) -> list[tuple[Candidate, Count | None]]:
    """Return up to `most` words of the texts that begin with `typed`, those of most pairs first.

    Each has the number of its pairs where no `side` is asked for and all are known. None come for fewer than three
    letters, without a copy of the texts, or for what the text index does not hold as it is written.
    """
    from hhtui.query.tokens import tokenise
    from hhtui.store.pairs import last_id
    from hhtui.store.text_copy import words as stored_words

    tokens = tokenise(typed)
    if len(tokens) != 1 or tokens[0].end - tokens[0].start != len(typed) or len(tokens[0].term) < SHORTEST:
        return []
    try:
        known = stored_words(connection)
    except StoreError:
        return []
    found = kept_by(connection, _Terms).beginning(known, tokens[0].term, most)
    told = not side and known.upto >= last_id(connection)
    return [
        (Candidate(term, "", f"{side}:{term}" if side else term), Count(pairs) if told else None)
        for term, pairs in found
        if _is_found_by_index(term)
    ]


class _Terms:
    """The words of the texts as an array, kept while they are the same."""

    def __init__(self) -> None:
        self._of: Words | None = None
        self._terms: pyarrow.Array | None = None

    def beginning(self, known: "Words", beginning: str, most: int) -> Sequence[tuple[str, int]]:
        """Return the words with this beginning and in how many pairs each stands, the most frequent first."""
        import numpy
        import pyarrow.compute

        if self._of is not known:
            self._of, self._terms = known, text_array(known.terms)
        matching = mask_in(pyarrow.compute.starts_with(self._terms, beginning))
        places = numpy.flatnonzero(matching)
        places = places[numpy.argsort(-known.pairs[places], kind="stable")][:most]
        return [(known.terms[place], int(known.pairs[place])) for place in places if known.pairs[place]]


def _is_found_by_index(term: str) -> bool:
    from hhtui.query.terms import Indexed, term_of
    from hhtui.query.tree import Word

    return isinstance(term_of(Word(term)), Indexed)


def _distinct(connection: sqlite3.Connection, column: str, condition: str) -> tuple[str, ...]:
    rows = connection.execute(f"SELECT DISTINCT {column} FROM decision WHERE {condition} ORDER BY {column}")
    return tuple(value for (value,) in rows)
