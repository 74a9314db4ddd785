"""Names of what is being written beside its target, and the removal of what a killed process left there."""

import contextlib
import os
import platform
import re
import shutil
import zlib
from functools import cache
from glob import escape
from pathlib import Path

HOST = f"{zlib.crc32(platform.node().encode()):08x}"
"""Stands for this machine, whose process ids say nothing about those of another one that shares the folder."""
DRAFT = re.compile(rf"\..+\.(?P<process>[0-9]{{1,9}})\.{HOST}\.draft")


def draft_beside(target: Path) -> Path:
    """Return the name under which this process writes what will be `target`."""
    return target.with_name(f".{target.name}.{os.getpid()}.{HOST}.draft")


@cache
def sweep(folder: Path) -> None:
    """Remove the drafts in `folder` whose process, on this machine, has died; what may not be read or removed stays.

    A process does so once in a folder, which may get thousands of files.
    """
    with contextlib.suppress(OSError):
        for name in os.listdir(folder):
            found = DRAFT.fullmatch(name)
            if found and _died(int(found["process"])):
                _remove(folder / name)


def drafts_of_others(target: Path) -> list[Path]:
    """Return what other processes of this machine are writing that will be `target`."""
    drafts = sorted(target.parent.glob(f".{escape(target.name)}.*.draft"))
    return [draft for draft in drafts if (found := DRAFT.fullmatch(draft.name)) and _is_other(int(found["process"]))]


def _is_other(process: int) -> bool:
    return process != os.getpid() and not _died(process)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _died(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
