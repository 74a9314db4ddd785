"""A checkpoint in detoxify's format: what it says of itself, read without PyTorch, and its weights, read with it.

The format: `{"config": {"arch": {"args": {num_classes, model_type, model_name, tokenizer_name}}, "dataset": {"args":
{"classes"}}}, "state_dict"}`, as `torch.save` of PyTorch 1.6 or newer writes it. No code in a file is ever run.
"""

import hashlib
import io
import pickle
import re
import zipfile
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from hhtui.score.scorer import ScoreError

MODEL_NAME = re.compile(r"[A-Za-z0-9]+ForSequenceClassification")
TOKENIZER_NAME = re.compile(r"[A-Za-z0-9]+Tokenizer(Fast)?")
LARGEST_DESCRIPTION = 64 * 2**20
"""The most bytes of all that is no tensor; a published checkpoint has some ten thousand."""


class Header(NamedTuple):
    """What a checkpoint says of itself.

    `classes` are the names in the file; the model gives `outputs` numbers, of which the first are those of the
    classes. `base` is the base model's name on the hub, or a folder; `model_name` and `tokenizer_name` are classes of
    the transformers package.
    """

    classes: tuple[str, ...]
    outputs: int
    base: str
    model_name: str
    tokenizer_name: str


class _Inert:
    """What stands for anything of PyTorch's in a pickle: it is built from any arguments and does nothing."""

    def __init__(self, *arguments: Any) -> None:
        self.arguments = arguments


def _shape(storage: Any, offset: int, size: tuple[int, ...], *others: Any) -> tuple[int, ...]:
    """Stand for the function that rebuilds a tensor; return its shape."""
    return tuple(size)


class _Code(Exception):
    """A pickle asks for something that is neither plain data nor a tensor."""


class _Reader(pickle.Unpickler):
    """Reads the plain values and the shapes of tensors in a pickle, and runs nothing that it names."""

    def find_class(self, module: str, name: str) -> Any:
        """Return a stand-in for what PyTorch's own pickles name; raises _Code for everything else."""
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _shape
        if module == "torch" and (name.endswith("Storage") or name in {"Size", "device"}):
            return _Inert
        raise _Code(f"{module}.{name}")

    def persistent_load(self, pid: Any) -> Any:
        """Return a stand-in for the numbers of a tensor, which lie in another part of the file."""
        return _Inert(pid)


def read_header(checkpoint: Path) -> Header:
    """Return what `checkpoint` says of itself; raises ScoreError where it is absent, damaged or of another format."""
    contents = _read_plain(checkpoint)
    try:
        arguments = contents["config"]["arch"]["args"]
        classes = contents["config"]["dataset"]["args"]["classes"]
        outputs = arguments["num_classes"]
        names = [arguments[key] for key in ("model_type", "model_name", "tokenizer_name")]
        shapes = contents["state_dict"]
    except (KeyError, TypeError) as error:
        raise _wrong(checkpoint, f"{error} is missing") from None
    if not isinstance(classes, list) or not classes or not all(isinstance(one, str) for one in classes):
        raise _wrong(checkpoint, "it names no classes")
    if not all(isinstance(name, str) for name in names) or not isinstance(shapes, Mapping):
        raise _wrong(checkpoint, "its model is not described")
    if not MODEL_NAME.fullmatch(names[1]) or not TOKENIZER_NAME.fullmatch(names[2]):
        raise _wrong(checkpoint, f"{names[1]!r} with {names[2]!r} is no model for classification with a tokenizer")
    found = _outputs(shapes)
    if outputs != found or found < len(classes):
        raise _wrong(
            checkpoint, f"num_classes is {outputs}, it names {len(classes)} classes, and its classifier gives {found}"
        )
    return Header(tuple(classes), found, *names)


def load_state(checkpoint: Path) -> dict[str, Any]:
    """Return the tensors of `checkpoint` by name, mapped from the file; raises ScoreError where they cannot be read."""
    import torch

    try:
        loaded = torch.load(checkpoint, map_location="cpu", weights_only=True, mmap=True)
    except (pickle.UnpicklingError, RuntimeError, OSError, EOFError, ValueError) as error:
        raise ScoreError(f"{checkpoint} cannot be read as weights: {first_line(error)}") from error
    state: dict[str, Any] = loaded["state_dict"]
    return state


def sha256_of(file: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal; raises ScoreError where it cannot be read. 440 MB take about 1 s."""
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise ScoreError(f"{file} cannot be read: {error.strerror}") from error


def first_line(error: BaseException) -> str:
    """Return the first line of what a library says, or the kind of error where it says nothing."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _read_plain(checkpoint: Path) -> Any:
    """Return all but the tensors of a checkpoint. Damaged bytes make zipfile and pickle raise errors of any kind."""
    try:
        with zipfile.ZipFile(checkpoint) as archive:
            member = next((name for name in archive.namelist() if name.endswith("/data.pkl")), None)
            if member is None:
                raise _wrong(checkpoint, "torch.save did not write it")
            if archive.getinfo(member).file_size > LARGEST_DESCRIPTION:
                raise _wrong(checkpoint, f"it describes itself in more than {LARGEST_DESCRIPTION / 2**20:.0f} MB")
            return _Reader(io.BytesIO(archive.read(member))).load()
    except ScoreError:
        raise
    except OSError as error:
        raise ScoreError(f"{checkpoint} cannot be read: {error.strerror}") from error
    except zipfile.BadZipFile:
        raise ScoreError(
            f"{checkpoint} is damaged, or not a checkpoint: it is no zip file, as torch.save writes"
        ) from None
    except _Code as error:
        raise ScoreError(f"{checkpoint} holds Python code ({error}), which is not run; only weights are read") from None
    except Exception as error:
        raise ScoreError(f"{checkpoint} is damaged: {first_line(error)}") from error


def _outputs(shapes: Mapping[str, Any]) -> int:
    """Return how many numbers the last layer of the classifier gives, 0 where there is none."""
    for name in ("classifier.out_proj.weight", "classifier.weight"):
        shape = shapes.get(name)
        if isinstance(shape, tuple) and len(shape) == 2:
            return int(shape[0])
    return 0


def _wrong(checkpoint: Path, reason: str) -> ScoreError:
    return ScoreError(f"{checkpoint} is not in detoxify's format: {reason}")
