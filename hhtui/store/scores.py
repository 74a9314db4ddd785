"""Scores read for the screen: of one pair, of a page of pairs, and how far scoring has come."""

import json
import sqlite3
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from hhtui.model import RESPONSES, SIDES, Score, Side
from hhtui.store import pairs
from hhtui.store.scorers import StoredScorer, known, owners

_TEXTS = "SELECT prompt, chosen, rejected FROM pair_text WHERE pair_id = ?"


class Coverage(NamedTuple):
    """How far one scorer has come: how many of how many pairs have their scores."""

    scorer: StoredScorer
    pairs: int
    pairs_total: int

    @property
    def complete(self) -> bool:
        """Whether every pair has its scores."""
        return self.pairs >= self.pairs_total


def progress(connection: sqlite3.Connection) -> list[Coverage]:
    """Return how far each scorer has come, in the order in which they came."""
    up_to = "SELECT count(*) FROM pair WHERE id <= ?"
    return [
        Coverage(scorer, connection.execute(up_to, (scorer.pairs_done,)).fetchone()[0], pairs.count(connection))
        for scorer in known(connection)
    ]


def of_pair(connection: sqlite3.Connection, pair_id: int) -> dict[tuple[str, str, Side], Score]:
    """Return every score of a pair: (scorer's name, column, side) → value and percentile.

    A side that a scorer does not read is left out. A score without a value is of an empty text where it says
    `scored`, else of one that is not scored yet. Where two scorers share a name, the later one is meant.
    """
    texts = _texts_of(connection, pair_id)
    found: dict[tuple[str, str, Side], Score] = {}
    scorers = known(connection)
    shown_from = {column.name: scorer.id for scorer in scorers for column in scorer.columns}
    for scorer in scorers:
        names = [column.name for column in scorer.columns]
        for side in scorer.sides:
            numbers = _numbers(connection, scorer, texts, side)
            for position, column in enumerate(names):
                ranks = _ranks(connection, f"{column}.{side}") if shown_from[column] == scorer.id else ()
                found[scorer.name, column, side] = _score(scorer, column, position, numbers, ranks)
    return found


def of_page(connection: sqlite3.Connection, pair_ids: Sequence[int], column: str) -> dict[int, dict[Side, Score]]:
    """Return the scores of both responses of these pairs in one column: pair id → side → score.

    Raises KeyError where no scorer has the column.
    """
    scorer = owners(connection)[column]
    position = [one.name for one in scorer.columns].index(column)
    page: dict[int, dict[Side, Score]] = {}
    sides = [side for side in RESPONSES if side in scorer.sides]
    ranks = {side: _ranks(connection, f"{column}.{side}") for side in sides}
    for pair_id in map(int, pair_ids):
        texts = _texts_of(connection, pair_id)
        page[pair_id] = {
            side: _score(scorer, column, position, _numbers(connection, scorer, texts, side), ranks[side])
            for side in sides
        }
    return page


def percentile(ranks: Sequence[float], value: float) -> float | None:
    """Return the share, in whole percents rounded down, of scored texts with a value at most `value`.

    `ranks` are the 101 percentiles of a column, the k-th the least value that k percent of the texts do not
    exceed; None where there are none yet.
    """
    return float(max(0, bisect_right(ranks, value) - 1)) if ranks else None


def _texts_of(connection: sqlite3.Connection, pair_id: int) -> Mapping[Side, bytes | None] | None:
    row = connection.execute(_TEXTS, (pair_id,)).fetchone()
    return dict(zip(SIDES, row, strict=True)) if row else None


def _numbers(
    connection: sqlite3.Connection, scorer: StoredScorer, texts: Mapping[Side, bytes | None] | None, side: Side
) -> list[float | None] | None:
    """Return one text's numbers, None where it is not scored yet; an empty text has one None a column."""
    if texts is None:
        return None
    if texts[side] is None:
        return [None] * len(scorer.columns)
    row = connection.execute(
        "SELECT numbers FROM score WHERE text_hash = ? AND scorer_id = ?", (texts[side], scorer.id)
    ).fetchone()
    return json.loads(row[0]) if row else None


def _score(
    scorer: StoredScorer, column: str, position: int, numbers: list[float | None] | None, ranks: Sequence[float]
) -> Score:
    value = numbers[position] if numbers is not None else None
    return Score(
        scorer=scorer.name,
        column=column,
        value=value,
        percentile=None if value is None else percentile(ranks, value),
        scored=numbers is not None,
    )


def _ranks(connection: sqlite3.Connection, name: str) -> Sequence[float]:
    row = connection.execute("SELECT percentiles FROM packed_column WHERE name = ?", (name,)).fetchone()
    return _parsed(row[0]) if row and row[0] else ()


@lru_cache(maxsize=64)
def _parsed(percentiles: str) -> tuple[float, ...]:
    return tuple(json.loads(percentiles))
