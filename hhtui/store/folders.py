"""A folder appears whole or not at all."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hhtui.store.drafts import draft_beside, sweep
from hhtui.store.errors import StoreError
from hhtui.store.placing import reason, synced


def refuse_existing_folder(path: Path, *, force: bool, mark: str) -> None:
    """Raise StoreError where something at `path` must not be replaced, or the folder it would be in is not there.

    `force` replaces a folder that holds a file named `mark`, by which hhtui knows its own.
    """
    if not path.resolve().parent.is_dir():
        raise StoreError(f"there is no folder {path.resolve().parent}; make it first, or name another")
    if path.exists() and not path.is_dir():
        raise StoreError(f"{path} is a file, and a folder is to be written; name another")
    if not path.exists() or not any(path.iterdir()):
        return
    if not force:
        raise StoreError(f"{path} holds something already; name another folder, or replace it with --force")
    if not (path / mark).is_file():
        raise StoreError(f"{path} holds something that hhtui did not write, no {mark} is in it; name another folder")


@contextmanager
def placed_folder(path: Path, *, force: bool = False, mark: str) -> Iterator[Path]:
    """Give a draft folder beside `path` to fill; at the end its files are synced to disk and it gets its name.

    After an error what was at `path` is untouched; the draft of a process that died is removed by the next one that
    writes in the folder. Raises StoreError as `refuse_existing_folder` does, also where
    something came to be there meanwhile, and where a file in it cannot be written.
    """
    refuse_existing_folder(path, force=force, mark=mark)
    target = path.resolve()
    sweep(target.parent)
    draft, old = draft_beside(target), target.with_name(f".{target.name}.{os.getpid()}.old")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        draft.mkdir()
        yield draft
        for one in sorted(draft.rglob("*")):
            synced(one)
        refuse_existing_folder(path, force=force, mark=mark)
        if target.exists() and any(target.iterdir()):
            target.rename(old)
        draft.rename(target)
        synced(target.parent)
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {reason(error)}") from error
    finally:
        if old.exists() and not target.exists():
            old.rename(target)
        shutil.rmtree(draft, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
