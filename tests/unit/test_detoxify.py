"""Detoxify for real: tiny checkpoints through the package itself and through ours, offline, with sockets blocked."""

import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn

import numpy
import pytest
from numpy.typing import NDArray

from hhtui.dialogue import response_text
from hhtui.score.detoxify import fp32, libraries, weights
from hhtui.score.detoxify.checkpoint import LARGEST_DESCRIPTION, load_state, read_header
from hhtui.score.detoxify.fp32 import Detoxify
from hhtui.score.detoxify.model_config import OVERLAPS, window_size
from hhtui.score.detoxify.published import PUBLISHED, UNBIASED_CLASSES
from hhtui.score.detoxify.weights import download_notice, torch_cache
from hhtui.score.scorer import Options, ScoreError, Scorer, score_all
from tests.checkpoints import WINDOW, TinyCheckpoint, contents, for_detoxify, tiny_albert, tiny_bert

pytest.importorskip("torch", reason="the extra `detoxify` is not installed")
pytest.importorskip("transformers", reason="the extra `detoxify` is not installed")
pytest.importorskip("detoxify", reason="the extra `detoxify` is not installed")

TOLERANCE = 1e-5
NAME = "detoxify:original"
TEXTS = [
    "A kind word costs nothing.",
    "?",
    " ",
    "\n\n\t",
    "\u200b",
    "\ufeff\u0000x",
    "ünïcode ’quotes’ – and… dashes",
    "Люди и слова",
    "日本語のテキスト",
    "🙂🙂👩🏽‍🚀",
    "مرحبا بالعالم",
    "[CLS] [SEP] [PAD] [MASK] <pad> </s>",
    "[bold]not markup[/bold] \x1b[31mred\x1b[0m \x07",
    "'; DROP TABLE score; --",
    "e\u0301 is é, and ﬁ is fi",
    "x" * 40,
    "x" * 5000,
    "I can help with that. " * 4,
    "Sorry, but no.\n\nI cannot help with that.",
    "words words words",
    "WORDS Words words",
]


def no_network(*arguments: object) -> NoReturn:
    raise AssertionError(f"a connection to {arguments[1:]} was tried")


@pytest.fixture(autouse=True)
def offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Block every socket, and let neither torch's cache nor the hub's hold anything."""
    monkeypatch.setattr(socket.socket, "connect", no_network)
    monkeypatch.setattr(socket.socket, "connect_ex", no_network)
    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))


@dataclass(frozen=True)
class Both:
    """One checkpoint in the real package and in ours."""

    made: TinyCheckpoint
    package: Any
    ours: Scorer

    def predicted(self, texts: Sequence[str]) -> NDArray[numpy.float64]:
        """Return what `Detoxify.predict` gives for each text alone, shape (n, k)."""
        return numpy.array([list(self.package.predict(text).values()) for text in texts])


def options_of(made: TinyCheckpoint, **more: Any) -> Options:
    return Options(checkpoint=made.file, config_dir=made.config_dir, device="cpu", **more)


@pytest.fixture(scope="module", params=[tiny_bert, tiny_albert])
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    from detoxify import Detoxify as Package

    make: Callable[[Path], TinyCheckpoint] = request.param
    made = make(tmp_path_factory.mktemp("checkpoint"))
    with pytest.MonkeyPatch.context() as blocked:
        blocked.setattr(socket.socket, "connect", no_network)
        package = Package(checkpoint=str(for_detoxify(made)))
        ours = Detoxify(NAME, options_of(made))
        ours.load()
    yield Both(made, package, ours)


@pytest.fixture
def bert(tmp_path: Path) -> TinyCheckpoint:
    return tiny_bert(tmp_path)


def damage(checkpoint: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Write a checkpoint again after `change`."""
    import torch

    loaded = contents(checkpoint)
    change(loaded)
    torch.save(loaded, checkpoint)


def test_the_package_itself_and_ours_work_in_a_process_that_may_not_connect(bert: TinyCheckpoint) -> None:
    program = (
        "import json, socket, sys\n"
        "def refuse(*arguments): raise AssertionError('a connection was tried')\n"
        "socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse\n"
        "from pathlib import Path\n"
        "from detoxify import Detoxify\n"
        "from hhtui.score.scorer import Options, create\n"
        "local, checkpoint, folder = sys.argv[1:]\n"
        "predicted = Detoxify(checkpoint=local).predict(['a kind word', 'why?'])\n"
        "ours = create('detoxify:original', Options(checkpoint=Path(checkpoint), config_dir=Path(folder)))\n"
        "print(json.dumps([predicted, ours.score(['a kind word', 'why?']).numbers.tolist()]))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, for_detoxify(bert), bert.file, bert.config_dir],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
    )
    predicted, ours = json.loads(ran.stdout)
    assert list(predicted) == ["toxicity", "severe_toxicity", "obscene", "threat", "insult", "identity_attack"]
    numpy.testing.assert_allclose(ours, numpy.array(list(predicted.values())).T, atol=TOLERANCE, rtol=0)


def test_every_text_that_fits_gets_the_numbers_of_predict(both: Both) -> None:
    fitting = [text for text in TEXTS if len(both.package.tokenizer(text)["input_ids"]) <= WINDOW]
    assert len(fitting) >= len(TEXTS) - 2
    expected = both.predicted(fitting)
    assert expected.std(axis=0).min() > 0.01
    numpy.testing.assert_allclose(score_all(both.ours, fitting), expected, atol=TOLERANCE, rtol=0)
    together = both.package.predict(fitting)
    numpy.testing.assert_allclose(
        both.ours.score(fitting).numbers, numpy.array(list(together.values())).T, atol=TOLERANCE, rtol=0
    )


def test_real_responses_get_the_numbers_of_predict(both: Both, real_responses: list[str]) -> None:
    counts = [len(both.package.tokenizer(text)["input_ids"]) for text in real_responses]
    fitting = [text for text, count in zip(real_responses, counts, strict=True) if count <= WINDOW]
    assert len(fitting) > 50
    numpy.testing.assert_allclose(score_all(both.ours, fitting), both.predicted(fitting), atol=TOLERANCE, rtol=0)


@pytest.fixture(scope="module")
def real_responses() -> list[str]:
    import gzip

    from hhtui.dialogue import pair_up
    from tests.conftest import SHARED_DATA

    file = SHARED_DATA / "hh-rlhf" / "harmless-base" / "test.jsonl.gz"
    if not file.is_file():
        pytest.skip(f"the real data is not at {file}")
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line, _ in zip(lines, range(300), strict=False)]
    texts = (response_text(pair_up(row["chosen"], row["rejected"]).chosen) for row in rows)
    return list(dict.fromkeys(text for text in texts if text))


def test_a_text_longer_than_the_window_gets_the_maximum_over_its_windows(both: Both) -> None:
    import torch

    text = " ".join(f"word {number} is kind, number {number * 7} is bad?" for number in range(30))
    tokenizer, model = both.package.tokenizer, both.package.model
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    room, overlap = WINDOW - 2, WINDOW // OVERLAPS
    starts = [*range(0, len(ids) - room, room - overlap), len(ids) - room]
    assert len(starts) > 4
    rows = [[tokenizer.cls_token_id, *ids[start : start + room], tokenizer.sep_token_id] for start in starts]
    with torch.no_grad():
        windows = torch.sigmoid(torch.cat([model(torch.tensor([row]))[0] for row in rows])).numpy()
    found = both.ours.score(["a short one", text])
    numpy.testing.assert_allclose(found.numbers[1], windows.max(axis=0), atol=TOLERANCE, rtol=0)
    assert len(set(windows.argmax(axis=0))) > 1
    assert found.windows is not None and found.windows.tolist() == [1, len(starts)]
    short = len(tokenizer("a short one")["input_ids"])
    assert found.tokens == short + WINDOW * len(starts)
    numpy.testing.assert_array_less(both.predicted([text])[0] - TOLERANCE, found.numbers[1])


def test_a_text_scores_the_same_alone_and_among_others_and_with_any_batch(both: Both) -> None:
    alone = numpy.concatenate([both.ours.score([text]).numbers for text in TEXTS])
    for limit in (1, 100, 5000):
        other = Detoxify(NAME, options_of(both.made, batch_tokens=limit))
        numpy.testing.assert_allclose(score_all(other, TEXTS), alone, atol=TOLERANCE, rtol=0)


def test_no_texts_have_no_numbers(both: Both) -> None:
    found = both.ours.score([])
    assert found.numbers.shape == (0, 6)
    assert found.windows is not None and found.windows.shape == (0,)


def test_columns_are_the_classes_of_the_checkpoint_though_its_model_gives_more(tmp_path: Path) -> None:
    made = tiny_bert(tmp_path, classes=UNBIASED_CLASSES, outputs=16)
    scorer = Detoxify(NAME, options_of(made))
    assert tuple(column.name for column in scorer.columns) == UNBIASED_CLASSES
    from detoxify import Detoxify as Package

    assert "Wikipedia" not in scorer.columns[0].meaning
    predicted = Package(checkpoint=str(for_detoxify(made))).predict(["a kind word", "a bad one"])
    numbers = scorer.score(["a kind word", "a bad one"]).numbers
    numpy.testing.assert_allclose(numbers, numpy.array(list(predicted.values())).T, atol=TOLERANCE, rtol=0)


def test_code_in_a_checkpoint_is_refused_and_does_not_run(bert: TinyCheckpoint, tmp_path: Path) -> None:
    import torch

    mark = tmp_path / "code-ran"

    class Code:
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path.touch, (mark,))

    loaded = contents(bert.file)
    loaded["config"]["extra"] = Code()
    torch.save(loaded, bert.file)
    scorer = Detoxify(NAME, options_of(bert))
    with pytest.raises(ScoreError, match="holds Python code"):
        scorer.columns  # noqa: B018
    with pytest.raises(ScoreError, match="holds Python code"):
        scorer.parameters  # noqa: B018
    with pytest.raises(ScoreError, match="cannot be read as weights"):
        load_state(bert.file)
    assert not mark.exists()
    torch.load(bert.file, weights_only=False)
    assert mark.exists()


def cut_short(made: TinyCheckpoint) -> None:
    made.file.write_bytes(made.file.read_bytes()[:-2000])


def rewritten(made: TinyCheckpoint, method: int = zipfile.ZIP_STORED, pickled: bytes | None = None) -> bytes:
    """Write the checkpoint's zip file anew, with other bytes for its pickle where they are given; return the file's."""
    with zipfile.ZipFile(made.file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(made.file, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, pickled if pickled and name.endswith("/data.pkl") else content)
    return made.file.read_bytes()


def compressed_in_no_known_way(made: TinyCheckpoint) -> None:
    """Let the zip file name a method of compression that there is not, in all of its headers."""
    contents = bytearray(rewritten(made))
    for signature, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        start = contents.find(signature)
        while start >= 0:
            contents[start + place] = 77
            start = contents.find(signature, start + 1)
    made.file.write_bytes(contents)


def encrypted(made: TinyCheckpoint) -> None:
    """Let the zip file say that all of it is encrypted."""
    contents = bytearray(rewritten(made))
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = contents.find(signature)
        while start >= 0:
            contents[start + place] |= 1
            start = contents.find(signature, start + 1)
    made.file.write_bytes(contents)


def wrongly_compressed(made: TinyCheckpoint) -> None:
    contents = bytearray(rewritten(made, zipfile.ZIP_DEFLATED))
    start = contents.find(b"data.pkl") + len(b"data.pkl")
    contents[start : start + 40] = b"\xff" * 40
    made.file.write_bytes(contents)


def enormous(made: TinyCheckpoint) -> None:
    rewritten(made, zipfile.ZIP_DEFLATED, bytes(LARGEST_DESCRIPTION + 1))


def without_memory(made: TinyCheckpoint) -> None:
    """Let the pickle ask for more memory than there is."""
    rewritten(made, pickled=b"\x80\x05\x96" + (2**62).to_bytes(8, "little") + b".")


def without_pickle(made: TinyCheckpoint) -> None:
    with zipfile.ZipFile(made.file, "w") as archive:
        archive.writestr("notes.txt", "nothing")


def changed(change: Callable[[dict[str, Any]], None]) -> Callable[[TinyCheckpoint], None]:
    return lambda made: damage(made.file, change)


def another_vocabulary(made: TinyCheckpoint) -> None:
    change_config(made, vocab_size=50)


def half_precision(made: TinyCheckpoint) -> None:
    change_config(made, dtype="float16")


def change_config(made: TinyCheckpoint, **values: Any) -> None:
    file = made.config_dir / "config.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **values}))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (cut_short, "is damaged, or not a checkpoint"),
        (compressed_in_no_known_way, "is damaged"),
        (encrypted, "is damaged: .* is encrypted"),
        (wrongly_compressed, "is damaged"),
        (enormous, "describes itself in more than 64 MB"),
        (without_memory, "is damaged"),
        (without_pickle, "not in detoxify's format: torch.save did not write it"),
        (changed(lambda one: one["config"]["dataset"]["args"].pop("classes")), "'classes' is missing"),
        (changed(lambda one: one["config"]["dataset"]["args"].update(classes=[])), "names no classes"),
        (changed(lambda one: one["config"]["dataset"]["args"].update(classes="toxic")), "names no classes"),
        (changed(lambda one: one["config"]["arch"]["args"].update(num_classes=5)), "num_classes is 5"),
        (changed(lambda one: one["config"]["arch"]["args"].pop("num_classes")), "'num_classes' is missing"),
        (changed(lambda one: one["config"]["dataset"]["args"]["classes"].append("more")), "it names 7 classes"),
        (changed(lambda one: one["config"]["arch"]["args"].update(model_name="pipeline")), "'pipeline' with"),
        (changed(lambda one: one.pop("state_dict")), "'state_dict' is missing"),
        (changed(lambda one: one["state_dict"].pop("classifier.weight")), "its classifier gives 0"),
        (changed(lambda one: one["state_dict"].pop("classifier.bias")), "lacks weights .* classifier.bias"),
        (
            changed(lambda one: one["config"]["arch"]["args"].update(model_name="NoneForSequenceClassification")),
            "cannot be opened with the configuration",
        ),
        (another_vocabulary, "cannot be opened with the configuration"),
        (half_precision, "asks for torch.float16; scores are made in float32 only"),
        (lambda made: change_config(made, max_position_embeddings=None), "says no max_position_embeddings"),
        (lambda made: (made.config_dir / "config.json").write_text("{"), "config.json cannot be read"),
        (lambda made: (made.config_dir / "config.json").write_text("[]"), "config.json is not a JSON object"),
        (lambda made: (made.config_dir / "config.json").unlink(), "has no config.json"),
        (lambda made: (made.config_dir / "vocab.txt").unlink(), "has no tokenizer"),
    ],
)
def test_what_is_wrong_or_missing_is_said_in_one_line(
    spoil: Callable[[TinyCheckpoint], None], said: str, bert: TinyCheckpoint
) -> None:
    spoil(bert)
    scorer = Detoxify(NAME, options_of(bert))
    with pytest.raises(ScoreError, match=said) as raised:
        scorer.load()
        scorer.fingerprint  # noqa: B018
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("device", "said"),
    [
        ("toaster", "names no device"),
        *((one, f"PyTorch cannot use the device {one}") for one in ("cuda:99", "meta", "vulkan", "privateuseone")),
    ],
)
def test_a_device_that_is_not_here_is_named(device: str, said: str, bert: TinyCheckpoint) -> None:
    scorer = Detoxify(NAME, options_of(bert)._replace(device=device))
    with pytest.raises(ScoreError, match=said) as raised:
        scorer.load()
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("limit", "said", "hint"),
    [
        (1000, "MPS backend out of memory (MPS allocated: 1.00 GB)", "--batch-tokens 500"),
        (1, "DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes", "--batch-tokens 1"),
    ],
)
def test_where_memory_does_not_suffice_smaller_batches_are_named(limit: int, said: str, hint: str) -> None:
    class Large:
        device = "cpu"

        def __call__(self, **tensors: Any) -> NoReturn:
            raise RuntimeError(said)

    ids = numpy.ones((1, 2), dtype=numpy.int64)
    with pytest.raises(ScoreError, match=f"{hint}$"):
        fp32._probabilities(Large(), ids, ids, limit)
    said = "shapes cannot be multiplied"
    with pytest.raises(RuntimeError, match=said):
        fp32._probabilities(Large(), ids, ids, limit)


def test_the_fingerprint_follows_every_file_and_is_had_without_loading_weights(bert: TinyCheckpoint) -> None:
    def digest() -> str:
        scorer = Detoxify(NAME, options_of(bert))
        return scorer.fingerprint

    seen = [digest()]
    assert digest() == seen[0]
    for file in sorted(bert.config_dir.iterdir()):
        before = file.read_bytes()
        file.write_bytes(before + b"\n")
        seen.append(digest())
        file.write_bytes(before)
    damage(bert.file, lambda one: one["state_dict"]["classifier.bias"].add_(1))
    seen.append(digest())
    assert len(set(seen)) == len(seen) == 5
    parameters = Detoxify(NAME, options_of(bert)).parameters
    assert parameters["checkpoint"] == hashlib.sha256(bert.file.read_bytes()).hexdigest()
    assert (parameters["precision"], parameters["window"], parameters["overlap"]) == ("fp32", WINDOW, WINDOW // 8)
    json.dumps(parameters)


@pytest.mark.parametrize("package", ["transformers", "tokenizers"])
def test_the_fingerprint_follows_the_libraries_that_make_tokens(
    package: str, bert: TinyCheckpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    def digest(release: str) -> str:
        monkeypatch.setattr(libraries, "version", lambda name: release if name == package else "1.2.3")
        return Detoxify(NAME, options_of(bert)).fingerprint

    assert digest("4.48.0") == digest("4.48.3")
    assert len({digest("4.48.0"), digest("4.49.0"), digest("5.48.0")}) == 3


def test_a_folder_that_the_checkpoint_itself_names_is_used(bert: TinyCheckpoint) -> None:
    scorer = Detoxify(NAME, Options(checkpoint=for_detoxify(bert), device="cpu"))
    assert download_notice(NAME, Options(checkpoint=for_detoxify(bert))) is None
    assert scorer.score(["a kind word"]).numbers.shape == (1, 6)


def publish(made: TinyCheckpoint, folder: Path, monkeypatch: pytest.MonkeyPatch, digest: str | None = None) -> Path:
    """Let detoxify publish a tiny checkpoint at an address that is a file; return the file."""
    folder.mkdir(exist_ok=True)
    digest = digest or hashlib.sha256(made.file.read_bytes()).hexdigest()[:8]
    file = folder / f"tiny-{digest}.ckpt"
    shutil.copy(made.file, file)
    known = PUBLISHED["original"]._replace(url=file.as_uri())
    monkeypatch.setattr(weights, "PUBLISHED", MappingProxyType({**PUBLISHED, "original": known}))
    return file


def cache_config(made: TinyCheckpoint, hub: Path) -> None:
    """Lay the base model's files out as the hub's cache does."""
    repository = hub / "models--bert-base-uncased"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text("0" * 40)
    shutil.copytree(made.config_dir, repository / "snapshots" / ("0" * 40))


def test_weights_and_configuration_are_found_in_the_caches(
    bert: TinyCheckpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    published = publish(bert, tmp_path / "published", monkeypatch)
    assert torch_cache() == Path(torch.hub.get_dir()) / "checkpoints"
    torch_cache().mkdir(parents=True)
    shutil.copy(published, torch_cache())
    notice = download_notice(NAME)
    assert notice is not None and "weights" not in notice and "bert-base-uncased" in notice
    with pytest.raises(ScoreError, match="tokenizer of bert-base-uncased, about 1 MB"):
        Detoxify(NAME).parameters  # noqa: B018
    cache_config(bert, tmp_path / "hub")
    assert download_notice(NAME) is None
    cached, given = Detoxify(NAME, Options(device="cpu")), Detoxify(NAME, options_of(bert))
    assert cached.fingerprint == given.fingerprint
    assert cached.columns == given.columns == cached.described()
    assert cached.findings == given.findings == {}
    assert "Wikipedia" in cached.columns[0].meaning
    numpy.testing.assert_array_equal(cached.score(TEXTS[:5]).numbers, given.score(TEXTS[:5]).numbers)


def test_weights_that_are_not_published_are_said_to_be_so(bert: TinyCheckpoint) -> None:
    digest = hashlib.sha256(bert.file.read_bytes()).hexdigest()
    assert Detoxify(NAME, options_of(bert)).findings == {
        "summary": f"weights given with --checkpoint, not the published ones; sha256 {digest[:12]}"
    }


def test_the_weights_of_another_variant_are_refused_under_any_name(
    bert: TinyCheckpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(bert, tmp_path / "published", monkeypatch)
    assert Detoxify("detoxify:original", options_of(bert)).findings == {}
    for asked in ("columns", "fingerprint", "findings"):
        with pytest.raises(ScoreError, match="holds the weights of detoxify:original, not of detoxify:unbiased") as one:
            getattr(Detoxify("detoxify:unbiased", options_of(bert)), asked)
        assert "\n" not in str(one.value)


def test_a_file_in_the_cache_that_is_not_what_was_published_is_refused(
    bert: TinyCheckpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published = publish(bert, tmp_path / "published", monkeypatch, digest="0123abcd")
    torch_cache().mkdir(parents=True)
    shutil.copy(published, torch_cache())
    with pytest.raises(ScoreError, match="is damaged: its SHA-256 is"):
        Detoxify(NAME, Options(config_dir=bert.config_dir)).parameters  # noqa: B018


def test_weights_are_downloaded_with_permission_only_and_checked(
    bert: TinyCheckpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published = publish(bert, tmp_path / "published", monkeypatch)
    options = Options(config_dir=bert.config_dir, device="cpu")
    with pytest.raises(ScoreError, match="needs a download"):
        Detoxify(NAME, options).parameters  # noqa: B018
    assert not torch_cache().exists()
    scorer = Detoxify(NAME, options._replace(download=True))
    assert scorer.score(["a kind word"]).numbers.shape == (1, 6)
    assert [file.read_bytes() for file in torch_cache().iterdir()] == [published.read_bytes()]


def test_a_download_that_is_not_what_was_published_leaves_nothing(
    bert: TinyCheckpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(bert, tmp_path / "published", monkeypatch, digest="0123abcd")
    options = Options(config_dir=bert.config_dir, download=True)
    with pytest.raises(ScoreError, match=r"cannot be downloaded .* invalid hash value"):
        Detoxify(NAME, options).parameters  # noqa: B018
    assert list(torch_cache().iterdir()) == []


def test_a_configuration_that_cannot_be_downloaded_is_named(bert: TinyCheckpoint) -> None:
    options = Options(checkpoint=bert.file, download=True)
    with pytest.raises(ScoreError, match="configuration of bert-base-uncased cannot be downloaded") as raised:
        Detoxify(NAME, options).parameters  # noqa: B018
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("settings", "size"),
    [
        ({"model_type": "bert", "max_position_embeddings": 512}, 512),
        ({"model_type": "roberta", "max_position_embeddings": 514, "pad_token_id": 1}, 512),
        ({"model_type": "xlm-roberta", "max_position_embeddings": 514}, 512),
        ({"model_type": "albert", "max_position_embeddings": 512, "pad_token_id": 0}, 512),
    ],
)
def test_the_window_is_what_positions_and_tokenizer_allow(settings: dict[str, Any], size: int, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps(settings))
    assert window_size(tmp_path) == size
    for longest, expected in ((128, 128), (10**30, size)):
        (tmp_path / "tokenizer_config.json").write_text(json.dumps({"model_max_length": longest}))
        assert window_size(tmp_path) == expected


def test_a_header_is_read_as_torch_reads_it(both: Both) -> None:
    loaded = contents(both.made.file)
    header = read_header(both.made.file)
    arguments = loaded["config"]["arch"]["args"]
    assert header.classes == tuple(loaded["config"]["dataset"]["args"]["classes"])
    assert header.outputs == arguments["num_classes"]
    assert (header.base, header.model_name) == (arguments["model_type"], arguments["model_name"])
    assert header.tokenizer_name == arguments["tokenizer_name"]


def test_a_name_that_is_not_detoxifys_is_refused() -> None:
    with pytest.raises(ScoreError, match="has no 'tiny'"):
        Detoxify("detoxify:tiny")
