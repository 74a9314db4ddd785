"""Scorers that a database knows: what each one's columns mean, and which column `harm` stands for."""

import json
import re
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from hhtui.model import RESPONSES, ScoreColumn, Side, Unit
from hhtui.store import settings
from hhtui.store.columns import STRUCTURE
from hhtui.store.errors import StoreError

HARM_COLUMN = "harm_column"
COLUMN_NAME = re.compile(r"[a-z][a-z0-9_]*")
TAKEN_NAMES = {name.partition(".")[0] for name in STRUCTURE} | {"harm", "gap"}

_SCORER = "SELECT id, name, version, fingerprint, columns, units, parameters, pairs_done FROM scorer"


class StoredScorer(NamedTuple):
    """A scorer as a database knows it.

    `fingerprint` is its identity: two scorers of one name with other weights or parameters are two. `units` are
    the kinds of text it reads. Every pair up to the id `pairs_done` has its scores.
    """

    id: int
    name: str
    version: str
    fingerprint: str
    columns: tuple[ScoreColumn, ...]
    units: tuple[Unit, ...]
    parameters: Mapping[str, Any]
    pairs_done: int

    @property
    def label(self) -> str:
        """Its name and the first two parts of its version, as a screen shows them: `alt-profanity 1.9`."""
        return f"{self.name} {'.'.join(self.version.split('.')[:2])}"

    @property
    def sides(self) -> tuple[Side, ...]:
        """The sides of a pair that it reads."""
        prompt: tuple[Side, ...] = ("prompt",) if "prompt" in self.units else ()
        return (*prompt, *RESPONSES) if "response" in self.units else prompt

    def title(self, column: str) -> str:
        """Return how a number of `column` is announced: `toxicity (alt-profanity 1.9)`."""
        return f"{column} ({self.label})"


def register(
    connection: sqlite3.Connection,
    *,
    name: str,
    version: str,
    fingerprint: str,
    columns: Sequence[ScoreColumn],
    units: Sequence[Unit],
    parameters: Mapping[str, Any],
) -> StoredScorer:
    """Return the scorer with this fingerprint, writing it down first where it is new, in the caller's transaction.

    A new scorer takes over the columns whose names it shares with an older one: they are shown from its own scores
    from then on, the older scores stay. Raises ValueError for a column name that a query could not name.
    """
    for column in columns:
        if not COLUMN_NAME.fullmatch(column.name) or column.name in TAKEN_NAMES:
            raise ValueError(f"scorer {name}: {column.name!r} cannot be a column's name")
    if not connection.execute("SELECT 1 FROM scorer WHERE fingerprint = ?", (fingerprint,)).fetchone():
        connection.execute(
            "INSERT INTO scorer (name, version, fingerprint, columns, units, parameters) VALUES (?, ?, ?, ?, ?, ?)",
            (
                *(name, version, fingerprint),
                json.dumps([column._asdict() for column in columns], ensure_ascii=False),
                *(json.dumps(list(units)), json.dumps(dict(parameters), ensure_ascii=False)),
            ),
        )
        connection.executemany(
            "DELETE FROM packed_column WHERE name = ?",
            [(f"{column.name}.{side}",) for column in columns for side in ("prompt", *RESPONSES)],
        )
    return _scorer(connection.execute(f"{_SCORER} WHERE fingerprint = ?", (fingerprint,)).fetchone())


def known(connection: sqlite3.Connection) -> list[StoredScorer]:
    """Return every scorer of this database, in the order in which they came."""
    return [_scorer(row) for row in connection.execute(f"{_SCORER} ORDER BY id")]


def owners(connection: sqlite3.Connection) -> dict[str, StoredScorer]:
    """Return which scorer each column is shown from: among several with a column of that name, the latest."""
    return {column.name: scorer for scorer in known(connection) for column in scorer.columns}


def harm_column(connection: sqlite3.Connection) -> str | None:
    """Return the column that `harm` stands for: the one chosen, else the first scorer's first; None without scorers."""
    columns = list(owners(connection))
    chosen = settings.get(connection, HARM_COLUMN)
    return chosen if chosen in columns else next(iter(columns), None)


def choose_harm_column(connection: sqlite3.Connection, column: str) -> None:
    """Let `harm` stand for `column`, in the caller's transaction; raises StoreError where no scorer has it."""
    columns = list(owners(connection))
    if column not in columns:
        there = ", ".join(columns) or "none yet, make some with: hhtui score"
        raise StoreError(f"no scorer here has a column {column!r}; columns: {there}")
    settings.put(connection, HARM_COLUMN, column)


def _scorer(row: tuple[Any, ...]) -> StoredScorer:
    number, name, version, fingerprint, columns, units, parameters, pairs_done = row
    return StoredScorer(
        id=number,
        name=name,
        version=version,
        fingerprint=fingerprint,
        columns=tuple(ScoreColumn(**column) for column in json.loads(columns)),
        units=tuple(json.loads(units)),
        parameters=json.loads(parameters),
        pairs_done=pairs_done,
    )
