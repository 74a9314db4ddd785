"""`hhtui dupes` and `hhtui similar`, and their twins in Python."""

from pathlib import Path

import pytest

from hhtui import api
from tests.command_line import hhtui, hhtui_json
from tests.store.filled import new_database
from tests.transcripts import dialogue

PROMPT = "Which of the two roads to the market is the better one?"
LEFT, RIGHT = "The left one, since it is a good deal shorter.", "The right one, as nobody ever drives there fast."
PAIRS = [
    (dialogue(PROMPT, LEFT), dialogue(PROMPT, RIGHT)),
    (dialogue(f"{PROMPT}!", f"{RIGHT}!"), dialogue(f"{PROMPT}!", LEFT.upper())),
    (dialogue("Other", "Yes."), dialogue("Other", "No.")),
]


@pytest.fixture
def database(own_folders: None, tmp_path: Path) -> Path:
    path = tmp_path / "a.db"
    new_database(path, PAIRS).close()
    return path


def test_the_object_tells_groups_and_contradictions_with_queries_that_find_them(database: Path) -> None:
    told = hhtui_json("dupes", database, "--json")

    assert (told["threshold"], told["pairs"], told["groups"], told["in_groups"]) == (0.9, 3, 3, 2)
    assert told["sides"] == {"prompt": 2, "chosen": 2, "rejected": 2}
    assert [group["keys"] for group in told["largest"]] == [["made/test/0", "made/test/1"]] * 3
    assert (told["contradictory"], len(told["contradictions"])) == (2, 2)
    for one in (*told["largest"], *told["contradictions"]):
        assert hhtui("search", database, one["query"], "--count").stdout == "2\n"


def test_the_lines_say_the_same(database: Path) -> None:
    lines = hhtui("dupes", database).stdout.splitlines()

    assert lines[0] == "3 groups of texts at least 0.9 alike, in 2 pairs (66.7 %)"
    assert lines[1] == "  2 prompt, 2 chosen, 2 rejected"
    assert "2 pairs contradict another: it chose what they rejected for the same prompt" in lines
    assert lines[-1] == f"read them: hhtui {database} --query dupe:yes"


def test_without_it_a_query_and_what_is_similar_say_which_command_looks(database: Path) -> None:
    asked = hhtui("search", database, "dupe:yes")
    alike = hhtui("similar", database, "made/test/2")

    assert (asked.exit_code, "hhtui dupes DB" in asked.stderr) == (1, True)
    assert (alike.exit_code, alike.stdout) == (0, "nothing is similar to made/test/2\n")
    assert "hhtui dupes DB" in alike.stderr


def test_similar_pairs_are_told_with_their_reasons(database: Path) -> None:
    hhtui("dupes", database)
    told = hhtui_json("similar", database, "made/test/0", "--json")
    lines = hhtui("similar", database, "made/test/0").stdout.splitlines()

    assert [kin["reason"] for kin in told["similar"]] == ["duplicate"] * 3
    assert told["similar"][1]["pairs"] == [
        {"pair_id": 2, "key": "made/test/1", "likeness": 1.0, "own": "chosen", "other": "rejected"}
    ]
    assert lines[0].startswith("prompt nearly the same, group ")
    assert lines[1] == "  made/test/1  100 %  prompts"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["dupes", "DB", "--threshold", "0.3"], 2, "0.8<=x<=1.0"),
        (["dupes", "DB", "made/test/1"], 2, "hhtui similar DB KEY"),
        (["similar", "DB"], 2, "name one pair by its key"),
        (["similar", "DB", "made/test/9"], 1, "there is no pair 'made/test/9'"),
    ],
)
def test_wrong_usage_says_what_is_right(database: Path, words: list[str], code: int, said: str) -> None:
    result = hhtui(*[database if word == "DB" else word for word in words])

    assert result.exit_code == code
    assert said in result.stderr


def test_python_has_both(database: Path) -> None:
    with api.open(database) as opened:
        found = api.dupes(opened, 0.85)
        alike = api.similar(opened, "made/test/1")

    assert (found.groups, found.threshold) == (3, 0.85)
    assert {pair.key for kin in alike.kin for pair in kin.pairs} == {"made/test/0"}


def test_an_empty_database_has_no_pairs_to_compare(tmp_path: Path) -> None:
    path = tmp_path / "empty.db"
    new_database(path, []).close()
    found, asked = hhtui("dupes", path), hhtui("search", path, "dupe:yes", "--count")

    assert (found.exit_code, found.stdout) == (0, "no pairs\n")
    assert asked.stdout == "0\n"
    assert hhtui_json("dupes", path, "--json")["pairs"] == 0
