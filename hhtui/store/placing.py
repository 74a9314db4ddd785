"""A file appears whole or not at all."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from hhtui.store.drafts import draft_beside, sweep
from hhtui.store.errors import StoreError

_NO_HARD_LINKS = (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK)


def refuse_existing(path: Path, *, force: bool) -> None:
    """Raise StoreError where something at `path` must not be replaced, or its folder is not there."""
    if path.is_dir():
        raise StoreError(f"{path} is a folder; name a file in it")
    if not path.resolve().parent.is_dir():
        raise StoreError(f"there is no folder {path.resolve().parent}; make it first, or name another file")
    if path.exists() and not path.is_file():
        raise StoreError(f"{path} is no file that could be replaced; name another, or write to standard output")
    if path.exists() and not force:
        raise StoreError(f"{path} exists already; name another file, or replace it with --force")


@contextmanager
def placed(path: Path, *, force: bool = False) -> Iterator[Path]:
    """Give the name of a draft beside `path` to write; at the end it is synced to disk and gets its name.

    After an error, or the death of the process, what was at `path` is untouched; the draft of a process that died is
    removed by the next one that writes in the folder. Raises StoreError where
    something is there and `force` is false, also where it came to be there meanwhile, and where the file
    cannot be written.
    """
    refuse_existing(path, force=force)
    target = path.resolve()
    sweep(target.parent)
    draft = draft_beside(target)
    draft.unlink(missing_ok=True)
    try:
        yield draft
        synced(draft)
        if force:
            draft.replace(target)
        else:
            _name(draft, target)
        synced(target.parent)
    except FileExistsError:
        raise StoreError(f"{path} exists already; name another file, or replace it with --force") from None
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        raise StoreError(f"{path} cannot be written: {reason(error)}") from error
    finally:
        draft.unlink(missing_ok=True)


class Sink(Protocol):
    """Something that takes bytes, and says how many of them."""

    def write(self, data: memoryview, /) -> int:
        """Take the beginning of `data`; return how many bytes that were."""


def write_whole(sink: Sink, data: bytes) -> None:
    """Write all of `data`, also to an unbuffered stream, which may take a part of it and say nothing."""
    rest = memoryview(data)
    while rest:
        rest = rest[sink.write(rest) :]


def reason(error: OSError) -> str:
    """Return why a file cannot be written, and what to do next."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "the disk is full; free some space, or name a file on another disk"
    if error.errno == errno.EFBIG:
        return "no file may be that large here; raise the limit (ulimit -f), or name a file on another disk"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "permission denied; name a file in a folder you may write"
    return error.strerror or str(error)


def _name(draft: Path, target: Path) -> None:
    """Give `draft` the name `target`; raises FileExistsError where that is taken."""
    try:
        os.link(draft, target)
    except OSError as error:
        if error.errno not in _NO_HARD_LINKS:
            raise
        if target.exists():
            raise FileExistsError(target) from None
        draft.replace(target)


def synced(path: Path) -> None:
    """Write what the file or folder at `path` holds to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
