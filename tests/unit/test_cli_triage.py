"""`hhtui triage` as far as it goes without a terminal, and what api.triage refuses before it shows anything."""

from pathlib import Path

import pytest

from hhtui import api
from hhtui.query.errors import QueryError
from hhtui.store import triage
from hhtui.store.errors import StoreError
from hhtui.store.lanes import Wanted
from tests.command_line import hhtui, hhtui_json, write_rows


@pytest.fixture
def database(own_folders: None, tmp_path: Path) -> Path:
    """A database of four pairs, in folders of the test's own."""
    path = tmp_path / "made.db"
    hhtui_json("load", write_rows(tmp_path / "rows.jsonl"), "--db", path, "--no-score", "--json")
    return path


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--queue", "structure", "--query", "bank"), "give one of --queue, --query"),
        (("--resume", "--adjudicate"), "give one of --queue, --query"),
        (("--order", "row"), "--order goes with --query"),
        (("--overlap", "120%"), "'120%' is no share; write 20% or 0.2"),
        (("--repeat", "few"), "'few' is no share"),
        (("--queue", "best"), "'best' is not one of"),
        (("--limit", "0"), "0 is not in the range"),
    ],
)
def test_options_that_make_no_sense_are_wrong_usage(database: Path, words: tuple[str, ...], said: str) -> None:
    result = hhtui("triage", database, *words)
    assert (result.exit_code, said in result.stderr) == (2, True), result.stderr


@pytest.mark.parametrize("words", [(), ("--query", "-bank"), ("--overlap", "20%", "--repeat", "0.1"), ("--resume",)])
def test_without_a_terminal_it_says_so_in_one_line(database: Path, words: tuple[str, ...]) -> None:
    result = hhtui("triage", database, *words)
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "needs a terminal" in result.stderr


def test_nothing_to_read_is_said_before_the_screen_opens(database: Path) -> None:
    for refused, said in (
        ({"query": "nobody"}, "no pair is left"),
        ({"adjudicate": True}, "no pair is left"),
        ({"adjudicate": True, "query": "bank"}, "no pair is left"),
        ({"resume": True}, "anna has left nothing unfinished"),
        ({"queue": "label-candidates"}, "hhtui score .*preference-model"),
        ({"queue": "best"}, "there is no queue 'best'; there are label-candidates"),
        ({"query": "bank", "wanted": Wanted((), overlap=0.7, repeat=0.7)}, "more than 100 %"),
    ):
        with pytest.raises(StoreError, match=said):
            api.triage(database, by="anna", **refused)
    with pytest.raises(QueryError):
        api.triage(database, query="a OR", by="anna")
    with api.open(database) as opened:
        assert triage.unfinished(opened.reader(), "anna") is None
    database.chmod(0o444)
    with pytest.raises(StoreError, match="read-only"):
        api.triage(database, by="anna")
