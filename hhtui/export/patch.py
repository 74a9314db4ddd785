"""What cleaning did to one source, as JSON lines from which it can be done again: a header, then one line a pair."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from hhtui import __version__
from hhtui.export.cleaning import Cleaning
from hhtui.export.rules import Action
from hhtui.jsonstyle import JsonStyle
from hhtui.store import pairs
from hhtui.store.connection import Connection
from hhtui.store.sources import StoredSource

VERSION = 1
FORMAT = "hhtui patch"
SOURCE = ("uri", "configuration", "data_dir", "subset", "split", "revision", "format", "sha256", "columns")


class PatchSource(NamedTuple):
    """The source that a patch is of: `sha256` is of the file as stored, `style` how it writes its lines."""

    uri: str
    configuration: str | None
    data_dir: str | None
    subset: str
    split: str
    revision: str | None
    format: str
    sha256: str
    columns: tuple[str, ...]
    style: JsonStyle | None


class Change(NamedTuple):
    """What is done to one pair: its key, its row in the source from 0, its hash in hexadecimal."""

    key: str
    row: int
    hash: str
    action: Action


class Patch(NamedTuple):
    """A patch that was read: its source, what is done to which pairs, how many were left, the hash of their lines."""

    source: PatchSource
    changes: Sequence[Change]
    written: int
    result: str


def rendered(connection: Connection, cleaning: Cleaning, source: StoredSource, result: Mapping[str, Any]) -> bytes:
    """Return the patch of one of the sources that were cleaned.

    `result` says sha256 and bytes of the JSON lines that `hhtui apply` writes.
    """
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    told = {name: getattr(source, name) for name in SOURCE}
    style = None if source.json_style is None else json.loads(source.json_style)
    dropped, swapped = cleaning.count("drop", source), cleaning.count("swap", source)
    header = {
        "format": FORMAT,
        "version": VERSION,
        "hhtui": __version__,
        "made_at": made_at,
        "source": {**told, "json_style": style, "rows": source.rows_read, "refused": source.rows_refused},
        "counts": {
            "pairs": source.pairs,
            "dropped": dropped,
            "swapped": swapped,
            "written": source.pairs - dropped,
        },
        "resolve": str(cleaning.policy.how) or None,
        "result": dict(result),
    }
    lines = [header, *_changes(connection, cleaning, source, made_at)]
    return b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines)


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _changes(
    connection: Connection, cleaning: Cleaning, source: StoredSource, made_at: str
) -> Iterator[dict[str, Any]]:
    queries = {rule.action: rule.query for rule in cleaning.rules}
    changed = [pair_id for pair_id in cleaning.pair_ids[source.id] if pair_id in cleaning.actions]
    for pair in pairs.read_many(connection, changed):
        action = cleaning.actions[pair.id]
        votes = cleaning.said[action].get(pair.id, ())
        yield {
            **Change(pair.key, pair.row, pair.hash.hex(), action)._asdict(),
            "rule": queries[action],
            "by": sorted({vote.annotator for vote in votes}),
            "when": max((vote.made_at for vote in votes), default=made_at),
        }
