"""Scorers that a database knows: what each one's columns mean, and which column `harm` stands for."""

import json
import re
import sqlite3
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from hhtui.model import NO_VALUES, RESPONSES, ScoreColumn, ScoreField, Side, Unit
from hhtui.store import settings
from hhtui.store.errors import StoreError

HARM_COLUMN = "harm_column"
COLUMN_NAME = re.compile(r"[a-z][a-z0-9_]*")
BEING_READ: tuple[Unit, ...] = ("response", "prompt", "pair")
"""The kinds of text whose scores stand beside a pair; single turns are scored on request."""

_SCORER = "SELECT id, name, version, fingerprint, columns, units, parameters, findings FROM scorer"


class StoredScorer(NamedTuple):
    """A scorer as a database knows it.

    `fingerprint` is its identity: two scorers of one name with other weights or parameters are two. `units` are
    the kinds of text it reads, `findings` what was measured of it, in JSON's types.
    """

    id: int
    name: str
    version: str
    fingerprint: str
    columns: tuple[ScoreColumn, ...]
    units: tuple[Unit, ...]
    parameters: Mapping[str, Any]
    findings: Mapping[str, Any]

    @property
    def label(self) -> str:
        """Its name and the first two parts of its version, as a screen shows them: `alt-profanity 1.9`."""
        return f"{self.name} {'.'.join(self.version.split('.')[:2])}"

    @property
    def of_pairs(self) -> bool:
        """Whether it gives numbers to pairs, and not to texts."""
        return "pair" in self.units

    @property
    def sides(self) -> tuple[Side, ...]:
        """The sides of a pair that it gives numbers to."""
        prompt: tuple[Side, ...] = ("prompt",) if "prompt" in self.units else ()
        return (*prompt, *RESPONSES) if "response" in self.units or self.of_pairs else prompt

    def title(self, column: str) -> str:
        """Return how a number of `column` is announced: `toxicity (alt-profanity 1.9)`."""
        return f"{column} ({self.label})"


class StoredColumn(NamedTuple):
    """A column of a scorer: its name in a query, and its `position` among the scorer's columns."""

    name: str
    column: ScoreColumn
    scorer: StoredScorer
    position: int

    @property
    def sides(self) -> tuple[Side, ...]:
        """The sides of a pair that it has numbers for, none for a number of the pair itself."""
        return () if self.column.of_pair else self.scorer.sides

    @property
    def title(self) -> str:
        """How its numbers are announced: `toxicity (alt-profanity 1.9)`."""
        return self.scorer.title(self.column.name)

    @property
    def packed(self) -> tuple[tuple[str, ...], ...]:
        """The names of its packed columns, those together that share their percentiles."""
        if self.column.of_pair:
            return ((self.name,),)
        together = (tuple(f"{self.name}.{side}" for side in RESPONSES if side in self.sides),)
        return (*together, (f"{self.name}.prompt",)) if "prompt" in self.sides else together

    def path(self, side: str) -> str:
        """Return the JSON path of one side's number, or the pair's where `side` is "", in the stored numbers."""
        if self.scorer.of_pairs and not self.column.of_pair:
            return f"$[{self.position}][{RESPONSES.index(side)}]"
        return f"$[{self.position}]"


def slug(name: str) -> str:
    """Return a scorer's name as a query writes it: `detoxify:original` is `detoxify_original`."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def register(
    connection: sqlite3.Connection,
    *,
    name: str,
    version: str,
    fingerprint: str,
    columns: Sequence[ScoreColumn],
    units: Sequence[Unit],
    parameters: Mapping[str, Any],
    findings: Mapping[str, Any] = NO_VALUES,
) -> StoredScorer:
    """Return the scorer with this fingerprint, writing it down first where it is new, in the caller's transaction.

    Another scorer of its name goes on to be shown until this one has its scores; see `take_over`. Raises ValueError
    for a column name that a query could not name.
    """
    from hhtui.query.fields import PARTS, names

    taken = {*names(), *PARTS}
    for column in columns:
        if not COLUMN_NAME.fullmatch(column.name) or column.name in taken:
            raise ValueError(f"scorer {name}: {column.name!r} cannot be a column's name")
    as_json = {"units": json.dumps(list(units)), "findings": json.dumps(dict(findings), ensure_ascii=False)}
    if not connection.execute("SELECT 1 FROM scorer WHERE fingerprint = ?", (fingerprint,)).fetchone():
        connection.execute(
            "INSERT INTO scorer (name, version, fingerprint, columns, units, parameters) VALUES (?, ?, ?, ?, '', ?)",
            (
                *(name, version, fingerprint),
                json.dumps([column._asdict() for column in columns], ensure_ascii=False),
                json.dumps(dict(parameters), ensure_ascii=False),
            ),
        )
    connection.execute(
        "UPDATE scorer SET units = :units, findings = :findings WHERE fingerprint = :fingerprint "
        "AND (units <> :units OR findings <> :findings)",
        {**as_json, "fingerprint": fingerprint},
    )
    return _scorer(connection.execute(f"{_SCORER} WHERE fingerprint = ?", (fingerprint,)).fetchone())


def known(connection: sqlite3.Connection) -> list[StoredScorer]:
    """Return every scorer of this database, in the order in which they came."""
    return [_scorer(row) for row in connection.execute(f"{_SCORER} ORDER BY id")]


def with_fingerprint(connection: sqlite3.Connection, fingerprint: str) -> StoredScorer | None:
    """Return the scorer with this fingerprint, None where it has scored nothing here."""
    row = connection.execute(f"{_SCORER} WHERE fingerprint = ?", (fingerprint,)).fetchone()
    return _scorer(row) if row else None


def done(connection: sqlite3.Connection, scorer: StoredScorer) -> dict[Unit, int]:
    """Return, for each kind of text, up to which pair id every pair has its scores; 0 where none was begun."""
    found: dict[Unit, int] = dict.fromkeys(scorer.units, 0)
    found.update(
        connection.execute("SELECT unit, pairs_done FROM scored_unit WHERE scorer_id = ?", (scorer.id,)).fetchall()
    )
    return found


def score_columns(connection: sqlite3.Connection) -> dict[str, StoredColumn]:
    """Return the columns to be seen, by their qualified names: among scorers of one name, the one that took over."""
    shown = dict.fromkeys(scorer.name for scorer in known(connection))
    order = connection.execute(f"{_SCORER} ORDER BY taken_over, id").fetchall()
    shown.update((scorer.name, scorer) for scorer in map(_scorer, order))
    return {column.name: column for scorer in shown.values() if scorer for column in columns_of(scorer)}


def take_over(connection: sqlite3.Connection, scorer: StoredScorer) -> None:
    """Let the columns of this name be shown from `scorer` from now on, in the caller's transaction.

    The scores of others of its name stay. Nothing changes where it is shown already.
    """
    shown = score_columns(connection)
    if any(shown[column.name].scorer.id != scorer.id for column in columns_of(scorer) if column.name in shown):
        connection.execute("DELETE FROM packed_column WHERE name GLOB ?", (f"{slug(scorer.name)}.*",))
    connection.execute(
        "UPDATE scorer SET taken_over = 1 + (SELECT max(taken_over) FROM scorer) WHERE id = ? AND taken_over <= "
        "(SELECT coalesce(max(taken_over), 0) FROM scorer WHERE name = ? AND id <> ?)",
        (scorer.id, scorer.name, scorer.id),
    )


def columns_of(scorer: StoredScorer) -> list[StoredColumn]:
    """Return the columns of one scorer, in their order."""
    return [
        StoredColumn(f"{slug(scorer.name)}.{column.name}", column, scorer, position)
        for position, column in enumerate(scorer.columns)
    ]


def named_columns(connection: sqlite3.Connection) -> dict[str, StoredColumn]:
    """Return the columns to be seen by every name of theirs.

    A short name, without the scorer's, is that of the first scorer here that has a column so called.
    """
    qualified = score_columns(connection)
    short: dict[str, StoredColumn] = {}
    for one in qualified.values():
        short.setdefault(one.column.name, one)
    return {**short, **qualified}


def shortest_name(connection: sqlite3.Connection, name: str) -> str:
    """Return a column's name without its scorer's where that still means this column, else its qualified name."""
    short = name.rpartition(".")[2]
    return short if named_columns(connection)[short].name == name else name


def score_fields(connection: sqlite3.Connection) -> dict[str, ScoreField]:
    """Return what a query may name of the scorers: every name of a column, and which numbers it has."""
    return {name: ScoreField(one.name, one.sides) for name, one in named_columns(connection).items()}


def resolve(connection: sqlite3.Connection, name: str) -> StoredColumn:
    """Return the column with this name, `toxicity` or `alt_profanity.toxicity` or `alt-profanity.toxicity`.

    Raises StoreError, naming the nearest, where there is none.
    """
    columns = named_columns(connection)
    scorer, _, column = name.rpartition(".")
    found = columns.get(name.lower()) or columns.get(f"{slug(scorer)}.{column.lower()}" if scorer else column.lower())
    if found is None:
        if not columns:
            raise StoreError(f"there is no column {name!r}: this database has no scores yet, hhtui score makes them")
        from difflib import get_close_matches

        near = get_close_matches(name, columns, n=1, cutoff=0)
        there = ", ".join(one for one in columns if "." in one)
        raise StoreError(f"no scorer here has a column {name!r}; did you mean {near[0]}? Columns: {there}")
    return found


def harm_column(connection: sqlite3.Connection) -> str | None:
    """Return the column that `harm` stands for: the one chosen, else the first scorer's first; None without scorers."""
    columns = score_columns(connection)
    chosen = settings.get(connection, HARM_COLUMN)
    if chosen in columns:
        return str(chosen)
    return next((name for name, one in columns.items() if one.sides), None)


def choose_harm_column(connection: sqlite3.Connection, name: str) -> StoredColumn:
    """Let `harm` stand for the column `name`, in the caller's transaction, and return it.

    Raises StoreError where no scorer has it, or where it has no sides.
    """
    column = resolve(connection, name)
    if not column.sides:
        raise StoreError(f"{column.name} is a number of the pair; harm needs one that both sides have")
    settings.put(connection, HARM_COLUMN, column.name)
    return column


def forget_fits_before(connection: sqlite3.Connection, scorer: StoredScorer, most: int) -> bool:
    """Take away what scorers of this name learned from other pairs, `most` rows of it, in the caller's transaction.

    Return whether that was all.
    """
    for (older,) in connection.execute("SELECT id FROM scorer WHERE name = ? AND id <> ?", (scorer.name, scorer.id)):
        rows = connection.execute(
            "DELETE FROM pair_score WHERE (pair_id, scorer_id) IN "
            "(SELECT pair_id, scorer_id FROM pair_score WHERE scorer_id = ? LIMIT ?)",
            (older, most),
        )
        if rows.rowcount >= most:
            return False
        for table in ("scored_unit", "scorer_model"):
            connection.execute(f"DELETE FROM {table} WHERE scorer_id = ?", (older,))
        connection.execute("DELETE FROM scorer WHERE id = ?", (older,))
        return False
    return True


@lru_cache(maxsize=64)
def _scorer(row: tuple[Any, ...]) -> StoredScorer:
    number, name, version, fingerprint, columns, units, parameters, findings = row
    return StoredScorer(
        id=number,
        name=name,
        version=version,
        fingerprint=fingerprint,
        columns=tuple(ScoreColumn(**column) for column in json.loads(columns)),
        units=tuple(json.loads(units)),
        parameters=json.loads(parameters),
        findings=json.loads(findings),
    )
