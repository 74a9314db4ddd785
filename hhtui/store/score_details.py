"""Everything that is known of one pair's scores, and what each number is."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import NamedTuple

from hhtui.dialogue import prompt_text, response_text
from hhtui.hashing import text_hash
from hhtui.identity import terms_in
from hhtui.model import LENGTH, RESPONSES, SIDES, Dialogues, Score, ScoreColumn, Side
from hhtui.store import pairs, scores
from hhtui.store.columns import Columns
from hhtui.store.scorers import StoredColumn, StoredScorer, harm_column, score_columns


class Number(NamedTuple):
    """A number of one side, or of the pair itself where `side` is None; `empty` tells that there is no text."""

    side: Side | None
    score: Score
    empty: bool = False

    @property
    def note(self) -> str:
        """What is to be known of the number: why there is none, or that it is the greatest of several; else ""."""
        if self.empty:
            return "empty"
        if not self.score.scored:
            return "not scored yet"
        if self.score.value is None:
            return "no number"
        windows = self.score.windows
        return f"read in {windows} windows, the greatest kept" if windows > 1 else ""


class TurnScore(NamedTuple):
    """The numbers of one turn by itself.

    `number` counts the turns of a dialogue from 1, those of either response after those of the prompt; `text` is the
    turn's text, stripped; `values` has a number for each column of the scorer, in their order.
    """

    side: Side
    number: int
    role: str
    text: str
    values: tuple[float | None, ...]
    windows: int


class ColumnDetails(NamedTuple):
    """What one column says of a pair: a number for each side that it reads, or one of the pair itself.

    `name` is how a query calls it, `title` how it is announced. `is_harm` tells whether `harm` stands for it.
    """

    name: str
    title: str
    column: ScoreColumn
    is_harm: bool
    numbers: tuple[Number, ...]


class ScorerDetails(NamedTuple):
    """What one scorer says of a pair.

    `name` and `version` are "" for what needs no scorer. `turns` are those that were scored by themselves, beside
    the texts of the sides; `summary` says in one line what was measured of the scorer, "" where nothing was.
    """

    name: str
    version: str
    fingerprint: str
    columns: tuple[ColumnDetails, ...]
    turns: tuple[TurnScore, ...]
    summary: str

    @property
    def weighed(self) -> str:
        """The column that weights of words add up to, where the scorer is linear: the first that sides have."""
        names = [one.column.name for one in self.columns if not one.column.of_pair]
        return names[0] if names else ""

    @property
    def sides(self) -> tuple[Side, ...]:
        """The sides that it has a number of here."""
        numbers = [number for column in self.columns for number in column.numbers if number.score.value is not None]
        return tuple(side for side in SIDES if any(number.side == side for number in numbers))


class ScoreDetails(NamedTuple):
    """What all scorers say of a pair, the length of its responses last.

    `groups` are, by side, the terms for groups of people that its text has, as `hhtui.identity` finds them.
    """

    pair_id: int
    key: str
    scorers: tuple[ScorerDetails, ...]
    groups: Mapping[Side, tuple[str, ...]]


def of_pair(connection: sqlite3.Connection, pair_id: int) -> ScoreDetails:
    """Return everything that is known of a pair's scores; raises KeyError where the pair is gone."""
    pair = pairs.read(connection, pair_id)
    texts = texts_of(pair.dialogues)
    harm = harm_column(connection)
    found = []
    for _, some in groupby(score_columns(connection).values(), key=lambda stored: stored.scorer.id):
        columns = tuple(some)
        scorer = columns[0].scorer
        found.append(
            ScorerDetails(
                *(scorer.name, scorer.version, scorer.fingerprint),
                tuple(_column(connection, pair_id, stored, texts, harm) for stored in columns),
                tuple(_turns(connection, scorer, pair.dialogues, texts)),
                str(scorer.findings.get("summary") or ""),
            )
        )
    groups = {side: tuple(dict.fromkeys(mention.term for mention in terms_in(texts[side]))) for side in SIDES}
    return ScoreDetails(pair_id, pair.key, (*found, _length(connection, pair_id)), groups)


def texts_of(dialogues: Dialogues) -> dict[Side, str]:
    """Return the text that each side of a pair is scored by."""
    return {
        "prompt": prompt_text(dialogues.prompt),
        "chosen": response_text(dialogues.chosen),
        "rejected": response_text(dialogues.rejected),
    }


def group_of(connection: sqlite3.Connection, pair_id: int) -> bytes:
    """Return what the pairs of a pair's family share; see `hhtui.model.PairTexts`. Raises KeyError where it is gone."""
    row = connection.execute(
        "SELECT coalesce(root.hash, pair.hash) FROM pair LEFT JOIN pair AS root ON root.id = pair.family "
        "WHERE pair.id = ?",
        (pair_id,),
    ).fetchone()
    if row is None:
        raise KeyError(pair_id)
    group: bytes = row[0]
    return group


def _column(
    connection: sqlite3.Connection, pair_id: int, stored: StoredColumn, texts: Mapping[Side, str], harm: str | None
) -> ColumnDetails:
    if stored.sides:
        found = scores.of_pair(connection, pair_id, stored.name)
        numbers = tuple(Number(side, score, not texts[side]) for side, score in found.items())
    else:
        numbers = (Number(None, _score_of_pair(connection, pair_id, stored)),)
    return ColumnDetails(stored.name, stored.title, stored.column, stored.name == harm, numbers)


def _score_of_pair(connection: sqlite3.Connection, pair_id: int, stored: StoredColumn) -> Score:
    row = connection.execute(
        "SELECT numbers FROM pair_score WHERE pair_id = ? AND scorer_id = ?", (pair_id, stored.scorer.id)
    ).fetchone()
    value = json.loads(row[0])[stored.position] if row else None
    ranks = scores.ranks(connection, stored.name)
    rank = None if value is None else scores.percentile(ranks, value)
    return Score(stored.scorer.name, stored.column.name, value, rank, scored=row is not None)


def _turns(
    connection: sqlite3.Connection, scorer: StoredScorer, dialogues: Dialogues, texts: Mapping[Side, str]
) -> Iterator[TurnScore]:
    """Yield the turns that have numbers, unless all of them are the only ones of a side, which has the same."""
    if "turn" not in scorer.units:
        return
    whole = {texts[side] for side in scorer.sides}
    found = []
    for side in SIDES:
        first = 1 if side == "prompt" else 1 + len(dialogues.prompt)
        for number, turn in enumerate(dialogues.side(side), first):
            text = turn.text.strip()
            stored = scores.of_text(connection, scorer, text_hash(text)) if text else None
            if stored is not None:
                found.append(TurnScore(side, number, turn.role, text, tuple(stored.values), stored.windows))
    if any(turn.text not in whole for turn in found):
        yield from found


def _length(connection: sqlite3.Connection, pair_id: int) -> ScorerDetails:
    columns = Columns()
    is_there = columns.get(connection, "source") > 0
    lengths = {side: columns.get(connection, f"{LENGTH.name}.{side}") for side in RESPONSES}
    total, numbers = len(RESPONSES) * int(is_there.sum()), []
    for side in RESPONSES:
        value = int(lengths[side][pair_id - 1])
        at_most = sum(int(((some <= value) & is_there).sum()) for some in lengths.values())
        score = Score("", LENGTH.name, value, float(100 * at_most // total))
        numbers.append(Number(side, score, not value))
    column = ColumnDetails(LENGTH.name, LENGTH.name, LENGTH, False, tuple(numbers))
    return ScorerDetails("", "", "", (column,), (), "")
