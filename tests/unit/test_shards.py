"""Shards of texts and scores, their manifest, and the set of texts that went out."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as some

from hhtui.hashing import text_hash
from hhtui.model import ScoreColumn
from hhtui.score.ray import manifest as manifests
from hhtui.score.ray import shards
from hhtui.score.ray.manifest import Shard, ShardManifest
from hhtui.score.ray.seen import Seen
from hhtui.score.ray.shards import Scores
from hhtui.score.scorer import ScoreError

TEXTS = ["one", "two words", "drei Wörter hier", "𝔠 🙂", "line\nbreak\x00"]
COLUMNS = (ScoreColumn("size", 0, 9, "Counts.", "Always."), ScoreColumn("letters", 0, 9, "Counts.", "Always."))
MADE = ShardManifest("made", "1.2.3", "f" * 64, COLUMNS, ("response",), {"a": [1, "ü"]}, {}, "{}", ("response",))


def scores() -> Scores:
    numbers = (numpy.arange(2 * len(TEXTS)).reshape(-1, 2) / 7).astype(numpy.float32)
    numbers[1, 0] = numpy.nan
    return Scores(list(map(text_hash, TEXTS)), numbers, numpy.arange(1, len(TEXTS) + 1, dtype=numpy.int32))


@pytest.fixture
def sent(tmp_path: Path) -> ShardManifest:
    """The manifest of a folder with two shards of texts, the second with scores."""
    texts = {text_hash(text): text for text in TEXTS}
    both = tuple(shards.write_texts(tmp_path, number, "response", texts) for number in (0, 1))
    manifest = replace(MADE, shards=both)
    manifests.write(tmp_path, manifest)
    shards.write_scores(tmp_path, manifest, both[1], scores())
    return manifest


def test_texts_go_out_as_they_are(tmp_path: Path, sent: ShardManifest) -> None:
    from pyarrow import parquet

    table = parquet.read_table(tmp_path / "texts" / "000001.parquet")
    assert table["text"].to_pylist() == TEXTS
    assert table["text_hash"].to_pylist() == list(map(text_hash, TEXTS))
    assert set(table["shard"].to_pylist()) == {1}
    assert sent.shards[1][:4] == (1, "response", len(TEXTS), sum(map(len, TEXTS)))


def test_scores_come_back_as_they_were(tmp_path: Path, sent: ShardManifest) -> None:
    found = shards.read_scores(tmp_path, sent, sent.shards[1])
    assert found is not None
    assert list(found.hashes) == list(scores().hashes)
    numpy.testing.assert_array_equal(found.numbers, scores().numbers)
    numpy.testing.assert_array_equal(found.windows, scores().windows)


def test_the_manifest_is_readable_and_comes_back_whole(tmp_path: Path, sent: ShardManifest) -> None:
    assert manifests.read(tmp_path) == sent
    told = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    assert (told["name"], told["columns"][1]["name"]) == ("made", "letters")
    assert told["shards"][0]["rows"] == len(TEXTS)
    assert len(told["shards"][0]["sha256"]) == 64


def test_only_shards_without_whole_scores_are_to_be_scored(tmp_path: Path, sent: ShardManifest) -> None:
    assert shards.unscored(tmp_path, sent) == [sent.shards[0]]
    shards.write_scores(tmp_path, sent, sent.shards[0], scores())
    assert shards.unscored(tmp_path, sent) == []


def flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 0x10
    path.write_bytes(content)


DAMAGE: dict[str, Callable[[Path], object]] = {
    "a bit of the first page": lambda path: flip(path, 60),
    "a bit at the end": lambda path: flip(path, path.stat().st_size - 1),
    "the end": lambda path: path.write_bytes(path.read_bytes()[:-20]),
    "everything": lambda path: path.write_bytes(b""),
    "the file": lambda path: path.unlink(),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_damaged_scores_count_as_missing(tmp_path: Path, sent: ShardManifest, damage: Callable[[Path], object]) -> None:
    damage(tmp_path / "scores" / "000001.parquet")
    assert shards.read_scores(tmp_path, sent, sent.shards[1]) is None
    assert shards.unscored(tmp_path, sent) == list(sent.shards)


def test_any_flipped_bit_is_found_or_of_no_consequence(tmp_path: Path, sent: ShardManifest) -> None:
    path = tmp_path / "scores" / "000001.parquet"
    whole = path.read_bytes()
    found = 0
    for at in range(0, len(whole), 7):
        flip(path, at)
        read = shards.read_scores(tmp_path, sent, sent.shards[1])
        found += read is None
        if read is not None:
            assert list(read.hashes) == list(scores().hashes)
            numpy.testing.assert_array_equal(read.numbers, scores().numbers)
        path.write_bytes(whole)
    assert found > 0


def test_scores_of_another_scorer_or_of_other_texts_count_as_missing(tmp_path: Path, sent: ShardManifest) -> None:
    other = replace(sent, fingerprint="x")
    assert shards.read_scores(tmp_path, other, sent.shards[1]) is None
    assert shards.read_scores(tmp_path, sent, sent.shards[1]._replace(sha256="0" * 64)) is None
    assert shards.read_scores(tmp_path, sent, sent.shards[1]._replace(rows=4)) is None


def test_texts_that_are_damaged_are_named(tmp_path: Path, sent: ShardManifest) -> None:
    flip(tmp_path / "texts" / "000000.parquet", 50)
    with pytest.raises(ScoreError, match=r"000000\.parquet is missing or damaged; delete"):
        shards.unscored(tmp_path, sent)
    flip(tmp_path / "texts" / "000000.parquet", 50)
    (tmp_path / "texts" / "000001.parquet").unlink()
    assert shards.unscored(tmp_path, sent) == [sent.shards[0]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "holds no manifest.json"),
        ("{", "is damaged"),
        ("[]", "is damaged"),
        ('{"format": 1}', "is damaged"),
        ('{"format": 99}', "is of format 99, this hhtui knows 1"),
    ],
)
def test_a_manifest_that_cannot_be_read_is_one_line(tmp_path: Path, content: str | None, message: str) -> None:
    if content is not None:
        (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(ScoreError, match=message) as error:
        manifests.read(tmp_path)
    assert "\n" not in str(error.value)


COLUMN = {"name": "size", "low": 0, "high": 9, "meaning": "Counts.", "fails": "Always."}
WRONG: dict[str, dict[str, object]] = {
    "a name of another type": {"name": 5},
    "a name of two lines": {"name": "a\x1b[31m\nb"},
    "a name that no query can write": {"name": "!"},
    "a version of another type": {"version": None},
    "a fingerprint that is no number": {"fingerprint": "../x"},
    "no columns": {"columns": []},
    "columns of another type": {"columns": ["size"]},
    "a column that no query can name": {"columns": [{**COLUMN, "name": "a; drop"}]},
    "a column with a name that is taken": {"columns": [{**COLUMN, "name": "chosen"}]},
    "two columns of one name": {"columns": [COLUMN, COLUMN]},
    "a column of pairs": {"columns": [{**COLUMN, "of_pair": True}]},
    "a bound that is text": {"columns": [{**COLUMN, "low": "x"}]},
    "a bound that is missing": {"columns": [{**COLUMN, "high": None}]},
    "a bound without end": {"columns": [{**COLUMN, "high": float("inf")}]},
    "a bound too large": {"columns": [{**COLUMN, "high": 10**400}]},
    "bounds the wrong way round": {"columns": [{**COLUMN, "low": 10}]},
    "a meaning of another type": {"columns": [{**COLUMN, "meaning": 5}]},
    "an unknown kind of text": {"units": ["foo"]},
    "pairs as a kind of text": {"units": ["pair"], "sent": ["pair"]},
    "a kind of text twice": {"units": ["response", "response"]},
    "a kind of text sent that is not read": {"sent": ["prompt"]},
    "findings of another type": {"findings": [1]},
    "a summary of another type": {"findings": {"summary": ["a"]}},
    "a summary of two lines": {"findings": {"summary": "a\nb"}},
    "parameters of another type": {"parameters": "x"},
    "parameters that SQLite cannot store": {"parameters": {"a": "\ud800"}},
    "options of another type": {"options": []},
    "shards of another type": {"shards": [1]},
    "a shard of another folder": {"shards": [{**Shard(0, "response", 1, 1, "a")._asdict(), "number": "../0"}]},
    "a shard out of order": {"shards": [Shard(7, "response", 1, 1, "a")._asdict()]},
    "an empty shard": {"shards": [Shard(0, "response", 0, 1, "a")._asdict()]},
    "a shard of texts that were not sent": {"shards": [Shard(0, "prompt", 1, 1, "a")._asdict()]},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_a_manifest_that_says_nonsense_is_one_line(tmp_path: Path, wrong: dict[str, object]) -> None:
    manifests.write(tmp_path, MADE)
    told = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    (tmp_path / "manifest.json").write_text(json.dumps({**told, **wrong}), encoding="utf-8")
    with pytest.raises(ScoreError, match="is damaged") as error:
        manifests.read(tmp_path)
    assert str(error.value).isprintable()


def test_a_manifest_without_a_field_names_it(tmp_path: Path) -> None:
    manifests.write(tmp_path, MADE)
    told = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    del told["version"]
    (tmp_path / "manifest.json").write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(ScoreError, match="does not say 'version'"):
        manifests.read(tmp_path)


def misshapen() -> dict[str, Any]:
    """Files of scores that have other columns than they should."""
    import pyarrow

    hashes = pyarrow.array(list(map(text_hash, TEXTS)), pyarrow.binary(16))
    numbers = pyarrow.array(scores().numbers.tolist(), pyarrow.list_(pyarrow.float32(), 2))
    windows = pyarrow.array([1] * len(TEXTS), pyarrow.int32())
    good = {"text_hash": hashes, "numbers": numbers, "windows": windows}
    return {
        "numbers that are no lists": {**good, "numbers": pyarrow.array([0.5] * len(TEXTS))},
        "longer hashes": {**good, "text_hash": pyarrow.array([b"x" * 17] * len(TEXTS), pyarrow.binary(17))},
        "hashes of any length": {**good, "text_hash": hashes.cast(pyarrow.binary())},
        "no hash": {**good, "text_hash": pyarrow.array([None] * len(TEXTS), pyarrow.binary(16))},
        "windows that are text": {**good, "windows": windows.cast(pyarrow.string())},
        "no windows": {name: good[name] for name in ("text_hash", "numbers")},
    }


@pytest.mark.parametrize("kind", misshapen())
def test_misshapen_scores_count_as_missing(tmp_path: Path, sent: ShardManifest, kind: str) -> None:
    import pyarrow
    from pyarrow import parquet

    path = tmp_path / "scores" / "000001.parquet"
    sealed = parquet.read_table(path).schema.metadata
    parquet.write_table(pyarrow.table(misshapen()[kind]).replace_schema_metadata(sealed), path)
    assert shards.read_scores(tmp_path, sent, sent.shards[1]) is None


def test_a_shard_is_named_by_its_number() -> None:
    assert Shard(12, "prompt", 3, 30, "").name == "000012.parquet"


@given(some.lists(some.lists(some.integers(0, 400), max_size=60), max_size=12))
def test_a_hash_is_met_first_exactly_once(rounds: list[list[int]]) -> None:
    seen, before = Seen(), set[bytes]()
    for numbers in rounds:
        hashes = [text_hash(str(number)) for number in numbers]
        expected = [digest for digest in dict.fromkeys(hashes) if digest not in before]
        assert seen.met(hashes) == [digest for digest in hashes if digest in before]
        assert seen.first_met(hashes) == expected
        before.update(hashes)
