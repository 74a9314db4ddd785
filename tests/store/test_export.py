"""Exports: what they hold, what they promise, and that a file appears whole or not at all."""

import csv
import hashlib
import io
import json
import os
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hhtui import api
from hhtui.cli import exporting
from hhtui.export import FORMS
from hhtui.export.table import harmless
from hhtui.score.run import run
from hhtui.store import settings
from hhtui.store.database import Database
from hhtui.store.errors import StoreError
from hhtui.tui.screens.export import ENDINGS, MEANINGS
from tests.command_line import ROWS, command, hhtui, hhtui_process, write_rows
from tests.store.made_scorer import MadeScorer
from tests.transcripts import dialogue

KEYS = [f"rows/all/{row}" for row in range(len(ROWS))]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_rows(tmp_path / "rows.jsonl")


@pytest.fixture
def database(tmp_path: Path, source: Path) -> Iterator[Database]:
    api.load(tmp_path / "a.db", source)
    with api.open(tmp_path / "a.db") as opened:
        run(opened, [MadeScorer()], lambda progress: None)
        yield opened


def exported(database: Database, form: str, *, with_decisions: bool = False) -> bytes:
    """Return everything in `form`."""
    sink = io.BytesIO()
    api.export(database, sink, form, everything=True, with_decisions=with_decisions)
    return sink.getvalue()


def rows_of(database: Database) -> list[dict[str, str]]:
    """Return everything as rows of the table."""
    return list(csv.DictReader(io.StringIO(exported(database, "csv").decode(), newline="")))


def test_without_a_query_the_flagged_pairs_leave(database: Database) -> None:
    api.decide(database, [KEYS[2], KEYS[0]], "flag", "yes", annotator="ann")
    api.decide(database, [KEYS[0]], "flag", "yes", annotator="ben")
    sink = io.BytesIO()
    done = api.export(database, sink)
    assert sink.getvalue().decode().splitlines() == [KEYS[0], KEYS[2]]
    assert (done.pairs, done.of, done.manifest["selection"]) == (2, 4, "flagged")


def test_a_query_decides_the_order(database: Database) -> None:
    sink = io.BytesIO()
    done = api.export(database, sink, query="row:1..3 sort:row-")
    assert sink.getvalue().decode().splitlines() == [KEYS[3], KEYS[2], KEYS[1]]
    assert done.manifest["query"] == "row:1..3 sort:row-"


def test_lines_are_the_sources_own_bytes(database: Database, source: Path) -> None:
    assert exported(database, "jsonl") == source.read_bytes()


@pytest.mark.parametrize(
    "line",
    [
        b'{"chosen": "\\n\\nHuman: a\\n\\nAssistant: b", "rejected": "\\n\\nHuman: a\\n\\nAssistant: c"}',
        b'{"rejected":"\\n\\nHuman: a\\n\\nAssistant: c","chosen":"\\n\\nHuman: a\\n\\nAssistant: b","n":1.50}',
        b'{"chosen":"\\n\\nHuman: \\u00e9\\n\\nAssistant: \\/","rejected":"\\n\\nHuman: \xc3\xa9\\n\\nAssistant: c"}  ',
        b'  {"chosen":"no markers","rejected":"","chosen":"twice","hhtui":{"old":1}}',
    ],
)
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_lines_of_any_style_keep_their_bytes(tmp_path: Path, line: bytes, end: bytes) -> None:
    source = tmp_path / "odd.jsonl"
    plain = b'{"chosen":"\\n\\nHuman: x\\n\\nAssistant: y","rejected":"\\n\\nHuman: x\\n\\nAssistant: z"}'
    source.write_bytes(end.join([plain, line, plain, b""]))
    api.load(tmp_path / "a.db", source)
    with api.open(tmp_path / "a.db") as database:
        assert exported(database, "jsonl") == source.read_bytes()
        for before, after in zip(
            source.read_bytes().splitlines(), exported(database, "jsonl", with_decisions=True).splitlines(), strict=True
        ):
            told = json.loads(after)
            assert told.pop("hhtui")["key"].startswith("odd/all/")
            assert told == {name: value for name, value in json.loads(before).items() if name != "hhtui"}


def test_the_real_file_comes_back_byte_for_byte(tmp_path: Path, real_file: Path) -> None:
    import gzip

    api.load(tmp_path / "a.db", real_file)
    with api.open(tmp_path / "a.db") as database:
        assert exported(database, "jsonl") == gzip.decompress(real_file.read_bytes())


def test_decisions_and_scores_stand_under_one_key(database: Database) -> None:
    api.decide(database, [KEYS[1]], "preference", "rejected", annotator="ann")
    lines = [json.loads(line) for line in exported(database, "jsonl", with_decisions=True).splitlines()]
    assert [{name: line[name] for name in ("chosen", "rejected")} for line in lines] == list(ROWS)
    told = lines[1]["hhtui"]
    assert told["key"] == KEYS[1]
    assert told["scores"]["made.size"] == {
        "prompt": pytest.approx(5 / 7),
        "chosen": None,
        "rejected": pytest.approx(13 / 7),
    }
    (decision,) = told["decisions"]
    assert (decision["annotator"], decision["kind"], decision["value"]) == ("ann", "preference", "rejected")


def test_the_table_has_place_scores_decisions_and_texts(database: Database, source: Path) -> None:
    api.decide(database, [KEYS[0]], "note", "=HYPERLINK(1)\nand more", annotator="ann")
    api.decide(database, [KEYS[1]], "preference", "rejected", annotator="ann")
    api.decide(database, [KEYS[1]], "preference", "equal", annotator="ben")
    rows = rows_of(database)
    assert [row["key"] for row in rows] == KEYS
    assert rows[0]["note"] == "'=HYPERLINK(1)\nand more"
    assert rows[1]["preference"] == "ann: rejected; ben: equal"
    assert rows[1]["by"] == "ann; ben"
    assert rows[1]["made.size.chosen"] == ""
    assert float(rows[1]["made.size.rejected"]) == pytest.approx(13 / 7)
    assert (rows[0]["uri"], rows[0]["row"], rows[0]["subset"], rows[0]["split"]) == (str(source), "0", "rows", "all")
    assert [row["prompt"] + row["chosen"] for row in rows] == [row["chosen"] for row in ROWS]
    assert [row["prompt"] + row["rejected"] for row in rows] == [row["rejected"] for row in ROWS]


@given(st.text())
def test_no_cell_begins_a_formula(text: str) -> None:
    cell = harmless(text)
    assert cell in (text, f"'{text}")
    assert cell.strip()[:1] not in set("=+-@＝＋－＠") or cell != text


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r\n=1", " =1", "\ufeff=1", "＝1"])
def test_a_formula_gets_an_apostrophe(text: str) -> None:
    assert harmless(text) == f"'{text}"


def test_the_manifest_says_what_the_file_is(database: Database, source: Path, tmp_path: Path) -> None:
    done = api.export(database, tmp_path / "out.jsonl", "jsonl", query="is:empty")
    told = json.loads((tmp_path / "out.jsonl.manifest.json").read_text(encoding="utf-8"))
    assert told == done.manifest
    content = (tmp_path / "out.jsonl").read_bytes()
    assert told["output"] == {
        "file": "out.jsonl",
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
    }
    assert (told["identity"], told["query"], told["pairs"], told["of"]) == ("bytes", "is:empty", 1, 4)
    (origin,) = told["sources"]
    assert origin["sha256"] == hashlib.sha256(source.read_bytes()).hexdigest()
    assert (origin["subset"], origin["split"], origin["pairs"], origin["of"]) == ("rows", "all", 1, 4)
    (scorer,) = told["scorers"]
    assert scorer["fingerprint"] == MadeScorer().fingerprint
    assert told["harm_column"] == "made.size"


@pytest.mark.parametrize(
    ("form", "with_decisions", "identity"),
    [("ids", False, "keys"), ("csv", False, "values"), ("jsonl", False, "bytes"), ("jsonl", True, "values")],
)
def test_the_manifest_promises_no_more_than_is_true(
    database: Database, form: str, with_decisions: bool, identity: str
) -> None:
    done = api.export(database, io.BytesIO(), form, everything=True, with_decisions=with_decisions)
    assert done.manifest["identity"] == identity


def test_a_source_that_was_no_json_lines_promises_values(tmp_path: Path) -> None:
    source = tmp_path / "array.json"
    source.write_text(json.dumps(ROWS), encoding="utf-8")
    api.load(tmp_path / "b.db", source)
    with api.open(tmp_path / "b.db") as database:
        sink = io.BytesIO()
        done = api.export(database, sink, "jsonl", everything=True)
    assert [json.loads(line) for line in sink.getvalue().splitlines()] == list(ROWS)
    assert done.manifest["identity"] == "values"


def test_a_sample_says_so(database: Database) -> None:
    assert "SAMPLE" not in api.export(database, io.BytesIO()).manifest
    with database.writing() as connection:
        settings.put(connection, "sample", True)
    done = api.export(database, io.BytesIO())
    assert done.sample
    assert "SAMPLE" in done.manifest


def test_what_is_there_stays_unless_forced(database: Database, tmp_path: Path) -> None:
    target = tmp_path / "keys.txt"
    target.write_text("mine")
    with pytest.raises(StoreError, match="--force"):
        api.export(database, target, everything=True)
    assert target.read_text() == "mine"
    api.export(database, target, everything=True, force=True)
    assert target.read_text().splitlines() == KEYS
    target.unlink()
    with pytest.raises(StoreError, match=r"manifest\.json exists"):
        api.export(database, target, everything=True)
    assert not target.exists()


def test_what_is_no_file_is_never_replaced(database: Database, tmp_path: Path) -> None:
    """A device such as the null device is as little a file as a pipe."""
    target = tmp_path / "pipe"
    os.mkfifo(target)
    with pytest.raises(StoreError, match="standard output"):
        api.export(database, target, everything=True, force=True)
    assert target.is_fifo()


def test_the_database_is_never_the_target(database: Database) -> None:
    with pytest.raises(StoreError, match="is the database itself"):
        api.export(database, database.path, everything=True, force=True)


def test_an_unknown_folder_is_named(database: Database, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no folder"):
        api.export(database, tmp_path / "nowhere" / "keys.txt")


def test_a_disk_that_is_full_leaves_nothing_behind(tmp_path: Path) -> None:
    source = write_rows(
        tmp_path / "large.jsonl",
        [{"chosen": dialogue("a" * 999, str(row)), "rejected": dialogue("a" * 999, "b")} for row in range(500)],
    )
    api.load(tmp_path / "a.db", source)
    target = tmp_path / "out" / "large.jsonl"
    target.parent.mkdir()
    target.write_text("mine")
    done = hhtui_process(
        *("export", tmp_path / "a.db", "--all", "--format", "jsonl", "-o", target, "--force"),
        prepare=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000)),
    )
    assert done.returncode == 1
    assert done.stderr.decode().startswith(f"hhtui: {target} cannot be written: ")
    assert len(done.stderr.decode().splitlines()) == 1
    assert [file.name for file in target.parent.iterdir()] == ["large.jsonl"]
    assert target.read_text() == "mine"


def test_a_full_standard_output_is_one_line(database: Database) -> None:
    import subprocess

    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command("export", database.path, "--all"), stdout=full, stderr=subprocess.PIPE, timeout=60, check=False
        )
    assert done.returncode == 1
    assert done.stderr.decode().splitlines() == [
        "hhtui: the disk is full; free some space, or name a file on another disk"
    ]


def test_a_folder_of_datasets_holds_the_columns(database: Database, tmp_path: Path) -> None:
    import datasets

    done = api.export(database, tmp_path / "saved", "datasets", query="row:1..2")
    assert datasets.load_from_disk(str(tmp_path / "saved")).to_list() == list(ROWS[1:3])
    assert done.manifest["identity"] == "values"
    assert "dataset_info.json" in done.manifest["output"]["files"]
    with pytest.raises(StoreError, match="replace it with --force"):
        api.export(database, tmp_path / "saved", "datasets", everything=True)
    with pytest.raises(StoreError, match="name a folder"):
        api.export(database, io.BytesIO(), "datasets")
    result = hhtui("export", database.path, "--format", "datasets", "--all")
    assert (result.exit_code, "not written to standard output" in result.stderr) == (2, True)
    api.export(database, tmp_path / "saved", "datasets", everything=True, force=True, manifest=tmp_path / "all.json")
    assert len(datasets.load_from_disk(str(tmp_path / "saved"))) == len(ROWS)


def test_the_screen_offers_every_form() -> None:
    assert list(ENDINGS) == list(MEANINGS) == list(FORMS) == list(exporting.FORMS)
