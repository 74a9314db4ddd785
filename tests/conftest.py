"""Fixtures that several kinds of tests share, and how Hypothesis chooses examples: the same ones always in CI."""

import gc
import os
from pathlib import Path

import pytest
from hypothesis import settings

from hhtui import paths

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

settings.register_profile("ci", derandomize=True, database=None, deadline=None, max_examples=100, print_blob=True)
settings.register_profile("random", deadline=None, max_examples=100, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "random")

# Among all that pytest keeps, collecting as often as Python does by itself takes a sixth of the time on the screen.
gc.set_threshold(20_000, 5, 2)


@pytest.fixture
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the reader's own configuration and data out of a test, and the test out of those."""
    monkeypatch.setenv(paths.DATA_VARIABLE, str(tmp_path / "data"))
    monkeypatch.setenv(paths.CONFIG_VARIABLE, str(tmp_path / "config"))
    monkeypatch.delenv(paths.DATABASE_VARIABLE, raising=False)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the checkout."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"the real data is not at {SHARED_DATA}")
    return SHARED_DATA


@pytest.fixture(scope="session")
def real_file(shared_data: Path) -> Path:
    """The real harmless-base test split, 2,312 pairs."""
    return shared_data / "hh-rlhf" / "harmless-base" / "test.jsonl.gz"
