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
from hhtui.score.scorer import Options, ScoreError, create
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
    how = Options.from_json(options.options)
    if how.threads:
        os.environ.update(dict.fromkeys(THREAD_VARIABLES, str(how.threads)))
    try:
        with Database.open(options.database) as database:
            scorers = [create(name, how) for name in options.scorer]
            flags = {"lenient": options.lenient, "wait": not options.no_wait}
            _say("scored", run(database, scorers, _report, more=options.unit, **flags))
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
    parser.add_argument("--options", default="{}", help="how scorers are made, see hhtui.score.scorer.Options")
    parser.add_argument("--unit", action="append", default=[], help="a kind of text to score besides the usual ones")
    parser.add_argument("--lenient", action="store_true", help="skip a scorer that too few pairs are here for")
    parser.add_argument("--no-wait", action="store_true", help="end where another process scores this database")
    return parser


def _report(progress: ScoreProgress) -> None:
    _say("progress", progress.to_json())


def _say(key: str, value: Any) -> None:
    print(json.dumps({key: value}, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    sys.exit(main())
