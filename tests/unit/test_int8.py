"""Detoxify's models in int8: exported from tiny checkpoints, kept where they rank as fp32 does, without PyTorch."""

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy
import pytest

from hhtui.ingest.load import load
from hhtui.score.detoxify import int8, libraries, onnx_model, quantize
from hhtui.score.detoxify.exported import CHECKS, MANIFEST, MODEL, TOKENIZER, draft_of, read_manifest
from hhtui.score.detoxify.fp32 import Detoxify
from hhtui.score.detoxify.int8 import DetoxifyInt8, int8_name
from hhtui.score.detoxify.published import PUBLISHED
from hhtui.score.detoxify.quantize import LIMIT, DisagreementError, Exported, export_int8
from hhtui.score.scorer import Options, ScoreError, Scorer, create, score_all
from hhtui.store.database import Database
from tests.checkpoints import WINDOW, WORDS, TinyCheckpoint, contents, tiny_albert, tiny_bert
from tests.command_line import hhtui, hhtui_json, write_rows
from tests.transcripts import dialogue

for package in ("torch", "transformers", "detoxify", "sentencepiece"):
    pytest.importorskip(package, reason="the extra `detoxify` is not installed")
for package in ("onnx", "onnxruntime", "tokenizers"):
    pytest.importorskip(package, reason="the extra `onnx` is not installed")

FILES = {MANIFEST, MODEL, TOKENIZER}
BLOCKED = ("torch", "transformers", "detoxify", "onnx", "sentencepiece")
LONG = "a kind word costs nothing. " * 60
TEXTS = [
    "A kind word costs nothing.",
    "?",
    "words words",
    "Люди и 🙂",
    "[CLS] [SEP]",
    LONG,
    LONG + "but why?",
    "x" * 900,
]


class Made(NamedTuple):
    """A tiny checkpoint, the name of its scorer, and its export."""

    name: str
    checkpoint: TinyCheckpoint
    exported: Exported

    @property
    def fp32(self) -> Detoxify:
        """The scorer of the checkpoint."""
        return Detoxify(self.name, options_of(self.checkpoint))

    @property
    def rounded(self) -> DetoxifyInt8:
        """The scorer of the export."""
        return DetoxifyInt8(self.exported.name, Options(model=self.exported.folder, threads=2))


def options_of(checkpoint: TinyCheckpoint) -> Options:
    """Return how to make the scorer of a checkpoint, on the CPU."""
    return Options(checkpoint=checkpoint.file, config_dir=checkpoint.config_dir, device="cpu")


@pytest.fixture(autouse=True)
def offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the hub out, and let the data folder be an empty one."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HHTUI_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of 80 pairs of made-up words, some of them longer than a window."""
    folder = tmp_path_factory.mktemp("pairs")
    chance, words = random.Random(3), WORDS.split()

    def said() -> str:
        return " ".join(chance.choices(words, k=chance.choice([1, 5, 20, 50, 90])))

    rows = [{"chosen": dialogue("why", said()), "rejected": dialogue("why", said())} for _ in range(80)]
    with Database.create(folder / "pairs.db") as database:
        load(database, [write_rows(folder / "pairs.jsonl", rows)])
    return folder / "pairs.db"


@pytest.fixture(scope="module", params=["bert", "albert"])
def made(request: pytest.FixtureRequest, pairs: Path, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A tiny BERT and a tiny ALBERT, exported."""
    folder = tmp_path_factory.mktemp(request.param)
    make: Callable[[Path], TinyCheckpoint] = tiny_bert if request.param == "bert" else tiny_albert
    name = "detoxify:original" if request.param == "bert" else "detoxify:original-small"
    checkpoint = make(folder)
    return Made(name, checkpoint, export(pairs, checkpoint, folder / "model", name=name))


@pytest.fixture(scope="module")
def bert(pairs: Path, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A tiny BERT, exported."""
    folder = tmp_path_factory.mktemp("bert-alone")
    checkpoint = tiny_bert(folder)
    return Made("detoxify:original", checkpoint, export(pairs, checkpoint, folder / "model"))


def export(pairs: Path, checkpoint: TinyCheckpoint, folder: Path, **named: Any) -> Exported:
    """Export a checkpoint to `folder`, compared on the database `pairs`."""
    with Database.open(pairs, read_only=True) as database:
        return export_int8(database, options=options_of(checkpoint), folder=folder, **named)


def with_weights(checkpoint: TinyCheckpoint, change: Callable[[dict[str, Any]], None]) -> TinyCheckpoint:
    """Change the weights of a checkpoint in place, and return it."""
    import torch

    held = contents(checkpoint.file)
    change(held["state_dict"])
    torch.save(held, checkpoint.file)
    return checkpoint


def test_an_export_ranks_as_fp32_does_and_says_so(made: Made) -> None:
    agreement, folder = made.exported.agreement, made.exported.folder
    assert {file.name for file in folder.iterdir()} == FILES
    assert agreement.texts >= 100
    assert [column.name for column in agreement.columns] == [column.name for column in made.fp32.columns]
    assert all(column.reaches(LIMIT) for column in agreement.columns)
    manifest = read_manifest(folder)
    assert manifest.findings == {**made.rounded.findings}
    assert manifest.findings["rank_correlation"] == agreement.to_json()["rank_correlation"]
    summary = manifest.findings["summary"]
    assert summary.startswith(f"{made.fp32.findings['summary']}; ranks {agreement.texts} responses")
    assert manifest.source == made.fp32.fingerprint
    assert made.exported.fingerprint == made.rounded.fingerprint


def test_the_figures_are_those_of_the_two_scorers(made: Made, pairs: Path) -> None:
    from scipy.stats import spearmanr

    from hhtui.store.samples import responses

    with Database.open(pairs, read_only=True) as database:
        texts = responses(database.reader(), quantize.SAMPLE, quantize.SEED)
    rounded, exact = score_all(made.rounded, texts), score_all(made.fp32, texts)
    assert 0 < numpy.abs(rounded - exact).max() < 0.3
    for place, column in enumerate(made.exported.agreement.columns):
        assert column.rank_correlation == pytest.approx(spearmanr(exact[:, place], rounded[:, place])[0], abs=1e-6)


def test_windows_and_tokens_are_those_of_fp32(made: Made) -> None:
    rounded, exact = made.rounded.score(TEXTS), made.fp32.score(TEXTS)
    assert rounded.windows is not None and exact.windows is not None
    assert rounded.windows.tolist() == exact.windows.tolist()
    assert max(rounded.windows) > 2 and min(rounded.windows) == 1
    assert rounded.tokens == exact.tokens > 2 * WINDOW
    assert rounded.numbers.dtype == numpy.float32
    assert ((rounded.numbers > 0) & (rounded.numbers < 1)).all()


def test_a_text_has_exactly_the_same_numbers_alone_and_among_others(made: Made) -> None:
    alone = numpy.concatenate([made.rounded.score([text]).numbers for text in TEXTS])
    numpy.testing.assert_array_equal(score_all(made.rounded, TEXTS), alone)
    single = DetoxifyInt8(made.exported.name, Options(model=made.exported.folder, threads=1, batch_tokens=1))
    numpy.testing.assert_array_equal(score_all(single, TEXTS), alone)


def test_no_texts_give_no_rows(bert: Made) -> None:
    assert bert.rounded.score([]).numbers.shape == (0, 6)


def test_scoring_needs_neither_pytorch_nor_what_made_the_model(made: Made) -> None:
    program = f"""
import json, sys
for name in {BLOCKED}:
    sys.modules[name] = None
from pathlib import Path
from hhtui.score.scorer import Options, create
scorer = create({made.exported.name!r}, Options(model=Path(sys.argv[1])))
numbers = scorer.score(json.load(sys.stdin)).numbers
loaded = [name for name in {BLOCKED} if sys.modules.get(name) is not None]
print(json.dumps([numbers.tolist(), loaded, scorer.fingerprint]))
"""
    ran = subprocess.run(
        [sys.executable, "-c", program, str(made.exported.folder)],
        input=json.dumps(TEXTS),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    numbers, loaded, digest = json.loads(ran.stdout)
    assert loaded == []
    assert digest == made.exported.fingerprint
    numpy.testing.assert_array_equal(numpy.array(numbers, dtype=numpy.float32), made.rounded.score(TEXTS).numbers)


def test_it_is_a_scorer_of_its_own(bert: Made) -> None:
    rounded, exact = bert.rounded, bert.fp32
    assert isinstance(rounded, Scorer)
    assert rounded.fingerprint != exact.fingerprint
    assert [column.name for column in rounded.columns] == [column.name for column in exact.columns]
    for ours, theirs in zip(rounded.columns, exact.columns, strict=True):
        assert ours.meaning == theirs.meaning
        assert ours.fails == f"{theirs.fails} {int8.ROUNDED}"
    assert rounded.version == exact.version


def test_training_is_told_of_the_published_weights_alone(bert: Made, tmp_path: Path) -> None:
    def meaning(checkpoint: str) -> str:
        folder = shutil.copytree(bert.exported.folder, tmp_path / checkpoint)
        read_manifest(folder)._replace(checkpoint=checkpoint).write(folder)
        return DetoxifyInt8("detoxify-int8:original", Options(model=folder)).columns[0].meaning

    with pytest.raises(ScoreError, match="holds the weights of detoxify-int8:unbiased, not of detoxify-int8:original"):
        meaning("c7548aa0" + 56 * "0")
    assert "Wikipedia" in meaning("c1212f89" + 56 * "0")
    assert "Wikipedia" not in meaning(64 * "0")


def test_other_weights_have_another_fingerprint(bert: Made, pairs: Path, tmp_path: Path) -> None:
    other = export(pairs, tiny_bert(tmp_path, seed=1), tmp_path / "model")
    assert other.fingerprint != bert.exported.fingerprint


@pytest.mark.parametrize("package", ["onnxruntime", "tokenizers"])
def test_another_release_of_what_computes_has_another_fingerprint(
    package: str, bert: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    def digest(release: str) -> str:
        monkeypatch.setattr(libraries, "version", lambda name: release if name == package else "1.2.3")
        return bert.rounded.fingerprint

    assert digest("1.22.0") == digest("1.22.1")
    assert len({digest("1.22.0"), digest("1.23.0"), digest("2.22.0")}) == 3


def test_more_outputs_than_classes_are_left_out(pairs: Path, tmp_path: Path) -> None:
    checkpoint = tiny_bert(tmp_path, classes=("toxic", "insult"), outputs=5)
    done = export(pairs, checkpoint, tmp_path / "model")
    assert [column.name for column in done.agreement.columns] == ["toxicity", "insult"]
    assert DetoxifyInt8(done.name, Options(model=done.folder)).score(TEXTS).numbers.shape == (len(TEXTS), 2)


def with_outlier(weights: dict[str, Any]) -> None:
    """Let one feature be far larger than all others, so that 8 bits do not suffice for the others."""
    weights["bert.encoder.layer.0.output.LayerNorm.bias"][0] += 100


def test_a_model_that_ranks_unlike_fp32_is_refused_and_nothing_is_left(pairs: Path, tmp_path: Path) -> None:
    checkpoint = with_weights(tiny_bert(tmp_path / "checkpoint"), with_outlier)
    place = tmp_path / "models" / "model"
    with pytest.raises(DisagreementError, match="was not kept") as raised:
        export(pairs, checkpoint, place)
    smallest = raised.value.agreement.smallest
    assert smallest.rank_correlation is not None and smallest.rank_correlation < LIMIT
    assert smallest.words in str(raised.value) and "\n" not in str(raised.value)
    assert list(place.parent.iterdir()) == []

    kept = export(pairs, checkpoint, place, accept_below=True)
    assert kept.agreement == raised.value.agreement
    findings = read_manifest(place).findings
    assert findings["smallest_rank_correlation"] == smallest.rank_correlation < findings["limit"]


def test_a_column_with_one_number_for_all_texts_is_refused_as_unknown(pairs: Path, tmp_path: Path) -> None:
    def silence(weights: dict[str, Any]) -> None:
        weights["classifier.weight"][3] = 0

    checkpoint = with_weights(tiny_bert(tmp_path / "checkpoint"), silence)
    with pytest.raises(DisagreementError, match="threat unknown"):
        export(pairs, checkpoint, tmp_path / "model")
    assert not (tmp_path / "model").exists()
    kept = export(pairs, checkpoint, tmp_path / "model", accept_below=True)
    assert kept.agreement.smallest.name == "threat"
    assert read_manifest(kept.folder).findings["rank_correlation"]["threat"] is None


@pytest.mark.parametrize("step", ["_write", "compare", "_findings"])
def test_an_export_that_is_interrupted_leaves_what_was_there(
    bert: Made, pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    place = tmp_path / "models" / "model"

    def interrupt(*arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(quantize, step, interrupt)
        with pytest.raises(KeyboardInterrupt):
            export(pairs, bert.checkpoint, place)
        assert list(place.parent.iterdir()) == []
        shutil.copytree(bert.exported.folder, place)
        with pytest.raises(KeyboardInterrupt):
            export(pairs, bert.checkpoint, place, force=True)
    assert [file.name for file in place.parent.iterdir()] == ["model"]
    assert DetoxifyInt8("detoxify-int8:original", Options(model=place)).fingerprint == bert.exported.fingerprint


def test_only_an_older_export_is_replaced_and_only_with_force(bert: Made, pairs: Path, tmp_path: Path) -> None:
    place = tmp_path / "model"
    shutil.copytree(bert.exported.folder, place)
    other = tiny_bert(tmp_path / "other", seed=1)
    with pytest.raises(ScoreError, match="--force replaces it"):
        export(pairs, other, place)
    replaced = export(pairs, other, place, force=True)
    assert DetoxifyInt8(replaced.name, Options(model=place)).fingerprint == replaced.fingerprint
    assert replaced.fingerprint != bert.exported.fingerprint
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "thesis.txt").write_text("all my work", encoding="utf-8")
    with pytest.raises(ScoreError, match="is not a model"):
        export(pairs, other, foreign, force=True)
    assert (foreign / "thesis.txt").read_text(encoding="utf-8") == "all my work"
    assert {one.name for one in tmp_path.iterdir()} == {"model", "other", "foreign"}


@pytest.mark.parametrize("renames", [1, 2])
def test_an_older_export_is_put_back_where_it_cannot_be_replaced(
    bert: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, renames: int
) -> None:
    place = shutil.copytree(bert.exported.folder, tmp_path / "model")
    plain = Path.rename
    done: list[Path] = []

    def interrupt(self: Path, target: Path) -> Path:
        moved = plain(self, target) if len(done) != 1 or renames == 1 else self
        done.append(target)
        if len(done) == renames:
            raise KeyboardInterrupt
        return moved

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt), draft_of(place, force=True):
        patched.setattr(Path, "rename", interrupt)
    assert list(tmp_path.iterdir()) == [place]
    assert read_manifest(place) == read_manifest(bert.exported.folder)


def test_numbers_that_differ_before_rounding_are_refused(
    bert: Made, pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx_model, "LARGEST_DIFFERENCE", -1.0)
    with pytest.raises(ScoreError, match="before anything is rounded"):
        export(pairs, bert.checkpoint, tmp_path / "model")
    assert list(tmp_path.iterdir()) == []


def test_too_few_responses_are_refused(bert: Made, pairs: Path, tmp_path: Path) -> None:
    with pytest.raises(ScoreError, match=r"20 responses are too few to compare .* it takes 50"):
        export(pairs, bert.checkpoint, tmp_path / "model", sample=20)
    refused = hhtui("scorer", "export", pairs, "--sample", quantize.LEAST_SAMPLE - 1)
    assert refused.exit_code == 2
    assert f"x>={quantize.LEAST_SAMPLE}" in refused.stderr


def test_without_a_model_it_is_described_and_says_how_to_make_one(bert: Made, tmp_path: Path) -> None:
    scorer = create("detoxify-int8:unbiased-small")
    assert len(scorer.columns) == 7
    assert isinstance(scorer, DetoxifyInt8)
    assert (scorer.version, scorer.state()) == ("", int8.NOT_EXPORTED)
    with pytest.raises(ScoreError, match="hhtui scorer export DB --scorer detoxify:unbiased-small"):
        scorer.fingerprint  # noqa: B018
    with pytest.raises(ScoreError, match=r"holds none.*hhtui scorer export"):
        DetoxifyInt8("detoxify-int8:original", Options(model=tmp_path)).load()
    with pytest.raises(ScoreError, match="holds detoxify-int8:original, not detoxify-int8:unbiased"):
        DetoxifyInt8("detoxify-int8:unbiased", Options(model=bert.exported.folder)).load()


@pytest.mark.parametrize("file", [MODEL, TOKENIZER])
def test_a_file_that_changed_is_refused(bert: Made, tmp_path: Path, file: str) -> None:
    folder = tmp_path / "model"
    shutil.copytree(bert.exported.folder, folder)
    with (folder / file).open("ab") as changed:
        changed.write(b" ")
    with pytest.raises(ScoreError, match="is damaged"):
        DetoxifyInt8("detoxify-int8:original", Options(model=folder)).load()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is damaged"),
        ('{"format": 1}', "is damaged"),
        ('{"format": 2}', "another version"),
        ("[]", "another version"),
    ],
)
def test_a_manifest_that_cannot_be_read_is_refused(bert: Made, tmp_path: Path, text: str, said: str) -> None:
    folder = tmp_path / "model"
    shutil.copytree(bert.exported.folder, folder)
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    with pytest.raises(ScoreError, match=said):
        DetoxifyInt8("detoxify-int8:original", Options(model=folder)).load()


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        *((field, wrong) for field in CHECKS for wrong in (None, True, -1, 1.5)),
        *((field, [[]]) for field in CHECKS),
        *((field, {"": 1}) for field in CHECKS if field != "findings"),
        *((field, "words") for field in CHECKS if field not in ("name", "checkpoint", "source")),
        *((field, ["1"]) for field in CHECKS if field != "classes"),
        *(("classes", []), ("versions", {}), ("sha256", {MODEL: ""})),
    ],
)
def test_a_manifest_with_a_field_of_another_type_is_refused(
    bert: Made, tmp_path: Path, field: str, wrong: object
) -> None:
    told = json.loads((bert.exported.folder / MANIFEST).read_text(encoding="utf-8"))
    (tmp_path / MANIFEST).write_text(json.dumps(told | {field: wrong}), encoding="utf-8")
    with pytest.raises(ScoreError, match=f"is damaged: {field} is missing or wrong; export the model again$"):
        read_manifest(tmp_path)


def test_a_manifest_whose_windows_hold_no_text_is_refused(bert: Made, tmp_path: Path) -> None:
    read_manifest(bert.exported.folder)._replace(overlap=WINDOW - 2).write(tmp_path)
    with pytest.raises(ScoreError, match="no window has room for text"):
        read_manifest(tmp_path)


def test_a_damaged_manifest_is_named_in_the_list_beside_all_others(bert: Made) -> None:
    folder = DetoxifyInt8("detoxify-int8:original").folder
    shutil.copytree(bert.exported.folder, folder)
    listed = hhtui("score", "--list").stdout.splitlines()
    assert f"detoxify-int8:original {bert.rounded.version} (weights here)" in listed
    (folder / MANIFEST).write_text("{", encoding="utf-8")
    told = {one["name"]: one for one in hhtui_json("score", "--list", "--json")["available"]}
    assert "is damaged" in told["detoxify-int8:original"]["state"]
    assert len(told["detoxify-int8:original"]["columns"]) == 6
    assert told["detoxify-int8:unbiased"]["state"] == int8.NOT_EXPORTED


def test_every_variant_has_a_name_in_int8_and_nothing_else_has() -> None:
    assert [int8_name(f"detoxify:{variant}") for variant in PUBLISHED] == [f"detoxify-int8:{one}" for one in PUBLISHED]
    with pytest.raises(ScoreError, match="alt-profanity cannot be exported"):
        int8_name("alt-profanity")
    with pytest.raises(ScoreError, match="detoxify has no 'larger'"):
        int8_name("detoxify:larger")


@pytest.mark.parametrize(
    ("machine", "flags", "may_overflow"),
    [
        ("x86_64", "fpu avx512_vnni", False),
        ("AMD64", "fpu avx_vnni", False),
        ("x86_64", "fpu avx2", True),
        ("x86_64", None, True),
        ("aarch64", None, False),
    ],
)
def test_a_processor_without_exact_sums_is_told_to_be_exact(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, machine: str, flags: str | None, may_overflow: bool
) -> None:
    told = tmp_path / "cpuinfo"
    if flags is not None:
        told.write_text(f"flags : {flags}\n", encoding="utf-8")
    monkeypatch.setattr(int8, "PROCESSOR", told)
    monkeypatch.setattr("platform.machine", lambda: machine)
    assert int8._may_overflow() is may_overflow


def test_the_command_exports_and_scoring_finds_the_model(bert: Made, pairs: Path, tmp_path: Path) -> None:
    database = shutil.copy(pairs, tmp_path / "pairs.db")
    weights = ("--checkpoint", bert.checkpoint.file, "--config-dir", bert.checkpoint.config_dir, "--device", "cpu")
    told = hhtui_json("scorer", "export", database, *weights, "--threads", 2, "--json")
    assert told["name"] == "detoxify-int8:original"
    assert Path(told["folder"]) == Path(os.environ["HHTUI_DATA_DIR"]) / "models" / "detoxify_int8_original"
    assert told["agreement"]["smallest_rank_correlation"] >= LIMIT

    scored = hhtui_json("score", database, "--scorer", "detoxify-int8:original", "--json")
    assert scored["scored"] > 100
    stored = {one["name"]: one for one in scored["scorers"]}["detoxify-int8:original"]
    assert stored["fingerprint"] == told["fingerprint"]
    assert stored["findings"]["rank_correlation"] == told["agreement"]["rank_correlation"]
    assert stored["pairs"] == stored["of"] == 80


def test_the_command_prints_each_column_and_refuses_in_one_line(bert: Made, pairs: Path, tmp_path: Path) -> None:
    weights = ("--checkpoint", bert.checkpoint.file, "--config-dir", bert.checkpoint.config_dir)
    done = hhtui("scorer", "export", pairs, *weights, "-o", tmp_path / "model")
    assert done.exit_code == 0, done.stderr
    smallest = bert.exported.agreement.smallest
    assert f"smallest: {smallest.words}" in done.stdout
    assert f"--model {tmp_path / 'model'}" in done.stderr

    checkpoint = with_weights(tiny_bert(tmp_path / "other"), with_outlier)
    refused = hhtui(
        *("scorer", "export", pairs, "--checkpoint", checkpoint.file, "--config-dir", checkpoint.config_dir),
        *("-o", tmp_path / "refused"),
    )
    assert refused.exit_code == 1
    assert refused.stdout == ""
    assert [line for line in refused.stderr.splitlines() if line.startswith("hhtui:")] == [
        refused.stderr.splitlines()[-1]
    ]
    assert "--accept-below" in refused.stderr
    assert not (tmp_path / "refused").exists()
