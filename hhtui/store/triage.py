"""Triages: the pairs that somebody sits down to read, in their order; what came of them is told by the log."""

import sqlite3
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from hhtui.model import Lane
from hhtui.store.by_key import PAIR_KEY
from hhtui.store.database import Database
from hhtui.store.errors import StoreError
from hhtui.store.events import LIVE, PAIR_ID, after_last, now

RESERVED_FOR = timedelta(hours=12)
"""How long the pairs of a triage that was not finished are kept from other people."""

RESERVING: tuple[Lane, ...] = ("queue", "random")
"""The lanes whose pairs are to be read by one person."""

_COLUMNS = 'id, annotator, name, query, "order", question, seed, started_at, finished_at'


class Item(NamedTuple):
    """A pair of a triage: its local id, why it is there, and whether it is read blind.

    `surfaced_by` is the list of the queue that brought it, "" where there is only one; `frame` and `draw` are the id of
    the frame from which it was drawn and its place in the order of the draw. `query` is what the list asks for, with
    its order, and None where no list brought the pair but chance, or somebody's reading of it before.
    """

    pair_id: int
    lane: Lane
    blind: bool = False
    surfaced_by: str = ""
    frame: str = ""
    draw: int | None = None
    query: str | None = None


class Plan(NamedTuple):
    """What a triage is about: the queue's name ("" for a query of one's own), the query and order that were asked for.

    `question` is what is asked of each pair, as `questions.parse_question` reads it, "" for nothing in particular.
    """

    name: str
    query: str
    order: str = ""
    question: str = ""
    seed: int = 7


class Triage(NamedTuple):
    """A triage as it is stored; times are UTC in ISO form. Pairs that are gone are not among the items."""

    id: str
    annotator: str
    plan: Plan
    started_at: str
    finished_at: str | None
    items: tuple[Item, ...]


class Progress(NamedTuple):
    """The pairs of a triage, by local id, that its annotator has decided about, and those only skipped."""

    decided: frozenset[int]
    skipped: frozenset[int]

    @property
    def dealt_with(self) -> frozenset[int]:
        """The pairs that are decided or skipped."""
        return self.decided | self.skipped


class TakenError(StoreError):
    """Some of the pairs have just been given to somebody else."""


def begin(database: Database, annotator: str, plan: Plan, items: Sequence[Item]) -> Triage:
    """Write a triage down and return it; others that are not finished can still be resumed.

    A sample that is begun again holds what is left of it, and so finishes the triage in which it was begun. Raises
    TakenError where somebody else is reading some of the pairs, StoreError where there is nothing to read.
    """
    if not items:
        raise StoreError(
            "there is nothing to read: no pair is left in this queue; others: hhtui triage DB, or O on the screen"
        )
    number = str(uuid.uuid4())
    with database.writing() as connection:
        started_at = after_last(connection, annotator)
        taken = reserved(connection, annotator)
        if any(item.lane in RESERVING and item.pair_id in taken for item in items):
            raise TakenError("somebody else has just begun to read some of these pairs; begin again")
        if plan.question:
            connection.execute(
                "UPDATE triage SET finished_at = ? WHERE annotator = ? AND finished_at IS NULL "
                "AND (query, question, seed) = (?, ?, ?)",
                (started_at, annotator, plan.query, plan.question, plan.seed),
            )
        connection.execute(
            f"INSERT INTO triage ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)",
            (number, annotator, *plan, started_at),
        )
        connection.executemany(
            f"INSERT INTO triage_item SELECT ?, ?, hash, {PAIR_KEY}, ?, ?, ?, ?, ?, ? FROM pair WHERE id = ?",
            [
                (number, at, one.lane, one.blind, one.surfaced_by, one.query, one.frame, one.draw, one.pair_id)
                for at, one in enumerate(items)
            ],
        )
    return Triage(number, annotator, plan, started_at, None, tuple(items))


def read(connection: sqlite3.Connection, triage_id: str) -> Triage | None:
    """Return the triage with this id, or None."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM triage WHERE id = ?", (triage_id,)).fetchone()
    if row is None:
        return None
    number, annotator, *plan, started_at, finished_at = row
    items = connection.execute(
        f"SELECT {PAIR_ID}, lane, blind, surfaced_by, frame, draw, query FROM triage_item "
        "WHERE triage = ? ORDER BY position",
        (number,),
    )
    return Triage(
        *(number, annotator, Plan(*plan), started_at, finished_at),
        tuple(Item(pair_id, lane, bool(blind), *rest) for pair_id, lane, blind, *rest in items if pair_id is not None),
    )


def unfinished(connection: sqlite3.Connection, annotator: str, besides: str = "") -> Triage | None:
    """Return the triage that `annotator` began last of those that are not finished and have pairs left; else None."""
    rows = connection.execute(
        "SELECT id FROM triage WHERE annotator = ? AND finished_at IS NULL ORDER BY started_at DESC", (annotator,)
    ).fetchall()
    begun = (read(connection, triage_id) for (triage_id,) in rows if triage_id != besides)
    return next((one for one in begun if one is not None and left(connection, one)), None)


def left(connection: sqlite3.Connection, triage: Triage) -> int:
    """Return how many pairs of `triage` its annotator has neither decided about nor skipped."""
    return len({item.pair_id for item in triage.items} - progress(connection, triage).dealt_with)


def progress(connection: sqlite3.Connection, triage: Triage) -> Progress:
    """Return what came of the pairs of `triage`, from the log."""
    return _progress(
        *(
            connection,
            triage,
            "+event.annotator = ? AND pair_hash IN (SELECT pair_hash FROM triage_item WHERE triage = ?)",
        ),
        *(triage.annotator, triage.id),
    )


def progress_of(connection: sqlite3.Connection, triage: Triage, pair_id: int) -> Progress:
    """Return what came of one pair of `triage`, which does not take longer the more is done."""
    found = _progress(
        *(connection, triage, "+event.annotator = ? AND pair_hash = (SELECT hash FROM pair WHERE id = ?)"),
        *(triage.annotator, pair_id),
    )
    return Progress(found.decided & {pair_id}, found.skipped & {pair_id})


def _progress(connection: sqlite3.Connection, triage: Triage, which: str, *parameters: object) -> Progress:
    rows = connection.execute(
        f"SELECT {PAIR_ID} AS pair_id, max(kind NOT IN ('skip', 'note')), max(kind = 'skip') FROM event "
        f"WHERE {which} AND pair_hash IS NOT NULL AND {LIVE} "
        "AND json_extract(context, '$.triage') = ? GROUP BY pair_id",
        (*parameters, triage.id),
    ).fetchall()
    decided = frozenset(pair_id for pair_id, has_decided, _ in rows if has_decided)
    return Progress(decided, frozenset(pair_id for pair_id, _, skipped in rows if skipped) - decided)


def last_event(connection: sqlite3.Connection) -> int:
    """Return the local number of the newest event, 0 without one."""
    number: int = connection.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()[0]
    return number


def touched_since(connection: sqlite3.Connection, triage: Triage, number: int) -> set[int]:
    """Return the pairs about which the annotator of `triage` decided or undid something after this local number."""
    rows = connection.execute(
        f"SELECT DISTINCT {PAIR_ID} FROM event WHERE +annotator = ? AND pair_hash IS NOT NULL "
        "AND (seq > ? OR step IN (SELECT target FROM event WHERE seq > ? AND target IS NOT NULL "
        "UNION SELECT undo.target FROM event AS redo JOIN event AS undo ON undo.step = redo.target "
        "WHERE redo.seq > ? AND undo.target IS NOT NULL))",
        (triage.annotator, number, number, number),
    )
    return {pair_id for (pair_id,) in rows if pair_id is not None}


def finish(database: Database, triage: Triage) -> None:
    """Write down that `triage` is over: it is no longer offered, and its pairs are free again."""
    with database.writing() as connection:
        connection.execute("UPDATE triage SET finished_at = ? WHERE id = ?", (now(), triage.id))


def reserved(connection: sqlite3.Connection, annotator: str) -> set[int]:
    """Return the ids of the pairs that other people are reading, in triages that they have not finished."""
    since = (datetime.now(UTC) - RESERVED_FOR).isoformat(timespec="microseconds")
    return {
        pair_id
        for (pair_id,) in connection.execute(
            f"SELECT {PAIR_ID} FROM triage JOIN triage_item ON triage_item.triage = triage.id "
            "WHERE triage.annotator != ? AND finished_at IS NULL AND started_at > ? "
            f"AND lane IN {RESERVING!r}",
            (annotator, since),
        )
    }
