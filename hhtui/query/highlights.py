"""Which parts of a text a query found: the spans to mark on each side."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from hhtui.model import SIDES, Side
from hhtui.query import tree
from hhtui.query.regex import compiled, literal, widened
from hhtui.query.terms import Indexed, term_of
from hhtui.query.tokens import FoldedText, Sequence
from hhtui.query.wanted import wanted_texts
from hhtui.text import fold

LONGEST_FOR_REGEX = 4_000

Span = tuple[int, int]


@dataclass(slots=True)
class _Wanted:
    """What is looked for on one side."""

    sequences: list[Sequence] = field(default_factory=list)
    folded: list[str] = field(default_factory=list)
    patterns: list[re.Pattern[str]] = field(default_factory=list)


class Highlighter:
    """The texts that a query looks for, ready to be marked; made by `highlighter`."""

    def __init__(self, wanted: dict[Side, _Wanted]) -> None:
        self._wanted = wanted

    def spans(self, side: Side, text: str) -> list[Span]:
        """Return where the query's texts stand in `text` of `side`: offsets, ascending, without overlap.

        What the query excludes is not marked. A regular expression is marked where Python's `re` has RE2's
        meaning and is quick: at most two unbounded repeats, none of them nested, in up to 4,000 characters.
        """
        wanted = self._wanted[side]
        found: list[Span] = []
        if wanted.sequences:
            ready = FoldedText(text)
            for sequence in wanted.sequences:
                found.extend(sequence.spans(ready))
        if wanted.folded:
            plain = fold(text)
            for piece in wanted.folded:
                found.extend(_occurrences(piece, plain))
        for pattern in wanted.patterns:
            if len(text) <= LONGEST_FOR_REGEX:
                found.extend(one.span() for one in pattern.finditer(text) if one.end() > one.start())
        return _merged(found)

    def __bool__(self) -> bool:
        return any(one.sequences or one.folded or one.patterns for one in self._wanted.values())


def highlighter(query: tree.Query) -> Highlighter:
    """Return what marks the positive texts of `query`: a bare word on every side, others on their own."""
    wanted: dict[Side, _Wanted] = {side: _Wanted() for side in SIDES}
    for columns, text in wanted_texts(query):
        for column in columns:
            _add(wanted[column], text)
    return Highlighter(wanted)


def _add(wanted: _Wanted, text: tree.Text) -> None:
    match text:
        case tree.Regex(pattern, case_sensitive):
            plain = literal(pattern)
            if plain is not None and not case_sensitive:
                wanted.folded.append(fold(plain))
            elif plain is not None:
                wanted.patterns.append(re.compile(widened(plain)))
            elif (ready := compiled(pattern, case_sensitive)) is not None:
                wanted.patterns.append(ready)
        case tree.Word() | tree.Phrase():
            term = term_of(text)
            if not isinstance(term, Indexed):
                wanted.folded.append(fold(term.text))
            else:
                wanted.sequences.append(Sequence(term.terms, prefix=term.prefix))


def _occurrences(piece: str, text: str) -> Iterator[Span]:
    at = text.find(piece)
    while at >= 0:
        yield at, at + len(piece)
        at = text.find(piece, at + len(piece))


def _merged(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
