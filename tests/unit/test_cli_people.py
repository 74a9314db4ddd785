"""`hhtui merge` and `hhtui agreement`: what they print, and what they refuse in one line."""

from pathlib import Path

import pytest

import hhtui.api as api
from hhtui.store.decisions import Annotator, Conditions
from tests.command_line import ROWS, hhtui, hhtui_json, write_rows
from tests.transcripts import dialogue

OVERLAP = Conditions(context={"interface": "screen", "lane": "overlap", "blind": True})


def make(path: Path, count: int, reverse: bool = False) -> Path:
    """Load `count` pairs, or the same in reverse order, without scores."""
    rows = [{"chosen": dialogue(f"q{at}", "yes"), "rejected": dialogue(f"q{at}", "no")} for at in range(count)]
    source = write_rows(path.with_suffix(".jsonl"), rows[::-1] if reverse else rows)
    assert hhtui("load", source, "--db", path, "--no-score", "--subset", "made").exit_code == 0
    return path


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, Path]:
    """Databases with the same pairs but for two, in opposite orders; anna and bob have read most of them blind."""
    ours, theirs = make(tmp_path / "a.db", 8), make(tmp_path / "b.db", 10, reverse=True)
    for path, name in ((ours, "anna"), (theirs, "bob")):
        with api.open(path) as database:
            person = Annotator.begin(database, name)
            for row in range(7):
                number = row + 1 if name == "anna" else 10 - row
                value = "rejected" if row > (4 if name == "anna" else 3) else "chosen"
                person.decide([number], "preference", value, conditions=OVERLAP)
            if name == "bob":
                person.decide([1, 2], "flag", "yes")
    return ours, theirs


def test_a_merge_says_what_is_new_and_lists_what_is_about_other_pairs(two: tuple[Path, Path]) -> None:
    ours, theirs = two
    first = hhtui("merge", ours, theirs)
    assert first.exit_code == 0, first.stderr
    lines = first.stdout.splitlines()
    assert lines[0] == f"{theirs}: 9 of 9 events are new here (bob 9), about 7 pairs"
    assert lines[1] == f"kept, their pairs are not in {ours}: 2 events about 2 pairs"
    assert [line.split()[0] for line in lines[2:]] == ["made/all/0", "made/all/1"]
    told = hhtui_json("merge", ours, theirs, "--json")
    (one,) = told["merged"]
    assert (one["events"], one["added"], one["elsewhere"]) == (9, 0, 2)
    assert [(each["key"], each["events"]) for each in told["unmatched"]] == [("made/all/0", 1), ("made/all/1", 1)]
    assert hhtui("search", ours, "conflict:yes", "--ids").stdout == "made/all/4\n"


def test_what_was_kept_counts_once_its_pair_is_loaded(two: tuple[Path, Path]) -> None:
    ours, theirs = two
    hhtui("merge", ours, theirs)
    assert hhtui("search", ours, "flag:yes", "--count").stdout == "0\n"
    preferred = hhtui("search", ours, "preference:*", "--ids").stdout
    assert hhtui("load", theirs.with_suffix(".jsonl"), "--db", ours, "--subset", "more", "--no-score").exit_code == 0
    assert hhtui("search", ours, "flag:yes", "--ids").stdout == "more/all/0\nmore/all/1\n"
    assert hhtui("search", ours, "preference:*", "--ids").stdout == preferred
    assert hhtui("doctor", ours).exit_code == 0
    assert hhtui_json("merge", ours, theirs, "--json")["unmatched"] == []


def test_a_database_of_other_data_is_told(two: tuple[Path, Path], tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    assert hhtui("load", write_rows(tmp_path / "o.jsonl", ROWS), "--db", other, "--no-score").exit_code == 0
    result = hhtui("merge", other, two[1])
    assert result.exit_code == 0
    assert "is about other data: none of its events" in result.stderr


def test_a_merge_needs_two_databases_that_are_not_one(two: tuple[Path, Path], tmp_path: Path) -> None:
    ours, _ = two
    assert hhtui("merge", ours).exit_code == 2
    for other, words in ((ours, "is the database itself"), (tmp_path / "a.jsonl", "is no database")):
        result = hhtui("merge", ours, other)
        assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
        assert words in result.stderr


def test_agreement_prints_figures_with_their_intervals(two: tuple[Path, Path]) -> None:
    ours, theirs = two
    refused = hhtui("agreement", ours)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "hhtui triage DB --overlap 20%" in refused.stderr
    hhtui("merge", ours, theirs)
    result = hhtui("agreement", ours, "--resamples", 50)
    assert result.exit_code == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[0] == "agreement on preference: 7 pairs in 7 families, read blind by two or more"
    assert lines[3].split()[:5] == ["anna", "·", "bob", "7", "0.857"]
    assert "50 bootstrap resamples of whole families" in result.stderr
    told = hhtui_json("agreement", ours, "--json", "--resamples", 50)
    (one,) = told["comparisons"]
    assert one["kappa"]["value"] == pytest.approx((6 / 7 - 26 / 49) / (1 - 26 / 49))
    assert [rater["rates"]["chosen"] for rater in told["raters"]] == pytest.approx([5 / 7, 4 / 7])
    assert told["self_agreement"] == []


def test_merged_labels_that_the_taxonomy_lacks_are_named_and_can_be_asked_for(two: tuple[Path, Path]) -> None:
    ours, theirs = two
    labels = ours.with_suffix(".toml")
    labels.write_text('version = "m1"\n[mine]\nodd-thing = "x"\n', encoding="utf-8")
    assert hhtui("taxonomy", theirs, "--set", labels).exit_code == 0
    assert hhtui("flag", theirs, "made/all/9", "--label", "chosen=odd-thing", "--by", "eve").exit_code == 0
    refused = hhtui("estimate", ours, "", "--what", "label:odd-thing", "--no-screen")
    assert "there is no label 'odd-thing'" in refused.stderr
    assert f"labels in use that the taxonomy of {ours} lacks: odd-thing;" in hhtui("merge", ours, theirs).stderr
    assert hhtui_json("merge", ours, theirs, "--json")["labels_unknown_here"] == {"odd-thing": 1}
    asked = hhtui("estimate", ours, "", "--what", "label:odd-thing", "--no-screen")
    assert asked.exit_code == 0, asked.stderr


def test_names_and_notes_from_another_database_are_shown_as_one_plain_line(two: tuple[Path, Path]) -> None:
    ours, theirs = two
    with api.open(theirs) as database:
        Annotator.begin(database, "\u202eeve\nx").decide([10], "note", "a\x1b]0;x\x07")
    hhtui("merge", ours, theirs)
    shown = hhtui("show", ours, "made/all/0").stdout
    assert not set("\x1b\x07\u202e") & set(shown)
    assert "note: a␛]0;x␇  (⇄eve x, " in shown
    assert hhtui_json("show", ours, "made/all/0", "--json")["decisions"][-1]["annotator"] == "\u202eeve\nx"


def test_names_from_another_database_cannot_write_to_the_terminal(two: tuple[Path, Path]) -> None:
    ours, theirs = two
    with api.open(theirs) as database:
        Annotator.begin(database, "\x1b[2Jeve\nx").decide([10], "preference", "chosen", conditions=OVERLAP)
    merged = hhtui("merge", ours, theirs)
    assert "\x1b" not in merged.stdout
    assert len(merged.stdout.splitlines()) == 4
    refused = hhtui("agreement", ours, "--by", "nobody")
    assert refused.exit_code == 1
    assert "\x1b" not in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert "\x1b" not in hhtui("agreement", ours).stdout
