"""A text's tokens, as SQLite FTS5's `unicode61 remove_diacritics 2` finds them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from hhtui.query.unicode61 import dropped_ranges, foldings, token_ranges


class Token(NamedTuple):
    """A token: its folded form, and where it stands in the text."""

    term: str
    start: int
    end: int


def tokenise(text: str) -> list[Token]:
    """Return the tokens of `text`, in order."""
    return [Token(_fold(found[0]), *found.span()) for found in _token().finditer(text)]


def make_ready() -> None:
    """Build what every text needs, so that the first one does not wait for it."""
    for build in (_member, _rest, _between, _dropped, _token, _folding):
        build()


class Sequence:
    """Tokens that stand next to each other, to be found in texts; the last is a beginning where `prefix` says so."""

    def __init__(self, terms: tuple[str, ...], *, prefix: bool = False) -> None:
        """Take the folded `terms`, of which there is at least one."""
        self.terms = terms
        self.prefix = prefix

    def spans(self, text: FoldedText) -> Iterator[tuple[int, int]]:
        """Yield where the sequence stands in the text."""
        if text.tokens is not None:
            yield from self._among(text.tokens)
            return
        folded, first = text.folded, self.terms[0]
        start = folded.find(first)
        while start >= 0:
            end = None if start and _member().match(folded, start - 1) else self._end(folded, start + len(first))
            if end is not None:
                yield start, end
            start = folded.find(first, start + 1)

    def _end(self, folded: str, at: int) -> int | None:
        """Return where the sequence ends whose first term ends at `at`, None where what follows is not it."""
        for term in self.terms[1:]:
            gap = _between().match(folded, at)
            if gap is None or not folded.startswith(term, gap.end()):
                return None
            at = gap.end() + len(term)
        if self.prefix:
            rest = _rest().match(folded, at)
            return at if rest is None else rest.end()
        return None if _member().match(folded, at) else at

    def _among(self, tokens: list[Token]) -> Iterator[tuple[int, int]]:
        last = len(self.terms) - 1
        for at in range(len(tokens) - last):
            final = tokens[at + last].term
            if not (final.startswith(self.terms[last]) if self.prefix else final == self.terms[last]):
                continue
            if all(tokens[at + step].term == self.terms[step] for step in range(last)):
                yield tokens[at].start, tokens[at + last].end


class FoldedText:
    """A text made ready for sequences to be found in.

    Folding keeps positions unless a combining mark is dropped; only then is the text cut into tokens.
    """

    def __init__(self, text: str) -> None:
        """Fold `text`."""
        dropping = not text.isascii() and _dropped().search(text) is not None
        self.tokens = tokenise(text) if dropping else None
        self.folded = "" if dropping else _fold(text)


def _fold(text: str) -> str:
    return text.lower() if text.isascii() else text.translate(_folding())


@cache
def _member() -> re.Pattern[str]:
    return re.compile(f"[{_members(token_ranges())}]")


@cache
def _rest() -> re.Pattern[str]:
    return re.compile(f"[{_members(token_ranges())}]*")


@cache
def _between() -> re.Pattern[str]:
    return re.compile(f"[^{_members(token_ranges())}]+")


@cache
def _dropped() -> re.Pattern[str]:
    return re.compile(f"[{_members(dropped_ranges())}]")


@cache
def _token() -> re.Pattern[str]:
    begin = _members(token_ranges())
    return re.compile(f"[{begin}][{begin}{_members(dropped_ranges())}]*")


@cache
def _members(ranges: tuple[tuple[int, int], ...]) -> str:
    return "".join(f"{re.escape(chr(first))}-{re.escape(chr(last))}" for first, last in ranges)


@cache
def _folding() -> dict[int, int | None]:
    table: dict[int, int | None] = dict(foldings())
    for first, last in dropped_ranges():
        table.update(dict.fromkeys(range(first, last + 1)))
    return table
