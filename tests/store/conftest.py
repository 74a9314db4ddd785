"""Fixtures for tests of the database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hhtui.store.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A new database without pairs."""
    with Database.create(tmp_path / "a.db") as created:
        yield created
