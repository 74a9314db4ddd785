"""Responses chosen by chance: distinct, not empty, and the same ones every time."""

from pathlib import Path

from hhtui.dialogue import pair_up, response_text
from hhtui.ingest.load import load
from hhtui.store.database import Database
from hhtui.store.samples import responses
from tests.command_line import ROWS, write_rows
from tests.transcripts import dialogue


def test_responses_are_distinct_and_without_the_empty_one(tmp_path: Path) -> None:
    rows = [*ROWS, {"chosen": dialogue("Again?", "Any."), "rejected": dialogue("Again?", "Another.")}]
    with Database.create(tmp_path / "a.db") as database:
        load(database, [write_rows(tmp_path / "a.jsonl", rows)])
        found = responses(database.reader(), 100, seed=0)
    sides = [pair_up(row["chosen"], row["rejected"]) for row in rows]
    there = {response_text(side) for one in sides for side in (one.chosen, one.rejected)} - {""}
    assert len(found) == len(set(found))
    assert set(found) == there


def test_the_seed_decides_which_come(tmp_path: Path) -> None:
    rows = [
        {"chosen": dialogue("Which?", f"This {at}."), "rejected": dialogue("Which?", f"That {at}.")}
        for at in range(1200)
    ]
    with Database.create(tmp_path / "a.db") as database:
        load(database, [write_rows(tmp_path / "a.jsonl", rows)])
        reader = database.reader()
        found = responses(reader, 40, seed=0)
        assert len(found) == 40
        assert responses(reader, 40, seed=0) == found
        assert responses(reader, 60, seed=0)[:40] == found
        assert set(responses(reader, 40, seed=1)) != set(found)
        assert len(responses(reader, 5000, seed=0)) == 2400
