"""Searches the texts themselves as the database has them: substrings by SQL, regular expressions in a stream."""

import json
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from time import thread_time
from typing import TYPE_CHECKING, NamedTuple

from hhtui.dialogue import without_markers
from hhtui.model import ASSISTANT, HUMAN, SIDES, Side
from hhtui.query.nodes import Substring
from hhtui.query.regex import widened
from hhtui.store.arrow import text_array
from hhtui.store.indexed import mask_from
from hhtui.store.search_progress import SearchProgress
from hhtui.store.text_copy.pace import Pace
from hhtui.text import fold

if TYPE_CHECKING:
    import numpy
    import pyarrow
    from numpy.typing import NDArray

    Mask = NDArray[numpy.bool_]

SUBSTRINGS_AT_ONCE = 50_000
_MARKERS = tuple(f"\n\n{role}:".lower() for role in (HUMAN, ASSISTANT))
_UNSURE = frozenset("\n\0")
"""What joins two turns, and where LIKE stops."""
_MISREAD = {"\0": "", "\u0130": "i", "\u212a": "k"}
"""Characters that LIKE reads otherwise than `fold`: it stops at NUL, and folds to ASCII nothing from beyond it."""
_QUOTES = frozenset("'\"")
_PLAIN = str.maketrans("‘’“”", "''\"\"")
_TYPOGRAPHIC = str.maketrans("'`‘", "’’’")


class Streamed:
    """Searches the texts of a database; remembers which of them SQL's LIKE misreads."""

    def __init__(self) -> None:
        self._seen: dict[str, _Seen] = {}

    def with_substring(
        self, connection: sqlite3.Connection, wanted: Substring, candidates: "Mask", progress: SearchProgress
    ) -> "Mask":
        """Return which of the `candidates` hold a literal.

        SQL finds the usual forms of the literal on its own; what could be another form of it is folded and looked at.
        """
        import numpy

        found = numpy.zeros(len(candidates), dtype=numpy.bool_)
        holds = _verifier(wanted)
        unlike = self._unlike(connection, wanted, _first(candidates), len(candidates))
        for part in _parts(candidates, SUBSTRINGS_AT_ONCE):
            sure, doubtful = _narrowed(connection, wanted, part)
            doubtful |= unlike
            found |= sure & part
            for pair_id, texts in _texts(connection, wanted.columns, doubtful & part & ~found):
                found[pair_id - 1] = any(map(holds, texts))
            progress.advance(int(part.sum()))
        return found

    def with_pattern(
        self,
        connection: sqlite3.Connection,
        columns: Sequence[Side],
        matches: "Callable[[pyarrow.Array], NDArray[numpy.bool_]]",
        candidates: "Mask",
        progress: SearchProgress,
    ) -> "Mask":
        """Return which of the `candidates` have a text that `matches` in any of the columns."""
        import numpy

        found = numpy.zeros(len(candidates), dtype=numpy.bool_)
        rows, pace = _texts(connection, columns, candidates), Pace()
        while batch := list(islice(rows, pace.rows)):
            started = thread_time()
            ids = numpy.array([pair_id for pair_id, _ in batch]) - 1
            for column in range(len(columns)):
                found[ids[matches(text_array([texts[column] for _, texts in batch]))]] = True
            pace.took(len(batch), thread_time() - started)
            progress.advance(len(batch))
        return found

    def _unlike(self, connection: sqlite3.Connection, wanted: Substring, after: int, size: int) -> "Mask":
        """Return which pairs after `after` have a character for whose sake LIKE could miss the literal."""
        import numpy

        unlike = numpy.zeros(size, dtype=numpy.bool_)
        for character, folded in _MISREAD.items():
            if not folded or (folded in fold(wanted.literal) and not wanted.case_sensitive):
                for pair_id in self._with_character(connection, character, after, size):
                    unlike[pair_id - 1] = True
        return unlike

    def _with_character(self, connection: sqlite3.Connection, character: str, after: int, size: int) -> list[int]:
        seen = self._seen.get(character)
        if seen is None or seen.after > after:
            seen = _Seen(after, after, [])
        if seen.upto < size:
            holds = " OR ".join(f"instr({column}, char(:code))" for column in SIDES)
            rows = connection.execute(
                f"SELECT id FROM body WHERE id > :after AND id <= :upto AND ({holds})",
                {"code": ord(character), "after": seen.upto, "upto": size},
            )
            seen = _Seen(seen.after, size, seen.found + [pair_id for (pair_id,) in rows])
            self._seen[character] = seen
        return [pair_id for pair_id in seen.found if pair_id <= size]


class _Seen(NamedTuple):
    """The pairs with some character that were found with ids beyond `after`, up to `upto`."""

    after: int
    upto: int
    found: list[int]


def _narrowed(connection: sqlite3.Connection, wanted: Substring, candidates: "Mask") -> tuple["Mask", "Mask"]:
    """Return which pairs surely hold the literal, and which of the others may."""
    forms, loose = _forms(wanted), "".join(map(_loose, wanted.literal))
    in_texts = [_spoken(column, wanted.literal) for column in wanted.columns]
    contains = "instr({}, ?) > 0" if wanted.case_sensitive else "{} LIKE ? ESCAPE '\\'"
    certain = [(contains.format(text), form) for text in in_texts for form in forms]
    possible = (
        [(f"{text} LIKE ? ESCAPE '\\'", f"%{loose}%") for text in in_texts] if _has_more_forms(wanted) else certain
    )
    if _UNSURE & set(wanted.literal):
        certain = [("0 = ?", "1")]
    chosen, ids = _among(candidates)
    row = connection.execute(
        "SELECT group_concat(id) FILTER (WHERE certain), group_concat(id) FILTER (WHERE NOT certain) "
        f"FROM (SELECT id, ({_any(certain)}) AS certain FROM body WHERE {chosen} AND ({_any(possible)}))",
        (*(form for _, form in certain), *ids, *(form for _, form in possible)),
    ).fetchone()
    return mask_from(row[0], len(candidates)), mask_from(row[1], len(candidates))


def _any(conditions: Sequence[tuple[str, object]]) -> str:
    return " OR ".join(condition for condition, _ in conditions)


def _forms(wanted: Substring) -> list[str]:
    """Return the usual ways in which the literal is written: with plain or typographic quotes, small or capital."""
    quoted = [wanted.literal.translate(quotes) for quotes in ({}, _PLAIN, _TYPOGRAPHIC)]
    if wanted.case_sensitive:
        return list(dict.fromkeys(quoted))
    folded = fold(wanted.literal)
    cased = [form for one in quoted for form in (one, one.lower(), one.upper()) if fold(form) == folded]
    distinct = {form.lower() if form.isascii() else form: None for form in cased}
    return [f"%{''.join(map(_escaped, form))}%" for form in distinct]


def _has_more_forms(wanted: Substring) -> bool:
    """Tell whether a text can hold the literal in a form that `_forms` does not name."""
    return any(
        character in _UNSURE or (_loose(character) == "_" and (not wanted.case_sensitive or fold(character) in _QUOTES))
        for character in wanted.literal
    )


def _loose(character: str) -> str:
    """Return the LIKE pattern of whatever folds as `character` does, K and I beyond ASCII apart."""
    if character in _UNSURE:
        return "%"
    cased = character > "\x7f" and (character.lower() != character or character.upper() != character)
    return "_" if cased or fold(character) in _QUOTES else _escaped(character)


def _escaped(character: str) -> str:
    return f"\\{character}" if character in "%_\\" else character


def _spoken(column: str, literal: str) -> str:
    """Return SQL for a column's text, without its role markers where they could be mistaken for the literal."""
    folded = fold(literal)
    if _UNSURE & set(folded) or not any(
        folded in marker or any(folded.startswith(marker[at:]) for at in range(len(marker))) for marker in _MARKERS
    ):
        return column
    for role in (HUMAN, ASSISTANT):
        column = f"replace({column}, char(10, 10) || '{role}:', char(10))"
    return column


def _verifier(wanted: Substring) -> Callable[[str], bool]:
    if wanted.case_sensitive:
        search = re.compile(widened(wanted.literal)).search
        return lambda text: search(text) is not None
    folded = fold(wanted.literal)
    return lambda text: folded in fold(text)


def _texts(
    connection: sqlite3.Connection, columns: Sequence[Side], candidates: "Mask"
) -> Iterator[tuple[int, list[str]]]:
    chosen, ids = _among(candidates)
    if ids == ("[]",):
        return
    rows = connection.execute(f"SELECT id, {', '.join(columns)} FROM body WHERE {chosen}", ids)
    for pair_id, *bodies in rows:
        if pair_id <= len(candidates):
            yield pair_id, list(map(without_markers, bodies))


def _among(candidates: "Mask") -> tuple[str, tuple[str, ...]]:
    """Return the condition on `id` that picks the candidates, and its parameters."""
    first, ids = _first(candidates), candidates.nonzero()[0] + 1
    if len(ids) and len(ids) == ids[-1] - first:
        return f"id BETWEEN {first + 1:d} AND {int(ids[-1]):d}", ()
    return "id IN (SELECT value FROM json_each(?))", (json.dumps(ids.tolist()),)


def _first(candidates: "Mask") -> int:
    """Return how many ids come before the first candidate."""
    return int(candidates.argmax()) if len(candidates) else 0


def _parts(candidates: "Mask", size: int) -> "Iterator[Mask]":
    """Yield the candidates among each `size` ids; where there are none, nothing."""
    import numpy

    for start in range(0, len(candidates), size):
        if candidates[start : start + size].any():
            part = numpy.zeros(len(candidates), dtype=numpy.bool_)
            part[start : start + size] = candidates[start : start + size]
            yield part
