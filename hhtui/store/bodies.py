"""Searches the texts themselves: substrings and regular expressions, without the index."""

import json
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from hhtui.dialogue import without_markers
from hhtui.model import ASSISTANT, HUMAN, Side
from hhtui.query.errors import QueryError
from hhtui.query.nodes import Regex, Substring
from hhtui.query.regex import widened
from hhtui.store.indexed import mask_from
from hhtui.text import fold

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Mask = NDArray[numpy.bool_]

BATCH = 2_000
_MARKERS = tuple(f"\n\n{role}:".lower() for role in (HUMAN, ASSISTANT))
_FOLDED_FROM_ELSEWHERE = frozenset("ik'\"`")


class Bodies:
    """Searches the texts of a database; remembers which of them hold NUL, where SQL's LIKE stops reading."""

    def __init__(self) -> None:
        self._cut_short: list[int] = []
        self._looked_at = 0

    def with_substring(self, connection: sqlite3.Connection, wanted: Substring, candidates: "Mask") -> "Mask":
        """Return which of the `candidates` hold a literal.

        SQL's LIKE narrows, and says on its own where no folding but that of ASCII and no role marker can matter;
        what is left is folded and looked at.
        """
        import numpy

        sure, doubtful = _narrowed(connection, wanted, candidates)
        for pair_id in self._with_nul(connection, len(candidates)):
            doubtful[pair_id - 1] = True
        found = sure & candidates
        holds = _verifier(wanted)
        for pair_id, texts in _texts(connection, wanted.columns, doubtful & candidates & numpy.logical_not(found)):
            found[pair_id - 1] = any(map(holds, texts))
        return found

    def with_pattern(self, connection: sqlite3.Connection, wanted: Regex, candidates: "Mask") -> "Mask":
        """Return which of the `candidates` match a regular expression, by RE2; raises QueryError where it refuses."""
        import numpy
        import pyarrow
        from pyarrow import compute

        found = numpy.zeros(len(candidates), dtype=numpy.bool_)
        for batch in _batches(_texts(connection, wanted.columns, candidates)):
            ids = numpy.array([pair_id for pair_id, _ in batch]) - 1
            for column in range(len(wanted.columns)):
                texts = pyarrow.array([texts[column] for _, texts in batch], type=pyarrow.string())
                try:
                    hits = compute.match_substring_regex(texts, wanted.pattern, ignore_case=not wanted.case_sensitive)
                except pyarrow.ArrowInvalid as error:
                    reason = str(error).removeprefix("Invalid regular expression: ")
                    raise QueryError(f"The regular expression cannot be read: {reason}", wanted.position) from None
                found[ids[hits.to_numpy(zero_copy_only=False)]] = True
        return found

    def _with_nul(self, connection: sqlite3.Connection, size: int) -> list[int]:
        if self._looked_at < size:
            rows = connection.execute(
                "SELECT id FROM body WHERE id > ? AND id <= ? AND "
                "(instr(prompt, char(0)) OR instr(chosen, char(0)) OR instr(rejected, char(0)))",
                (self._looked_at, size),
            )
            self._cut_short += [pair_id for (pair_id,) in rows]
            self._looked_at = size
        return [pair_id for pair_id in self._cut_short if pair_id <= size]


def _narrowed(connection: sqlite3.Connection, wanted: Substring, candidates: "Mask") -> tuple["Mask", "Mask"]:
    """Return which pairs surely hold the literal, and which of the others may."""
    possible = " OR ".join(f"{column} LIKE :possible ESCAPE '\\'" for column in wanted.columns)
    exact = "instr({}, :literal) > 0" if wanted.case_sensitive else "{} LIKE :exact ESCAPE '\\'"
    certain = " OR ".join(map(exact.format, wanted.columns)) if _free_of_markers(wanted.literal) else "0"
    chosen, ids = _among(candidates)
    row = connection.execute(
        "SELECT group_concat(id) FILTER (WHERE certain), group_concat(id) FILTER (WHERE NOT certain) "
        f"FROM (SELECT id, ({certain}) AS certain FROM body WHERE ({possible}) AND {chosen})",
        {
            "possible": f"%{''.join(map(_loose, wanted.literal))}%",
            "exact": f"%{''.join(map(_escaped, wanted.literal))}%",
            "literal": wanted.literal,
            "ids": ids,
        },
    ).fetchone()
    return mask_from(row[0], len(candidates)), mask_from(row[1], len(candidates))


def _loose(character: str) -> str:
    """Return the LIKE pattern of whatever folds as `character` does."""
    if character in "\n\0":
        return "%"
    cased = character > "\x7f" and (character.lower() != character or character.upper() != character)
    return "_" if cased or fold(character) in _FOLDED_FROM_ELSEWHERE else _escaped(character)


def _escaped(character: str) -> str:
    return f"\\{character}" if character in "%_\\" else character


def _free_of_markers(literal: str) -> bool:
    """Tell whether the literal stands in a transcript only where it stands in a turn's text."""
    folded = fold(literal)
    return not ("\n" in folded or "\0" in folded) and not any(
        folded in marker or any(folded.startswith(marker[at:]) for at in range(len(marker))) for marker in _MARKERS
    )


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
    if ids == "[]":
        return
    rows = connection.execute(f"SELECT id, {', '.join(columns)} FROM body WHERE {chosen}", {"ids": ids})
    for pair_id, *bodies in rows:
        if pair_id <= len(candidates):
            yield pair_id, list(map(without_markers, bodies))


def _among(candidates: "Mask") -> tuple[str, str | None]:
    """Return the condition on `id` that picks the candidates, and its parameter `ids`."""
    if candidates.all():
        return "1", None
    return "id IN (SELECT value FROM json_each(:ids))", json.dumps((candidates.nonzero()[0] + 1).tolist())


def _batches(rows: Iterator[tuple[int, list[str]]]) -> Iterator[list[tuple[int, list[str]]]]:
    while batch := list(islice(rows, BATCH)):
        yield batch
