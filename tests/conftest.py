"""Fixtures that several kinds of tests share."""

from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


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
