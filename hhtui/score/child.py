"""The process that scores: JSON lines on standard output, so that scikit-learn never lives where the screen is."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hhtui.score.progress import ScoreProgress
from hhtui.score.run import run
from hhtui.score.scorer import ScoreError, create
from hhtui.store.database import Database
from hhtui.store.errors import StoreError

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Score a database; return 0, 1 after a line `{"error": …}`, or 130 where it was interrupted.

    Each line on standard output is an object with one key: `progress` (see ScoreProgress), `error` (one line), or at
    the end `scored`, the number of texts.
    """
    options = _parser().parse_args(arguments)
    if options.threads:
        os.environ.update(dict.fromkeys(THREAD_VARIABLES, str(options.threads)))
    try:
        with Database.open(options.database) as database:
            scorers = [create(name) for name in options.scorer]
            _say("scored", run(database, scorers, _report, wait=not options.no_wait))
    except (ScoreError, StoreError) as error:
        _say("error", str(error))
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m hhtui.score.child", description="Score the texts of a database.")
    parser.add_argument("database", type=Path)
    parser.add_argument("--scorer", action="append", required=True)
    parser.add_argument("--threads", type=int, help="the most threads that the libraries of linear algebra may use")
    parser.add_argument("--no-wait", action="store_true", help="end where another process scores this database")
    return parser


def _report(progress: ScoreProgress) -> None:
    _say("progress", progress.to_json())


def _say(key: str, value: Any) -> None:
    print(json.dumps({key: value}, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    sys.exit(main())
