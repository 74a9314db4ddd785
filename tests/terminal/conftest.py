"""What every test in a real pseudo-terminal starts from."""

import pytest


@pytest.fixture(autouse=True)
def a_plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what would tell the program about another terminal than the test's."""
    for name in ("COLUMNS", "LINES", "TMUX", "TERM_PROGRAM", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
