"""Frames: the pairs that samples are drawn from, frozen with the order of the draw."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from hashlib import blake2b, sha256
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from hhtui.store import results
from hhtui.store.by_key import PAIR_KEY
from hhtui.store.database import Database
from hhtui.store.errors import StoreError

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

HASH_BYTES = 16
_COLUMNS = "id, query, seed, size, sources, made_at"


class Frame(NamedTuple):
    """The pairs that met a query when the frame was made, whatever has been decided about them.

    `id` is made of the query, the seed, the sources and the members; `size` counts the members, equal pairs each;
    `sources` are the files whose pairs were there, each as its sha256, a colon, and how many rows of it had been read.
    """

    id: str
    query: str
    seed: int
    size: int
    sources: tuple[str, ...]
    made_at: str


def frame_of(database: Database, query: str, seed: int) -> Frame:
    """Return the frame of `query` and `seed` over the sources of this database; the first time it is made and stored.

    Raises QueryError about the query, and StoreError where it depends on decisions (what is read would choose what is
    drawn), where it finds no pair, and while the text index is being made.
    """
    text, sources = query.strip(), _sources(database.reader())
    known = _find(database.reader(), text, seed, sources)
    if known is not None:
        return known
    members = _members(database.reader(), text)
    made = Frame(
        *(identity(text, seed, sources, members), text, seed, len(members) // HASH_BYTES, sources),
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    with database.writing() as connection:
        connection.execute(
            f"INSERT OR IGNORE INTO frame ({_COLUMNS}, members) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (made.id, text, seed, made.size, json.dumps(sources), made.made_at, members),
        )
    return made


def identity(query: str, seed: int, sources: Sequence[str], members: bytes) -> str:
    """Return the id of the frame that is made of these; `members` are the hashes of its pairs, sorted, end to end."""
    made_of = json.dumps([query, seed, sources, sha256(members).hexdigest()])
    return sha256(made_of.encode()).hexdigest()[: 2 * HASH_BYTES]


def get(connection: sqlite3.Connection, frame_id: str) -> Frame | None:
    """Return the frame with this id, or None."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM frame WHERE id = ?", (frame_id,)).fetchone()
    return _frame(row) if row else None


def all_frames(connection: sqlite3.Connection) -> list[Frame]:
    """Return every frame, oldest first."""
    return [_frame(row) for row in connection.execute(f"SELECT {_COLUMNS} FROM frame ORDER BY made_at, id")]


def permutation(connection: sqlite3.Connection, frame: Frame) -> "NDArray[numpy.int32]":
    """Return the local ids of the frame's pairs in the order of the draw; pairs that are gone are left out.

    A pair's place follows from its hash under a key that is the frame's id (BLAKE2b, RFC 7693), so that the order is
    the same in every database, and its first n pairs are a simple random sample without replacement.
    """
    import numpy

    (members,) = connection.execute("SELECT members FROM frame WHERE id = ?", (frame.id,)).fetchone()
    here = _local_ids(connection)
    drawn = sorted(
        (place(frame.id, digest, at), ids[at])
        for digest, copies in groupby(_hashes(members))
        for ids in [here.get(digest, [])]
        for at in range(min(len(ids), sum(1 for _ in copies)))
    )
    return numpy.array([pair_id for _, pair_id in drawn], dtype=numpy.int32)


def place(frame_id: str, digest: bytes, copy: int = 0) -> bytes:
    """Return what orders the pairs of a frame by chance: for the pair with this hash, the `copy`-th of equal ones."""
    message = digest + copy.to_bytes(4, "big")
    return blake2b(message, key=bytes.fromhex(frame_id), digest_size=HASH_BYTES).digest()


def _members(connection: sqlite3.Connection, query: str) -> bytes:
    from hhtui.query.dependence import asks_decisions
    from hhtui.query.parser import parse

    parsed = parse(query)
    if asks_decisions(parsed):
        raise StoreError(
            f"{query!r} asks for decisions: what has been read would choose what is drawn; ask for texts, structure or "
            "scores alone"
        )
    found = results.search(connection, parsed)
    if found.searched < found.total:
        raise StoreError("the text index is still being made; try again when it is done")
    if not len(found.ids):
        raise StoreError(f"no pair meets {query!r}; there is nothing to draw from")
    wanted = set(map(int, found.ids))
    return b"".join(
        digest for pair_id, digest in connection.execute("SELECT id, hash FROM pair ORDER BY hash") if pair_id in wanted
    )


def _local_ids(connection: sqlite3.Connection) -> dict[bytes, list[int]]:
    """Return the ids of the pairs with each hash, in the order of their keys."""
    found: dict[bytes, list[int]] = {}
    for digest, pair_id in connection.execute(f"SELECT hash, id FROM pair ORDER BY {PAIR_KEY}, id"):
        found.setdefault(digest, []).append(pair_id)
    return found


def _hashes(members: bytes) -> Iterator[bytes]:
    return (members[at : at + HASH_BYTES] for at in range(0, len(members), HASH_BYTES))


def _sources(connection: sqlite3.Connection) -> tuple[str, ...]:
    """Return the sources with pairs here, as `Frame.sources` has them."""
    rows = connection.execute("SELECT sha256, rows_read FROM source WHERE superseded_by IS NULL ORDER BY sha256, id")
    return tuple(f"{digest}:{rows_read}" for digest, rows_read in rows)


def _find(connection: sqlite3.Connection, query: str, seed: int, sources: tuple[str, ...]) -> Frame | None:
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM frame WHERE (query, seed, sources) = (?, ?, ?) ORDER BY made_at, id",
        (query, seed, json.dumps(sources)),
    ).fetchone()
    return _frame(row) if row else None


def _frame(row: tuple[str, str, int, int, str, str]) -> Frame:
    number, query, seed, size, sources, made_at = row
    return Frame(number, query, seed, size, tuple(json.loads(sources)), made_at)
