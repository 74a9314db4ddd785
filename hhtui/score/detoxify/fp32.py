"""Detoxify's models, for real: the package's own model and tokenizer behind our batches, in fp32.

A text that fits into the model's window gets the numbers of `Detoxify.predict`; a longer one, which that cuts off, is
read in overlapping windows and gets the largest number of each column.
"""

from collections.abc import Mapping
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from hhtui.model import NO_VALUES, ScoreColumn
from hhtui.score.detoxify.batched import BatchedScorer
from hhtui.score.detoxify.checkpoint import first_line, read_header, sha256_of
from hhtui.score.detoxify.libraries import minor_versions, not_installed
from hhtui.score.detoxify.model_config import CONFIG_FILES, OVERLAPS, window_size
from hhtui.score.detoxify.published import Published, columns_of
from hhtui.score.detoxify.weights import (
    EXTRA,
    Found,
    download_notice,
    find_checkpoint,
    obtain,
    recognised,
    require_packages,
)
from hhtui.score.scorer import Options, ScoreError, fingerprint

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    from hhtui.score.detoxify.batching import Batcher, Inputs

PACKAGE = "detoxify"
LIBRARIES = ("transformers", "tokenizers")
"""Packages whose tokenizers differ from one major or minor version to the next."""
BATCH_TOKENS: Mapping[str, int] = {"cpu": 512, "mps": 8_192, "cuda": 32_768}
"""The most padded tokens of a batch, by kind of device; the one of the CPU is measured."""
NO_MEMORY = ("out of memory", "can't allocate memory")
"""What PyTorch says of CUDA and MPS, and of the CPU, where memory does not suffice."""


class Detoxify(BatchedScorer):
    """One of detoxify's models, from a checkpoint on this machine or downloaded with permission.

    `name` is `detoxify:` and a variant. What needs the weights raises ScoreError where they cannot be had.
    """

    @cached_property
    def version(self) -> str:
        """The version of the detoxify package."""
        try:
            return version(PACKAGE)
        except PackageNotFoundError:
            raise not_installed([PACKAGE], EXTRA) from None

    def described(self) -> tuple[ScoreColumn, ...]:
        """The columns of the published weights, whether or not they are here."""
        return columns_of(self._published.classes, self._published)

    def state(self) -> str:
        """Whether packages and weights are here, in a few words; raises ScoreError where they are absent or damaged."""
        require_packages()
        return "weights here" if download_notice(self.name, self._options) is None else "weights to be downloaded"

    @cached_property
    def columns(self) -> tuple[ScoreColumn, ...]:
        """The classes of the checkpoint, by detoxify's names; those of the published one where none is here."""
        checkpoint = find_checkpoint(self.name, self._options)
        return self.described() if checkpoint is None else columns_of(read_header(checkpoint).classes, self._known)

    @cached_property
    def findings(self) -> Mapping[str, Any]:
        """That the weights are not those that detoxify publishes, where it is so."""
        if self._known is not None:
            return NO_VALUES
        return {"summary": f"weights given with --checkpoint, not the published ones; sha256 {self._sha256[:12]}"}

    @cached_property
    def parameters(self) -> Mapping[str, Any]:
        """Checkpoint, configuration and tokenizer by SHA-256, libraries, precision and windows.

        Raises ScoreError where the checkpoint is that of another variant, or not the published one whose name it has.
        """
        found, size = self._found, window_size(self._found.config_dir)
        recognised(self.name, found.checkpoint, self._sha256)
        files = {
            name: sha256_of(found.config_dir / name) for name in CONFIG_FILES if (found.config_dir / name).is_file()
        }
        return {
            "package": PACKAGE,
            "checkpoint": self._sha256,
            "files": files,
            "libraries": minor_versions(LIBRARIES, EXTRA),
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

    def open(self) -> "Batcher":
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

        return Batcher(encode, forward, window, limit)

    @cached_property
    def _found(self) -> Found:
        return obtain(self.name, self._options)

    @cached_property
    def _sha256(self) -> str:
        return sha256_of(self._options.checkpoint or self._found.checkpoint)

    @cached_property
    def _known(self) -> Published | None:
        """What is known of the weights, None for given ones that are not published.

        A file in torch's cache is taken for what its name says, which `parameters` checks before it is read.
        """
        given = self._options.checkpoint
        return self._published if given is None else recognised(self.name, given, self._sha256)


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
    """Return the model on `device`; raises ScoreError where PyTorch cannot compute on it and give numbers back."""
    import torch

    try:
        torch.ones(1, device=device).add(1).cpu()
        return model.to(device)
    except (RuntimeError, AssertionError, ImportError) as error:
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
    except RuntimeError as error:
        if not any(words in str(error) for words in NO_MEMORY):
            raise
        raise ScoreError(
            f"{model.device} has too little memory for {limit:,} tokens at once; try --batch-tokens {limit // 2 or 1}"
        ) from error
    return found
