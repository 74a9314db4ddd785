"""The pairs about which annotators differ are found, whoever said what in which order."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hhtui.query.errors import QueryError
from hhtui.query.parser import parse
from hhtui.store.database import Database
from hhtui.store.decisions import Annotator
from hhtui.store.results import search
from tests.store.asking import ids
from tests.store.filled import add_pairs
from tests.store.obvious import answer
from tests.store.real_rows import new_database, rows_of
from tests.transcripts import dialogue

PAIRS = [(dialogue(f"q{at}", "yes"), dialogue(f"q{at}", "no")) for at in range(6)]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database.create(tmp_path / "a.db") as made:
        add_pairs(made, PAIRS)
        yield made


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with new_database(tmp_path_factory.mktemp("log") / "a.db", PAIRS[:3]) as made:
        yield made


def test_preferences_differ_where_their_values_do(database: Database) -> None:
    anna, bob = Annotator.begin(database, "anna"), Annotator.begin(database, "bob")
    anna.decide([1, 2, 3], "preference", "chosen")
    bob.decide([2, 3, 4], "preference", "rejected")
    bob.decide([3], "preference", "chosen")
    assert ids(database, "conflict:yes") == ids(database, "conflict:preference") == [2]
    assert ids(database, "conflict:no") == [1, 3, 4, 5, 6]
    assert ids(database, "conflict:drop,flag,label") == []
    bob.undo()
    assert ids(database, "conflict:preference") == [2, 3]
    assert ids(database, "conflict:yes by:anna,bob") == [2, 3]
    assert ids(database, "conflict:yes by:anna") == []


def test_a_mark_is_disputed_by_a_no_and_not_by_silence(database: Database) -> None:
    anna, bob = Annotator.begin(database, "anna"), Annotator.begin(database, "bob")
    anna.decide([1, 2, 3], "drop", "yes")
    bob.decide([2, 3], "drop", "no")
    bob.decide([1], "flag", "no")
    anna.decide([4], "drop", "no")
    assert ids(database, "conflict:drop") == [2, 3]
    assert ids(database, "conflict:flag") == []
    bob.decide([3], "drop", "yes")
    assert ids(database, "conflict:drop") == [2]
    anna.decide([2], "drop", "no")
    assert ids(database, "conflict:yes") == []
    anna.undo()
    assert ids(database, "conflict:yes") == [2]
    bob.undo()
    bob.undo()
    bob.undo()
    assert ids(database, "conflict:drop") == []


def test_labels_are_disputed_on_the_same_side(database: Database) -> None:
    anna, bob = Annotator.begin(database, "anna"), Annotator.begin(database, "bob")
    anna.decide([1, 2, 3], "label", "yes", sides=("rejected",), label="harmful")
    bob.decide([1], "label", "no", sides=("chosen",), label="harmful")
    bob.decide([2], "label", "no", sides=("rejected",), label="weapons")
    bob.decide([3], "label", "no", sides=("rejected",), label="harmful")
    assert ids(database, "conflict:label") == [3]


def test_of_pairs_with_equal_texts_only_the_one_is_disputed(database: Database) -> None:
    add_pairs(database, PAIRS[:1])
    anna, bob = Annotator.begin(database, "anna"), Annotator.begin(database, "bob")
    anna.decide([1, 7], "flag", "yes")
    bob.decide([7], "flag", "no")
    assert ids(database, "conflict:flag") == [7]


def test_what_may_follow_is_told() -> None:
    with pytest.raises(QueryError, match="is no value of conflict") as caught:
        parse("conflict:prefrence")
    assert "preference" in str(caught.value.message)


_decisions = st.one_of(
    st.tuples(st.sampled_from(["flag", "drop"]), st.sampled_from(["yes", "no"])),
    st.tuples(st.just("preference"), st.sampled_from(["chosen", "rejected", ""])),
    st.tuples(st.just("label"), st.sampled_from(["yes", "no"])),
    st.tuples(st.sampled_from(["undo", "redo"]), st.just("")),
)
_steps = st.lists(
    st.tuples(
        st.sampled_from(["ann", "bob", "eve"]), st.integers(1, 3), _decisions, st.sampled_from(["chosen", "rejected"])
    ),
    max_size=14,
)


@given(steps=_steps)
@settings(max_examples=60)
def test_any_log_disputes_what_a_plain_reading_says(
    scored: Database, steps: list[tuple[str, int, tuple[str, str], str]]
) -> None:
    with scored.writing(durable=False) as connection:
        connection.execute("DELETE FROM event")
        connection.execute("DELETE FROM decision")
    people: dict[str, Annotator] = {}
    for name, pair_id, (what, value), side in steps:
        person = people.setdefault(name, Annotator.begin(scored, name))
        if what == "undo":
            person.undo()
        elif what == "redo":
            person.redo()
        else:
            labelled = what == "label"
            person.decide(
                *([pair_id], what, value),  # type: ignore[arg-type]
                sides=(side,) if labelled else ("",),
                label="harmful" if labelled else "",
            )
    rows = rows_of(scored, PAIRS[:3])
    for text in (
        "conflict:yes",
        "conflict:no",
        *(f"conflict:{one}" for one in ("preference", "drop", "flag", "label")),
    ):
        for people_asked in ("", " by:ann,bob"):
            query = parse(text + people_asked)
            assert list(search(scored.reader(), query).ids) == answer(rows, query), text
