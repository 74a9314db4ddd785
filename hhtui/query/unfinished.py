"""Tells a query that is merely not written to its end from one that is wrong."""

from collections.abc import Iterator

from hhtui.query.candidates import Candidate, Names, candidates, field_of
from hhtui.query.errors import QueryError
from hhtui.query.parser import parse
from hhtui.query.writing import Piece, Writing, writing

ENDS = ("", "x", " x", "1", '"', 'x"', "/", "x/", "]/", "x]/", ")/", "x)/", "row", "(7)", "7)", ")")
"""What ends a term that is open: a word, a number, a quote, a slash, an order, a seed."""
LONGEST = 1_000
"""Characters beyond which a query is not tried with other ends."""


def unfinished(text: str, error: QueryError, names: Names) -> bool:
    """Return whether `text`, of which `error` was said, is only not written to its end.

    It is where the error lies in what is written last, and something behind it would make it right.
    """
    at = writing(text, len(text))
    if len(text) > LONGEST or (at is not None and at.piece is Piece.VALUE and field_of(at.name, names) is None):
        return False
    begun = [] if at is None else [one for one in candidates(at, names) if one.text != at.typed]
    if at is not None and begun and error.position >= at.start:
        return True
    return not _right(text) and any(_right(text + end) for end in _ends(text, at, begun))


def _ends(text: str, at: Writing | None, begun: list[Candidate]) -> Iterator[str]:
    for closing in sorted({0, max(0, text.count("(") - text.count(")"))}):
        yield from (end + ")" * closing for end in ENDS)
        if at is not None and begun:
            yield begun[0].text[len(at.typed) :] + ")" * closing


def _right(text: str) -> bool:
    try:
        parse(text)
    except QueryError:
        return False
    return True
