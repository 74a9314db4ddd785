"""Detoxify's models, for real: the package's own model and tokenizer behind our batches, in fp32.

A text that fits into the model's window gets the numbers of `Detoxify.predict`; a longer one, which that cuts off, is
read in overlapping windows and gets the largest number of each column.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from hhtui.model import NO_VALUES, ScoreColumn, Unit
from hhtui.score.detoxify.checkpoint import first_line, read_header, sha256_of
from hhtui.score.detoxify.model_config import CONFIG_FILES, OVERLAPS, window_size
from hhtui.score.detoxify.published import columns_of
from hhtui.score.detoxify.weights import HASH_IN_NAME, Found, find_checkpoint, obtain, published, require_packages
from hhtui.score.scorer import NO_OPTIONS, Options, Scored, ScoreError, fingerprint

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    from hhtui.score.detoxify.batching import Batcher, Inputs

PACKAGE = "detoxify"
NOT_INSTALLED = f"{PACKAGE} is not installed here: pip install 'hhtui[detoxify]'"
BATCH_TOKENS: Mapping[str, int] = {"cpu": 512, "mps": 8_192, "cuda": 32_768}
"""The most padded tokens of a batch, by kind of device; the one of the CPU is measured."""


class Detoxify:
    """One of detoxify's models, from a checkpoint on this machine or downloaded with permission.

    `name` is `detoxify:` and a variant. What needs the weights raises ScoreError where they cannot be had.
    """

    units: tuple[Unit, ...] = ("response", "prompt", "turn")
    findings = NO_VALUES

    def __init__(self, name: str, options: Options = NO_OPTIONS) -> None:
        """Describe the scorer; nothing is looked for or loaded yet. Raises ScoreError for a variant that is unknown."""
        self.name = name
        self._options = options
        self._published = published(name)
        self._batcher: Batcher | None = None

    @cached_property
    def version(self) -> str:
        """The version of the detoxify package."""
        try:
            return version(PACKAGE)
        except PackageNotFoundError:
            raise ScoreError(NOT_INSTALLED) from None

    @cached_property
    def columns(self) -> tuple[ScoreColumn, ...]:
        """The classes of the checkpoint, by detoxify's names; those of the published one where none is here."""
        checkpoint = find_checkpoint(self.name, self._options)
        if checkpoint is None:
            return columns_of(self._published.classes, self._published)
        known = self._published if checkpoint.name == self._published.file_name else None
        return columns_of(read_header(checkpoint).classes, known)

    @cached_property
    def parameters(self) -> Mapping[str, Any]:
        """Checkpoint, configuration and tokenizer by SHA-256, precision and windows; a published file is checked."""
        found, size = self._found, window_size(self._found.config_dir)
        digest = sha256_of(found.checkpoint)
        promised = HASH_IN_NAME.search(self._published.file_name)
        renamed = found.checkpoint.name != self._published.file_name
        if promised and not renamed and not digest.startswith(promised.group(1)):
            raise ScoreError(f"{found.checkpoint} is damaged: its SHA-256 is {digest[:8]}…; delete it and try again")
        files = {
            name: sha256_of(found.config_dir / name) for name in CONFIG_FILES if (found.config_dir / name).is_file()
        }
        return {
            "package": PACKAGE,
            "checkpoint": digest,
            "files": files,
            "classes": list(found.header.classes),
            "precision": "fp32",
            "window": size,
            "overlap": size // OVERLAPS,
            "windows": "maximum",
        }

    @cached_property
    def fingerprint(self) -> str:
        """The hash over version and parameters; raises ScoreError where packages or weights are missing."""
        require_packages()
        return fingerprint(self.name, self.version, self.parameters)

    def load(self) -> None:
        """Load PyTorch and the weights onto the device; raises ScoreError where they cannot be had or do not fit."""
        from hhtui.score.detoxify.batching import Batcher
        from hhtui.score.detoxify.transformer import encoder, frame, open_model

        size = window_size(self._found.config_dir)
        opened = open_model(self._found)
        device = _device(self._options)
        model = _on(opened.model, device)
        encode = encoder(opened.tokenizer, special=False)
        window = frame(encode, encoder(opened.tokenizer, special=True), opened.tokenizer.pad_token_id, size)
        limit = self._options.batch_tokens or BATCH_TOKENS.get(device.type, BATCH_TOKENS["cpu"])
        kept = len(self._found.header.classes)

        def forward(ids: "Inputs", mask: "Inputs") -> "NDArray[numpy.float32]":
            return _probabilities(model, ids, mask, limit)[:, :kept]

        self._batcher = Batcher(encode, forward, window, limit)

    def batches(self, texts: Sequence[str]) -> Iterator[Sequence[int]]:
        """Yield texts of like length together, as many as fill a batch; see `Batcher`."""
        return self._loaded().batches(texts)

    def score(self, texts: Sequence[str]) -> Scored:
        """Return the probabilities of each text, how many windows it was read in, and the tokens read."""
        import numpy

        if not texts:
            shape = (0, len(self.columns))
            return Scored(numpy.empty(shape, dtype=numpy.float32), numpy.empty(0, dtype=numpy.int32))
        return self._loaded().score(texts)

    @cached_property
    def _found(self) -> Found:
        return obtain(self.name, self._options)

    def _loaded(self) -> "Batcher":
        if self._batcher is None:
            self.load()
        assert self._batcher is not None
        return self._batcher


def _device(options: Options) -> Any:
    """Return the device that is asked for, or the best one here, and limit PyTorch's threads."""
    import torch

    if options.threads:
        torch.set_num_threads(options.threads)
    if options.device is None:
        best = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
        return torch.device(best)
    try:
        return torch.device(options.device)
    except RuntimeError as error:
        raise ScoreError(f"--device {options.device} names no device; use cpu, cuda, cuda:1 or mps") from error


def _on(model: Any, device: Any) -> Any:
    """Return the model on `device`; raises ScoreError where PyTorch cannot use it."""
    try:
        return model.to(device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise ScoreError(f"PyTorch cannot use the device {device} here: {first_line(error)}") from error


def _probabilities(model: Any, ids: "Inputs", mask: "Inputs", limit: int) -> "NDArray[numpy.float32]":
    """Return the sigmoid of what the model gives for each row, as detoxify takes it."""
    import torch

    try:
        with torch.inference_mode():
            logits = model(
                input_ids=torch.from_numpy(ids).to(model.device),
                attention_mask=torch.from_numpy(mask).to(model.device),
            )[0]
            found: NDArray[numpy.float32] = torch.sigmoid(logits).cpu().numpy()
    except torch.OutOfMemoryError as error:
        raise ScoreError(
            f"{model.device} has too little memory for {limit:,} tokens at once; try --batch-tokens {limit // 2}"
        ) from error
    return found
