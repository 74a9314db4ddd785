"""Scoring from the command line: what there is, what harm stands for, and the question before a download."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hhtui import api
from hhtui.cli import output
from hhtui.cli.score_progress import words
from hhtui.score.detoxify import weights
from hhtui.score.detoxify.published import PUBLISHED
from hhtui.score.progress import ScoreProgress
from hhtui.score.scorer import DEFAULTS, REGISTRY
from tests.command_line import hhtui, hhtui_json, write_rows


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HHTUI_DATA_DIR", "HHTUI_CONFIG_DIR", "TORCH_HOME", "HF_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.delenv("HHTUI_DB", raising=False)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "a.db"
    api.load(path, write_rows(tmp_path / "rows.jsonl"))
    yield path


def failure(*given: object) -> str:
    """Return the one line that a command which fails says."""
    result = hhtui(*given)
    assert (result.exit_code, result.stdout) == (1, "")
    return result.stderr.strip().splitlines()[-1]


def test_the_list_says_what_every_signal_measures_and_where_it_fails() -> None:
    lines = hhtui("score", "--list").stdout.splitlines()
    assert {line.partition(" ")[0] for line in lines if not line.startswith(" ")} == {*REGISTRY, "length"}
    told = {one["name"]: one for one in hhtui_json("score", "--list", "--json")["available"]}
    assert list(told) == [*REGISTRY, "length"]
    for one in told.values():
        for column in one["columns"]:
            assert column["meaning"].endswith(".") and column["fails"].endswith(".")
    for name in (*DEFAULTS, "length"):
        for column in told[name]["columns"]:
            assert any(column["meaning"] in line and column["fails"] in line for line in lines)


def test_the_list_says_where_weights_are_and_what_is_wrong_with_them(monkeypatch: pytest.MonkeyPatch) -> None:
    def listed() -> dict[str, str]:
        told = {one["name"]: one for one in hhtui_json("score", "--list", "--json")["available"]}
        assert [len(told[name]["columns"]) for name in ("detoxify:original", "detoxify:unbiased")] == [6, 7]
        lines = hhtui("score", "--list").stdout.splitlines()
        for name, one in told.items():
            state = f" ({one['state']})" if one["state"] else ""
            assert f"{name} {one['version']}".rstrip() + state in lines
        return {name: one["state"] for name, one in told.items()}

    monkeypatch.setattr(weights, "PACKAGES", ())
    monkeypatch.setattr("hhtui.score.detoxify.fp32.version", lambda package: "0.5.4")
    before = listed()
    assert before["detoxify:original"] == "weights to be downloaded"
    assert before["alt-profanity"] == before["length"] == ""

    checkpoint = weights.torch_cache() / PUBLISHED["original"].file_name
    checkpoint.parent.mkdir(parents=True)
    checkpoint.write_bytes(b"garbage")
    damaged = listed()
    assert damaged.pop("detoxify:original").startswith(f"{checkpoint} is damaged")
    assert damaged == {name: state for name, state in before.items() if name != "detoxify:original"}

    monkeypatch.setattr(weights, "PACKAGES", ("absent_package",))
    assert "absent_package is not installed here" in listed()["detoxify:original"]


def test_the_list_loads_no_pytorch() -> None:
    program = (
        "import sys; from hhtui.score.listing import signals; signals();"
        "sys.exit(', '.join({'torch', 'transformers', 'onnxruntime'} & {*sys.modules}))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ran.stderr.strip() == ""


def test_nothing_is_called_safe_and_candidates_are_called_so() -> None:
    text = hhtui("score", "--list").stdout
    assert "safe" not in text.lower().replace("unsafe", "")
    assert "andidates for label errors" in text


def test_a_scorer_is_described_in_full_where_it_is_named() -> None:
    lines = hhtui("score", "--list", "--scorer", "detoxify:unbiased").stdout.splitlines()
    assert lines[0].startswith("detoxify:unbiased")
    assert sum("0 to 1" in line for line in lines) == 7


def test_harm_stands_for_the_column_that_is_used(db: Path) -> None:
    hhtui("score", db, "--scorer", "alt-profanity", "--scorer", "refusal")
    done = hhtui("scorer", "use", db, "refusal.clarification")
    assert done.exit_code == 0
    assert "stand for clarification (refusal 1)" in done.stderr
    assert hhtui_json("score", db, "--list", "--json")["harm"] == "refusal.clarification"
    assert "Columns: alt_profanity.toxicity, refusal.refusal" in failure("scorer", "use", db, "toxcity")
    assert hhtui("scorer", "use", db).exit_code == 2
    assert hhtui("scorer", "use", db, "alt-profanity.toxicity").exit_code == 0
    assert hhtui_json("score", db, "--list", "--json")["harm"] == "alt_profanity.toxicity"


def test_too_few_pairs_to_learn_from_are_said_and_no_error(db: Path) -> None:
    done = hhtui("score", db)
    assert done.exit_code == 0
    assert "preference-model left out: " in done.stderr and "1,000" in done.stderr
    told = hhtui_json("score", db, "--json")
    assert list(told["skipped"]) == ["preference-model"]
    assert "1,000" in failure("score", db, "--scorer", "preference-model")


def test_turns_are_scored_on_request(db: Path) -> None:
    hhtui("score", db, "--scorer", "alt-profanity")
    (before,) = hhtui_json("score", db, "--list", "--json")["scorers"]
    assert before["turns_of"] == 0
    told = hhtui_json("score", db, "--scorer", "alt-profanity", "--unit", "turn", "--json")
    assert told["scored"] > 0
    assert told["scorers"][0]["turns_of"] == 4
    assert "the turns of 4" in hhtui("score", db, "--list").stdout


def test_nothing_is_downloaded_without_a_yes(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "require_packages", lambda: None)
    result = hhtui("score", db, "--scorer", "detoxify:original")
    notice, refused = result.stderr.strip().splitlines()
    assert "438 MB" in notice and "https://github.com/unitaryai/detoxify/" in notice and "bert-base-uncased" in notice
    assert "--yes agrees" in refused
    assert result.exit_code == 1

    monkeypatch.setattr(output, "can_ask", lambda: True)
    declined = hhtui("score", db, "--scorer", "detoxify:original", stdin="n\n")
    assert declined.exit_code == 1
    assert "nothing was downloaded" in declined.stderr


def test_packages_that_are_missing_are_said_before_any_question(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "PACKAGES", ("absent_package",))
    assert "pip install 'hhtui[detoxify]'" in failure("score", db, "--scorer", "detoxify:original")


def test_progress_in_words() -> None:
    at = ScoreProgress("detoxify:original", "scoring", "response", 600, 2312, 40, 4.23, 612.4, 610.0)
    assert words(at) == (
        "detoxify:original  responses  █████░░░░░░░░░░░░░░░  600 of 2,312 pairs  4.2 texts/s  612 tokens/s  "
        "about 10 min left"
    )
    assert words(ScoreProgress("refusal", "starting")) == "refusal  starting"
    learning = ScoreProgress("preference-model", "learning", "pair", 0, 2312)
    assert words(learning) == "preference-model  reading and learning from 2,312 pairs"
