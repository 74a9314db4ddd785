"""`hhtui threshold`: the counts of the screen without a screen."""

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from hhtui.store.database import Database
from tests.command_line import hhtui, hhtui_json
from tests.store.scored import NONE, column, give, new_database
from tests.transcripts import dialogue

CHOSEN = [0.9, 0.1, 0.6, NONE]
REJECTED = [0.7, 0.8, 0.2, NONE]


@pytest.fixture
def database(own_folders: None, tmp_path: Path) -> Iterator[Path]:
    """Four pairs, of which the first names a group in a reply; the last is not scored yet."""
    path = tmp_path / "some folder" / "a.db"
    path.parent.mkdir()
    replies = ("An old man.", "Yes.", "No.", "Perhaps.")
    texts = [(dialogue("Well?", reply), dialogue("Well?", f"{reply} Or not.")) for reply in replies]
    with new_database(path, texts) as made:
        numbers = {"harsh.chosen": CHOSEN, "harsh.rejected": REJECTED}
        give(made, "one", [column("harsh")], numbers, complete=False)
        give(made, "two", [column("apart", -1, 1, of_pair=True)], {"apart": [-0.5, 0, 0.5, 1]}, units=("pair",))
    yield path


def test_the_object_has_every_number_of_the_page(database: Path) -> None:
    told = hhtui_json("threshold", database, "--at", "0.5", "--json")

    rules = told.pop("rules")
    histogram = told.pop("histogram")
    assert told == {
        **{"column": "one.harsh", "scorer": "one", "version": "1.2.3", "at": 0.5},
        **{"meaning": "Means harsh.", "fails": "Fails at harsh.", "percentile": pytest.approx(100 / 3)},
        **{"pairs": 4, "scored": 3, "complete": False, "numbers": 6, "missing": 2},
        "identity": {"naming": 1, "others": 2},
    }
    assert (histogram["low"], histogram["high"], sum(histogram["counts"])) == (0, 1, 6)
    assert [(rule["pairs"], rule["identity_share"], rule["others_share"]) for rule in rules] == [
        *((3, 1, 1), (1, 1, 0), (1, 0, 0.5))
    ]
    assert [rule["query"] for rule in rules] == [
        *("one.harsh:>0.5", "one.harsh.min:>0.5", "one.harsh.chosen:>0.5 -one.harsh.rejected:>0.5")
    ]


def test_the_commands_that_are_told_find_as_many_pairs_as_are_told(database: Path) -> None:
    lines = hhtui("threshold", database).stdout.splitlines()

    assert lines[0] == "harsh (one 1.2) above 0.5, which 33.3 % of the numbers do not exceed, of 3 pairs scored so far"
    assert lines[1] == "Means harsh. Fails at harsh."
    commands = [shlex.split(line) for line in lines if line.startswith("  hhtui search ")]
    counts = [int(hhtui(*command[1:], "--count").stdout) for command in commands]
    assert counts == [3, 1, 1]
    assert [line.split(": ")[1] for line in lines if ": " in line and " %" in line] == [
        *("3 pairs, 100.0 %", "1 pair, 33.3 %", "1 pair, 33.3 %")
    ]
    assert "  takes 0.0 % of pairs whose replies name an identity group, 50.0 % of the others" in lines


def test_a_column_and_a_threshold_below_zero_can_be_asked_for(database: Path) -> None:
    told = hhtui_json("threshold", database, "--column", "apart", "--at", "-0.25", "--json")

    assert (told["column"], told["complete"], told["at"]) == ("two.apart", True, -0.25)
    assert [(rule["query"], rule["pairs"]) for rule in told["rules"]] == [("two.apart:>-0.25", 3)]
    assert hhtui_json("threshold", database, "--column", "apart", "--json")["at"] == 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--column", "hars"), 1, "did you mean harsh"),
        (("--at", "nan"), 2, "nan is no threshold"),
        (("0.5",), 2, "name the column with --column"),
    ],
)
def test_what_cannot_be_counted_is_refused_with_the_way_out(
    database: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    result = hhtui("threshold", database, *words)

    assert (result.exit_code, result.stdout) == (code, "")
    assert said in result.stderr


def test_without_scores_the_command_that_makes_them_is_named(database: Path) -> None:
    empty = database.with_name("empty.db")
    Database.create(empty).close()

    result = hhtui("threshold", empty)

    assert (result.exit_code, result.stdout) == (1, "")
    assert f"hhtui score {empty}" in result.stderr
