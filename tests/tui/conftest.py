"""Fixtures for tests of the screen: folders of their own, and databases to browse."""

import shutil
from pathlib import Path

import pytest

from hhtui import api, paths
from hhtui.tui import completion_reader
from tests.tui.desk import fill, numbered

PAIRS = 48


@pytest.fixture(autouse=True)
def a_reader_of_ones_own(own_folders: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the reader's own configuration, data and terminal out of the tests."""
    monkeypatch.delenv("TMUX", raising=False)


@pytest.fixture(autouse=True)
def counting_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Count what may follow in a query without waiting for a pause in the typing."""
    monkeypatch.setattr(completion_reader, "PAUSE_SECONDS", 0.001)


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of numbered pairs, not to be written to."""
    return fill(tmp_path_factory.mktemp("filled") / "made.db", numbered(PAIRS))


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of the shipped sample, scored, not to be written to."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(paths.DATA_VARIABLE, str(tmp_path_factory.mktemp("sample")))
        return api.build_sample()


@pytest.fixture
def made(filled: Path, tmp_path: Path) -> Path:
    """A database of 48 numbered pairs for one test."""
    return copied(filled, tmp_path / "made.db")


def copied(source: Path, target: Path) -> Path:
    """Copy a database that nobody has open, with its log."""
    for ending in ("", "-wal"):
        if Path(f"{source}{ending}").exists():
            shutil.copy(f"{source}{ending}", f"{target}{ending}")
    return target
