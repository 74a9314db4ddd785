"""Decisions from a file are saved: one step an annotator, and nothing that stands or came from that file before."""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from hhtui.model import Kind
from hhtui.store.database import Database
from hhtui.store.decisions import Annotator, Conditions, Entry, Step
from hhtui.store.events import LIVE, PAIR_ID, WITHDRAWN

INTERFACE = "import"


class Given(NamedTuple):
    """A decision as a file gives it: `side` "" is about the pair, or not said; `made_at` is the file's own time."""

    kind: Kind
    value: str
    side: str = ""
    label: str = ""
    made_at: str = ""


class About(NamedTuple):
    """A decision from a file, and the pair here that it is about."""

    pair_id: int
    given: Given


class File(NamedTuple):
    """The file that decisions come from, and the version of the taxonomy that its labels were checked against."""

    name: str
    sha256: str
    taxonomy: str = ""


class Saved(NamedTuple):
    """The step that was saved, None where nothing was new, and what was new."""

    step: Step | None
    new: tuple[About, ...]


def save(database: Database, annotator: str, given: Sequence[About], file: File) -> Saved:
    """Save what is new of `given` as one step of `annotator`, which they can undo.

    The events' time is now, so that the step is the newest and what it says is current; the file's own time stands in
    the context. Raises StoreError where nothing can be saved.
    """
    new: list[About] = []

    def choose(connection: sqlite3.Connection) -> Iterator[Entry]:
        new.extend(new_among(connection, annotator, given, file))
        return (
            Entry(one.pair_id, *one.given[:4], conditions=Conditions(context=_context(one.given, file))) for one in new
        )

    person = Annotator.begin(database, annotator)
    try:
        return Saved(person.decide_each(choose), tuple(new))
    finally:
        person.end()


def new_among(connection: sqlite3.Connection, annotator: str, given: Sequence[About], file: File) -> Iterator[About]:
    """Yield those of `given` that would change something.

    That is what `annotator` does not say now, unless a live import of a file with the same content has said it: what
    was decided since then stays as it is.
    """
    for one in given:
        events = _live_events(connection, annotator, one)
        if events:
            newest_value, *_ = events[0]
            from_file = any(digest == file.sha256 and value == one.given.value for value, digest in events)
            if newest_value == one.given.value or from_file:
                continue
        elif one.given.value in WITHDRAWN and one.given.kind in ("note", "preference"):
            continue
        yield one


def _live_events(connection: sqlite3.Connection, annotator: str, one: About) -> list[tuple[str, str | None]]:
    """Return value and file of what is live about the place of `one`, newest first.

    The `+` keeps SQLite from walking through everything that the annotator ever decided.
    """
    return connection.execute(
        "SELECT value, json_extract(context, '$.file_sha256') FROM event "
        "WHERE pair_hash = (SELECT hash FROM pair WHERE id = ?) AND +annotator = ? AND kind = ? AND side = ? "
        f"AND label = ? AND {PAIR_ID} = ? AND {LIVE} ORDER BY made_at DESC, uuid DESC",
        (one.pair_id, annotator, one.given.kind, one.given.side, one.given.label, one.pair_id),
    ).fetchall()


def _context(one: Given, file: File) -> dict[str, Any]:
    told = {"interface": INTERFACE, "file": file.name, "file_sha256": file.sha256}
    if one.made_at:
        told["file_made_at"] = one.made_at
    if one.kind == "label":
        told["taxonomy"] = file.taxonomy
    return told
