"""Another file under the same names: refused, or a new revision that takes decisions over by content."""

import json
from pathlib import Path
from typing import Any

import pytest

from hhtui.ingest.errors import LoadError
from hhtui.ingest.load import Options, load
from hhtui.store import decisions, pairs
from hhtui.store.database import Database
from hhtui.store.decisions import Annotator


def row(text: str) -> dict[str, Any]:
    start = f"\n\nHuman: question {text}"
    return {"chosen": f"{start}\n\nAssistant: good {text}", "rejected": f"{start}\n\nAssistant: bad {text}"}


def write(folder: Path, name: str, texts: list[str]) -> Path:
    file = folder / name / "rows.jsonl"
    file.parent.mkdir(exist_ok=True)
    file.write_text("".join(json.dumps(row(text)) + "\n" for text in texts))
    return file


def flagged(database: Database) -> list[str]:
    query = "SELECT pairs.key FROM decision JOIN pairs ON pairs.id = pair_id WHERE kind = 'flag' ORDER BY pairs.key"
    return [key for (key,) in database.reader().execute(query)]


def matches(database: Database, word: str) -> list[str]:
    query = "SELECT pairs.key FROM pair_fts JOIN pairs ON pairs.id = pair_fts.rowid WHERE pair_fts MATCH ? ORDER BY 1"
    return [key for (key,) in database.reader().execute(query, (word,))]


def test_another_file_under_the_same_names_is_refused_with_the_way_out(database: Database, tmp_path: Path) -> None:
    load(database, [write(tmp_path, "old", ["a", "b"])])
    with pytest.raises(LoadError) as caught:
        load(database, [write(tmp_path, "new", ["a", "c"])])
    message = str(caught.value)
    assert "differs from what is loaded as rows/all" in message and "\n" not in message
    assert all(option in message for option in ("--subset", "--split", "--as-revision"))
    assert pairs.count(database.reader()) == 2
    assert load(database, [write(tmp_path, "new", ["a", "c"])], Options(split="new")).added == 2


def test_a_new_revision_carries_decisions_over_by_content(database: Database, tmp_path: Path) -> None:
    load(database, [write(tmp_path, "old", ["zero", "one", "two", "three"])])
    person = Annotator.begin(database, "ann")
    person.decide([1, 2, 4], "flag", "yes")
    person.decide([3], "note", "look again")
    report = load(database, [write(tmp_path, "new", ["three", "two", "changed", "zero"])], Options(as_revision="v2"))
    (source,) = report.sources
    assert (source.pairs, source.added, source.revision) == (4, 4, "v2")
    assert source.replaced is not None and len(source.replaced) == 8
    assert list(source.unmatched) == ["rows/all/1"]
    assert flagged(database) == ["rows/all/0", "rows/all/3"]
    connection = database.reader()
    assert [pair.key for pair in pairs.read_many(connection, range(1, 9))] == [f"rows/all/{n}" for n in range(4)]
    noted = decisions.current(connection, range(1, 9))
    assert {pairs.read(connection, number).key for number in noted} == {"rows/all/0", "rows/all/1", "rows/all/3"}
    assert connection.execute("SELECT count(*) FROM event").fetchone() == (4,)
    assert connection.execute("SELECT revision, superseded_by, complete FROM source ORDER BY id").fetchall() == [
        (None, 2, 1),
        ("v2", None, 1),
    ]


def test_the_text_index_follows_a_new_revision(database: Database, tmp_path: Path) -> None:
    load(database, [write(tmp_path, "old", ["zero", "one"])])
    load(database, [write(tmp_path, "new", ["one", "two"])], Options(as_revision="v2"))
    assert matches(database, "zero") == []
    assert matches(database, "one") == ["rows/all/0"]
    assert matches(database, "question") == ["rows/all/0", "rows/all/1"]
    with database.writing() as connection:
        connection.execute("INSERT INTO pair_fts (pair_fts, rank) VALUES ('integrity-check', 0)")
    for table in ("pair", "body", "pair_fts_docsize"):
        assert database.reader().execute(f"SELECT count(*) FROM {table}").fetchone() == (2,), table


def test_a_revision_can_be_taken_back(database: Database, tmp_path: Path) -> None:
    old = write(tmp_path, "old", ["zero", "one"])
    load(database, [old])
    Annotator.begin(database, "ann").decide([1], "flag", "yes")
    report = load(database, [write(tmp_path, "new", ["one", "two"])], Options(as_revision="v2"))
    assert list(report.sources[0].unmatched) == ["rows/all/0"]
    assert flagged(database) == []
    report = load(database, [old], Options(as_revision="v3"))
    assert list(report.sources[0].unmatched) == []
    assert flagged(database) == ["rows/all/0"]
    assert report.sources[0].replaced == "v2"


def test_the_same_file_as_a_revision_changes_nothing(database: Database, tmp_path: Path) -> None:
    old = write(tmp_path, "old", ["zero", "one"])
    load(database, [old])
    report = load(database, [old], Options(as_revision="v2"))
    assert (report.added, report.sources[0].replaced) == (0, None)


def test_a_revision_that_was_stopped_goes_on_without_being_named_again(database: Database, tmp_path: Path) -> None:
    load(database, [write(tmp_path, "old", ["zero", "one"])])
    Annotator.begin(database, "ann").decide([2], "flag", "yes")
    new = write(tmp_path, "new", [str(number) for number in range(30)] + ["one"])
    report = load(database, [new], Options(as_revision="v2", limit=10))
    assert report.sources[0].replaced is None
    assert pairs.count(database.reader()) == 12
    report = load(database, [new])
    assert (report.sources[0].revision, report.sources[0].pairs) == ("v2", 31)
    assert report.sources[0].replaced is not None
    assert flagged(database) == ["rows/all/30"]


def test_the_earlier_file_does_not_push_out_a_revision_that_was_stopped(database: Database, tmp_path: Path) -> None:
    old = write(tmp_path, "old", ["zero", "one"])
    new = write(tmp_path, "new", ["one", "two", "three"])
    load(database, [old])
    load(database, [new], Options(as_revision="v2", limit=1))
    report = load(database, [old])
    assert (report.added, report.sources[0].replaced) == (0, None)
    assert pairs.count(database.reader()) == 3
    assert load(database, [new]).sources[0].replaced is not None
    assert pairs.count(database.reader()) == 3


def test_a_corrected_file_takes_the_place_of_one_whose_every_row_was_refused(
    database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text("no JSON\n")
    with pytest.raises(LoadError, match="gave no pairs"):
        load(database, [file])
    report = load(database, [write(tmp_path, "corrected", ["zero", "one"])])
    assert (report.pairs, report.refused) == (2, 0)
    replaced = database.reader().execute("SELECT superseded_by FROM source ORDER BY id").fetchall()
    assert replaced == [(2,), (None,)]


def test_a_revision_whose_every_row_was_refused_replaces_nothing(database: Database, tmp_path: Path) -> None:
    old = write(tmp_path, "old", ["zero", "one"])
    load(database, [old])
    file = tmp_path / "rows.jsonl"
    file.write_text("no JSON\n")
    with pytest.raises(LoadError, match="gave no pairs"):
        load(database, [file], Options(as_revision="v2"))
    assert load(database, [old]).pairs == 2
    with pytest.raises(LoadError, match=r"differs from what is loaded as rows/all .*old"):
        load(database, [write(tmp_path, "new", ["two"])])


def test_families_are_found_anew_after_a_revision(database: Database, tmp_path: Path) -> None:
    first = row("one")
    second = {name: f"{first['rejected']}\n\nHuman: more\n\nAssistant: {name}" for name in ("chosen", "rejected")}
    for name, rows in (("old", [first, second]), ("new", [second])):
        (tmp_path / name).mkdir()
        (tmp_path / name / "rows.jsonl").write_text("".join(json.dumps(one) + "\n" for one in rows))
    load(database, [tmp_path / "old" / "rows.jsonl"])
    assert database.reader().execute("SELECT family, opening FROM pair").fetchall() == [(1, 1), (1, 1)]
    load(database, [tmp_path / "new" / "rows.jsonl"], Options(as_revision="v2"))
    assert database.reader().execute("SELECT family, opening FROM pair").fetchall() == [(None, None)]


def test_the_ids_of_removed_pairs_are_not_given_again(database: Database, tmp_path: Path) -> None:
    load(database, [write(tmp_path, "old", ["zero", "one", "two"])])
    load(database, [write(tmp_path, "new", ["one"])], Options(as_revision="v2"))
    load(database, [write(tmp_path, "more", ["x"])], Options(subset="more"))
    assert [number for (number,) in database.reader().execute("SELECT id FROM pair ORDER BY id")] == [4, 5]
    assert matches(database, "x") == ["more/all/0"]
