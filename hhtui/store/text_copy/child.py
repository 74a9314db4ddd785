"""The process that makes the copy of the texts, at low priority: JSON lines on standard output."""

import json
import os
import sys
from pathlib import Path
from time import monotonic, sleep

from hhtui.progress import Progress
from hhtui.store.database import Database
from hhtui.store.drafts import drafts_of_others
from hhtui.store.errors import StoreError
from hhtui.store.text_copy.counting import is_current
from hhtui.store.text_copy.making import make
from hhtui.store.text_copy.stamp import texts_file

GENTLY = 10
INTERRUPTED = 130
LOOK_SECONDS = 0.2
PATIENCE_SECONDS = 60.0
"""After so long without a byte more a process that makes the copy is taken for dead, or its id for another's."""


def main(database: str) -> int:
    """Make the copy of a database's texts where there is none of all its pairs; another process that does so may end.

    Each line on standard output is an object: `done` of `total` pairs, or `error`, one line. Return 0, 1 after an
    error, or 130 where it was interrupted.
    """
    os.nice(GENTLY)
    try:
        with Database.open(Path(database)) as opened:
            _wait_for_others(opened)
            if not is_current(opened.reader()):
                make(opened, _report)
    except StoreError as error:
        _say(error=str(error))
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def _wait_for_others(database: Database) -> None:
    """Return once there is a copy, or no other process is writing one."""
    target, written, since = texts_file(database.path.resolve()), list[int](), monotonic()
    while not is_current(database.reader()) and (drafts := drafts_of_others(target)):
        sizes = [_size(draft) for draft in drafts]
        if sizes != written:
            written, since = sizes, monotonic()
        if monotonic() - since > PATIENCE_SECONDS:
            return
        sleep(LOOK_SECONDS)


def _size(draft: Path) -> int:
    try:
        return draft.stat().st_size
    except FileNotFoundError:
        return 0


def _report(progress: Progress) -> None:
    _say(done=progress.done, total=progress.total)


def _say(**said: int | str) -> None:
    print(json.dumps(said), flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
