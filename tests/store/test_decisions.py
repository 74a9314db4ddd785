"""Decisions are an append-only log: what is undone, redone, rebuilt and shared by several people."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hhtui.model import Kind
from hhtui.store import triage
from hhtui.store.database import Database
from hhtui.store.decisions import Annotator, Conditions, current
from hhtui.store.errors import StoreError
from hhtui.store.events import WITHDRAWN, rebuild
from hhtui.store.schema import LATE_INDEXES
from hhtui.store.triage import Item, Plan
from tests.store.filled import add_pairs, new_database
from tests.transcripts import dialogue

PAIRS = 6
Values = dict[tuple[int, str, str], str]


def pairs(count: int, first: int = 0) -> list[tuple[str, str]]:
    return [(dialogue(f"q{at}", "yes"), dialogue(f"q{at}", "no")) for at in range(first, first + count)]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with new_database(tmp_path / "pairs.db", pairs(PAIRS)) as opened:
        yield opened


def values(database: Database) -> Values:
    found = current(database.reader(), range(1, 4 * PAIRS))
    return {(one.pair_id, one.annotator, one.kind): one.value for some in found.values() for one in some}


def test_undo_goes_back_step_by_step_and_redo_forth(database: Database) -> None:
    anna = Annotator.begin(database, "anna")
    anna.decide([1], "flag", "yes")
    anna.decide([1, 2], "preference", "rejected")
    after = values(database)
    assert after == {
        (1, "anna", "flag"): "yes",
        (1, "anna", "preference"): "rejected",
        (2, "anna", "preference"): "rejected",
    }
    undone = anna.undo()
    assert undone is not None
    assert list(undone.pair_ids) == [1, 2]
    assert values(database) == {(1, "anna", "flag"): "yes"}
    assert anna.undo() is not None
    assert values(database) == {}
    assert anna.undo() is None
    assert anna.redo() is not None
    assert anna.redo() is not None
    assert values(database) == after
    assert anna.redo() is None


def test_undo_brings_the_value_before_back(database: Database) -> None:
    anna = Annotator.begin(database, "anna")
    anna.decide([1], "preference", "chosen")
    anna.decide([1], "preference", "")
    assert values(database) == {}
    anna.undo()
    assert values(database) == {(1, "anna", "preference"): "chosen"}


def test_undo_reaches_steps_of_earlier_sessions_and_only_ones_own(database: Database) -> None:
    Annotator.begin(database, "anna").decide([1], "flag", "yes")
    Annotator.begin(database, "bob").decide([1], "flag", "yes")
    Annotator.begin(database, "anna").undo()
    assert values(database) == {(1, "bob", "flag"): "yes"}
    assert Annotator.begin(database, "anna").undo() is None


def test_a_new_decision_ends_redo(database: Database) -> None:
    anna = Annotator.begin(database, "anna")
    anna.decide([1], "flag", "yes")
    anna.undo()
    anna.decide([2], "drop", "yes")
    assert anna.redo() is None


def test_a_toggle_marks_all_unless_all_have_my_mark(database: Database) -> None:
    anna = Annotator.begin(database, "anna")
    anna.toggle([2], "flag")
    anna.toggle([1, 2, 3], "flag")
    assert set(values(database)) == {(number, "anna", "flag") for number in (1, 2, 3)}
    anna.toggle([1, 2, 3], "flag")
    assert values(database) == {}


def test_a_pair_that_is_gone_saves_nothing_of_the_step(database: Database) -> None:
    anna = Annotator.begin(database, "anna")
    with pytest.raises(StoreError, match="no pair 99 any more"):
        anna.decide([1, 99], "flag", "yes")
    assert values(database) == {}
    assert anna.undo() is None


def test_a_clock_set_back_loses_no_triage(database: Database) -> None:
    anna = Annotator.begin(database, "anna")
    begun = triage.begin(database, "anna", Plan("", ""), [Item(1, "queue"), Item(2, "queue")])
    early, late = ((datetime.now(UTC) + timedelta(hours=hours)).isoformat(timespec="microseconds") for hours in (0, 1))
    with database.writing() as connection:
        connection.execute("UPDATE triage SET started_at = ?", (late,))
    anna.decide([1], "flag", "yes", conditions=Conditions(context={"triage": begun.id}))
    with database.writing() as connection:
        assert connection.execute("SELECT max(made_at) FROM event").fetchone()[0] > late
        connection.execute("UPDATE event SET made_at = ?", (early,))
    first = triage.read(database.reader(), begun.id)
    assert first is not None
    assert triage.progress(database.reader(), first).decided == {1}
    triage.finish(database, first)
    second = triage.begin(database, "anna", Plan("", ""), [Item(3, "queue")])
    assert second.started_at > late
    assert triage.unfinished(database.reader(), "anna") == second


def test_pairs_with_equal_texts_are_told_apart_by_key(database: Database) -> None:
    add_pairs(database, pairs(1))
    twin = PAIRS + 1
    anna = Annotator.begin(database, "anna")
    anna.decide([1], "flag", "yes")
    anna.decide([twin], "drop", "yes")
    expected = {(1, "anna", "flag"): "yes", (twin, "anna", "drop"): "yes"}
    with database.writing() as connection:
        assert rebuild(connection) == []
    assert values(database) == expected


def test_an_event_follows_its_text_to_another_key_and_else_is_named(database: Database) -> None:
    anna = Annotator.begin(database, "anna")
    anna.decide([1, 2], "flag", "yes")
    with database.writing() as connection:
        connection.execute("DELETE FROM pair WHERE id IN (1, 2)")
    add_pairs(database, pairs(1))
    with database.writing() as connection:
        assert rebuild(connection) == ["made/test/1"]
    assert values(database) == {(PAIRS + 1, "anna", "flag"): "yes"}


@pytest.mark.parametrize("seed", range(8))
def test_the_current_values_are_what_a_plain_reading_of_the_steps_says(database: Database, seed: int) -> None:
    chance = random.Random(seed)
    people = {name: Annotator.begin(database, name) for name in ("anna", "bob")}
    done: dict[str, list[Values]] = {name: [] for name in people}
    undone: dict[str, list[Values]] = {name: [] for name in people}
    for _ in range(60):
        name = chance.choice(list(people))
        what = chance.random()
        if what < 0.3:
            assert (people[name].undo() is not None) == bool(done[name])
            if done[name]:
                undone[name].append(done[name].pop())
        elif what < 0.5:
            assert (people[name].redo() is not None) == bool(undone[name])
            if undone[name]:
                done[name].append(undone[name].pop())
        else:
            kind, value = chance.choice(_DECISIONS)
            ids = chance.sample(range(1, PAIRS + 1), chance.randint(1, 3))
            people[name].decide(ids, kind, value)
            done[name].append({(number, name, kind): value for number in ids})
            undone[name].clear()
        expected = {place: value for steps in done.values() for step in steps for place, value in step.items()}
        assert values(database) == {place: value for place, value in expected.items() if value not in WITHDRAWN}
    before = values(database)
    with database.writing() as connection:
        rebuild(connection)
    assert values(database) == before


_DECISIONS: list[tuple[Kind, str]] = [
    *(("flag", "yes"), ("flag", "no"), ("drop", "yes"), ("note", "a note"), ("note", "")),
    *(("preference", "chosen"), ("preference", "rejected"), ("preference", "")),
]


def test_the_work_of_undoing_grows_with_the_step_and_not_with_its_square(tmp_path: Path) -> None:
    small, large = (_undo_work(tmp_path / f"{count}.db", count) for count in (200, 1600))
    assert large < 12 * small


def _undo_work(path: Path, count: int) -> int:
    """Return how many hundreds of SQLite's instructions it takes to undo one step about `count` pairs."""
    hundreds = 0

    def count_hundred() -> int:
        nonlocal hundreds
        hundreds += 1
        return 0

    with new_database(path, pairs(count)) as database:
        with database.writing() as connection:
            for statement in filter(str.strip, LATE_INDEXES.split(";")):
                connection.execute(statement)
        anna = Annotator.begin(database, "anna")
        anna.decide(range(1, count + 1), "flag", "yes")
        with database.writing() as connection:
            connection.set_progress_handler(count_hundred, 100)
        anna.undo()
        assert values(database) == {}
    return hundreds
