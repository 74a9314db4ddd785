"""A scorer of texts over a whole database: what is missing, in windows and batches."""

import time
from collections.abc import Sequence

from hhtui.hashing import text_hash
from hhtui.model import Unit
from hhtui.score import gently
from hhtui.score.progress import Meter, Report
from hhtui.score.scorer import Identified, ScoreError, Scorer, scores_of
from hhtui.store import scorers, scoring
from hhtui.store.columns import Columns
from hhtui.store.database import Database
from hhtui.store.pairs import last_id
from hhtui.store.scorers import StoredScorer

FIRST_WINDOW = 500
WINDOW = 20_000
WINDOW_SECONDS = 60.0
PACK_SECONDS = 30.0


class TextRun:
    """One scorer's work on one database: each kind of text in windows of pairs in the order of ids.

    The first window is small, and none lasts much longer than a minute, so that numbers can be seen early.
    """

    def __init__(self, database: Database, scorer: Scorer, report: Report, units: Sequence[Unit]) -> None:
        """Write the scorer down, once it has been loaded where it is new here.

        Raises ScoreError where it cannot be loaded, or reads none of `units`.
        """
        self._units = [unit for unit in units if unit in scorer.units]
        if not self._units:
            raise ScoreError(f"scorer {scorer.name} reads {' and '.join(scorer.units)}, not {' or '.join(units)}")
        self._database = database
        self._scorer = scorer
        self._columns = Columns()
        self._packed_at = -PACK_SECONDS
        self._loaded = False
        reader = database.reader()
        characters = {unit: scoring.characters(reader, unit) for unit in self._units}
        self._meter = Meter(scorer.name, characters, report)
        if scorers.with_fingerprint(reader, scorer.fingerprint) is None:
            self._load()
        self._stored = register(database, scorer)
        self._done = scorers.done(reader, self._stored)
        self._meter.begin(self._done)

    def finish(self) -> int:
        """Do all that is missing; return how many texts were scored."""
        for unit in self._units:
            self._finish_unit(unit)
        self._meter.done()
        return self._meter.now.computed

    def _finish_unit(self, unit: Unit) -> None:
        reader = self._database.reader()
        done, size = self._done[unit], FIRST_WINDOW
        while done < (last := last_id(reader)):
            upto = min(done + size, last)
            self._meter.window(unit, done, upto, last)
            began = time.monotonic()
            self._score_window(unit, done, upto)
            pairs_a_second = (upto - done) / max(time.monotonic() - began, 1e-6)
            size = max(FIRST_WINDOW, min(WINDOW, round(pairs_a_second * WINDOW_SECONDS)))
            done = upto
            if time.monotonic() - self._packed_at >= PACK_SECONDS:
                self._pack(unit, done)
        with self._database.writing(durable=False) as connection:
            scorers.take_over(connection, self._stored)
        if done and not scoring.is_packed(reader, self._stored, unit, done):
            self._pack(unit, done)

    def _score_window(self, unit: Unit, after: int, upto: int) -> None:
        texts = linked_texts(self._database, self._stored, unit, after, upto)
        self._score_texts(texts)
        with self._database.writing(durable=False) as connection:
            scoring.finish(connection, self._stored, unit, upto)

    def _score_texts(self, texts: dict[bytes, str]) -> None:
        """Score what is missing; it is given in the order of hashes, so that writing touches few pages of the table."""
        hashes = scoring.missing(self._database.reader(), self._stored, sorted(texts))
        if hashes:
            self._load()
        missing = [texts[digest] for digest in hashes]
        total, seen = sum(map(len, missing)), 0
        for batch in self._scorer.batches(missing):
            some = [missing[at] for at in batch]
            scored = scores_of(self._scorer, some)
            rows = scoring.text_rows(self._stored, [hashes[at] for at in batch], scored.numbers, scored.windows)
            gently.write(self._database, scoring.insert_texts, rows)
            seen += sum(map(len, some))
            self._meter.scored(len(some), scored.tokens, seen / total)

    def _load(self) -> None:
        if not self._loaded:
            self._scorer.load()
            self._loaded = True
            self._meter.ready()

    def _pack(self, unit: Unit, done: int) -> None:
        scoring.pack_scores(self._database, self._stored, unit, self._columns, done)
        self._packed_at = time.monotonic()


def register(database: Database, scorer: Identified) -> StoredScorer:
    """Write a scorer of texts down in the database, and return it as it stands there."""
    with database.writing(durable=False) as connection:
        return scorers.register(
            connection,
            name=scorer.name,
            version=scorer.version,
            fingerprint=scorer.fingerprint,
            columns=scorer.columns,
            units=scorer.units,
            parameters=scorer.parameters,
            findings=scorer.findings,
        )


def linked_texts(database: Database, scorer: StoredScorer, unit: Unit, after: int, upto: int) -> dict[bytes, str]:
    """Return, by their hashes, the texts of pairs with `after` < id ≤ `upto` of which `scorer` may lack a score.

    Pairs that do not know yet which texts they have are linked with them.
    """
    texts: dict[bytes, str] = {}
    links: list[tuple[int, bytes | None, bytes | None, bytes | None]] = []
    for pair in scoring.lacking(database.reader(), scorer, unit, after, upto):
        texts.update((text_hash(text), text) for text in pair.texts)
        if pair.unlinked is not None:
            prompt, chosen, rejected = (text_hash(text) if text else None for text in pair.unlinked)
            links.append((pair.pair_id, prompt, chosen, rejected))
    gently.write(database, scoring.link, links)
    return texts
