"""Scores read for the screen: of one pair, of a page of pairs, and how far scoring has come."""

import json
import sqlite3
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from hhtui.model import RESPONSES, SIDES, Score, Side
from hhtui.store import pairs
from hhtui.store.scorers import BEING_READ, StoredColumn, StoredScorer, done, known, score_columns

_TEXTS = "SELECT prompt, chosen, rejected FROM pair_text WHERE pair_id = ?"


class Coverage(NamedTuple):
    """How far one scorer has come: how many of how many pairs have their scores, and how many those of their turns."""

    scorer: StoredScorer
    pairs: int
    pairs_total: int
    turns_of: int

    @property
    def complete(self) -> bool:
        """Whether every pair has its scores, single turns apart."""
        return self.pairs >= self.pairs_total


class Numbers(NamedTuple):
    """What is stored of one text, or one side: the number of each column, and in how many windows it was read."""

    values: Sequence[float | None]
    windows: int = 1


def progress(connection: sqlite3.Connection) -> list[Coverage]:
    """Return how far each scorer has come, in the order in which they came."""
    total = pairs.count(connection)

    def up_to(pair_id: int) -> int:
        count: int = connection.execute("SELECT count(*) FROM pair WHERE id <= ?", (pair_id,)).fetchone()[0]
        return count

    found = []
    for scorer in known(connection):
        reached = done(connection, scorer)
        beside = [reached[unit] for unit in scorer.units if unit in BEING_READ]
        found.append(Coverage(scorer, up_to(min(beside, default=0)), total, up_to(reached.get("turn", 0))))
    return found


def of_pair(connection: sqlite3.Connection, pair_id: int, name: str) -> dict[Side, Score]:
    """Return the scores of a pair's sides in the column with the qualified name `name`; {} where it has no sides.

    A side that the scorer does not read is left out. A score without a value is of an empty text where it says
    `scored`, else of one that is not scored yet. Raises KeyError where no scorer has the column.
    """
    column = score_columns(connection)[name]
    return _Numbered(connection, column, column.sides).of(pair_id)


def of_page(connection: sqlite3.Connection, pair_ids: Sequence[int], name: str) -> dict[int, dict[Side, Score]]:
    """Return the scores of both responses of these pairs in one column: pair id → side → score.

    Raises KeyError where no scorer has the column.
    """
    column = score_columns(connection)[name]
    numbered = _Numbered(connection, column, [side for side in RESPONSES if side in column.sides])
    return {pair_id: numbered.of(pair_id) for pair_id in map(int, pair_ids)}


def percentile(ranks: Sequence[float], value: float) -> float | None:
    """Return the share, in whole percents rounded down, of scored texts with a value at most `value`.

    `ranks` are the 101 percentiles of a column, the k-th the least value that k percent of the texts do not
    exceed; None where there are none yet.
    """
    return float(max(0, bisect_right(ranks, value) - 1)) if ranks else None


def ranks(connection: sqlite3.Connection, name: str) -> Sequence[float]:
    """Return the 101 percentiles of the packed column `name`, none where they are not made yet."""
    row = connection.execute("SELECT percentiles FROM packed_column WHERE name = ?", (name,)).fetchone()
    return _parsed(row[0]) if row and row[0] else ()


def of_text(connection: sqlite3.Connection, scorer: StoredScorer, text_hash: bytes) -> Numbers | None:
    """Return what `scorer` found in the text with this hash, None where it is not scored."""
    row = connection.execute(
        "SELECT numbers, windows FROM score WHERE text_hash = ? AND scorer_id = ?", (text_hash, scorer.id)
    ).fetchone()
    return Numbers(json.loads(row[0]), row[1]) if row else None


class _Numbered:
    """The scores of some sides in one column; what ranks them is read once."""

    def __init__(self, connection: sqlite3.Connection, column: StoredColumn, sides: Sequence[Side]) -> None:
        self._connection, self._column = connection, column
        self._ranks = {side: ranks(connection, f"{column.name}.{side}") for side in sides}

    def of(self, pair_id: int) -> dict[Side, Score]:
        stored = _stored(self._connection, self._column.scorer, pair_id, list(self._ranks))
        return {side: _score(self._column, stored[side], found) for side, found in self._ranks.items()}


def _stored(
    connection: sqlite3.Connection, scorer: StoredScorer, pair_id: int, sides: Sequence[Side]
) -> dict[Side, Numbers | None]:
    """Return what is stored of each side; an empty text has one None a column, None stands for not scored yet."""
    if scorer.of_pairs:
        row = connection.execute(
            "SELECT numbers FROM pair_score WHERE pair_id = ? AND scorer_id = ?", (pair_id, scorer.id)
        ).fetchone()
        both = [one if isinstance(one, list) else [None, None] for one in json.loads(row[0])] if row else None
        if both is None:
            return dict.fromkeys(sides)
        return {side: Numbers([one[RESPONSES.index(side)] for one in both]) for side in sides}
    texts = connection.execute(_TEXTS, (pair_id,)).fetchone()
    if texts is None:
        return dict.fromkeys(sides)
    hashes = dict(zip(SIDES, texts, strict=True))
    nothing = Numbers([None] * len(scorer.columns))
    return {side: nothing if hashes[side] is None else of_text(connection, scorer, hashes[side]) for side in sides}


def _score(column: StoredColumn, stored: Numbers | None, percentiles: Sequence[float]) -> Score:
    value = stored.values[column.position] if stored is not None else None
    return Score(
        scorer=column.scorer.name,
        column=column.column.name,
        value=value,
        percentile=None if value is None else percentile(percentiles, value),
        scored=stored is not None,
        windows=stored.windows if stored is not None else 1,
    )


@lru_cache(maxsize=64)
def _parsed(percentiles: str) -> tuple[float, ...]:
    return tuple(json.loads(percentiles))
