"""Files become pairs in a database: all of them, exactly, with what could not be read."""

import gzip
import json
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from hhtui import api
from hhtui.dialogue import shape
from hhtui.hashing import content_hash
from hhtui.ingest import load as load_module
from hhtui.ingest.errors import LoadError
from hhtui.ingest.load import Options, load
from hhtui.jsonstyle import JsonStyle, render
from hhtui.model import Bit, bits_named
from hhtui.progress import Progress
from hhtui.store import pairs
from hhtui.store.columns import Columns
from hhtui.store.database import Database
from hhtui.store.errors import StoreError
from hhtui.store.sources import live_sources


def row(number: int, **extra: Any) -> dict[str, Any]:
    """Return a row of hh-rlhf whose texts tell its number."""
    start = f"\n\nHuman: question {number}"
    return {
        "chosen": f"{start}\n\nAssistant: good {number}",
        "rejected": f"{start}\n\nAssistant: bad {number}",
        **extra,
    }


def jsonl(rows: list[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in rows)


def lines_of(database: Database) -> list[bytes]:
    """Write every stored row again, as an export would."""
    written = []
    query = (
        "SELECT prompt || chosen, prompt || rejected, raw_line, extra, columns, json_style FROM body "
        "JOIN pair USING (id) JOIN source ON source.id = pair.source_id ORDER BY body.id"
    )
    for chosen, rejected, raw_line, extra, columns, style in database.reader().execute(query):
        values = {"chosen": chosen, "rejected": rejected, **(json.loads(extra) if extra else {})}
        written.append(raw_line or render(JsonStyle.from_json(style), json.loads(columns), values))
    return written


@pytest.fixture(scope="module")
def real_database(real_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with Database.create(tmp_path_factory.mktemp("real") / "a.db") as created:
        report = load(created, [real_file])
        assert (report.read, report.pairs, report.refused, report.added) == (2312, 2312, 0, 2312)
        assert {"subset": "harmless-base", "split": "test", "refused": 0}.items() <= report.to_json().items()
        yield created


def test_the_source_of_the_real_file(real_database: Database, real_file: Path) -> None:
    found = real_database.reader().execute(
        "SELECT uri, subset, split, format, substr(sha256, 1, 8), columns, rows_read, rows_refused, lines_done, "
        "complete FROM source"
    )
    assert found.fetchall() == [
        (
            *(str(real_file), "harmless-base", "test", "hh-rlhf", "ebfaaed2", '["chosen", "rejected"]'),
            *(2312, 0, 2312, 1),
        )
    ]


def test_structure_of_the_real_file_over_the_whole_database(real_database: Database) -> None:
    bits = [bits for (bits,) in real_database.reader().execute("SELECT bits FROM pair")]
    counts = {
        name: sum(bool(one & bits_named(name)) for one in bits)
        for name in ("identical", "identical_folded", "empty", "prefix_mismatch", "consecutive_roles", "role_leak")
    }
    assert counts == {
        "identical": 0,
        "identical_folded": 3,
        "empty": 4,
        "prefix_mismatch": 5,
        "consecutive_roles": 9,
        "role_leak": 49,
    }
    assert sum(bool(one & Bit.CONTINUED_REJECTED) for one in bits) == 128
    assert sum(bool(one & Bit.CONTINUED_CHOSEN) for one in bits) == 0


def test_families_and_openings_of_the_real_file(real_database: Database) -> None:
    for column, groups, members in (("family", 125, 253), ("opening", 130, 264)):
        sizes = [
            size
            for (size,) in real_database.reader().execute(
                f"SELECT count(*) FROM pair WHERE {column} IS NOT NULL GROUP BY {column}"
            )
        ]
        assert (len(sizes), sum(sizes), min(sizes)) == (groups, members, 2)
        if column == "family":
            assert max(sizes) == 3


def test_every_real_row_is_stored_as_it_is(real_database: Database, real_file: Path) -> None:
    with gzip.open(real_file) as file:
        raw = file.read().splitlines()
    assert lines_of(real_database) == raw
    assert real_database.reader().execute("SELECT count(raw_line) FROM body").fetchone() == (0,)
    connection = real_database.reader()
    for number, line in enumerate(raw):
        expected = json.loads(line)
        pair = pairs.read(connection, number + 1)
        assert (pair.row, pair.key) == (number, f"harmless-base/test/{number}")
        assert pair.hash == content_hash(expected["chosen"], expected["rejected"])
        assert pairs.transcripts(connection, number + 1) == (expected["chosen"], expected["rejected"])


def test_numbers_of_the_real_rows(real_database: Database, real_file: Path) -> None:
    with gzip.open(real_file) as file:
        shapes = [shape(one["chosen"], one["rejected"]) for one in map(json.loads, file)]
    stored = real_database.reader().execute(
        "SELECT turns_prompt, turns_chosen, turns_rejected, length_prompt, length_chosen, length_rejected, divergence "
        "FROM pair ORDER BY id"
    )
    assert stored.fetchall() == [(*one.turns, *one.lengths, one.divergence) for one in shapes]
    columns = Columns()
    assert columns.get(real_database.reader(), "length.chosen").tolist() == [one.lengths[1] for one in shapes]
    packed = real_database.reader().execute("SELECT DISTINCT pairs FROM packed_column").fetchall()
    assert packed == [(2312,)]


def test_progress_is_told_from_beginning_to_end(real_file: Path, database: Database) -> None:
    told: list[Progress] = []
    load(database, [str(real_file)], observer=told.append)
    phases = list(dict.fromkeys(one.phase for one in told))
    assert phases == ["loading", "reading", "indexing", "relating"]
    read = [number for number, one in enumerate(told) if one.phase == "reading"]
    assert read == [1], "the source is hashed once, and its first pairs do not wait for that"
    loading = [one for one in told if one.phase == "loading"]
    assert loading[0].rows == 500
    assert (loading[-1].rows, loading[-1].done) == (2312, real_file.stat().st_size)
    assert all(one.total == real_file.stat().st_size and one.unit == "bytes" for one in loading)


def test_the_first_pairs_can_be_read_while_the_rest_is_loaded(real_file: Path, database: Database) -> None:
    readable = []

    def look(progress: Progress) -> None:
        if progress.phase == "loading":
            readable.append(pairs.count(database.reader()))

    load(database, [real_file], observer=look)
    assert readable[0] == 500


def test_loading_again_adds_nothing(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "x.jsonl"
    file.write_bytes(jsonl([row(number) for number in range(10)]))
    first = load(database, [file])
    again = load(database, [file])
    assert (first.added, again.added) == (10, 0)
    assert (again.read, again.pairs, again.refused) == (10, 10, 0)
    assert database.reader().execute("SELECT count(*) FROM source").fetchone() == (1,)


def test_the_same_content_under_another_name_is_the_same_source(database: Database, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.jsonl").write_bytes(jsonl([row(1)]))
    report = load(database, [tmp_path / "one" / "x.jsonl", tmp_path / "two" / "x.jsonl"])
    assert (report.added, pairs.count(database.reader())) == (1, 1)
    assert load(database, [tmp_path / "one" / "x.jsonl"], Options(subset="other")).added == 1


@pytest.mark.parametrize(
    "write",
    [
        lambda rows: "".join(json.dumps(one) + "\n" for one in rows).encode(),
        lambda rows: "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in rows).encode(),
        lambda rows: "\r\n".join(json.dumps(one, separators=(",", ":")) for one in rows).encode(),
        lambda rows: "\n".join(json.dumps(one, ensure_ascii=False, separators=(", ", ": ")) for one in rows).encode(),
        lambda rows: "\n".join(json.dumps(dict(reversed(one.items()))) for one in rows).encode(),
        lambda rows: "\n".join("  " + json.dumps(one, indent=None) + " " for one in rows).encode(),
        lambda rows: "\n".join(json.dumps(one).replace("/", "\\/") for one in rows).encode(),
        lambda rows: "\n".join(json.dumps(one).replace("q", "\\u0071") for one in rows).encode(),
        lambda rows: "\n\n".join(json.dumps(one)[:-1] + ', "chosen": "again"}' for one in rows).encode(),
        lambda rows: b"\xef\xbb\xbf" + "\n".join(json.dumps(one) for one in rows).encode(),
    ],
    ids=["ascii", "utf8", "crlf", "no-end", "key-order", "spaces", "slashes", "escapes", "twice", "bom"],
)
def test_every_style_comes_back_byte_for_byte(
    database: Database, tmp_path: Path, write: Callable[[list[dict[str, Any]]], bytes]
) -> None:
    content = write([row(number, extra="é / \u2028 \x7f", list=[1, {"a": 1.5}]) for number in range(20)])
    (tmp_path / "x.jsonl").write_bytes(content)
    load(database, [tmp_path / "x.jsonl"])
    lines = content.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").split(b"\n")
    assert lines_of(database) == [line for line in lines if line]


@pytest.mark.parametrize(
    "number",
    ["1.0e5", "1E5", "1.0", "-0.0", "1e400", "123456789012345678901234567890", "0.1", "1.10", "NaN", "-Infinity"],
)
def test_numbers_come_back_byte_for_byte(database: Database, tmp_path: Path, number: str) -> None:
    plain = json.dumps(row(1, n=7))
    content = f"{plain}\n{plain.replace('7', number)}\n".encode()
    (tmp_path / "x.jsonl").write_bytes(content)
    load(database, [tmp_path / "x.jsonl"])
    assert lines_of(database) == content.splitlines()


def test_texts_with_nul_and_controls_are_stored_exactly(database: Database, tmp_path: Path) -> None:
    odd = row(1, note="n\x00ul")
    odd["chosen"] += "\x00 after \x1b[31m\r\n"
    (tmp_path / "x.jsonl").write_bytes(jsonl([odd]))
    load(database, [tmp_path / "x.jsonl"])
    assert pairs.transcripts(database.reader(), 1) == (odd["chosen"], odd["rejected"])
    assert pairs.read(database.reader(), 1).extra == {"note": "n\x00ul"}


def test_rows_that_cannot_be_read_are_kept_with_line_and_reason(database: Database, tmp_path: Path) -> None:
    bad = [
        b"{broken",
        b"[1, 2]",
        b'{"chosen": "a"}',
        b'{"chosen": "a", "rejected": null}',
        b'{"chosen": "\xff", "rejected": "b"}',
        b'{"chosen": "\\ud800", "rejected": "b"}',
        b'{"chosen": "a", "rejected": "b", "note": "\\udc00"}',
        b'{"chosen": "a", "rejected": "b", "note": ' + b"[" * 90_000 + b"]" * 90_000 + b"}",
    ]
    content = b"\n".join([jsonl([row(0)]).strip(), b"", *bad, jsonl([row(1)]).strip()])
    (tmp_path / "x.jsonl").write_bytes(content)
    report = load(database, [tmp_path / "x.jsonl"])
    assert (report.read, report.pairs, report.refused) == (10, 2, 8)
    stored = (
        database.reader().execute("SELECT line, row, reason, length(raw) FROM refused_row ORDER BY line").fetchall()
    )
    assert [(line, number) for line, number, _, _ in stored] == [(number + 2, number) for number in range(1, 9)]
    reasons = [reason for _, _, reason, _ in stored]
    expected = ["not JSON", "not an object", "no rejected", "rejected is null", "bad UTF-8", *["lone surrogate"] * 2]
    assert all(words in reason for words, reason in zip([*expected, "nested too deep"], reasons, strict=True))
    assert max(length for *_, length in stored) == 2000
    assert [number for (number,) in database.reader().execute("SELECT row FROM pair ORDER BY id")] == [0, 9]
    assert [one.line for one in report.sources[0].refusals] == list(range(3, 11))


def test_deep_values_in_other_columns_are_stored_or_refused(database: Database, tmp_path: Path) -> None:
    lines = [json.dumps(row(0))]
    for depth in (100, 250, 300, 900, 990, 1000, 1020, 1100):
        lines.append(json.dumps(row(depth, deep=0))[:-2] + "[" * depth + "]" * depth + "}")
    (tmp_path / "x.jsonl").write_text("\n".join(lines))
    report = load(database, [tmp_path / "x.jsonl"])
    assert report.read == len(lines)
    assert report.pairs + report.refused == len(lines)
    assert report.pairs >= 3


def test_strict_stops_at_the_first_row_that_cannot_be_read(database: Database, tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_bytes(jsonl([row(0), row(1)]) + b"{broken\n" + jsonl([row(2)]))
    with pytest.raises(LoadError, match=r"x.jsonl, line 3: not JSON.*without --strict"):
        load(database, [tmp_path / "x.jsonl"], Options(strict=True))
    assert pairs.count(database.reader()) == 2
    assert database.reader().execute("SELECT complete FROM source").fetchone() == (0,)
    report = load(database, [tmp_path / "x.jsonl"])
    assert (report.read, report.pairs, report.refused, report.added) == (4, 3, 1, 1)


def test_strict_stores_nothing_where_the_first_row_cannot_be_read(database: Database, tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_bytes(b"{broken\n" + jsonl([row(0)]))
    with pytest.raises(LoadError, match=r"line 1: not JSON.*; correct it, or load without --strict"):
        load(database, [tmp_path / "x.jsonl"], Options(strict=True))
    (tmp_path / "x.jsonl").write_bytes(jsonl([row(1), row(0)]))
    assert load(database, [tmp_path / "x.jsonl"], Options(strict=True)).added == 2


def test_a_limit_stops_and_a_later_load_goes_on(database: Database, tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_bytes(jsonl([row(number) for number in range(50)]))
    report = load(database, [tmp_path / "x.jsonl"], Options(limit=20))
    assert (report.read, report.pairs, report.sources[0].complete) == (20, 20, False)
    assert load(database, [tmp_path / "x.jsonl"], Options(limit=20)).added == 0
    report = load(database, [tmp_path / "x.jsonl"])
    assert (report.read, report.added, report.sources[0].complete) == (50, 30, True)


def test_the_whole_json_test_suite_at_once(database: Database, tmp_path: Path, shared_data: Path) -> None:
    files = sorted((shared_data / "nasty" / "jsontestsuite").rglob("*.json"))
    assert len(files) >= 300
    parts = [file.read_bytes().replace(b"\n", b" ") for file in files]
    (tmp_path / "x.jsonl").write_bytes(b"\n".join([jsonl([row(0)]).strip(), *parts, jsonl([row(1)]).strip()]))
    report = load(database, [tmp_path / "x.jsonl"])
    assert report.pairs == 2
    assert report.refused == report.read - 2
    assert report.read >= 300
    assert database.reader().execute("SELECT count(*) FROM refused_row WHERE reason = ''").fetchone() == (0,)


def test_every_file_of_the_json_test_suite_alone(database: Database, shared_data: Path) -> None:
    files = sorted((shared_data / "nasty" / "jsontestsuite").rglob("*.json"))
    for number, file in enumerate(files):
        with pytest.raises(LoadError, match=r"no known format|is empty|holds no rows|gave no pairs") as caught:
            load(database, [file], Options(subset=f"file {number}", index=False))
        assert "\n" not in str(caught.value)
    assert pairs.count(database.reader()) == 0


def test_every_file_of_the_json_test_suite_between_two_pairs(
    database: Database, shared_data: Path, tmp_path: Path
) -> None:
    files = sorted((shared_data / "nasty" / "jsontestsuite").rglob("*.json"))
    before, after = jsonl([row(0)]), jsonl([row(1)])
    for number, file in enumerate(files):
        (tmp_path / "x.jsonl").write_bytes(before + file.read_bytes() + b"\n" + after)
        report = load(database, [tmp_path / "x.jsonl"], Options(subset=f"file {number}", index=False))
        assert report.pairs >= 2
        assert report.pairs + report.refused == report.read
    load(database, [tmp_path / "x.jsonl"], Options(subset="indexed"))


@pytest.mark.parametrize("content", [b"\n \n", b"[]", b"\xef\xbb\xbf"])
def test_a_source_without_rows_is_an_error(database: Database, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.jsonl").write_bytes(content)
    with pytest.raises(LoadError, match="holds no rows"):
        load(database, [tmp_path / "x.jsonl"])
    assert database.reader().execute("SELECT count(*) FROM source").fetchone() == (0,)


def test_lines_without_any_object_are_told_after_a_while(database: Database, tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_bytes(b"plain text\n" * 10_001)
    with pytest.raises(LoadError, match=r"no JSON objects in its first 10,000 lines \(line 1: not JSON"):
        load(database, [tmp_path / "x.jsonl"])


@pytest.mark.parametrize(
    ("content", "refused", "reason"),
    [
        (jsonl([row(0), row(1)]).replace(b"\n", b"\r"), 1, "not JSON"),
        (b"plain text\n\nmore of it\n", 2, "not JSON"),
        (b"[5, null]", 2, "not an object"),
    ],
    ids=["ended-by-CR", "text", "array"],
)
def test_a_source_whose_every_row_was_refused_is_an_error_that_keeps_them(
    database: Database, tmp_path: Path, content: bytes, refused: int, reason: str
) -> None:
    (tmp_path / "x.jsonl").write_bytes(content)
    said = rf"x.jsonl gave no pairs: {refused} of {refused} rows were refused, the first in line 1: {reason}"
    for _ in range(2):
        with pytest.raises(LoadError, match=said) as caught:
            load(database, [tmp_path / "x.jsonl"])
        assert "\n" not in str(caught.value)
        stored = database.reader().execute("SELECT count(*) FROM refused_row").fetchone()
        assert stored == (refused,)


def test_rows_that_were_refused_up_to_the_limit_are_told_and_a_later_load_goes_on(
    database: Database, tmp_path: Path
) -> None:
    (tmp_path / "x.jsonl").write_bytes(b"[1]\n[2]\n" + jsonl([row(0)]))
    with pytest.raises(LoadError, match="gave no pairs: 2 of 2 rows were refused"):
        load(database, [tmp_path / "x.jsonl"], Options(limit=2))
    report = load(database, [tmp_path / "x.jsonl"])
    assert (report.read, report.pairs, report.refused) == (3, 1, 2)


def test_no_records_read_are_no_error(database: Database, tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_bytes(jsonl([row(0)]))
    assert load(database, [tmp_path / "x.jsonl"], Options(limit=0)).read == 0


def test_red_team_records_are_no_pairs(database: Database, shared_data: Path) -> None:
    with pytest.raises(LoadError, match="single dialogues"):
        load(database, [shared_data / "hh-rlhf" / "red-team-attempts" / "sample_5.jsonl"])


def test_an_unknown_format_loads_nothing(database: Database, shared_data: Path) -> None:
    file = next((shared_data / "trl-zen").glob("*language_modeling*.jsonl"))
    with pytest.raises(LoadError, match="no known format; its columns"):
        load(database, [file])
    assert database.reader().execute("SELECT count(*) FROM source").fetchone() == (0,)


def test_a_folder_is_loaded_with_a_note_about_what_is_left_out(database: Database, shared_data: Path) -> None:
    report = load(database, [shared_data / "hh-rlhf"])
    assert [(one.subset, one.split, one.pairs) for one in report.sources] == [("harmless-base", "test", 2312)]
    assert len(report.notes) == 1 and "red-team-attempts" in report.notes[0]
    assert report.to_json()["notes"] == list(report.notes)


def test_patches_and_manifests_beside_a_cleaned_source_are_left_out(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "saved").mkdir(parents=True)
    (tmp_path / "rows.jsonl").write_bytes(jsonl([row(1), row(2)]))
    load(database, [tmp_path / "rows.jsonl"])
    done = api.clean(database, folder / "clean.jsonl", drop="row:0", swap="")
    done.manifest_path.rename(folder / "saved" / "manifest.json")
    api.apply(done.patches[0], tmp_path / "rows.jsonl", folder / "again.jsonl")
    for name in ("mine.patch.jsonl", "mine.manifest.json", "saved/mine.jsonl"):
        (folder / name).write_bytes(jsonl([row(len(name))]))
    report = load(database, [folder])
    assert sorted(Path(one.uri).name for one in report.sources) == [
        *("again.jsonl", "clean.jsonl", "mine.jsonl", "mine.manifest.json", "mine.patch.jsonl")
    ]
    (note,) = report.notes
    assert note == (
        "left out 3 patches and manifests that hhtui wrote: again.jsonl.manifest.json, clean.jsonl.patch.jsonl, "
        "saved/manifest.json"
    )


def test_an_array_and_a_dataset_are_loaded_by_value(database: Database, tmp_path: Path) -> None:
    import datasets

    rows = [row(number, n=number) for number in range(30)]
    (tmp_path / "x.json").write_text(json.dumps(rows))
    load(database, [tmp_path / "x.json", datasets.Dataset.from_list(rows)])
    stored = (
        database.reader().execute("SELECT subset, rows_read, columns, json_style FROM source ORDER BY id").fetchall()
    )
    columns = '["chosen", "rejected", "n"]'
    assert stored == [("x", 30, columns, None), ("dataset", 30, columns, None)]
    keys = [f"{subset}/all/{number}" for subset in ("x", "dataset") for number in range(30)]
    connection = database.reader()
    found = [pairs.read(connection, number + 1) for number in range(60)]
    assert [pair.key for pair in found] == keys
    assert [pair.extra for pair in found] == [{"n": number} for number in range(30)] * 2
    assert pairs.transcripts(connection, 31) == (rows[0]["chosen"], rows[0]["rejected"])


def test_a_hub_dataset_is_walked_by_its_data_dirs_and_goes_on_where_it_stopped(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import datasets

    from hhtui.ingest import hub

    subsets = ("harmless-base", "helpful-base")
    for subset in subsets:
        for split in ("train", "test"):
            file = tmp_path / "hh-rlhf" / subset / f"{split}.jsonl.gz"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(gzip.compress(jsonl([row(number, of=subset + split) for number in range(20)])))
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", str(tmp_path / "cache"))
    open_hub, commit = hub.open_hub, "0123456789" * 4
    monkeypatch.setattr(hub, "_commit", lambda dataset: commit)
    monkeypatch.setattr(
        hub,
        "open_hub",
        lambda name, choice, observer: open_hub(str(tmp_path / "hh-rlhf"), choice, observer, data_dirs=subsets),
    )
    load(database, ["Anthropic/hh-rlhf"], Options(limit=5))
    report = load(database, ["Anthropic/hh-rlhf"])
    assert (report.read, report.pairs, report.added) == (80, 80, 60)
    stored = database.reader().execute(
        "SELECT subset, split, data_dir, revision, rows_read, complete FROM source ORDER BY subset, split"
    )
    assert stored.fetchall() == [
        (subset, split, subset, commit, 20, 1) for subset in subsets for split in ("test", "train")
    ]
    found = [pairs.read(database.reader(), number + 1) for number in range(80)]
    assert len({pair.key for pair in found}) == 80
    assert all(pair.extra == {"of": pair.subset + pair.split} for pair in found)


def test_values_of_a_dataset_that_are_not_json_are_stored_as_text(database: Database) -> None:
    from datetime import date

    import datasets

    load(database, [datasets.Dataset.from_list([row(0, day=date(2024, 1, 2), raw=b"\x00\xff")])])
    extra = pairs.read(database.reader(), 1).extra
    assert extra["day"] == "2024-01-02"
    assert isinstance(extra["raw"], str)


def test_long_texts_make_small_batches(database: Database, tmp_path: Path) -> None:
    long = "word " * 500_000
    (tmp_path / "x.jsonl").write_bytes(jsonl([row(number, note=1) | {"chosen": long} for number in range(9)]))
    told: list[Progress] = []
    load(database, [tmp_path / "x.jsonl"], observer=told.append)
    assert len([one for one in told if one.phase == "loading"]) >= 3
    assert pairs.count(database.reader()) == 9


def test_another_process_that_loads_the_same_source_is_noticed(database: Database, tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_bytes(jsonl([row(number) for number in range(2000)]))

    def meddle(progress: Progress) -> None:
        if progress.phase == "loading":
            with database.writing() as connection:
                connection.execute("UPDATE source SET lines_done = lines_done + 1")

    with pytest.raises(StoreError, match="another process is loading the same source"):
        load(database, [tmp_path / "x.jsonl"], observer=meddle)
    assert pairs.count(database.reader()) == 500


def test_a_source_that_another_process_begins_first_is_not_loaded_twice(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x.jsonl").write_bytes(jsonl([row(number) for number in range(600)]))

    def be_overtaken() -> int:
        monkeypatch.undo()
        load(database, [tmp_path / "x.jsonl"])
        return 0

    monkeypatch.setattr(load_module, "sensible", be_overtaken)
    with pytest.raises(StoreError, match="another process is loading the same source"):
        load(database, [tmp_path / "x.jsonl"])
    assert pairs.count(database.reader()) == 600
    assert load(database, [tmp_path / "x.jsonl"]).added == 0


@pytest.mark.parametrize("first", ["same", "another pair", "another line"])
def test_a_load_that_ended_before_its_source_was_identified_goes_on_with_the_same_pairs_alone(
    database: Database, tmp_path: Path, first: str
) -> None:
    for folder in ("before", "after"):
        (tmp_path / folder).mkdir()
    before, after = tmp_path / "before" / "x.jsonl", tmp_path / "after" / "x.jsonl"
    before.write_bytes(jsonl([row(number) for number in range(600)]))

    def interrupt(told: Progress) -> None:
        if told.phase == "reading":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(database, [before], observer=interrupt)
    assert [one.sha256 for one in live_sources(database.reader(), "x", "all")] == [""]
    changed = {"same": row(499), "another pair": row(9999), "another line": row(499)}[first]
    lines = jsonl([*(row(number) for number in range(499)), changed, *(row(number) for number in range(500, 900))])
    after.write_bytes((b"\n" if first == "another line" else b"") + lines)
    if first == "same":
        assert load(database, [after]).added == 400
        assert pairs.count(database.reader()) == 900
    else:
        with pytest.raises(LoadError, match=r"differs from what is loaded as x/all .*a load that ended as it began"):
            load(database, [after])
        told: list[str] = []
        report = load(database, [after], Options(as_revision="two"), lambda one: told.append(one.phase))
        assert (report.sources[0].replaced, told.count("reading")) == ("unidentified", 1)
        assert pairs.count(database.reader()) == 900
    assert [one.sha256 for one in live_sources(database.reader(), "x", "all")] == [
        sha256(after.read_bytes()).hexdigest()
    ]


def test_a_read_only_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "b.db"
    Database.create(path).close()
    (tmp_path / "x.jsonl").write_bytes(jsonl([row(0)]))
    with Database.open(path, read_only=True) as database, pytest.raises(StoreError, match="read-only"):
        load(database, [tmp_path / "x.jsonl"])
