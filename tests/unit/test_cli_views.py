"""Saved views and lists from elsewhere on the command line."""

import json
from pathlib import Path

import pytest

from hhtui import api
from hhtui.store.database import Database
from hhtui.tui.shell_words import command
from tests.command_line import ROWS, hhtui, hhtui_json, write_rows

pytestmark = pytest.mark.usefixtures("own_folders")

KEYS = [f"rows/all/{row}" for row in range(len(ROWS))]


@pytest.fixture
def db(tmp_path: Path) -> Path:
    api.load(tmp_path / "a.db", write_rows(tmp_path / "rows.jsonl"))
    return tmp_path / "a.db"


def said(*words: object, code: int = 0, stdin: str | None = None) -> tuple[list[str], str]:
    """Return what a command prints, by lines, and what it says on stderr."""
    result = hhtui(*words, stdin=stdin)
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.stderr
    return result.stdout.splitlines(), result.stderr


# saved views


def test_a_view_is_saved_listed_shown_opened_and_taken_away(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "saved 'no bank'" in said("view", "save", db, "no bank", "-bank", "sort:row-")[1]
    listed, _ = said("view", "list", db)
    assert [line.split() for line in listed] == [["no", "bank", "3", "-bank", "sort:row-"]]
    assert said("view", "show", db, "no bank")[0] == ["-bank sort:row-"]
    assert said("search", db, "--view", "no bank", "--ids")[0] == KEYS[:0:-1]
    monkeypatch.setenv("HHTUI_DB", str(db))
    assert said("view", "rename", "no bank", "rest")[1] == "'no bank' is 'rest' now\n"
    assert hhtui_json("view", "show", "rest", "--json")["pairs"] == 3
    assert said("view", "delete", "rest") == (["-bank sort:row-"], f"deleted 'rest' from {db}; above is what it was\n")
    assert hhtui_json("view", "list", "--json") == {"database": str(db), "views": []}


def test_a_query_narrows_a_view_and_its_order_goes_before(db: Path) -> None:
    said("view", "save", db, "two", "row:1 OR row:3 sort:row-")
    assert said("search", db, "--view", "two", "--ids")[0] == [KEYS[3], KEYS[1]]
    assert said("search", db, "row:>=3", "OR", "row:0", "--view", "two", "--ids")[0] == [KEYS[3]]
    assert said("search", db, "sort:row", "--view", "two", "--ids")[0] == [KEYS[1], KEYS[3]]
    assert said("export", db, "--view", "two")[0] == [KEYS[3], KEYS[1]]
    assert said("export", db, "--view", "two", "--query", "row:1")[0] == [KEYS[1]]


def test_a_view_is_replaced_only_with_force(db: Path) -> None:
    said("view", "save", db, "a", "bank")
    assert "--force" in said("view", "save", db, "a", "café", code=1)[1]
    said("view", "save", db, "a", "café", "--force")
    assert said("view", "show", db, "a")[0] == ["café"]


def test_what_cannot_be_a_view_is_refused_in_a_line(db: Path) -> None:
    assert "There is no field “foo”" in said("view", "save", db, "a", "foo:x", code=1)[1]
    assert "hhtui score" in said("view", "save", db, "a", "harm:>0.5", code=1)[1]
    assert "needs a name" in said("view", "save", db, " ", "bank", code=1)[1]
    assert "at most 100 characters" in said("view", "save", db, "x" * 101, "bank", code=1)[1]
    assert "name the view" in said("view", "save", db, code=2)[1]
    assert "name one view" in said("view", "show", db, "a", "b", code=2)[1]
    assert "too much" in said("view", "list", db, "a", code=2)[1]
    assert "none is saved here" in said("search", db, "--view", "a", code=1)[1]
    assert said("view", "list", db)[0] == []


def test_a_view_that_this_version_cannot_read_or_run_says_why_and_stays(db: Path) -> None:
    with Database.open(db) as database, database.writing() as connection:
        rows = [("gone", "foo:x", ""), ("scores", "harm:>0.5", "")]
        connection.executemany("INSERT INTO saved_view VALUES (?, ?, ?)", rows)
    lines, problems = said("view", "list", db)
    assert [line.split() for line in lines] == [["gone", "✗", "foo:x"], ["scores", "✗", "harm:>0.5"]]
    assert "gone cannot be opened here: There is no field “foo”" in problems
    assert "the view 'gone' cannot be read" in said("search", db, "--view", "gone", code=1)[1]
    assert "hhtui score" in said("search", db, "--view", "scores", code=1)[1]
    assert said("view", "show", db, "gone")[0] == ["foo:x"]
    assert {one["pairs"] for one in hhtui_json("view", "list", db, "--json")["views"]} == {None}


# lists from elsewhere


def test_a_list_is_searched_in_its_order_and_what_it_names_besides_is_told(db: Path, tmp_path: Path) -> None:
    file = tmp_path / "list.txt"
    file.write_text("\n".join([KEYS[2], "other/all/7", KEYS[0], KEYS[2], KEYS[3]]))
    lines, problems = said("search", db, "--ids-file", file, "--ids")
    assert lines == [KEYS[2], KEYS[0], KEYS[3]]
    assert "list.txt: 1 of 5 are not in this database: other/all/7; 1 repeated, shown once" in problems
    assert said("search", db, "-bank", "--ids-file", file, "--ids")[0] == [KEYS[2], KEYS[3]]
    assert said("search", db, "sort:row", "--ids-file", file, "--ids")[0] == [KEYS[0], KEYS[2], KEYS[3]]
    told = hhtui_json("search", db, "--ids-file", file, "--limit", 1, "--json")
    assert (told["total"], told["shown"], told["unknown"], told["repeated"]) == (3, 1, ["other/all/7"], 1)


def test_a_list_comes_from_standard_input_and_from_every_export(db: Path, tmp_path: Path) -> None:
    assert said("search", db, "--ids-file", "-", "--ids", stdin=f"{KEYS[3]}\n{KEYS[1]}\n")[0] == [KEYS[3], KEYS[1]]
    for form, options in (("ids", ()), ("csv", ()), ("jsonl", ("--with-decisions",))):
        file = tmp_path / f"export.{form}"
        said("export", db, "--query", "-bank sort:row-", "--format", form, *options, "-o", file)
        assert said("search", db, "--ids-file", file, "--ids")[0] == KEYS[:0:-1]
    file.write_text(json.dumps(hhtui_json("search", db, "row:1..2 sort:row-", "--json")))
    assert said("export", db, "--ids-file", file)[0] == [KEYS[2], KEYS[1]]
    assert said("export", db, "--ids-file", file, "--query", "row:1")[0] == [KEYS[1]]
    assert "exclude each other" in said("export", db, "--ids-file", file, "--all", code=2)[1]


def test_the_manifest_names_the_list(db: Path, tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text(KEYS[1])
    said("export", db, "--ids-file", tmp_path / "list.txt", "-o", tmp_path / "out.txt")
    manifest = json.loads((tmp_path / "out.txt.manifest.json").read_text())
    assert (manifest["selection"], manifest["query"], manifest["list"]) == ("query", "", str(tmp_path / "list.txt"))


# commands to paste


def test_words_with_control_characters_stay_on_one_line_of_the_shell() -> None:
    assert command("hhtui", "a b", "it's", "x\ny\x1b!\\'\u202e") == (
        "hhtui 'a b' 'it'\"'\"'s' $'x\\ny\\x1b\\x21\\\\\\'\\xe2\\x80\\xae'"
    )
