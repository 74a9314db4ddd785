"""The folder that `hhtui scorer export` writes: a model for ONNX Runtime, its tokenizer, and what is known of both."""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from hhtui.model import NO_VALUES
from hhtui.score.scorer import ScoreError

MODEL = "model.onnx"
TOKENIZER = "tokenizer.json"
MANIFEST = "manifest.json"
FORMAT = 1
PREFIX = "detoxify-int8"


class ExportManifest(NamedTuple):
    """What is known of an exported model.

    `name` is its scorer's. `classes` are named as in the checkpoint and come in the order of the model's numbers.
    `window`, `overlap`, `before`, `after` and `padding` are those of the scorer's `Frame`. `checkpoint` is
    the SHA-256 of the weights that it was made from, `source` the fingerprint of their scorer in fp32. `versions`
    are those of the packages that made it, `sha256` the hashes of its files. `findings` is what was measured.
    """

    name: str
    classes: tuple[str, ...]
    window: int
    overlap: int
    before: tuple[int, ...]
    after: tuple[int, ...]
    padding: int
    checkpoint: str
    source: str
    versions: Mapping[str, str]
    sha256: Mapping[str, str]
    findings: Mapping[str, Any] = NO_VALUES

    def write(self, folder: Path) -> None:
        """Write it into `folder`."""
        fields = self._replace(findings=dict(self.findings))._asdict()
        text = json.dumps({"format": FORMAT, **fields}, ensure_ascii=False, indent=2)
        (folder / MANIFEST).write_text(f"{text}\n", encoding="utf-8")


def _is_number(value: object) -> bool:
    return type(value) is int and value >= 0


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _are(check: Callable[[object], bool]) -> Callable[[object], bool]:
    """Return whether something is a list of values that pass `check`."""
    return lambda values: isinstance(values, list) and all(map(check, values))


def _by(*names: str) -> Callable[[object], bool]:
    """Return whether something is an object of strings that has `names`."""
    return lambda values: isinstance(values, dict) and {*names} <= {*values} and all(map(_is_text, values.values()))


CHECKS: Mapping[str, Callable[[object], bool]] = {
    "name": _is_text,
    "classes": lambda value: bool(value) and _are(_is_text)(value),
    "window": _is_number,
    "overlap": _is_number,
    "before": _are(_is_number),
    "after": _are(_is_number),
    "padding": _is_number,
    "checkpoint": _is_text,
    "source": _is_text,
    "versions": _by("detoxify"),
    "sha256": _by(MODEL, TOKENIZER),
    "findings": lambda value: isinstance(value, dict),
}
"""What each field of a manifest has to be, as JSON."""


def read_manifest(folder: Path) -> ExportManifest:
    """Return what is known of the model in `folder`; raises ScoreError where it holds none that can be read."""
    file = folder / MANIFEST
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ScoreError(f"{folder} holds no model that hhtui scorer export wrote: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise _damaged(file, str(error)) from error
    if not isinstance(told, dict) or told.pop("format", None) != FORMAT:
        raise ScoreError(f"{file} was written by another version of hhtui; export the model again")
    if wrong := [name for name, check in CHECKS.items() if not check(told.get(name))] or [*{*told} - {*CHECKS}]:
        raise _damaged(file, f"{wrong[0]} is missing or wrong")
    if told["window"] - len(told["before"]) - len(told["after"]) <= told["overlap"]:
        raise _damaged(file, "no window has room for text")
    fields: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in told.items()}
    return ExportManifest(**fields)


def _damaged(file: Path, reason: str) -> ScoreError:
    return ScoreError(f"{file} is damaged: {reason}; export the model again")


def is_exported(folder: Path) -> bool:
    """Return whether `folder` is one that `hhtui scorer export` wrote."""
    return (folder / MANIFEST).is_file() and (folder / MODEL).is_file()


def refuse_existing(target: Path, force: bool) -> None:
    """Raise ScoreError where `target` is there, and not an export that may be replaced."""
    if not os.path.lexists(target):
        return
    if not is_exported(target):
        raise ScoreError(f"{target} is there, and is not a model that hhtui scorer export wrote; name another with -o")
    if not force:
        raise ScoreError(f"{target} is there; --force replaces it, -o names another folder")


@contextmanager
def draft_of(target: Path, force: bool) -> Iterator[Path]:
    """Give a folder beside `target` that becomes `target` at the end.

    Where it comes to no end, nothing is left of it, and what was `target` before is so again.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-", ignore_cleanup_errors=True) as beside:
        draft = Path(beside) / "new"
        draft.mkdir()
        yield draft
        refuse_existing(target, force)
        old = Path(beside) / "old"
        try:
            if target.exists():
                target.rename(old)
            draft.rename(target)
        except BaseException:
            if old.exists() and not target.exists():
                old.rename(target)
            raise
