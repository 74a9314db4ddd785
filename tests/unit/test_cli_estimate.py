"""`hhtui estimate` and `hhtui check` without a screen: what they print, apply and refuse."""

import json
import shlex
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from hhtui import api
from hhtui.audit.intervals import of_sample
from hhtui.store.decisions import Annotator
from tests.command_line import hhtui, hhtui_json
from tests.store.sampled import answer
from tests.transcripts import dialogue
from tests.tui.desk import add, fill, numbered

PAIRS = 120
BANKS = 40
REJECTED = ("--what", "preference:rejected", "--by", "anna")
DROP = ("--decision", "drop:yes", "--by", "anna")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of numbered pairs, not to be written to."""
    return fill(tmp_path_factory.mktemp("filled") / "a.db", numbered(PAIRS))


@pytest.fixture
def database(filled: Path, own_folders: None, tmp_path: Path) -> Path:
    """A database of 120 pairs; a third of the chosen responses have a bank."""
    return Path(shutil.copy(filled, tmp_path / "a.db"))


def read(path: Path, query: str, what: str, values: list[str], n: int) -> None:
    """Read the first pairs of a sample, blind."""
    with api.open(path) as database:
        answer(database, api.sample(database, query, what, n=n, by="anna"), values)


def test_the_frame_and_what_is_attainable_are_printed_before_anything_is_read(database: Path) -> None:
    result = hhtui("estimate", database, "chosen:bank", *REJECTED, "--n", 20)

    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].startswith(f"frame: {BANKS} pairs that meet chosen:bank; seed 7, id ")
    assert lines[1].startswith("sources (sha256): ")
    assert lines[2] == "20 read tell the share within ± 15.0 points at worst, where half are, and ± 9.7 where 10 % are"
    assert lines[3:] == ["read 0, skipped 0, left 20 of 20", "nothing is read yet, so there is no estimate"]
    assert result.stderr.startswith("20 are left to be read: hhtui estimate ")


def test_a_margin_says_how_many_to_read(database: Path) -> None:
    told = hhtui_json("estimate", database, *REJECTED, "--margin", 5, "--json")

    assert told["n"] == told["attainable"]["needed"] == 92
    assert told["attainable"]["margin"] <= 5
    assert told["frame"]["pairs"] == PAIRS


def test_the_estimate_is_printed_with_its_interval_and_its_skips(database: Path) -> None:
    read(database, "", "preference:rejected", ["rejected", "chosen", "skip", "equal", "rejected"], 5)

    lines = hhtui("estimate", database, *REJECTED, "--n", 5, "--by-subset").stdout.splitlines()

    assert lines[3:] == [
        "read 4, skipped 1, left 0 of 5",
        "50.0 % (95 %: 15.0–85.0 %) of the frame are preference:rejected: 2 of 4 read blind by anna",
        "skipped, and left out: 1; 40.0 % if none of them is, 60.0 % if all are, 11.7–88.3 % with both intervals",
        "each subset weighted by its size: 50.0 % (95 %: 15.0–85.0 %)",
        "  made  50.0 % (95 %: 15.0–85.0 %): 2 of 4 read, 1 skipped, of 120",
    ]


def test_the_object_says_what_it_is_an_estimate_of(database: Path) -> None:
    read(database, "", "preference:rejected", ["rejected", "chosen", "skip", "equal", "rejected"], 5)

    told = hhtui_json("estimate", database, *REJECTED, "--n", 8, "--by-subset", "--json")

    assert (told["question"], told["annotator"], told["complete"], told["open"]) == (
        *("preference:rejected", "anna", False),
        3,
    )
    assert (told["n"], told["read"], told["skipped"], told["positive"], told["share"]) == (8, 4, 1, 2, 0.5)
    assert told["interval"] == list(of_sample(2, 4, PAIRS))
    assert told["if_skipped"]["none"] == 0.4
    assert len(told["frame"]["id"]) == 32
    assert [one["subset"] for one in told["subsets"]] == ["made"]


def test_stopping_early_is_said(database: Path) -> None:
    read(database, "", "preference:rejected", ["rejected", "chosen"], 5)

    result = hhtui("estimate", database, *REJECTED, "--n", 5)

    assert "stopped at 2 of 5: the interval holds only where what was read was no reason to stop there" in result.stdout


def test_what_everybody_read_counts_where_asked(database: Path) -> None:
    read(database, "", "preference:rejected", ["rejected", "chosen"], 2)
    asked = ("estimate", database, "--what", "preference:rejected", "--n", 2, "--json")

    assert hhtui_json(*asked, "--by", "ben")["read"] == 0
    told = hhtui_json(*asked, "--by", "ben", "--everyone")
    assert (told["read"], told["annotator"]) == (2, None)


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("--what", "good"), 1, "'good' is nothing that can be asked of a pair; ask preference:"),
        (("--what", "label:harmfl"), 1, "there is no label 'harmfl'; the nearest is harmful"),
        (("flag:yes", "--what", "drop:yes"), 1, "what has been read would choose what is drawn"),
        (("chosen:nowhere", "--what", "drop:yes"), 1, "there is nothing to draw from"),
        (("--what", "drop:yes", "--n", "5", "--margin", "5"), 2, "give --n or --margin, not both"),
    ],
)
def test_what_cannot_be_estimated_is_refused_in_one_line(
    database: Path, words: tuple[str, ...], status: int, said: str
) -> None:
    result = hhtui("estimate", database, *words)

    assert result.exit_code == status
    assert said in result.stderr
    assert status == 2 or result.stderr.count("\n") == 1


def test_a_rule_is_checked_and_then_applied_to_the_rest(database: Path) -> None:
    read(database, "chosen:bank", "drop:yes", ["yes"] * 8 + ["no", "skip"], 10)

    result = hhtui("check", database, "chosen:bank", *DROP, "--n", 10, "--apply")

    assert result.exit_code == 0
    assert "8 of 9 right, 60–98 %: drop:yes by anna, reading blind" in result.stdout
    assert "skipped, and left out: 1; 80.0 % if none of them is, 90.0 % if all are" in result.stdout
    assert result.stdout.endswith("  all  – (0 of 0), 33.3 % (40 of 120)\n")
    assert result.stderr == "31 pairs: drop:yes, one step by anna; u undoes it\n"
    with api.open(database) as opened:
        assert len(api.search(opened, "drop:yes").ids) == BANKS - 1
        bulk = [one for one in events(database) if one["bulk"]]
        assert len(bulk) == 31
        assert {one["rule"] for one in bulk} == {"chosen:bank"}
        evidence = bulk[0]["evidence"]
        assert (evidence["n"], evidence["read"], evidence["right"], evidence["skipped"]) == (10, 9, 8, 1)
        Annotator.begin(opened, "anna").undo()
        assert len(api.search(opened, "drop:yes").ids) == 8
    assert hhtui_json("estimate", database, "chosen:bank", "--what", "drop:yes", "--by", "anna", "--json")["read"] == 9


def events(path: Path) -> list[dict[str, Any]]:
    """Return the contexts of all events, with `bulk` where it is not there."""
    with sqlite3.connect(path) as connection:
        return [{"bulk": False, **json.loads(one)} for (one,) in connection.execute("SELECT context FROM event")]


def test_a_rule_without_evidence_is_applied_only_on_demand(database: Path) -> None:
    read(database, "chosen:bank", "drop:yes", ["yes"] * 3, 10)
    asked = ("check", database, "chosen:bank", *DROP, "--n", 10)

    told = hhtui_json(*asked, "--json")
    refused = hhtui(*asked, "--apply")

    assert (told["right"], told["read"], told["complete"], told["applied"], told["rest"]) == (3, 3, False, None, 37)
    assert refused.exit_code == 1
    assert (
        refused.stderr
        == "hhtui: 3 of 10 are read, so the evidence is not complete; read the rest first, or give --yes\n"
    )
    assert hhtui_json(*asked, "--yes", "--json")["applied"] == 37


def test_a_rule_is_not_applied_unasked(database: Path) -> None:
    read(database, "chosen:bank", "drop:yes", ["yes"] * 5, 5)

    result = hhtui("check", database, "chosen:bank", *DROP, "--n", 5)

    assert result.exit_code == 0
    assert result.stderr.startswith("nothing was applied; to do so: hhtui check ")
    assert hhtui("check", database, "chosen:bank", *DROP, "--n", 5, "--no-apply").stderr == ""


@pytest.mark.parametrize("screen", [(), ("--no-screen",)])
def test_the_command_that_applies_a_rule_is_about_the_same_sample_and_person(
    database: Path, screen: tuple[str, ...]
) -> None:
    with api.open(database) as opened:
        answer(opened, api.sample(opened, "chosen:bank", "drop:yes", n=6, seed=11, by="anna"), ["yes", "no"] * 3)
    asked = (database, "chosen:bank", *DROP, "--n", "6", "--seed", "11")

    left = hhtui("check", *asked, *screen).stderr
    command = left.removeprefix("nothing was applied; to do so: ")
    done = hhtui(*shlex.split(command)[1:])

    assert command.split()[:3] == ["hhtui", "check", "--apply"]
    assert all(str(word) in shlex.split(command) for word in asked)
    assert "--no-screen" not in command
    assert done.stderr == f"{BANKS - 6} pairs: drop:yes, one step by anna; u undoes it\n"


@pytest.mark.parametrize(("name", "question"), [("estimate", "--what"), ("check", "--decision")])
def test_the_command_to_go_on_is_the_one_that_was_given(database: Path, name: str, question: str) -> None:
    asked = [str(database), "chosen:bank", question, "drop:yes", "--n", "9", "--seed", "11", "--by", "an na"]

    left = hhtui(name, *asked, "--no-screen").stderr

    assert left == f"9 are left to be read: {shlex.join(['hhtui', name, *asked])}\n"


def test_whom_a_rule_hits_is_counted(tmp_path: Path) -> None:
    path = fill(tmp_path / "b.db", [row for at, row in enumerate(numbered(12)) if at % 2])
    rows = [
        {"chosen": dialogue(f"Who {at}?", "An old bank."), "rejected": dialogue(f"Who {at}?", "No.")} for at in range(4)
    ]
    with api.open(path) as opened:
        add(opened, rows, "more")

    told = hhtui_json("check", path, "chosen:bank", *DROP, "--json")

    assert told["hits"] == [
        {
            **{"subset": "", "pairs": 10, "hit": 6, "naming": 4, "naming_hit": 4, "others": 6, "others_hit": 2},
            **{"naming_share": 1.0, "others_share": pytest.approx(1 / 3)},
        }
    ]


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("--decision", "drop:yes"), 2, "name the rule"),
        (("bank", "--decision", "label:harmful"), 1, "does not say which response the label is for"),
        (("drop:yes", "--decision", "drop:yes"), 1, "what has been read would choose what is drawn"),
        (("bank", "--decision", "drop:yes", "--yes", "--no-apply"), 2, "contradict each other"),
    ],
)
def test_what_cannot_be_checked_is_refused_in_one_line(
    database: Path, words: tuple[str, ...], status: int, said: str
) -> None:
    result = hhtui("check", database, *words)

    assert result.exit_code == status
    assert said in result.stderr


def test_a_label_is_applied_to_its_response_with_the_taxonomy(database: Path) -> None:
    told = hhtui_json("check", database, "chosen:bank", "--decision", "label.rejected:harmful", "--yes", "--json")

    assert told["applied"] == BANKS
    with api.open(database) as opened:
        assert len(api.search(opened, "label.rejected:harmful").ids) == BANKS
        assert len(api.search(opened, "label.chosen:harmful").ids) == 0
        assert {one["taxonomy"] for one in events(database)} == {api.taxonomy(opened).version}
