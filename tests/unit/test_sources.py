"""What a user names, and the sources that it stands for."""

import bz2
import gzip
import hashlib
import inspect
import io
import json
import lzma
import os
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from hhtui.ingest import hub
from hhtui.ingest.containers import Record
from hhtui.ingest.errors import LoadError, Unreadable
from hhtui.ingest.naming import checked, is_json, of_file, stem
from hhtui.ingest.opening import value_of
from hhtui.ingest.producing import produced
from hhtui.ingest.resolving import Choice, Note, resolve
from hhtui.ingest.sources import FileSource, Source
from hhtui.progress import Progress, unobserved
from hhtui.query.parser import parse

ROWS: list[dict[str, Any]] = [
    {"chosen": f"\n\nHuman: {number}\n\nAssistant: a", "rejected": f"\n\nHuman: {number}\n\nAssistant: b"}
    for number in range(5)
]
LINES = b"".join(json.dumps(row).encode() + b"\n" for row in ROWS)


def opened(named: Any, choice: Choice | None = None) -> list[Source]:
    found = list(resolve(named, choice or Choice(), unobserved))
    assert not any(isinstance(one, Note) for one in found)
    return [one for one in found if isinstance(one, Source)]


def names(sources: Sequence[Source | Note]) -> list[tuple[str, str]]:
    return [(one.naming.subset, one.naming.split) for one in sources if isinstance(one, Source)]


def values(source: Source, done: int = 0) -> list[Any]:
    return [value_of(record) for record in source.records(done)]


def write(path: Path, content: bytes = LINES) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("place", "subset", "split"),
    [
        ("harmless-base/test.jsonl.gz", "harmless-base", "test"),
        ("helpful-online/train.jsonl", "helpful-online", "train"),
        ("elsewhere/test.jsonl", "test", "all"),
        ("harmless-base/part.jsonl", "part", "all"),
        ("my.data.json.bz2", "my.data", "all"),
        ("plain", "plain", "all"),
        ("odd.JSONL", "odd", "all"),
    ],
)
def test_names_come_from_the_place_of_a_file(tmp_path: Path, place: str, subset: str, split: str) -> None:
    assert of_file(tmp_path / place) == (subset, split)


def test_stem_and_kind_of_file_names() -> None:
    assert stem(Path(".jsonl")) == ".jsonl"
    assert [is_json(Path(name)) for name in ("a.json", "a.jsonl.gz", "a.txt", "README.md")] == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("a/b", "holds '/'"),
        ('a"b', """holds '"'"""),
        ("", "is empty"),
        ("  ", "is empty"),
        (" a", "begins or ends with white space"),
        ("a\u00a0", "begins or ends with white space"),
        ("a\nb", r"holds the character U\+000A"),
        ("a\x7fb", r"holds the character U\+007F"),
        ("a\x9bb", r"holds the character U\+009B"),
        ("a\u202eb", r"holds the character U\+202E"),
        ("a\u2066b", r"holds the character U\+2066"),
        ("a\u2028b", r"holds the character U\+2028"),
        ("a\u2029b", r"holds the character U\+2029"),
        ("a\udcffb", r"holds the character U\+DCFF"),
    ],
)
def test_a_name_that_cannot_be_in_a_key_is_refused(name: str, wrong: str) -> None:
    with pytest.raises(LoadError, match=f"cannot be a split: it {wrong}; give another with --split") as caught:
        checked("split", name)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("name", ["harmless-base", "a b", "é.ü", "(1),'x'", "中文", "a\u200db"])
def test_any_other_name_is_taken_and_can_be_asked_for(name: str) -> None:
    assert checked("subset", name) == name
    parse(f'key:"{name}/all/0"')


def test_names_from_the_user_win(tmp_path: Path) -> None:
    file = write(tmp_path / "harmless-base" / "test.jsonl")
    assert names(opened(file, Choice(subset="mine", split="dev"))) == [("mine", "dev")]
    with pytest.raises(LoadError, match="cannot be a split"):
        opened(file, Choice(split="a/b"))


@pytest.mark.parametrize("choice", [Choice(subset=""), Choice(split="")])
def test_an_empty_name_from_the_user_is_refused_for_every_kind_of_source(choice: Choice, hh_folder: Path) -> None:
    option = "subset" if choice.split is None else "split"
    for named in (hh_folder, hh_folder / "harmless-base" / "test.jsonl.gz", "Anthropic/hh-rlhf"):
        with pytest.raises(LoadError, match=f"'' cannot be a {option}: it is empty"):
            opened(named, choice)


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress])
@pytest.mark.parametrize("name", ["rows.jsonl", "rows.json", "rows.txt.gz"])
def test_content_decides_what_a_file_is(tmp_path: Path, pack: Callable[[bytes], bytes], name: str) -> None:
    file = write(tmp_path / name, pack(LINES))
    (source,) = opened(str(file))
    assert values(source) == ROWS
    assert source.newline == "\n"
    assert source.sha256(unobserved) == hashlib.sha256(file.read_bytes()).hexdigest()
    assert values(source, 3) == ROWS[3:]
    done, total = source.position()
    assert done == total == file.stat().st_size


def test_a_file_of_several_gzip_members_is_read_whole(tmp_path: Path) -> None:
    half = len(LINES.splitlines(keepends=True)[0])
    (source,) = opened(write(tmp_path / "a.jsonl.gz", gzip.compress(LINES[:half]) + gzip.compress(LINES[half:])))
    assert values(source) == ROWS


@pytest.mark.parametrize("text", [json.dumps(ROWS), json.dumps(ROWS, indent=1), "\n\n " + json.dumps(ROWS)])
def test_a_json_array_is_read_element_by_element(tmp_path: Path, text: str) -> None:
    (source,) = opened(write(tmp_path / "rows.jsonl", text.encode()))
    assert source.newline is None
    assert values(source) == ROWS
    assert [record.line for record in source.records(2)] == [3, 4, 5]


def test_elements_of_an_array_that_are_no_objects_are_unreadable(tmp_path: Path) -> None:
    (source,) = opened(write(tmp_path / "rows.json", json.dumps([ROWS[0], 5, None]).encode()))
    found = list(source.records(0))
    assert [isinstance(record.value, Unreadable) for record in found] == [False, True, True]
    assert [record.raw for record in found] == [None, b"5", b"null"]


def test_blank_lines_are_no_records_and_count_as_lines(tmp_path: Path) -> None:
    (source,) = opened(write(tmp_path / "a.jsonl", b'\n{"a": 1}\r\n \t\r\n{"a": 2}'))
    assert list(source.records(0)) == [Record(2, b'{"a": 1}', None), Record(4, b'{"a": 2}', None)]
    assert list(source.records(2)) == [Record(4, b'{"a": 2}', None)]


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    (source,) = opened(write(tmp_path / "a.jsonl", b'\xef\xbb\xbf{"a": 1}\n'))
    assert list(source.records(0)) == [Record(1, b'{"a": 1}', None)]
    (source,) = opened(write(tmp_path / "b.json", b'\xef\xbb\xbf[{"a": 1}]'))
    assert values(source) == [{"a": 1}]


def test_the_end_of_lines_is_found(tmp_path: Path) -> None:
    assert opened(write(tmp_path / "a.jsonl", LINES.replace(b"\n", b"\r\n")))[0].newline == "\r\n"


def test_a_truncated_file_gives_its_rows_and_then_an_error(tmp_path: Path) -> None:
    many = LINES * 2000
    whole = gzip.compress(many, compresslevel=0)
    (source,) = opened(write(tmp_path / "a.jsonl.gz", whole[: len(whole) // 2]))
    read = []
    with pytest.raises(LoadError, match=r"damaged after line \d+ .*pairs before it are kept"):
        for record in source.records(0):
            read.append(record)
    assert len(read) > 1000


def test_bytes_changed_within_a_compressed_file_are_noticed(tmp_path: Path) -> None:
    whole = bytearray(gzip.compress(LINES * 50))
    whole[-6] ^= 0xFF
    (source,) = opened(write(tmp_path / "a.jsonl.gz", bytes(whole)))
    with pytest.raises(LoadError, match="damaged"):
        values(source)


def test_zstandard_is_read_or_explained(tmp_path: Path) -> None:
    zstandard = pytest.importorskip("zstandard", reason="no zstandard for this Python")
    (source,) = opened(write(tmp_path / "a.jsonl.zst", zstandard.compress(LINES)))
    assert values(source) == ROWS


def test_zstandard_without_a_reader_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "zstandard", None)
    monkeypatch.setitem(sys.modules, "compression", None)
    with pytest.raises(LoadError, match="zstd -dc"):
        opened(write(tmp_path / "a.jsonl.zst", b"\x28\xb5\x2f\xfd" + b"\0" * 20))


def test_standard_input_is_spooled(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(gzip.compress(LINES))))
    (source,) = opened("-")
    assert names([source]) == [("stdin", "all")]
    assert source.name == "standard input"
    assert source.sha256(unobserved) == hashlib.sha256(gzip.compress(LINES)).hexdigest()
    assert values(source) == ROWS


def test_a_pipe_is_spooled_under_its_own_name() -> None:
    told: list[Progress] = []
    reading, writing = os.pipe()
    os.write(writing, gzip.compress(LINES))
    os.close(writing)
    path = f"/dev/fd/{reading}"
    (source,) = resolve(path, Choice(), told.append)
    os.close(reading)
    assert isinstance(source, Source)
    assert (source.name, source.naming.uri, *names([source])) == (path, path, (str(reading), "all"))
    assert source.sha256(unobserved) == hashlib.sha256(gzip.compress(LINES)).hexdigest()
    assert values(source) == values(source) == ROWS
    assert [(one.phase, one.name) for one in told] == [("reading", path)]


def test_an_empty_device_is_an_error() -> None:
    with pytest.raises(LoadError, match="/dev/null is empty"):
        opened("/dev/null")


@pytest.fixture
def hh_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "hh-rlhf"
    for subset in ("harmless-base", "helpful-base"):
        for split in ("train", "test"):
            rows = [{**row, "chosen": row["chosen"] + subset + split} for row in ROWS]
            lines = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
            write(folder / subset / f"{split}.jsonl.gz", gzip.compress(lines))
    write(folder / "red-team-attempts" / "red_team_attempts.jsonl.gz", gzip.compress(b'[{"transcript": "x"}]'))
    write(folder / "README.md", b"read me")
    return folder


def test_a_folder_in_the_layout_of_hh_gives_subsets_and_splits(hh_folder: Path) -> None:
    found = list(resolve(str(hh_folder), Choice(), unobserved))
    assert names(found) == [
        ("harmless-base", "test"),
        ("harmless-base", "train"),
        ("helpful-base", "test"),
        ("helpful-base", "train"),
    ]
    (note,) = [one.text for one in found if isinstance(one, Note)]
    assert "red-team-attempts" in note and "single dialogues" in note and "\n" not in note


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (Choice(subset="helpful-base"), [("helpful-base", "test"), ("helpful-base", "train")]),
        (Choice(split="test"), [("harmless-base", "test"), ("helpful-base", "test")]),
        (Choice(subset="harmless-base", split="train"), [("harmless-base", "train")]),
    ],
)
def test_names_pick_from_a_laid_out_folder(hh_folder: Path, choice: Choice, expected: list[tuple[str, str]]) -> None:
    assert names(list(resolve(hh_folder, choice, unobserved))) == expected


def test_a_name_that_a_folder_does_not_have_is_an_error_that_lists_what_it_has(hh_folder: Path) -> None:
    with pytest.raises(LoadError, match="only harmless-base/test, harmless-base/train"):
        list(resolve(hh_folder, Choice(subset="other"), unobserved))


def test_a_folder_without_layout_gives_its_json_files(tmp_path: Path) -> None:
    write(tmp_path / "data" / "a.jsonl")
    write(tmp_path / "data" / "deep" / "b.json.gz", gzip.compress(LINES))
    write(tmp_path / "data" / "notes.txt")
    assert names(opened(tmp_path / "data")) == [("a", "all"), ("b", "all")]


def test_a_folder_without_json_files_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="holds no JSON files"):
        opened(tmp_path)


@pytest.mark.parametrize("named", ["absent.jsonl", "a/b/c", "/absent/file", ""])
def test_a_name_that_stands_for_nothing_is_an_error(
    named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(hub, "_reachable", lambda: False)
    if named:
        with pytest.raises(LoadError, match=r"there is no file .*name a file, a folder"):
            opened(named)


def test_an_empty_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="is empty"):
        opened(write(tmp_path / "a.jsonl", b""))


def test_a_file_without_permission_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path / "a.jsonl")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(LoadError, match="cannot be read: Permission denied"):
        opened(file)


def test_the_hub_out_of_reach_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(hub, "_reachable", lambda: False)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(LoadError) as caught:
        opened("Anthropic/hh-rlhf-not-in-any-cache")
    assert str(caught.value).startswith("the hub cannot be reached")
    assert "hhtui load FILE" in str(caught.value) and "\n" not in str(caught.value)


def test_reaching_the_hub_gives_up_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    assert hub._reachable() is False
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "ENDPOINT", "https://never-asked.invalid")
    assert hub._reachable() is False


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    import datasets

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", str(tmp_path / "cache"))
    yield


@pytest.mark.usefixtures("own_cache")
def test_data_dirs_of_a_dataset_are_walked_and_recorded(hh_folder: Path) -> None:
    walked = ["harmless-base", "helpful-base"]
    told: list[Progress] = []
    found = list(hub.open_hub(str(hh_folder), Choice(), told.append, data_dirs=walked))
    assert sorted(names(found)) == [(subset, split) for subset in walked for split in ("test", "train")]
    assert all(one.naming.data_dir == one.naming.subset for one in found)
    assert [len(values(one)) for one in found] == [5, 5, 5, 5]
    assert all(row["chosen"].endswith("".join(names([one])[0])) for one in found for row in values(one))
    assert [one.name.split("/")[-1] for one in told] == ["hh-rlhf harmless-base", "hh-rlhf helpful-base"]


@pytest.mark.usefixtures("own_cache")
def test_one_data_dir_and_one_split_can_be_chosen(hh_folder: Path) -> None:
    found = list(hub.open_hub(str(hh_folder), Choice(data_dir="helpful-base", split="test"), unobserved))
    assert names(found) == [("helpful-base", "test")]
    with pytest.raises(LoadError, match="has no split dev; it has"):
        list(hub.open_hub(str(hh_folder), Choice(data_dir="helpful-base", split="dev"), unobserved))


@pytest.mark.usefixtures("own_cache")
def test_a_dataset_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(LoadError) as caught:
        list(hub.open_hub(str(tmp_path / "empty"), Choice(), unobserved))
    assert "cannot be loaded" in str(caught.value) and "\n" not in str(caught.value)


def test_the_four_subsets_of_hh_are_known() -> None:
    assert set(hub.DATA_DIRS["Anthropic/hh-rlhf"]) == {
        "harmless-base",
        "helpful-base",
        "helpful-online",
        "helpful-rejection-sampled",
    }


def test_the_commit_is_read_from_the_addresses_of_the_files() -> None:
    import datasets

    commit = "09be8c5bbc57cb3887f3a9732ad6aa7ec602a1fa"
    address = f"hf://datasets/Anthropic/hh-rlhf@{commit}/harmless-base/test.jsonl.gz"
    dataset = datasets.Dataset.from_list(ROWS)
    assert hub._commit(dataset) is None
    dataset.info.download_checksums = {address: {"num_bytes": 1, "checksum": None}}
    assert hub._commit(dataset) == commit


def test_a_dataset_in_memory_is_a_source() -> None:
    import datasets

    dataset = datasets.Dataset.from_list([{**row, "n": number} for number, row in enumerate(ROWS)])
    (source,) = opened(dataset)
    assert names([source]) == [("dataset", "all")]
    assert values(source) == [{**row, "n": number} for number, row in enumerate(ROWS)]
    assert values(source, 4) == [{**ROWS[4], "n": 4}]
    assert source.position() == (5, 5)
    (again,) = opened(dataset.with_format("numpy"), Choice(subset="mine", split="x"))
    assert again.sha256(unobserved) == source.sha256(unobserved)
    assert names([again]) == [("mine", "x")]


def test_a_dataset_dict_gives_its_splits() -> None:
    import datasets

    both = datasets.DatasetDict({name: datasets.Dataset.from_list(ROWS) for name in ("train", "test")})
    assert names(opened(both)) == [("dataset", "train"), ("dataset", "test")]
    assert names(opened(both, Choice(split="test"))) == [("dataset", "test")]


def test_a_file_source_refuses_what_it_cannot_seek_past() -> None:
    from hhtui.ingest.naming import Naming

    source = FileSource(io.BytesIO(LINES), Naming("memory.jsonl", "a", "all"))
    assert source.position()[1] == len(LINES)
    source.close()
    with pytest.raises(ValueError, match="closed"):
        values(source)


def test_items_are_produced_in_order_and_errors_come_where_they_were_raised() -> None:
    def items() -> Generator[int, None, None]:
        yield from range(20)
        raise LoadError("broken")

    seen = []
    with pytest.raises(LoadError, match="broken"), produced(items(), ahead=3) as waiting:
        for item in waiting:
            seen.append(item)
    assert seen == list(range(20))


def test_the_producer_stops_when_its_user_does() -> None:
    import threading

    made = []

    def items() -> Generator[int, None, None]:
        for number in range(1_000_000):
            made.append(number)
            yield number

    generator = items()
    with produced(generator, ahead=2) as waiting:
        assert next(waiting) == 0
    assert len(made) < 1_000
    assert inspect.getgeneratorstate(generator) == inspect.GEN_CLOSED
    assert not any(thread.name == "producer" for thread in threading.enumerate())
