"""Searches the texts themselves: substrings and regular expressions, in their copy or where there is none in SQL."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hhtui.query.errors import QueryError
from hhtui.query.nodes import Regex, Substring
from hhtui.store.arrow import mask_in, text_array
from hhtui.store.connection import kept_by
from hhtui.store.search_progress import SearchProgress
from hhtui.store.streaming import Streamed
from hhtui.store.text_copy.literals import LONGEST_LITERAL, pattern_of
from hhtui.store.text_copy.reading import opened

if TYPE_CHECKING:
    import numpy
    import pyarrow
    from numpy.typing import NDArray

    from hhtui.model import Side

    Mask = NDArray[numpy.bool_]


class Bodies:
    """Searches the texts of a database, as a reader keeps it."""

    def __init__(self) -> None:
        self._streamed = Streamed()

    def with_substring(self, connection: sqlite3.Connection, wanted: Substring, candidates: "Mask") -> "Mask":
        """Return which of the `candidates` hold a literal."""
        pattern = pattern_of(wanted.literal, case_sensitive=wanted.case_sensitive)
        with _searching(connection, candidates) as progress:
            found, rest = _in_copy(connection, wanted.columns, pattern, True, candidates, progress)
            if len(wanted.literal) > LONGEST_LITERAL:
                found, rest = found & False, found | rest
            if rest.any():
                found |= self._streamed.with_substring(connection, wanted, rest, progress)
        return found

    def with_pattern(self, connection: sqlite3.Connection, wanted: Regex, candidates: "Mask") -> "Mask":
        """Return which of the `candidates` match a regular expression, by RE2; raises QueryError where it refuses."""
        return self.with_any_pattern(connection, [wanted], candidates)

    def with_any_pattern(self, connection: sqlite3.Connection, wanted: Sequence[Regex], candidates: "Mask") -> "Mask":
        """Return which of the `candidates` match any of some regular expressions; raises as `with_pattern` does.

        They are of the same columns, and all of them case-sensitive or none, so that RE2 can look for them at once.
        """
        from pyarrow import ArrowInvalid

        for one in wanted:
            _check(one)
        try:
            pattern = "|".join(f"(?:{one.pattern})" for one in wanted)
            return self._matching(connection, wanted[0].columns, pattern, wanted[0].case_sensitive, candidates)
        except ArrowInvalid:
            found = candidates & False
            for one in wanted:
                found |= self._matching(connection, one.columns, one.pattern, one.case_sensitive, candidates & ~found)
            return found

    def _matching(
        self,
        connection: sqlite3.Connection,
        columns: "Sequence[Side]",
        pattern: str,
        case_sensitive: bool,
        candidates: "Mask",
    ) -> "Mask":
        def matches(texts: "pyarrow.Array") -> "Mask":
            from pyarrow import compute

            return mask_in(compute.match_substring_regex(texts, pattern, ignore_case=not case_sensitive))

        with _searching(connection, candidates) as progress:
            found, rest = _in_copy(connection, columns, pattern, case_sensitive, candidates, progress)
            if rest.any():
                found |= self._streamed.with_pattern(connection, columns, matches, rest, progress)
        return found


def _in_copy(
    connection: sqlite3.Connection,
    columns: "Sequence[Side]",
    pattern: str,
    case_sensitive: bool,
    candidates: "Mask",
    progress: SearchProgress,
) -> "tuple[Mask, Mask]":
    """Return which of the candidates match by the copy of the texts, and which it does not have."""

    def advance(pairs: int) -> None:
        connection.execute("SELECT 1").fetchone()
        progress.advance(pairs)

    copy, rest = opened(connection), candidates.copy()
    if copy is None:
        return candidates & False, rest
    rest[: copy.upto] = False
    return copy.matching(pattern, columns, candidates, ignore_case=not case_sensitive, advance=advance), rest


def _check(wanted: Regex) -> None:
    import pyarrow
    from pyarrow import compute

    try:
        compute.match_substring_regex(text_array([""]), wanted.pattern)
    except pyarrow.ArrowInvalid as error:
        reason = str(error).removeprefix("Invalid regular expression: ")
        raise QueryError(f"The regular expression cannot be read: {reason}", wanted.position) from None


@contextmanager
def _searching(connection: sqlite3.Connection, candidates: "Mask") -> Iterator[SearchProgress]:
    progress = kept_by(connection, SearchProgress)
    progress.begin(int(candidates.sum()))
    try:
        yield progress
    finally:
        progress.end()
