"""`hhtui facets`: the counts of the panel without a screen."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from hhtui import api
from hhtui.store.decisions import Annotator
from tests.command_line import hhtui, hhtui_json
from tests.store.scored import NONE, column, give, new_database
from tests.transcripts import dialogue

CHOSEN = [0.9, 0.1, 0.6, NONE, 0.2, 0.3]


@pytest.fixture
def database(own_folders: None, tmp_path: Path) -> Iterator[Path]:
    """Six pairs, three of them about boats, one reply empty, and a score."""
    path = tmp_path / "a.db"
    replies = ("A red boat.", "Two boat trips.", "Any boat.", "", "A train.", "By train.")
    texts = [(dialogue("Well?", reply), dialogue("Well?", f"No, {at}.")) for at, reply in enumerate(replies)]
    with new_database(path, texts) as made:
        give(made, "one", [column("harsh")], {"harsh.chosen": CHOSEN, "harsh.rejected": [0.5] * 6})
    yield path


def test_the_object_has_every_group_and_its_queries(database: Path) -> None:
    told = hhtui_json("facets", database, "boat", "--json")

    assert (told["query"], told["pairs"], told["total"]) == ("boat", 3, 6)
    groups = {group["name"]: group for group in told["groups"]}
    assert [(row["query"], row["pairs"], row["of_all"], row["in_query"]) for row in groups["query"]["rows"]] == [
        ("boat", 3, None, True)
    ]
    bands = {row["label"]: (row["query"], row["pairs"], row["of_all"]) for row in groups["harsh.chosen"]["rows"]}
    assert bands["0.8..1"] == ("harsh.chosen:0.8..1", 1, 1)
    assert bands["0.2..0.4"] == ("harsh.chosen:0.2..0.4", 0, 2)
    assert bands["none"] == ("harsh.chosen:none", 0, 1)
    assert groups["words"]["rows"] == []


def test_views_and_lists_are_counted_as_they_are_searched(database: Path, tmp_path: Path) -> None:
    with api.open(database) as opened:
        api.save_view(opened, "boats", "boat")
        Annotator.begin(opened, "ann").decide([1, 2, 3], "flag", "yes")
    (tmp_path / "some.txt").write_text("made/test/4\nmade/test/1\nmade/test/9\n", encoding="utf-8")
    told = hhtui_json("facets", database, "--view", "boats", "red", "--json")
    assert (told["query"], told["pairs"]) == ("boat red", 1)
    result = hhtui("facets", database, "-flag:yes", "--ids-file", tmp_path / "some.txt", "--json")
    told = json.loads(result.stdout)
    assert told["pairs"] == 1 and "made/test/9" in result.stderr
    rows = {row["query"]: row["pairs"] for group in told["groups"] for row in group["rows"]}
    assert (rows["flag:yes"], rows["-flag:yes"]) == (1, 1)
    told = hhtui_json("facets", database, "--ids-file", tmp_path / "some.txt", "--histogram", "turns", "--json")
    assert told["pairs"] == 2


def test_words_come_with_their_counts_and_scores(tmp_path: Path) -> None:
    replies = ["A red boat."] * 30 + ["A train."] * 30
    texts = [(dialogue("Well?", f"{reply} {at}"), dialogue("Well?", f"No, {at}.")) for at, reply in enumerate(replies)]
    new_database(tmp_path / "b.db", texts).close()

    told = hhtui_json("facets", tmp_path / "b.db", "boat", "--json")
    (words,) = (group["rows"] for group in told["groups"] if group["name"] == "words")
    assert [(one["label"], one["pairs"], one["of_all"], one["in_query"]) for one in words] == [
        *(("boat", 30, 30, True), ("red", 30, 30, False))
    ]
    assert all(one["z"] > 1.96 for one in words)
    (line,) = (one for one in hhtui("facets", tmp_path / "b.db", "boat").stdout.splitlines() if one.startswith("  red"))
    assert line.split() == ["red", "30", "0", f"{words[1]['z']:.1f}", "red"]


def test_every_query_that_is_told_finds_as_many_pairs_as_are_told(database: Path) -> None:
    told = hhtui_json("facets", database, "--json")

    rows = [row for group in told["groups"] for row in group["rows"]]
    assert len(rows) > 15
    with api.open(database) as opened:
        for row in rows:
            assert len(api.search(opened, row["query"]).ids) == row["of_all"] == row["pairs"]


def test_lines_say_the_same_and_mark_what_the_query_has(database: Path) -> None:
    lines = hhtui("facets", database, "boat", "is:none").stdout.splitlines()

    assert lines[0] == "3 of 6 pairs"
    assert [line.split() for line in lines if line.startswith("✓ is:none")] == [
        ["✓", "is:none", "3", "100.0", "%", "is:none"]
    ]
    assert [line.split()[-1] for line in lines if line.startswith("✓ nothing odd")] == ["is:none"]
    assert any(line.startswith("over-represented words (log-odds") for line in lines)


def test_a_number_is_a_histogram(database: Path) -> None:
    told = hhtui_json("facets", database, "boat", "--histogram", "harsh.chosen", "--bins", "5", "--json")

    assert (told["column"], told["pairs"], told["missing"], told["missing_of_all"]) == ("harsh.chosen", 3, 0, 1)
    assert [(one["low"], one["high"], one["pairs"], one["of_all"]) for one in told["bins"]] == [
        *((0, 0.2, 1, 2), (0.2, 0.4, 0, 2), (0.4, 0.6, 1, 1), (0.6, 0.8, 1, 1), (0.8, 1, 1, 1))
    ]
    lines = hhtui("facets", database, "--histogram", "length.chosen", "--bins", "2").stdout.splitlines()
    assert lines[1].startswith("6 of 6 pairs have it, 0 do not")
    assert [line.split()[:2] for line in lines[3:]] == [["0..19", "6"]]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--histogram", "lenght"), 1, "did you mean length"),
        (("--histogram", "flag"), 1, "flag is no number"),
        (("(boat",), 1, "never closed"),
        (("--bins", "1"), 2, "--bins"),
    ],
)
def test_what_cannot_be_counted_is_refused_in_one_line(
    database: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    result = hhtui("facets", database, *words)

    assert (result.exit_code, result.stdout) == (code, "")
    assert said in result.stderr
