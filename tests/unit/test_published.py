"""What is known of detoxify's scorers without PyTorch: columns, what a download would be, and what is missing."""

import json
import subprocess
import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from hhtui.score.detoxify import weights
from hhtui.score.detoxify.fp32 import Detoxify
from hhtui.score.detoxify.published import PUBLISHED, column_names, columns_of
from hhtui.score.detoxify.weights import download_notice, torch_cache
from hhtui.score.scorer import REGISTRY, Options, ScoreError, create

NAMES = [f"detoxify:{variant}" for variant in PUBLISHED]

DESCRIBE = """
import json, sys
sys.modules.update(dict.fromkeys(["torch", "transformers", "detoxify", "numpy"]))
from hhtui.score.scorer import create
from hhtui.score.detoxify.weights import download_notice
told = []
for name in json.loads(sys.argv[1]):
    scorer = create(name)
    columns = [[one.name, one.low, one.high, one.meaning, one.fails] for one in scorer.columns]
    told.append([scorer.name, list(scorer.units), columns, download_notice(name)])
print(json.dumps(told))
"""


@pytest.fixture(autouse=True)
def empty_caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let neither torch's cache nor the hub's hold anything."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))


def test_every_variant_is_described_where_pytorch_cannot_be_imported() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", DESCRIBE, json.dumps(NAMES)], capture_output=True, text=True, check=True
    )
    told = json.loads(ran.stdout)
    assert [name for name, *_ in told] == NAMES
    for name, units, columns, notice in told:
        assert units == ["response", "prompt", "turn"]
        assert len(columns) == (6 if "original" in name else 7)
        assert columns[0][0] == "toxicity"
        for column, low, high, meaning, fails in columns:
            assert column.isidentifier() and (low, high) == (0, 1)
            assert meaning.endswith(".") and fails.endswith(".")
            assert "crowdworkers labelled" in meaning
            assert "safe" not in meaning + fails
        assert name in notice and "MB" in notice


def test_the_registry_has_every_variant() -> None:
    assert set(NAMES) <= set(REGISTRY)


def test_only_the_multilingual_variant_claims_languages_beside_english() -> None:
    for variant, known in PUBLISHED.items():
        fails = columns_of(known.classes, known)[0].fails
        assert ("French" in fails) == (variant == "multilingual")


def test_every_published_file_names_the_start_of_its_hash() -> None:
    starts = [known.sha256_start for known in PUBLISHED.values()]
    assert len(set(starts)) == len(starts)
    assert all(len(start) == 8 and int(start, 16) for start in starts)
    assert PUBLISHED["original"].sha256_start == "c1212f89"


def test_class_names_become_columns_that_a_query_can_name() -> None:
    assert column_names(["toxic", "identity_hate", "Very Rude!", "2nd", "", "very-rude", "ähnlich"]) == (
        "toxicity",
        "identity_attack",
        "very_rude",
        "class_2nd",
        "class",
        "very_rude_2",
        "hnlich",
    )


def test_the_notice_says_what_how_large_and_from_whom() -> None:
    assert download_notice("detoxify:original") == (
        "detoxify:original needs a download: the weights, about 438 MB, from https://github.com/unitaryai/detoxify/"
        "releases/download/v0.1-alpha/toxic_original-c1212f89.ckpt; and the configuration and tokenizer of "
        "bert-base-uncased, about 1 MB, from https://huggingface.co/bert-base-uncased."
    )


def test_without_weights_and_permission_one_line_says_how_to_get_them() -> None:
    scorer = create("detoxify:unbiased")
    with pytest.raises(ScoreError) as raised:
        scorer.parameters  # noqa: B018
    message = str(raised.value)
    assert "toxic_debiased-c7548aa0.ckpt" in message and "499 MB" in message
    assert "--yes" in message and "--checkpoint FILE" in message and "--config-dir FOLDER" in message
    assert "\n" not in message
    assert not torch_cache().exists()


@pytest.mark.parametrize(
    ("absent", "said"),
    [
        ({"detoxify"}, "detoxify is not installed here: pip install 'hhtui[detoxify]'"),
        ({"torch", "transformers"}, "torch and transformers are not installed here: pip install 'hhtui[detoxify]'"),
    ],
)
def test_missing_packages_are_named(absent: set[str], said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name in absent else object())
    with pytest.raises(ScoreError) as raised:
        Detoxify("detoxify:original").fingerprint  # noqa: B018
    assert str(raised.value) == said


def test_a_version_is_that_of_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(package: str) -> str:
        raise PackageNotFoundError(package)

    monkeypatch.setattr("hhtui.score.detoxify.fp32.version", absent)
    with pytest.raises(ScoreError, match="detoxify is not installed here: pip install"):
        Detoxify("detoxify:original").version  # noqa: B018
    monkeypatch.setattr("hhtui.score.detoxify.fp32.version", lambda package: f"{package} 9")
    assert Detoxify("detoxify:original").version == "detoxify 9"


def test_an_unknown_variant_is_answered_with_all_of_them() -> None:
    with pytest.raises(ScoreError, match="no 'huge'; it has original, unbiased, multilingual"):
        Detoxify("detoxify:huge")


@pytest.mark.parametrize(
    ("contents", "said"),
    [
        (None, "cannot be read: No such file"),
        (b"", "damaged, or not a checkpoint"),
        (b"\x80\x02}q\x00.", "damaged, or not a checkpoint"),
        (b"PK\x03\x04 and then nothing", "damaged, or not a checkpoint"),
    ],
)
def test_a_checkpoint_that_is_none_is_named(contents: bytes | None, said: str, tmp_path: Path) -> None:
    file = tmp_path / "given.ckpt"
    if contents is not None:
        file.write_bytes(contents)
    options = Options(checkpoint=file, config_dir=tmp_path)
    with pytest.raises(ScoreError, match=said) as raised:
        create("detoxify:original", options).columns  # noqa: B018
    assert str(file) in str(raised.value)
    with pytest.raises(ScoreError, match=said):
        download_notice("detoxify:original", options)


def test_torchs_cache_follows_the_variables_that_torch_reads(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "one"))
    assert weights.torch_cache() == tmp_path / "one" / "hub" / "checkpoints"
    monkeypatch.delenv("TORCH_HOME")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "two"))
    assert weights.torch_cache() == tmp_path / "two" / "torch" / "hub" / "checkpoints"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "three"))
    assert weights.torch_cache() == tmp_path / "three" / ".cache" / "torch" / "hub" / "checkpoints"
