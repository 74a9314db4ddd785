"""A scorer of pairs over a whole database: it learns from all pairs, and gives each of them its numbers."""

from typing import TYPE_CHECKING, NamedTuple

from hhtui.score import gently
from hhtui.score.progress import Meter, Report
from hhtui.score.scorer import Fitted, PairScorer, ScoreError, TooFewPairsError, fingerprint
from hhtui.store import scorers, scoring
from hhtui.store.columns import Columns
from hhtui.store.connection import snapshot
from hhtui.store.database import Database
from hhtui.store.pairs import last_id
from hhtui.store.scorers import StoredScorer

if TYPE_CHECKING:
    from sqlite3 import Connection


class _Fit(NamedTuple):
    """What a scorer learned from the pairs with these `ids`; `identity` and `parameters` name them too."""

    identity: str
    parameters: dict[str, object]
    ids: list[int]
    fitted: Fitted


def run_pairs(database: Database, scorer: PairScorer, report: Report, *, lenient: bool) -> int:
    """Let `scorer` learn from the pairs of `database` and score them, unless it has; return how many were scored.

    What it learned before from other pairs is taken away at the end. Where there are too few pairs it raises
    TooFewPairsError, or says so in a report and returns 0 with `lenient`.
    """
    reader = database.reader()
    meter = Meter(scorer.name, {}, report)
    try:
        with snapshot(reader):
            last = last_id(reader)
            found = _stored_or_fitted(reader, scorer, meter, last)
    except TooFewPairsError as error:
        if not lenient:
            raise
        meter.skipped(str(error))
        return 0
    stored = found if isinstance(found, StoredScorer) else _keep(database, scorer, found, last)
    if not scoring.is_packed(reader, stored, "pair", last):
        scoring.pack_scores(database, stored, "pair", Columns(), last)
    _forget_older(database, stored)
    meter.done()
    return len(found.ids) if isinstance(found, _Fit) else 0


def _stored_or_fitted(reader: "Connection", scorer: PairScorer, meter: Meter, last: int) -> StoredScorer | _Fit:
    """Return the scorer that has scored the pairs which `reader` sees, all up to the id `last`, or else a new fit.

    The fingerprint names the pairs with their ids, and a fit of one fingerprint always gives the same: rows that a
    killed run left under it are those that this one stores.
    """
    parameters = {**scorer.parameters, "pairs": scoring.pairs_digest(reader)}
    identity = fingerprint(scorer.name, scorer.version, parameters)
    stored = scorers.with_fingerprint(reader, identity)
    if stored is not None and scorers.done(reader, stored)["pair"] >= last:
        return stored
    ids = scoring.pair_ids(reader)
    meter.learning(len(ids))
    return _Fit(identity, parameters, ids, scorer.fit(scoring.learning_pairs(reader)))


def _keep(database: Database, scorer: PairScorer, fit: _Fit, last: int) -> StoredScorer:
    """Store a fit in steps, each so short that whoever writes beside it hardly waits; the last one makes it count."""
    ids, fitted = fit.ids, fit.fitted
    width = sum(1 if column.of_pair else 2 for column in scorer.columns)
    if fitted.numbers.shape != (len(ids), width):
        raise ScoreError(f"scorer {scorer.name} gave numbers of the shape {fitted.numbers.shape} for {len(ids)} pairs")
    with database.writing(durable=False) as connection:
        stored = scorers.register(
            connection,
            name=scorer.name,
            version=scorer.version,
            fingerprint=fit.identity,
            columns=scorer.columns,
            units=scorer.units,
            parameters=fit.parameters,
            findings=fitted.findings,
        )
    with database.writing(durable=False) as connection:
        scoring.keep_model(connection, stored, fitted.model)
    gently.write(database, scoring.insert_pairs, scoring.pair_rows(stored, ids, fitted.numbers))
    with database.writing(durable=False) as connection:
        scoring.finish(connection, stored, "pair", last)
        scorers.take_over(connection, stored)
    return stored


def _forget_older(database: Database, stored: StoredScorer) -> None:
    finished = False
    while not finished:
        with database.writing(durable=False) as connection:
            finished = scorers.forget_fits_before(connection, stored, gently.MOST_ROWS)
