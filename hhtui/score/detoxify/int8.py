"""Detoxify's models rounded to 8 bits, through ONNX Runtime: no PyTorch, several times as fast, slightly other numbers.

`hhtui scorer export` makes the model. Its activations are rounded on a scale that is taken from all tokens that go
through together, so each window goes through by itself, without padding: the numbers of a text are then the same
whatever is scored beside it. The threads share the windows of a batch.
"""

import os
import platform
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hhtui.model import ScoreColumn
from hhtui.score.detoxify.batched import BatchedScorer
from hhtui.score.detoxify.checkpoint import first_line, sha256_of
from hhtui.score.detoxify.exported import MODEL, PREFIX, TOKENIZER, ExportManifest, is_exported, read_manifest
from hhtui.score.detoxify.libraries import minor_versions, not_installed, require
from hhtui.score.detoxify.published import columns_of
from hhtui.score.detoxify.weights import published, recognised
from hhtui.score.scorer import ScoreError, fingerprint

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray
    from onnxruntime import InferenceSession

    from hhtui.score.detoxify.batching import Batcher, Encode, Inputs

BATCH_TOKENS = 2048
"""How many padded tokens each thread gets at once: enough windows to share them evenly, one second or two of work."""
LIBRARIES = ("onnxruntime", "tokenizers")
EXTRA = "onnx"
X86 = ("x86_64", "amd64")
PROCESSOR = Path("/proc/cpuinfo")
EXACT_INSTRUCTIONS = ("avx512_vnni", "avx_vnni")
NOT_EXPORTED = "not exported"
ROUNDED = "Its weights and activations are rounded to 8 bits, which moves its numbers a little from detoxify's own."


class DetoxifyInt8(BatchedScorer):
    """One of detoxify's models in int8, from the folder that `hhtui scorer export` wrote.

    `name` is `detoxify-int8:` and a variant. What needs the model raises ScoreError, with the command that makes one,
    where there is none.
    """

    @property
    def folder(self) -> Path:
        """The folder of the model: the one that is given, else the one where exports are kept; it need not exist."""
        if self._options.model is not None:
            return self._options.model
        from hhtui.paths import model_folder
        from hhtui.store.scorers import slug

        return model_folder(slug(self.name))

    @cached_property
    def version(self) -> str:
        """The version of the detoxify package that the model was made with, empty where there is none."""
        return self._manifest.versions["detoxify"] if self._is_here else ""

    def described(self) -> tuple[ScoreColumn, ...]:
        """The columns of the published weights, whether or not they are exported."""
        return _rounded(columns_of(self._published.classes, self._published))

    def state(self) -> str:
        """Whether there is a model, in a few words; raises ScoreError where packages are missing or it is damaged."""
        require(LIBRARIES, EXTRA)
        return "weights here" if self._is_here and self._manifest else NOT_EXPORTED

    @cached_property
    def columns(self) -> tuple[ScoreColumn, ...]:
        """The classes of the model, by detoxify's names; those of the published checkpoint where none is here."""
        if not self._is_here:
            return self.described()
        known = recognised(self.name, self.folder, self._manifest.checkpoint)
        return _rounded(columns_of(self._manifest.classes, known))

    @cached_property
    def findings(self) -> Mapping[str, Any]:
        """How the model ranks texts beside fp32, as it was measured when it was made."""
        return self._manifest.findings

    @cached_property
    def parameters(self) -> Mapping[str, Any]:
        """Model and tokenizer by SHA-256, libraries, classes, precision and windows; damaged files are refused."""
        manifest = self._manifest
        recognised(self.name, self.folder, manifest.checkpoint)
        hashes = {name: sha256_of(self.folder / name) for name in (MODEL, TOKENIZER)}
        for name, digest in hashes.items():
            if digest != manifest.sha256.get(name):
                raise ScoreError(f"{self.folder / name} is damaged: it is not the file that was exported; {self._way}")
        return {
            **hashes,
            "libraries": minor_versions(LIBRARIES, EXTRA),
            "checkpoint": manifest.checkpoint,
            "classes": list(manifest.classes),
            "precision": "int8",
            "special tokens": [list(manifest.before), list(manifest.after)],
            "window": manifest.window,
            "overlap": manifest.overlap,
            "windows": "maximum",
        }

    @cached_property
    def fingerprint(self) -> str:
        """The hash over version and parameters; raises ScoreError where there is no model."""
        return fingerprint(self.name, self.version, self.parameters)

    def open(self) -> "Batcher":
        """Load ONNX Runtime and the model, which is checked; raises ScoreError where they cannot be had."""
        import numpy

        from hhtui.score.detoxify.batching import Batcher, Frame

        manifest = self._manifest
        assert self.parameters
        encode = _tokenizer(self.folder / TOKENIZER)
        session = _session(self.folder / MODEL)
        threads = self._options.threads or _processors()
        pool = ThreadPoolExecutor(threads, thread_name_prefix="hhtui-int8")

        def one(ids: "NDArray[numpy.int64]") -> "NDArray[numpy.float32]":
            row = ids[numpy.newaxis]
            found: list[Any] = session.run(None, {"input_ids": row, "attention_mask": numpy.ones_like(row)})
            numbers: NDArray[numpy.float32] = found[0][0]
            return numbers

        def forward(ids: "Inputs", mask: "Inputs") -> "NDArray[numpy.float32]":
            rows = [row[:length] for row, length in zip(ids, mask.sum(axis=1), strict=True)]
            return numpy.stack(list(pool.map(one, rows)))

        frame = Frame(manifest.window, manifest.before, manifest.after, manifest.padding, manifest.overlap)
        return Batcher(encode, forward, frame, self._options.batch_tokens or threads * BATCH_TOKENS)

    @property
    def _is_here(self) -> bool:
        return self._options.model is not None or is_exported(self.folder)

    @property
    def _way(self) -> str:
        variant = self.name.partition(":")[2]
        return f"make it with: hhtui scorer export DB --scorer detoxify:{variant}"

    @cached_property
    def _manifest(self) -> ExportManifest:
        if not is_exported(self.folder):
            raise ScoreError(f"{self.name} needs a model, and {self.folder} holds none; {self._way}")
        manifest = read_manifest(self.folder)
        if manifest.name != self.name:
            raise ScoreError(f"{self.folder} holds {manifest.name}, not {self.name}; {self._way}")
        return manifest


def int8_name(name: str) -> str:
    """Return the name in int8 of one of detoxify's models; raises ScoreError where `name` is not one of them."""
    family, _, variant = name.partition(":")
    if family != "detoxify":
        raise ScoreError(f"{name} cannot be exported; detoxify's models can, such as detoxify:original")
    published(name)
    return f"{PREFIX}:{variant}"


def _rounded(columns: Sequence[ScoreColumn]) -> tuple[ScoreColumn, ...]:
    """Return the columns with what rounding does to their numbers."""
    return tuple(column._replace(fails=f"{column.fails} {ROUNDED}") for column in columns)


def _session(model: Path) -> "InferenceSession":
    """Return a session of one thread for a model, which gives the same numbers on every processor."""
    try:
        import onnxruntime
    except ImportError as error:
        raise not_installed([str(error.name)], EXTRA) from error
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = 1
    settings.inter_op_num_threads = 1
    settings.log_severity_level = 3
    settings.add_session_config_entry("session.x64quantprecision", "1" if _may_overflow() else "0")
    try:
        return onnxruntime.InferenceSession(str(model), settings, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise ScoreError(f"ONNX Runtime cannot open {model}: {first_line(error)}") from error


def _may_overflow() -> bool:
    """Return whether sums of products of 8 bits may overflow here: on x86-64 without VNNI, as far as that is known.

    There ONNX Runtime is asked to be exact, which takes nearly twice as long.
    (https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html)
    """
    if platform.machine().lower() not in X86:
        return False
    try:
        told = PROCESSOR.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return True
    return not any(name in told for name in EXACT_INSTRUCTIONS)


def _tokenizer(file: Path) -> "Encode":
    """Return a function from texts to token ids, without special tokens and without truncation."""
    try:
        from tokenizers import Tokenizer
    except ImportError as error:
        raise not_installed([str(error.name)], EXTRA) from error
    try:
        tokenizer = Tokenizer.from_file(str(file))
    except Exception as error:
        raise ScoreError(f"{file} cannot be read as a tokenizer: {first_line(error)}") from error

    def encode(texts: list[str]) -> Sequence[Sequence[int]]:
        return [encoding.ids for encoding in tokenizer.encode_batch_fast(texts, add_special_tokens=False)]

    return encode


def _processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
