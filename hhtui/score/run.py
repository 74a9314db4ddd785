"""A scorer over a whole database: what is missing, in windows and batches, so that any moment is a fine one to stop."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TypeVar

from hhtui.dialogue import text_hash
from hhtui.score.progress import Meter, Report, ScoreProgress
from hhtui.score.scorer import ScoreError, Scorer, scores_of
from hhtui.store import scorers, scoring
from hhtui.store.columns import Columns, last_id
from hhtui.store.database import Database
from hhtui.store.errors import StoreError
from hhtui.store.locking import FileLock
from hhtui.store.scorers import StoredScorer
from hhtui.store.scoring import SideHashes, SideTexts

FIRST_WINDOW = 500
WINDOW = 20_000
MOST_ROWS = 500
PAUSE_SECONDS = 0.002
PACK_SECONDS = 30.0
WAIT_SECONDS = 1.0

Item = TypeVar("Item")


def run(database: Database, wanted: Sequence[Scorer], report: Report, *, wait: bool = True) -> int:
    """Score every text of `database` that lacks a score by one of `wanted`; return how many were scored.

    A distinct text is scored once, in windows of pairs in the order of ids, the first one small. Stopped at any
    moment, even killed, it loses at most one batch and goes on when run again. One process scores a database at a
    time: another one waits, or raises ScoreError unless `wait`. Raises ScoreError where a scorer cannot do its work,
    StoreError where the database cannot be written.
    """
    with _alone(database, wanted, report, wait):
        return sum(_Run(database, scorer, report).finish() for scorer in wanted)


@contextmanager
def _alone(database: Database, wanted: Sequence[Scorer], report: Report, wait: bool) -> Iterator[None]:
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
            report(ScoreProgress(", ".join(scorer.name for scorer in wanted), "waiting"))
            time.sleep(WAIT_SECONDS)
        yield


class _Run:
    """One scorer's work on one database."""

    def __init__(self, database: Database, scorer: Scorer, report: Report) -> None:
        if not {"response", "prompt"} & set(scorer.units):
            raise ScoreError(f"scorer {scorer.name} reads neither responses nor prompts, which is all that is run here")
        self.database = database
        self.scorer = scorer
        self.stored = _register(database, scorer)
        self.columns = Columns()
        self.packed_at = -PACK_SECONDS
        self.loaded = False
        self.meter = Meter(
            scorer.name, len(self.stored.sides), self.stored.pairs_done, last_id(database.reader()), report
        )

    def finish(self) -> int:
        """Do all that is missing; return how many texts were scored."""
        reader = self.database.reader()
        done, size = self.stored.pairs_done, FIRST_WINDOW
        while done < (last := last_id(reader)):
            upto = min(done + size, last)
            self.meter.window(done, upto, last)
            self._score_window(done, upto)
            done, size = upto, WINDOW
            if time.monotonic() - self.packed_at >= PACK_SECONDS:
                self._pack(done)
        if done and not scoring.is_packed(reader, self.stored, done):
            self._pack(done)
        self.meter.done()
        return self.meter.now.computed

    def _score_window(self, after: int, upto: int) -> None:
        texts: dict[bytes, str] = {}
        lacking = scoring.unfinished(self.database.reader(), self.stored, after, upto)
        pairs = [_hashes(sides, texts, self.stored.sides) for sides in lacking]
        self._score_texts(texts)
        for linked in _chunks(pairs, MOST_ROWS):
            with self.database.writing(durable=False) as connection:
                scoring.link(connection, linked)
            time.sleep(PAUSE_SECONDS)
        with self.database.writing(durable=False) as connection:
            scoring.finish(connection, self.stored, upto)

    def _score_texts(self, texts: dict[bytes, str]) -> None:
        """Score what is missing in the order of hashes, so that one transaction touches few pages of the table."""
        todo = scoring.missing(self.database.reader(), self.stored, sorted(texts))
        if todo and not self.loaded:
            self.scorer.load()
            self.loaded = True
            self.meter.ready()
        scored = 0
        for batch in _chunks(todo, self.scorer.batch):
            values = scores_of(self.scorer, [texts[digest] for digest in batch])
            for rows in _chunks(scoring.rows(self.stored, batch, values), MOST_ROWS):
                with self.database.writing(durable=False) as connection:
                    scoring.insert(connection, rows)
                time.sleep(PAUSE_SECONDS)
            scored += len(batch)
            self.meter.scored(len(batch), scored / len(todo))

    def _pack(self, done: int) -> None:
        scoring.pack_scores(self.database, self.stored, self.columns, done)
        self.packed_at = time.monotonic()


def _register(database: Database, scorer: Scorer) -> StoredScorer:
    with database.writing(durable=False) as connection:
        return scorers.register(
            connection,
            name=scorer.name,
            version=scorer.version,
            fingerprint=scorer.fingerprint,
            columns=scorer.columns,
            units=scorer.units,
            parameters=scorer.parameters,
        )


def _hashes(sides: SideTexts, texts: dict[bytes, str], wanted: Sequence[str]) -> SideHashes:
    """Return the hashes of a pair's texts, and put those of the sides that are `wanted` into `texts`."""
    hashes: list[bytes | None] = []
    for side, text in (("prompt", sides.prompt), ("chosen", sides.chosen), ("rejected", sides.rejected)):
        digest = text_hash(text) if text else None
        if digest is not None and side in wanted:
            texts[digest] = text
        hashes.append(digest)
    return SideHashes(sides.pair_id, *hashes)


def _chunks(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
