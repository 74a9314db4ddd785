"""A scorer of pairs over a whole database: it learns from all pairs, and gives each of them its numbers."""

from hhtui.score import gently
from hhtui.score.progress import Meter, Report
from hhtui.score.scorer import Fitted, PairScorer, ScoreError, TooFewPairsError, fingerprint
from hhtui.store import scorers, scoring
from hhtui.store.columns import Columns, last_id
from hhtui.store.database import Database
from hhtui.store.records import snapshot
from hhtui.store.scorers import StoredScorer


def run_pairs(database: Database, scorer: PairScorer, report: Report, *, lenient: bool) -> int:
    """Let `scorer` learn from the pairs of `database` and score them, unless it has; return how many were scored.

    What it learned before from other pairs is taken away at the end. Where there are too few pairs it raises
    TooFewPairsError, or says so in a report and returns 0 with `lenient`.
    """
    reader = database.reader()
    meter = Meter(scorer.name, {}, {}, report)
    parameters = {**scorer.parameters, "pairs": scoring.pairs_digest(reader)}
    identity = fingerprint(scorer.name, scorer.version, parameters)
    stored, last = scorers.with_fingerprint(reader, identity), last_id(reader)
    scored = 0
    if stored is None or scorers.done(reader, stored)["pair"] < last:
        try:
            with snapshot(reader):
                ids = scoring.pair_ids(reader)
                meter.learning(len(ids))
                fitted = scorer.fit(scoring.learning_pairs(reader))
        except TooFewPairsError as error:
            if not lenient:
                raise
            meter.skipped(str(error))
            return 0
        stored = _keep(database, scorer, identity, parameters, ids, fitted, last)
        scored = len(ids)
    if not scoring.is_packed(reader, stored, "pair", last):
        scoring.pack_scores(database, stored, "pair", Columns(), last)
    _forget_older(database, stored)
    meter.done()
    return scored


def _keep(
    database: Database,
    scorer: PairScorer,
    identity: str,
    parameters: dict[str, object],
    ids: list[int],
    fitted: Fitted,
    last: int,
) -> StoredScorer:
    width = sum(1 if column.of_pair else 2 for column in scorer.columns)
    if fitted.numbers.shape != (len(ids), width):
        raise ScoreError(f"scorer {scorer.name} gave numbers of the shape {fitted.numbers.shape} for {len(ids)} pairs")
    with database.writing(durable=False) as connection:
        stored = scorers.register(
            connection,
            name=scorer.name,
            version=scorer.version,
            fingerprint=identity,
            columns=scorer.columns,
            units=scorer.units,
            parameters=parameters,
            findings=fitted.findings,
        )
        scoring.keep_model(connection, stored, fitted.model)
    gently.write(database, scoring.insert_pairs, scoring.pair_rows(stored, ids, fitted.numbers))
    with database.writing(durable=False) as connection:
        scoring.finish(connection, stored, "pair", last)
    return stored


def _forget_older(database: Database, stored: StoredScorer) -> None:
    finished = False
    while not finished:
        with database.writing(durable=False) as connection:
            finished = scorers.forget_fits_before(connection, stored, gently.MOST_ROWS)
