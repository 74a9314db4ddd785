"""The labels there are: what a taxonomy may be, and the commands that print, replace and give labels."""

import csv
import io
import json
from pathlib import Path

import pytest

from hhtui import api
from hhtui.store import taxonomies
from hhtui.taxonomy import Label, TaxonomyError, default_text, parse
from tests.command_line import hhtui, hhtui_json, write_rows

KEYS = [f"rows/all/{row}" for row in range(4)]
OWN = 'version = "7"\n[tone]\nwarm = "kind"\ncovid-19 = "about that"\n'


@pytest.fixture
def db(own_folders: None, tmp_path: Path) -> Path:
    api.load(tmp_path / "a.db", write_rows(tmp_path / "rows.jsonl"))
    return tmp_path / "a.db"


def contexts(path: Path) -> list[dict[str, object]]:
    with api.open(path) as database:
        rows = database.reader().execute("SELECT context FROM event ORDER BY seq").fetchall()
        return [json.loads(row[0]) for row in rows]


def refused(*words: object, code: int = 1) -> str:
    result = hhtui(*words)
    assert (result.exit_code, result.stdout) == (code, "")
    assert "Traceback" not in result.stderr
    return result.stderr


def test_the_default_has_the_groups_and_labels_of_its_issue() -> None:
    found = parse(default_text())
    groups: dict[str, list[str]] = {}
    for label in found.labels:
        groups.setdefault(label.group, []).append(label.slug)
    assert found.version == "1"
    assert {group: len(slugs) for group, slugs in groups.items()} == {
        **{"quality": 3, "behaviour": 4, "topic": 18, "defect": 6}
    }
    assert groups["quality"] == ["acceptable", "unhelpful", "harmful"]
    assert groups["topic"][0] == "discrimination-injustice"
    assert set(taxonomies.DEFAULT_SLOTS) - {""} <= {label.slug for label in found.labels}


def test_the_version_tells_taxonomies_of_other_labels_apart() -> None:
    text = default_text()
    assert parse(f"# a note\n{text}").version == "1"
    assert parse(text.replace('version = "1"', 'version = "2"')).version == "2"
    changed = parse(text.replace('theft = "theft"', 'theft = "taking things"'))
    longer = parse(f'{text}another = "one more"\n')
    assert changed.version.startswith("1+") and longer.version.startswith("1+")
    assert changed.version != longer.version
    assert parse(OWN).labels == (Label("warm", "tone", "kind"), Label("covid-19", "tone", "about that"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "needs a version"),
        ("version = 1", "needs a version"),
        ('version = "a b"', "needs a version"),
        ('version = "1"', "has no labels"),
        ('version = "1"\nharmful = "x"', "'harmful' stands in no group"),
        ('version = "1"\n[Tone]\na = "x"', "the group 'Tone' is no slug"),
        ('version = "1"\n[tone]\nwarm_ = "x"', "'warm_' is no slug"),
        ('version = "1"\n[tone]\n1-2 = "x"', "'1-2' is no slug"),
        ('version = "1"\n[tone]\nnone = "x"', "'none' is no slug"),
        ('version = "1"\n[tone]\nwarm = " "', "warm needs its meaning in one line"),
        ('version = "1"\n[tone]\nwarm = "a\\nb"', "warm needs its meaning in one line"),
        ('version = "1"\n[tone]\nwarm = 3', "warm needs its meaning in one line"),
        (f'version = "1"\n[tone]\nwarm = "{"x" * 201}"', "longer than 200"),
        ('version = "1"\n[a]\nwarm = "x"\n[b]\nwarm = "y"', "warm stands in a and in b"),
        ("[", "is no TOML"),
    ],
)
def test_what_is_no_taxonomy_is_said_in_one_line(text: str, said: str) -> None:
    with pytest.raises(TaxonomyError) as caught:
        parse(text, "labels.toml")
    assert said in str(caught.value)
    assert str(caught.value).startswith("labels.toml")
    assert "\n" not in str(caught.value)


def test_what_is_printed_can_be_edited_and_given_back(db: Path, tmp_path: Path) -> None:
    printed = hhtui("taxonomy", db)
    assert printed.stdout == default_text()
    assert printed.stderr == "taxonomy 1: 31 labels in 4 groups\n"
    assert hhtui_json("taxonomy", db, "--json")["default"] is True
    edited = tmp_path / "labels.toml"
    edited.write_text(f'{printed.stdout}another = "one more"\n')
    assert "32 labels in 4 groups" in hhtui("taxonomy", db, "--set", edited).stderr
    told = hhtui_json("taxonomy", db, "--json")
    assert (told["default"], told["groups"]["defect"]["another"]) == (False, "one more")
    assert told["version"].startswith("1+")
    assert hhtui("taxonomy", db).stdout == edited.read_text()
    assert hhtui("taxonomy", db, "--default").stderr.endswith("taxonomy 1: 31 labels in 4 groups\n")


def test_labels_in_use_are_kept_and_named_when_a_taxonomy_lacks_them(db: Path) -> None:
    hhtui("flag", db, *KEYS[:2], "--label", "both=theft", "--by", "ann")
    result = hhtui("taxonomy", db, "--set", "-", stdin=OWN)
    assert "kept, though not among them: theft (2)" in result.stderr
    assert hhtui_json("taxonomy", db, "--json")["kept"] == {"theft": 2}
    assert hhtui("search", db, "label:theft", "--ids").stdout.split() == KEYS[:2]
    assert "no label 'theft'" in refused("flag", db, KEYS[2], "--label", "both=theft")
    hhtui("flag", db, KEYS[0], "--label", "both=theft", "--off", "--by", "ann")
    assert hhtui("search", db, "label:theft", "--ids").stdout.split() == KEYS[1:2]


def test_a_file_that_is_no_taxonomy_changes_nothing(db: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_bytes(b"\xff")
    assert "is not UTF-8 text" in refused("taxonomy", db, "--set", bad)
    assert "missing.toml" in refused("taxonomy", db, "--set", tmp_path / "missing.toml")
    bad.write_text("[tone]\n")
    assert "needs a version" in refused("taxonomy", db, "--set", bad)
    assert "is too much" in refused("taxonomy", db, bad, code=2)
    assert "one of --set and --default" in refused("taxonomy", db, "--set", bad, "--default", code=2)
    assert hhtui_json("taxonomy", db, "--json")["default"] is True


def test_labels_of_one_command_are_one_step_under_the_version_of_the_taxonomy(db: Path) -> None:
    said = hhtui("flag", db, *KEYS[:2], "--label", "both=harmful", "--label", "rejected=theft", "--by", "ann").stderr
    assert said == "2 pairs: labels harmful on chosen and rejected, theft on rejected, saved by ann\n"
    with api.open(db) as database:
        steps = database.reader().execute("SELECT count(DISTINCT step), count(*) FROM event").fetchone()
    assert steps == (1, 6)
    assert contexts(db)[0] == {"interface": "command line", "bulk": True, "taxonomy": "1"}
    assert hhtui("search", db, "label.rejected:theft -label.chosen:theft", "--count").stdout == "2\n"
    one = hhtui("flag", db, KEYS[0], "--label", "chosen=harmful", "--off", "--by", "ann").stderr
    assert one == f"{KEYS[0]}: label harmful on chosen taken off, saved by ann\n"
    assert hhtui("search", db, "label.chosen:harmful", "--ids").stdout.split() == [KEYS[1]]


def test_an_unknown_label_names_the_nearest_and_a_side_is_needed(db: Path) -> None:
    assert "there is no label 'harmfull'; the nearest is harmful" in refused(
        "flag", db, KEYS[0], "--label", "both=harmfull"
    )
    for written in ("harmful", "prompt=harmful", "both="):
        assert "write chosen=SLUG" in refused("flag", db, KEYS[0], "--label", written, code=2)
    assert "give one of" in refused("flag", db, KEYS[0], "--label", "both=harmful", "--drop", code=2)
    assert contexts(db) == []


def test_exports_and_counts_carry_labels(db: Path) -> None:
    hhtui("flag", db, KEYS[0], "--label", "rejected=theft", "--label", "rejected=pii", "--by", "ann")
    hhtui("flag", db, KEYS[0], "--label", "both=harmful", "--by", "bob")
    rows = list(csv.DictReader(io.StringIO(hhtui("export", db, "--format", "csv", "--all").stdout)))
    assert [rows[0][f"labels.{side}"] for side in ("chosen", "rejected")] == [
        *("harmful", "ann: pii theft; bob: harmful"),
    ]
    assert (rows[1]["labels.chosen"], rows[1]["labels.rejected"]) == ("", "")
    line = hhtui("export", db, "--format", "jsonl", "--all", "--with-decisions").stdout.splitlines()[0]
    decided = json.loads(line)["hhtui"]["decisions"]
    assert [(one["annotator"], one["side"], one["label"]) for one in decided if one["kind"] == "label"] == [
        *(("ann", "rejected", "pii"), ("ann", "rejected", "theft")),
        *(("bob", "chosen", "harmful"), ("bob", "rejected", "harmful")),
    ]
    counted = hhtui_json("stats", db, "--json")["decisions"]
    assert counted["label"] == {"harmful": 1, "pii": 1, "theft": 1}
    assert (counted["label.chosen"], counted["label.rejected"]) == (
        {"harmful": 1},
        {"harmful": 1, "pii": 1, "theft": 1},
    )
    found = hhtui_json("search", db, "label:*", "--columns", "label,label.chosen", "--json")
    assert found["pairs"][0]["columns"] == {"label": ["harmful", "pii", "theft"], "label.chosen": ["harmful"]}
