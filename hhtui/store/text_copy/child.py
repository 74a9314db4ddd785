"""The process that makes the copy of the texts, at low priority: JSON lines on standard output."""

import json
import os
import sys
from pathlib import Path

from hhtui.progress import Progress
from hhtui.store.database import Database
from hhtui.store.drafts import others_at_work
from hhtui.store.errors import StoreError
from hhtui.store.text_copy.counting import is_current
from hhtui.store.text_copy.making import make
from hhtui.store.text_copy.stamp import texts_file

GENTLY = 10
INTERRUPTED = 130


def main(database: str) -> int:
    """Make the copy of a database's texts where there is none of all its pairs and no other process is making it.

    Each line on standard output is an object: `done` of `total` pairs, or `error`, one line. Return 0, 1 after an
    error, or 130 where it was interrupted.
    """
    os.nice(GENTLY)
    try:
        with Database.open(Path(database)) as opened:
            if not is_current(opened.reader()) and not others_at_work(texts_file(opened.path.resolve())):
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


def _report(progress: Progress) -> None:
    _say(done=progress.done, total=progress.total)


def _say(**said: int | str) -> None:
    print(json.dumps(said), flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
