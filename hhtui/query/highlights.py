"""Which parts of a text a query found: the spans to mark on each side."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from hhtui.model import NO_VALUES, SIDES, Side
from hhtui.query import tree
from hhtui.query.fuzzy import asked
from hhtui.query.matches import Span, matchable, matches
from hhtui.query.regex import check, literal, widened
from hhtui.query.terms import Indexed, term_of
from hhtui.query.tokens import FoldedText, Sequence, make_ready, tokenise
from hhtui.query.wanted import wanted_texts
from hhtui.text import fold


@dataclass(slots=True)
class _Wanted:
    """What is looked for on one side; `unmarked` says that there is also something that cannot be marked."""

    sequences: list[Sequence] = field(default_factory=list)
    folded: list[str] = field(default_factory=list)
    exact: list[re.Pattern[str]] = field(default_factory=list)
    patterns: list[str] = field(default_factory=list)
    words: set[str] = field(default_factory=set)
    unmarked: bool = False


class Highlighter:
    """The texts that a query looks for, ready to be marked; made by `highlighter`."""

    def __init__(self, wanted: dict[Side, _Wanted]) -> None:
        self._wanted = wanted

    def spans(self, side: Side, text: str) -> list[Span]:
        """Return where the query's texts stand in `text` of `side`: offsets, ascending, without overlap.

        `text` is what the text index holds of the side. What the query excludes is not marked. Regular expressions
        are matched by RE2, as the search does it.
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
        for literally in wanted.exact:
            found.extend(one.span() for one in literally.finditer(text))
        for pattern in wanted.patterns:
            found.extend(matches(pattern, text))
        if wanted.words:
            found.extend((token.start, token.end) for token in tokenise(text) if token.term in wanted.words)
        return _merged(found)

    def leaves_out(self, side: Side) -> bool:
        """Return whether the query looks on `side` for something that `spans` cannot tell the place of.

        That is a `~word` of which it is not known what is like it, and a regular expression that RE2 finds too large.
        """
        return self._wanted[side].unmarked

    def __bool__(self) -> bool:
        return any(
            one.sequences or one.folded or one.exact or one.patterns or one.words for one in self._wanted.values()
        )


def highlighter(query: tree.Query, alike: Mapping[str, tuple[str, ...]] = NO_VALUES) -> Highlighter:
    """Return what marks the positive texts of `query`: a bare word on every side, others on their own.

    `alike` has the words that each `~text` stands for, by the text, as a result has them.
    """
    wanted: dict[Side, _Wanted] = {side: _Wanted() for side in SIDES}
    for columns, text in wanted_texts(query):
        for column in columns:
            _add(wanted[column], text, alike)
    if any(one.sequences or one.words for one in wanted.values()):
        make_ready()
    return Highlighter(wanted)


def _add(wanted: _Wanted, text: tree.Text, alike: Mapping[str, tuple[str, ...]]) -> None:
    match text:
        case tree.Regex(pattern, case_sensitive):
            _add_pattern(wanted, pattern, case_sensitive)
        case tree.Fuzzy(words) if words in alike:
            wanted.words.update(alike[words])
            wanted.folded.extend(map(fold, asked(words).literals))
        case tree.Fuzzy():
            wanted.unmarked = True
        case tree.Word() | tree.Phrase():
            term = term_of(text)
            if not isinstance(term, Indexed):
                wanted.folded.append(fold(term.text))
            else:
                wanted.sequences.append(Sequence(term.terms, prefix=term.prefix))


def _add_pattern(wanted: _Wanted, pattern: str, case_sensitive: bool) -> None:
    plain = literal(pattern)
    if plain == "":
        return
    if plain is not None and not case_sensitive:
        wanted.folded.append(fold(plain))
    elif plain is not None:
        wanted.exact.append(re.compile(widened(plain)))
    else:
        ready = f"{'' if case_sensitive else '(?i)'}{check(pattern).re2}"
        if matchable(ready):
            wanted.patterns.append(ready)
        else:
            wanted.unmarked = True


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
