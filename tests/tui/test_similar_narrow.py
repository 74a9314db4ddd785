"""Similar pairs on small screens: every row tells which pair it is, and how much is alike, before anything is cut."""

from pathlib import Path

import pytest

from hhtui.store.database import Database
from hhtui.store.dupes.run import find
from tests.transcripts import dialogue
from tests.tui.desk import fill, reading

SAID = "The station stands behind the river, on the left of it."


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        ((80, 24), ["100 % made/test/1 chosen           Which 1?", "100 % made/test/2 chosen→rejected  Which 2?"]),
        ((40, 12), ["100 % made/test/1 chosen", "100 % made/test/2 chosen→rej"]),
    ],
)
async def test_rows_begin_with_the_percent_and_the_key(tmp_path: Path, size: tuple[int, int], shown: list[str]) -> None:
    texts = [(SAID, "None."), (SAID, "Many of them."), ("Perhaps one?", SAID)]
    rows = [
        {name: dialogue(f"Which {at}?", text) for name, text in zip(("chosen", "rejected"), both, strict=True)}
        for at, both in enumerate(texts)
    ]
    path = fill(tmp_path / "a.db", rows)
    with Database.open(path) as database:
        find(database)
    async with reading(path, size=size) as desk:
        await desk.press("*")
        found = [line[line.index("100 % ") :] for line in desk.lines() if "100 % " in line]
        assert [row[: len(start)] for row, start in zip(found, shown, strict=False)] == shown
        assert "│ Enter goes   Tab whole group   Esc" in desk.text()
