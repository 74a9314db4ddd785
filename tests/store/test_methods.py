"""The report: its numbers are those of the database, its commands print them again, and nothing in it is markup."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hhtui import api
from hhtui.audit.harm_table import DIRECTIONS
from hhtui.audit.markdown import code, plain, table
from hhtui.audit.methods_text import markdown
from hhtui.store import frames
from hhtui.store.database import Database
from hhtui.store.decisions import Annotator, Conditions
from hhtui.store.errors import StoreError
from tests.command_line import hhtui, hhtui_json, write_rows
from tests.store.scored import NONE, column, give, new_database
from tests.transcripts import dialogue

HOSTILE = "b|`e`\x1b[2J\n# <b>n</b>\u202e"
PAIRS = 16
UNSEEN = dict(interface="screen", blind=True, labels_visible=False, scores_visible=False, bulk=False)


def transcripts() -> list[tuple[str, str]]:
    """Return sixteen different pairs."""
    questions = [(f"Question {at}?", f"One {at}.", f"Two {at}.") for at in range(PAIRS)]
    return [(dialogue(question, one), dialogue(question, two)) for question, one, two in questions]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Sixteen pairs, their prompts and replies high and low in all combinations; one reply has no number."""
    with new_database(tmp_path / "a.db", transcripts()) as opened:
        highs = [[0.9 if at >> bit & 1 else 0.1 for at in range(PAIRS)] for bit in range(3)]
        highs[2][0] = NONE
        numbers = dict(zip(("size.prompt", "size.chosen", "size.rejected"), highs, strict=True))
        give(opened, "made", [column("size")], numbers, units=("response", "prompt"))
        yield opened


def read_sample(
    database: Database,
    name: str,
    *,
    lane: str = "estimate",
    what: str = "preference:rejected",
    shown_ms: int = 4000,
) -> None:
    """Let somebody read ten pairs of a frame of all, of which the third is skipped and every other one is rejected."""
    frame = frames.frame_of(database, "", 7)
    person = Annotator.begin(database, name)
    for draw, pair_id in enumerate(frames.permutation(database.reader(), frame).tolist()[:10]):
        context = UNSEEN | {"lane": lane, "frame": frame.id, "draw": draw, "what": what}
        conditions = Conditions(shown_ms + draw, context)
        if draw == 2:
            person.decide([pair_id], "skip", "yes", conditions=conditions)
        else:
            person.decide([pair_id], "preference", ("chosen", "rejected")[draw % 2], conditions=conditions)


def test_without_decisions_the_data_are_told(database: Database) -> None:
    told = api.methods(database)
    text = markdown(told)
    assert "Nobody has decided anything yet" in text
    assert "## Readers" not in text
    assert f"| all |  | 0 | 0 | 0 | 0 | 0 | {PAIRS} | {PAIRS} |" in text
    assert told.to_json()["readers"] == []


def test_every_row_of_the_table_of_harm_is_what_its_query_finds(database: Database) -> None:
    for name in ("ann", "ben"):
        Annotator.begin(database, name).decide([1, 2], "preference", "chosen")
    Annotator.begin(database, "ann").decide([3], "preference", "rejected")
    Annotator.begin(database, "ben").decide([3], "preference", "equal")
    Annotator.begin(database, "ben").decide([4], "preference", "unsure")
    Annotator.begin(database, "ben").decide([5, 6], "preference", "equal", conditions=Conditions(None, {"bulk": True}))
    harm = api.methods(database).harm
    assert harm is not None
    for row in harm.rows:
        assert row.pairs == len(api.search(database, row.query).ids), row.query
    assert sum(row.pairs for row in harm.rows) == PAIRS
    totals = {name: sum(row.directions[name] for row in harm.rows) for name in DIRECTIONS}
    assert totals == {
        "agrees": 2, "disagrees": 0, "equal": 0, "unsure": 1, "readers differ": 1, "unread": PAIRS - 4
    }  # fmt: skip
    assert harm.without_number == 1
    of_ann = api.methods(database, by="ann").harm
    assert of_ann is not None
    assert sum(row.directions["disagrees"] for row in of_ann.rows) == 1


def test_a_column_and_a_threshold_are_taken(database: Database) -> None:
    harm = api.methods(database, column="size", at=0.95).harm
    assert harm is not None
    assert [row.pairs for row in harm.rows if row.pairs] == [PAIRS]
    with pytest.raises(StoreError, match="did you mean"):
        api.methods(database, column="sise")
    give(database, "whole", [column("odd", of_pair=True)], {"odd": [0.0] * PAIRS}, units=("pair",))
    with pytest.raises(StoreError, match="number of the pair"):
        api.methods(database, column="whole.odd")


def test_readers_are_told_with_what_counts_as_reading(database: Database) -> None:
    read_sample(database, "ann")
    person = Annotator.begin(database, "ann")
    person.decide([1], "note", "only a note")
    person.decide(range(1, 9), "drop", "yes", conditions=Conditions(None, {"bulk": True, "rule": "is:empty"}))
    person.decide([1], "flag", "yes")
    person.undo()
    told = api.methods(database).to_json()
    (reader,) = told["readers"]
    assert (reader["read"], reader["blind"], reader["skipped"], reader["timed"]) == (9, 9, 1, 9)
    assert reader["median_ms"] == 4005
    assert reader["decisions"] == {"note": 1, "preference:chosen": 4, "preference:rejected": 5, "skip": 1}
    assert told["retracted"] == 1
    (step,) = told["at_once"]
    assert (step["pairs"], step["rule"], step["decisions"]) == (8, "is:empty", {"drop:yes": 8})


def test_a_sample_is_told_as_its_command_prints_it(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    read_sample(database, "ann")
    read_sample(database, HOSTILE, shown_ms=90_000)
    told = api.methods(database).to_json()
    assert [(one["annotator"], one["n"], one["read"], one["skipped"]) for one in told["samples"]] == [
        ("ann", 10, 9, 1),
        (HOSTILE, 10, 9, 1),
        (None, 10, 9, 1),
    ]
    monkeypatch.chdir(database.path.parent)
    for sample in told["samples"]:
        printed = hhtui_json(*shlex.split(sample["command"])[1:], "--json")
        assert printed["interval"] == sample["interval"]
        assert printed["frame"]["id"] == sample["frame"]["id"]


def test_a_random_share_is_told_as_a_sample_with_its_interval(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_sample(database, "ann", lane="random", what="")
    Annotator.begin(database, "ann").decide([1], "drop", "yes")
    told = api.methods(database).to_json()
    (sample,) = told["samples"]
    assert (sample["lane"], sample["question"], sample["read"], sample["skipped"]) == (
        *("random", "preference:rejected"),
        *(9, 1),
    )
    assert "| `preference:rejected` | all pairs | 16 | 7 | random | ann | 10 of 10 | 9 | 1 |" in markdown(
        api.methods(database)
    )
    monkeypatch.chdir(database.path.parent)
    assert hhtui_json(*shlex.split(sample["command"])[1:], "--json")["interval"] == sample["interval"]


def test_a_question_of_another_version_is_told_as_it_was_asked(database: Database) -> None:
    frame = frames.frame_of(database, "", 7)
    context = UNSEEN | {"lane": "estimate", "frame": frame.id, "draw": 0, "what": "colour:blue"}
    Annotator.begin(database, "ann").decide([1], "flag", "yes", conditions=Conditions(1, context))
    told = api.methods(database).to_json()
    assert told["samples"] == []
    assert told["lanes"][0]["what"] == "colour:blue"


def test_a_checked_rule_is_told_by_its_own_command(database: Database) -> None:
    read_sample(database, "ann", lane="check")
    (sample,) = api.methods(database).to_json()["samples"]
    assert sample["lane"] == "check"
    assert sample["command"].startswith("hhtui check a.db ")


def test_the_commands_of_a_report_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"chosen": chosen, "rejected": rejected} for chosen, rejected in transcripts()]
    api.load(tmp_path / "a.db", write_rows(tmp_path / "rows.jsonl", rows))
    monkeypatch.chdir(tmp_path)
    with api.open(tmp_path / "a.db") as database:
        read_sample(database, "ann")
        for name in ("ann", "ben"):
            person = Annotator.begin(database, name)
            for pair_id in range(1, 9):
                person.decide([pair_id], "preference", "equal", conditions=Conditions(1, UNSEEN | {"lane": "overlap"}))
        told = api.methods(database)
    assert [one.reason for one in told.agreed] == [""]
    for line in told.commands().values():
        result = hhtui(*shlex.split(line)[1:], *(["--no-score"] if line.startswith("hhtui load") else []))
        assert result.exit_code == 0, (line, result.stderr)


def test_agreement_that_cannot_be_told_is_explained(database: Database) -> None:
    person = Annotator.begin(database, "ann")
    person.decide([1], "drop", "yes", conditions=Conditions(1, UNSEEN | {"lane": "overlap", "what": "drop:yes"}))
    told = api.methods(database)
    assert [(one.what, one.agreement) for one in told.agreed] == [("preference", None), ("drop", None)]
    assert "read blind by two people" in markdown(told)


def test_nothing_of_people_or_files_is_markup(database: Database) -> None:
    read_sample(database, HOSTILE)
    person = Annotator.begin(database, HOSTILE)
    rule = {"bulk": True, "rule": HOSTILE, "evidence": {"x": HOSTILE}}
    person.decide([1, 2], "drop", "yes", conditions=Conditions(None, rule))
    person.decide([1], "label", "yes", sides=["chosen"], label="pii", conditions=Conditions(1, {"taxonomy": HOSTILE}))
    text = markdown(api.methods(database, by=HOSTILE))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)
    prose = re.sub(r"```sh\n.*?\n```", "", text, flags=re.DOTALL)
    assert not re.search(r"(?<!\\)<b>", re.sub(r"(?<![\\`])(`+)(?!`).*?(?<!`)\1(?!`)", "", prose))
    assert "\n# <b>" not in text


def test_somebody_who_decided_nothing_is_refused(database: Database) -> None:
    with pytest.raises(StoreError, match="nobody has decided nothing here"):
        api.methods(database, by="nobody")


def test_the_command_writes_a_file_once(database: Database, tmp_path: Path) -> None:
    target = tmp_path / "methods.md"
    assert hhtui("report", database.path, "-o", target).exit_code == 0
    assert target.read_text(encoding="utf-8") == markdown(api.methods(database))
    refused = hhtui("report", database.path, "-o", target)
    assert (refused.exit_code, "--force" in refused.stderr) == (1, True)
    assert hhtui("report", database.path, "-o", target, "--json", "--force").exit_code == 0
    assert json.loads(target.read_text(encoding="utf-8")) == hhtui_json("report", database.path, "--json")
    assert hhtui("report", database.path, "--at", "nan").exit_code == 2


texts = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(["`|`", "|", "\\|", "``` a", "\n| x"])


@given(cells=st.lists(texts, min_size=1, max_size=4), as_code=st.booleans())
def test_a_table_has_the_cells_that_it_was_given(cells: list[str], as_code: bool) -> None:
    row = table([""] * len(cells), [[code(cell) if as_code else plain(cell) for cell in cells]])[-1]
    assert len(re.split(r"(?<!\\)\|", row)) == len(cells) + 2
    assert "\n" not in row


@given(text=texts)
def test_code_ends_where_its_text_ends(text: str) -> None:
    shown = code(text)
    fence = re.match("`*", shown)
    assert fence is not None
    if fence[0]:
        assert fence[0] not in shown[len(fence[0]) : -len(fence[0])].strip()
