"""What `hhtui score` and its neighbours refuse before they begin: words too many, options that would do nothing."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from hhtui import api
from tests.command_line import hhtui, hhtui_json, write_rows


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HHTUI_DATA_DIR", "HHTUI_CONFIG_DIR", "TORCH_HOME", "HF_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.delenv("HHTUI_DB", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "a.db"
    api.load(path, write_rows(tmp_path / "rows.jsonl"))
    yield path


def refusal(code: int, *given: object) -> str:
    """Return the last line of a command that refuses with `code`."""
    result = hhtui(*given)
    assert (result.exit_code, result.stdout) == (code, ""), result.stderr
    return result.stderr.strip().splitlines()[-1]


def test_words_that_are_too_many_are_refused(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert f"'{db}' is too much" in refusal(2, "score", db, db)
    assert "'typo' is too much" in refusal(2, "score", db, "--list", "typo")
    monkeypatch.setenv("HHTUI_DB", str(db))
    assert "'typo' is too much" in refusal(2, "score", "typo")
    assert hhtui_json("score", "--list", db, "--json")["scorers"] == []


def test_merge_means_merging_whatever_the_folder_holds(db: Path) -> None:
    db.with_name("merge").write_bytes(db.read_bytes())
    assert "nowhere holds no manifest" in refusal(1, "score", "merge", db, "nowhere")
    assert hhtui_json("score", "./merge", "--list", "--json")["scorers"] == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--checkpoint", "x"], "--checkpoint does nothing here; it is for --scorer detoxify:original"),
        (["--scorer", "refusal", "--config-dir", "x"], "--config-dir does nothing here"),
        (
            ["--scorer", "detoxify:original", "--model", "x"],
            "--model does nothing here; it is for --scorer detoxify-int8",
        ),
        (["--scorer", "detoxify-int8:original", "--device", "cpu"], "--device does nothing here"),
        (["--batch-tokens", 64], "it is for --scorer detoxify:original or --scorer detoxify-int8:original"),
        (["--yes"], "--yes does nothing here"),
        (["--scorer", "preference-model", "--unit", "turn"], "preference-model reads no single turns"),
        (["--list", "--yes"], "--list does nothing with --yes"),
    ],
)
def test_options_that_would_do_nothing_are_refused(db: Path, given: list[object], said: str) -> None:
    assert said in refusal(2, "score", db, *given)


def test_merge_refuses_what_it_does_nothing_with() -> None:
    assert "merge does nothing with --scorer" in refusal(2, "score", "merge", "a.db", "folder", "--scorer", "refusal")


def test_harm_is_checked_before_anything_is_scored(db: Path) -> None:
    given = ("score", db, "--scorer", "refusal", "--harm")
    assert "did you mean refusal.refusal? Columns: refusal.refusal" in refusal(1, *given, "refusal.refusel")
    assert "is a number of the pair" in refusal(
        1, "score", db, "--scorer", "preference-model", "--harm", "preference-model.disagreement"
    )
    assert hhtui_json("score", db, "--list", "--json")["scorers"] == []
    assert hhtui_json(*given, "Refusal.Clarification", "--json")["harm"] == "refusal.clarification"
    assert hhtui_json(*given, "refusal", "--json")["harm"] == "refusal.refusal"


def test_columns_are_named_as_in_queries(db: Path) -> None:
    hhtui("score", db, "--scorer", "alt-profanity")
    names = "Alt-Profanity.toxicity,alt_profanity.Toxicity.min,harm.chosen"
    (pair,) = hhtui_json("search", db, "--columns", names, "--limit", 1, "--json")["pairs"]
    assert list(pair["columns"]) == ["alt_profanity.toxicity", "alt_profanity.toxicity.min", "harm.chosen"]


def test_harm_is_offered_with_the_sides_that_its_column_has(db: Path) -> None:
    hhtui("score", db, "--scorer", "refusal", "--harm", "refusal.refusal")
    (pair,) = hhtui_json("search", db, "--columns", "all", "--limit", 1, "--json")["pairs"]
    assert {"harm", "harm.min", "gap", "length.prompt"} <= pair["columns"].keys()
    assert "harm.prompt" not in pair["columns"]
    assert "there is no column 'harm.prompt'" in refusal(1, "search", db, "--columns", "harm.prompt")


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("length", "length is no score; count pairs by it with a query: hhtui search --count DB 'length.chosen:<20'"),
        ("toxicity.chosen", "toxicity.chosen names a side, and every side is counted; name the column alone: toxicity"),
    ],
)
def test_what_has_no_threshold_is_refused_with_a_way_out(db: Path, column: str, said: str) -> None:
    assert said in refusal(2, "threshold", db, "--column", column)


def test_harm_has_the_threshold_of_its_column(db: Path) -> None:
    hhtui("score", db, "--scorer", "alt-profanity", "--scorer", "refusal", "--harm", "refusal")
    assert hhtui_json("threshold", db, "--column", "harm", "--json")["column"] == "refusal.refusal"


def test_a_name_that_takes_no_words_may_still_be_a_column(db: Path) -> None:
    hhtui("score", db, "--scorer", "refusal")
    assert hhtui("search", db, "refusal:>=0", "--count").exit_code == 0
    message = hhtui("search", db, "refusal:yes").stderr
    assert "There is no field “refusal” for words. A score takes a number, such as refusal:>0.5." in message


def test_what_a_database_says_of_its_scorers_moves_no_cursor_in_a_pipe(db: Path) -> None:
    hhtui("score", db, "--scorer", "alt-profanity")
    with api.open(db) as database, database.writing() as connection:
        connection.execute(
            "UPDATE scorer SET name = name || ?, version = ?, columns = replace(columns, ?, ?), findings = ?",
            ("\x1b[2J", "1\x9b", '."', '\\u001b."', json.dumps({"summary": "so\x1b[31m\nfar"})),
        )
    (key, *_) = hhtui("search", db, "--ids").stdout.split()
    for words in (["score", "--list", db], ["stats", db], ["threshold", db], ["show", db, key, "--scores"]):
        result = hhtui(*words)
        assert result.exit_code == 0, result.stderr
        assert "alt-profanity␛[2J" in result.stdout
        assert not {"\x1b", "\x9b"} & set(result.stdout)


def test_what_a_fit_measured_goes_unsaid_once_its_pairs_are_gone(db: Path) -> None:
    hhtui("score", db, "--scorer", "refusal")
    with api.open(db) as database, database.writing() as connection:
        connection.execute("UPDATE scorer SET findings = ?", (json.dumps({"summary": "right on 6 of 10 pairs"}),))
    assert "right on 6 of 10 pairs" in hhtui("score", "--list", db).stdout
    with api.open(db) as database, database.writing() as connection:
        connection.execute("UPDATE scored_unit SET pairs_done = 0")
    assert "right on 6 of 10 pairs" not in hhtui("score", "--list", db).stdout
