"""Decisions: made in steps by annotators, each an entry in the log of events; and what is decided now."""

import json
import sqlite3
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from hhtui.model import NO_VALUES, Decision, Kind
from hhtui.store.by_key import PAIR_KEY
from hhtui.store.database import Database
from hhtui.store.errors import StoreError
from hhtui.store.events import LIVE, WITHDRAWN, after_last, derive, now


class Conditions(NamedTuple):
    """How a decision was made: `shown_ms` since the pair was painted, and what the annotator could see."""

    shown_ms: int | None = None
    context: Mapping[str, Any] = NO_VALUES


class Step(NamedTuple):
    """One user action as it was saved: its identity, the pairs it touched, and in words what it did."""

    uuid: str
    pair_ids: Sequence[int]
    summary: str


class Entry(NamedTuple):
    """One decision among others of one step, see `Annotator.decide` for its parts."""

    pair_id: int
    kind: Kind
    value: str
    side: str = ""
    label: str = ""
    conditions: Conditions = Conditions()


PAIR = ("",)
"""The side of a decision about the pair itself."""


class _Change(NamedTuple):
    """What a step says of each of its pairs."""

    kind: Kind
    value: str
    sides: Sequence[str]
    label: str

    def in_words(self, pairs: int) -> str:
        """Return what was decided about so many pairs."""
        return self._said() + ("" if pairs == 1 else f" ({pairs:,} pairs)")

    def _said(self) -> str:
        if self.kind == "label":
            taken_off = " taken off" if self.value in WITHDRAWN else ""
            return f"label {self.label}{taken_off} on {' and '.join(self.sides)}"
        return _WORDS.get((self.kind, self.value)) or (
            f"preference: {self.value}" if self.kind == "preference" else f"{self.kind} saved"
        )


_WORDS = {
    ("flag", "yes"): "flagged",
    ("flag", "no"): "not flagged",
    ("drop", "yes"): "marked to drop",
    ("drop", "no"): "not to drop",
    ("note", ""): "note removed",
    ("preference", ""): "preference withdrawn",
    ("skip", "yes"): "skipped",
}


class Annotator:
    """Decides in one database under one name, within one session."""

    def __init__(self, database: Database, name: str, session: str, started_at: str) -> None:
        """Use `begin`."""
        self.database = database
        self.name = name
        self.session = session
        self._started_at = started_at
        self._written_down = False

    @classmethod
    def begin(cls, database: Database, name: str) -> "Annotator":
        """Start a session of `name`, which is written down with its first decision; raises StoreError for no name."""
        if not name.strip():
            raise StoreError("an annotator needs a name; give one with --by NAME")
        return cls(database, name, str(uuid.uuid4()), now())

    def end(self) -> None:
        """Write down when the session ended, where anything was decided in it."""
        if self._written_down:
            with self.database.writing() as connection:
                connection.execute("UPDATE session SET ended_at = ? WHERE id = ?", (now(), self.session))

    def decide(
        self,
        pair_ids: Sequence[int],
        kind: Kind,
        value: str,
        *,
        sides: Sequence[str] = PAIR,
        label: str = "",
        conditions: Conditions | None = None,
    ) -> Step:
        """Save one decision about `pair_ids` as one step; it is on disk when this returns.

        A flag, a drop mark or a label has the value "yes" or "no", a skip "yes", a preference one of
        `model.PREFERENCES`, a note its text, and "" withdraws a preference or a note. A `label`, the slug, is given to
        `sides`: chosen, rejected or both. Raises StoreError where nothing could be saved.
        """
        with self._writing() as connection:
            return self._log(connection, pair_ids, _Change(kind, value, sides, label), conditions or Conditions())

    def toggle(
        self,
        pair_ids: Sequence[int],
        kind: Kind,
        *,
        sides: Sequence[str] = PAIR,
        label: str = "",
        conditions: Conditions | None = None,
    ) -> Step:
        """Set a flag, a drop mark or a label on all of `pair_ids` and `sides`, or take it off where all have mine.

        What they have is read in the transaction that saves the step.
        """
        with self._writing() as connection:
            marked = sum(
                connection.execute(
                    "SELECT count(*) FROM decision WHERE (pair_id, annotator, kind, side, label) = (?, ?, ?, ?, ?)",
                    (int(pair_id), self.name, kind, side, label),
                ).fetchone()[0]
                for pair_id in pair_ids
                for side in sides
            )
            value = "no" if marked == len(pair_ids) * len(sides) else "yes"
            return self._log(connection, pair_ids, _Change(kind, value, sides, label), conditions or Conditions())

    def decide_each(self, choose: Callable[[sqlite3.Connection], Iterable[Entry]]) -> Step | None:
        """Save different decisions as one step; None where there are none.

        `choose` gives them, each about another place, and is asked in the transaction that saves the step. Raises
        StoreError where a pair is gone; nothing is saved then.
        """
        with self.database.writing() as connection:
            entries = list(choose(connection))
            if not entries:
                return None
            self._write_session(connection)
            step, made_at = str(uuid.uuid4()), after_last(connection, self.name)
            for entry in entries:
                self._enter(connection, step, made_at, entry)
        self._written_down = True
        return Step(step, [entry.pair_id for entry in entries], _decisions(len(entries)))

    def undo(self) -> Step | None:
        """Retract my newest live step, also one of an earlier session; None where there is none."""
        with self._writing() as connection:
            row = connection.execute(
                f"SELECT step FROM event WHERE annotator = ? AND kind != 'retract' AND {LIVE} "
                "ORDER BY made_at DESC, step DESC LIMIT 1",
                (self.name,),
            ).fetchone()
            return self._retract(connection, row[0], row[0], "undone") if row else None

    def redo(self) -> Step | None:
        """Retract my newest live undo, unless I have decided something since; None where there is none."""
        with self._writing() as connection:
            row = connection.execute(
                f"SELECT step, target FROM event WHERE annotator = ? AND kind = 'retract' AND {LIVE} "
                "AND EXISTS (SELECT 1 FROM event AS decided "
                "            WHERE decided.step = event.target AND decided.kind != 'retract') "
                "AND made_at > (SELECT coalesce(max(made_at), '') FROM event AS newer "
                "               WHERE newer.annotator = ? AND newer.kind != 'retract') "
                "ORDER BY made_at DESC, step DESC LIMIT 1",
                (self.name, self.name),
            ).fetchone()
            return self._retract(connection, row[0], row[1], "redone") if row else None

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Give the writing connection, with the session written down in the same transaction."""
        with self.database.writing() as connection:
            self._write_session(connection)
            yield connection
        self._written_down = True

    def _write_session(self, connection: sqlite3.Connection) -> None:
        from hhtui import __version__

        if not self._written_down:
            connection.execute(
                "INSERT INTO session VALUES (?, ?, ?, ?, NULL)",
                (self.session, self.name, __version__, self._started_at),
            )

    def _log(
        self,
        connection: sqlite3.Connection,
        pair_ids: Sequence[int],
        change: "_Change",
        conditions: Conditions,
    ) -> Step:
        step, made_at = str(uuid.uuid4()), after_last(connection, self.name)
        kind, value, sides, label = change
        for pair_id in dict.fromkeys(map(int, pair_ids)):
            for side in sides:
                self._enter(connection, step, made_at, Entry(pair_id, kind, value, side, label, conditions))
        return Step(step, pair_ids, change.in_words(len(pair_ids)))

    def _enter(self, connection: sqlite3.Connection, step: str, made_at: str, entry: Entry) -> None:
        pair_id, kind, value, side, label, (shown_ms, context) = entry
        row = connection.execute(f"SELECT hash, {PAIR_KEY} FROM pair WHERE id = ?", (pair_id,)).fetchone()
        if row is None:
            raise StoreError(f"there is no pair {pair_id} any more; nothing was saved, open the database again")
        identity = str(uuid.uuid4())
        connection.execute(
            "INSERT INTO event (uuid, step, annotator, session, kind, pair_hash, pair_key, side, label, value, "
            "made_at, shown_ms, context) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(identity, step, self.name, self.session, kind, *row, side, label, value),
                *(made_at, shown_ms, json.dumps(dict(context), ensure_ascii=False)),
            ),
        )
        place = (pair_id, self.name, kind, side, label)
        if context.get("answer_only"):
            return
        if value in WITHDRAWN:
            connection.execute(
                "DELETE FROM decision WHERE (pair_id, annotator, kind, side, label) = (?, ?, ?, ?, ?)", place
            )
        else:
            connection.execute(
                "INSERT OR REPLACE INTO decision VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*place, value, identity, made_at)
            )

    def _retract(self, connection: sqlite3.Connection, target: str, decided: str, word: str) -> Step:
        step = str(uuid.uuid4())
        connection.execute(
            "INSERT INTO event (uuid, step, annotator, session, kind, target, made_at, context) "
            "VALUES (?, ?, ?, ?, 'retract', ?, ?, '{}')",
            (str(uuid.uuid4()), step, self.name, self.session, target, after_last(connection, self.name)),
        )
        told = connection.execute("SELECT kind, value, label, side FROM event WHERE step = ?", (decided,)).fetchall()
        kind, value, label, _ = told[0]
        sides = tuple(dict.fromkeys(side for *_, side in told))
        pair_ids = derive(connection, "event.step = ?", (decided,))
        change = _Change(kind, value, sides, label)
        alike = len({one[:3] for one in told}) == 1
        said = change.in_words(len(told) // len(sides)) if alike else _decisions(len(told))
        return Step(step, pair_ids, f"{word}: {said}")


def current(connection: sqlite3.Connection, pair_ids: Sequence[int]) -> dict[int, list[Decision]]:
    """Return the current decisions of all annotators about these pairs; pairs without one are left out."""
    found: dict[int, list[Decision]] = {}
    for pair_id in pair_ids:
        rows = connection.execute(
            "SELECT pair_id, annotator, kind, value, side, label, made_at FROM decision WHERE pair_id = ?",
            (int(pair_id),),
        ).fetchall()
        if rows:
            found[int(pair_id)] = [Decision(*row) for row in rows]
    return found


def undecided(connection: sqlite3.Connection, pair_ids: Sequence[int], annotator: str) -> set[int]:
    """Return those of `pair_ids` about which `annotator` has no current decision."""
    decided = {
        pair_id
        for pair_id in pair_ids
        if connection.execute(
            "SELECT 1 FROM decision WHERE pair_id = ? AND annotator = ? AND kind NOT IN ('note', 'skip') LIMIT 1",
            (int(pair_id), annotator),
        ).fetchone()
    }
    return {int(pair_id) for pair_id in pair_ids} - decided


def _decisions(count: int) -> str:
    return f"{count:,} decision{'' if count == 1 else 's'}"
