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
    the end `scored`, the number of texts. What libraries write there goes to standard error.
    """
    lines = _Lines()
    options = _parser().parse_args(arguments)
    how = Options.from_json(options.options)
    if how.threads:
        os.environ.update(dict.fromkeys(THREAD_VARIABLES, str(how.threads)))
    try:
        with Database.open(options.database) as database:
            scorers = [create(name, how) for name in options.scorer]
            if options.ray is None:
                flags = {"lenient": options.lenient, "wait": not options.no_wait}
                scored = run(database, scorers, lines.report, more=options.unit, **flags)
            else:
                from hhtui.score.ray.engine import RayOptions
                from hhtui.score.ray.run import run_elsewhere

                ray = RayOptions.from_json(options.ray)
                scored = sum(run_elsewhere(database, one, how, ray, lines.report, more=options.unit) for one in scorers)
            lines.say("scored", scored)
    except (ScoreError, StoreError) as error:
        lines.say("error", str(error))
        return 1
    except BrokenPipeError:
        lines.forget()
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
    parser.add_argument("--ray", help="score with Ray, as hhtui.score.ray.engine.RayOptions says")
    parser.add_argument("--lenient", action="store_true", help="skip a scorer that too few pairs are here for")
    parser.add_argument("--no-wait", action="store_true", help="end where another process scores this database")
    return parser


class _Lines:
    """Standard output, kept for JSON lines: what else is written there goes to standard error from then on."""

    def __init__(self) -> None:
        self._file = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def report(self, progress: ScoreProgress) -> None:
        self.say("progress", progress.to_json())

    def say(self, key: str, value: Any) -> None:
        print(json.dumps({key: value}, ensure_ascii=False), file=self._file, flush=True)

    def forget(self) -> None:
        """Nobody listens any more: what is left to be written goes nowhere."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), self._file.fileno())


if __name__ == "__main__":
    sys.exit(main())
