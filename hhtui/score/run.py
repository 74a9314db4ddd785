"""Scorers over a whole database, one after another, one process at a time."""

import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager

from hhtui.model import Unit
from hhtui.score.pair_run import run_pairs
from hhtui.score.progress import Report, ScoreProgress
from hhtui.score.scorer import PairScorer, ScoreError, Scorer
from hhtui.score.text_run import TextRun
from hhtui.store.database import Database
from hhtui.store.errors import StoreError
from hhtui.store.locking import FileLock

WAIT_SECONDS = 1.0
ALWAYS: tuple[Unit, ...] = ("response", "prompt")


def run(
    database: Database,
    wanted: Sequence[Scorer | PairScorer],
    report: Report,
    *,
    more: Collection[Unit] = (),
    lenient: bool = False,
    wait: bool = True,
) -> int:
    """Score every text of `database` that lacks a score by one of `wanted`; return how many were scored.

    Responses come first, then prompts, then what `more` names (`turn`). A distinct text is scored once. Stopped
    at any moment, even killed, it loses at most one batch and goes on when run again. A scorer of pairs learns from
    all pairs anew where they have changed; with `lenient` it is skipped where they are too few. One process
    scores a database at a time: another one waits, or raises ScoreError unless `wait`. Raises ScoreError where a
    scorer cannot do its work, StoreError where the database cannot be written.
    """
    units = (*ALWAYS, *(unit for unit in more if unit not in ALWAYS))
    with scored_alone(database, [scorer.name for scorer in wanted], report, wait=wait):
        return sum(
            run_pairs(database, scorer, report, lenient=lenient)
            if isinstance(scorer, PairScorer)
            else TextRun(database, scorer, report, units).finish()
            for scorer in wanted
        )


@contextmanager
def scored_alone(database: Database, names: Sequence[str], report: Report, *, wait: bool) -> Iterator[None]:
    """Hold the lock of the one process that scores; see `run`."""
    lock = FileLock(database.path.with_name(f"{database.path.name}.scoring"))
    with ExitStack() as stack:
        stack.callback(lock.close)
        while True:
            try:
                stack.enter_context(lock.held(0))
                break
            except StoreError:
                if not wait:
                    raise ScoreError(
                        f"{database.path.name} is being scored by another process; its numbers appear as they come"
                    ) from None
            report(ScoreProgress(", ".join(names), "waiting"))
            time.sleep(WAIT_SECONDS)
        yield
