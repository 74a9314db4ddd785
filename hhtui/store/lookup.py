"""What is found by names from outside: pairs by key or hash, scores of texts by the texts' hashes."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from hhtui.store.scorers import StoredScorer

MOST_VARIABLES = 900

_IDS = {
    "key": "SELECT key, max(id) FROM pair WHERE key IN ({marks}) GROUP BY key",
    "hash": "SELECT lower(hex(hash)), min(id) FROM pair WHERE hash IN ({marks}) GROUP BY hash",
}


def pair_ids(connection: sqlite3.Connection, by: Literal["key", "hash"], names: Sequence[str]) -> dict[str, int]:
    """Return the local ids of the pairs with these keys or hashes, hexadecimal in lower case; others are left out.

    Of equal pairs, which share a hash, it is the first.
    """
    bound: list[Any] = list(names) if by == "key" else [digest for name in names if (digest := _digest(name))]
    return dict(row for some in _some(bound) for row in connection.execute(_IDS[by].format(marks=_marks(some)), some))


def keyed(connection: sqlite3.Connection, keys: Sequence[str]) -> dict[str, tuple[int, str]]:
    """Return local id and hash, hexadecimal in lower case, of the pairs with these keys; others are left out."""
    return {
        key: (pair_id, digest)
        for some in _some(keys)
        for key, pair_id, digest in connection.execute(
            f"SELECT key, max(id), lower(hex(hash)) FROM pair WHERE key IN ({_marks(some)}) GROUP BY key", some
        )
    }


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
