"""Tests of pairs found by their keys."""

import sqlite3
from collections.abc import Iterator

import pytest

from hhtui.store.by_key import id_by_key, ids_by_key, ids_with_beginning


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    """Two splits of one subset, one that was loaded again with other texts, and a subset whose name begins alike."""
    made = sqlite3.connect(":memory:")
    made.execute("CREATE TABLE source (id INTEGER PRIMARY KEY, subset TEXT, split TEXT)")
    made.execute("CREATE TABLE pair (id INTEGER PRIMARY KEY, source_id INTEGER, row INTEGER)")
    named = [("harm", "test"), ("harm", "train"), ("harm", "test"), ("harmless", "test")]
    for number, (subset, split) in enumerate(named, 1):
        made.execute("INSERT INTO source VALUES (?, ?, ?)", (number, subset, split))
        for row in range(12):
            made.execute("INSERT INTO pair VALUES (?, ?, ?)", (100 * number + row, number, row))
    yield made
    made.close()


def test_the_latest_pair_with_a_key_is_found(connection: sqlite3.Connection) -> None:
    wanted = ["harm/train/3", "harm/test/11", "harmless/test/0"]
    assert ids_by_key(connection, wanted) == {"harm/train/3": 203, "harm/test/11": 311, "harmless/test/0": 400}
    assert id_by_key(connection, "harm/test/0") == 300


@pytest.mark.parametrize(
    "key", ["", "/", "harm", "harm/test", "harm/test/", "harm/test/12", "harm/test/03", "harm/test/-1", "harm/test/٣",
            "other/test/1", "harm/test/1/1", "harm/test/" + "9" * 30, "\ud800/test/1"],
)  # fmt: skip
def test_what_is_no_key_here_is_left_out(connection: sqlite3.Connection, key: str) -> None:
    assert ids_by_key(connection, [key]) == {}
    assert id_by_key(connection, key) is None


@pytest.mark.parametrize(
    ("beginning", "found"),
    [
        ("harm/train/1", [201, 210, 211]),
        ("harm/train/", range(200, 212)),
        ("harm/tr", range(200, 212)),
        ("harmless", range(400, 412)),
        ("harmless/test/11", [411]),
        ("harm/test/9", [109, 309]),
        ("harm/test/9/", []),
        ("x", []),
    ],
)
def test_keys_with_a_beginning(connection: sqlite3.Connection, beginning: str, found: list[int]) -> None:
    assert sorted(map(int, filter(None, ids_with_beginning(connection, beginning).split(",")))) == list(found)
