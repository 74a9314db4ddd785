"""The scores of single texts, many at once."""

from hhtui.store import scorers
from hhtui.store.database import Database
from hhtui.store.turn_scores import MOST_AT_ONCE, turn_scores
from tests.store.scored_turns import give_turns


def test_each_text_has_its_number_and_others_none(database: Database) -> None:
    give_turns(database, {"plum": 0.95, "pear": 0.1, "fig": None})
    found = turn_scores(database.reader()).of(["pear", "plum", "fig", "never seen", "plum"])
    assert found == {"pear": 0.1, "plum": 0.95, "fig": None, "never seen": None}


def test_any_number_of_texts_is_looked_up(database: Database) -> None:
    numbers: dict[str, float | None] = {f"text {at}": at / 10_000 for at in range(2 * MOST_AT_ONCE + 7)}
    give_turns(database, numbers)
    assert turn_scores(database.reader()).of(numbers) == numbers


def test_the_first_column_called_toxicity_decides_whatever_harm_stands_for(database: Database) -> None:
    give_turns(database, {"plum": 0.2}, name="first", columns=("size",))
    give_turns(database, {"plum": 0.7}, name="second", columns=("size", "toxicity"))
    give_turns(database, {"plum": 0.9}, name="third", columns=("toxicity",))
    found = turn_scores(database.reader())
    assert scorers.harm_column(database.reader()) == "first.size"
    assert found.column is not None and found.column.name == "second.toxicity"
    assert found.of(["plum"]) == {"plum": 0.7}


def test_without_a_column_called_toxicity_that_of_harm_decides(database: Database) -> None:
    give_turns(database, {"plum": 0.2}, name="first", columns=("size",))
    found = turn_scores(database.reader())
    assert found.column is not None and found.column.name == "first.size"
    assert found.of(["plum"]) == {"plum": 0.2}


def test_without_a_scorer_of_texts_nothing_has_a_number(database: Database) -> None:
    assert turn_scores(database.reader()).column is None
    assert turn_scores(database.reader()).of(["plum"]) == {"plum": None}
    give_turns(database, {"plum": 0.9}, name="pairs", columns=("above",), units=("pair",))
    assert turn_scores(database.reader()).of(["plum"]) == {"plum": None}
