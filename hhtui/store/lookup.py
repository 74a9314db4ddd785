"""What is found by names from outside: pairs by key or hash, scores of texts by the texts' hashes."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from hhtui.store.by_key import ids_by_key
from hhtui.store.scorers import StoredScorer

MOST_VARIABLES = 900


def pair_ids(connection: sqlite3.Connection, by: Literal["key", "hash"], names: Sequence[str]) -> dict[str, int]:
    """Return the local ids of the pairs with these keys or hashes, hexadecimal in lower case; others are left out.

    Of equal pairs, which share a hash, it is the first.
    """
    if by == "key":
        return ids_by_key(connection, names)
    digests = [digest for name in names if (digest := _digest(name))]
    sql = "SELECT lower(hex(hash)), min(id) FROM pair WHERE hash IN ({marks}) GROUP BY hash"
    return dict(row for some in _some(digests) for row in connection.execute(sql.format(marks=_marks(some)), some))


def keyed(connection: sqlite3.Connection, names: Sequence[str]) -> dict[str, tuple[int, str]]:
    """Return local id and hash, hexadecimal in lower case, of the pairs with these keys; others are left out."""
    ids = ids_by_key(connection, names)
    digests = connection.execute(
        "SELECT id, lower(hex(hash)) FROM pair WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(ids.values())),),
    )
    hashes = dict(digests.fetchall())
    return {key: (pair_id, hashes[pair_id]) for key, pair_id in ids.items()}


def numbers_of(
    connection: sqlite3.Connection, scorer: StoredScorer, hashes: Sequence[bytes]
) -> dict[bytes, list[float | None]]:
    """Return the numbers that `scorer` gave to the texts with these hashes; texts that it has not seen are left out."""
    return {
        digest: json.loads(numbers)
        for some in _some(hashes)
        for digest, numbers in connection.execute(
            f"SELECT text_hash, numbers FROM score WHERE text_hash IN ({_marks(some)}) AND scorer_id = ?",
            (*some, scorer.id),
        )
    }


def _digest(name: str) -> bytes | None:
    try:
        return bytes.fromhex(name)
    except ValueError:
        return None


def _some(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), MOST_VARIABLES):
        yield values[start : start + MOST_VARIABLES]


def _marks(values: Sequence[Any]) -> str:
    return ",".join("?" * len(values))
