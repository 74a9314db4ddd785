"""Scores that were made elsewhere come into a database, by the hash of their text."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from hhtui.model import Unit
from hhtui.score import gently, text_run
from hhtui.score.progress import Report, ScoreProgress
from hhtui.score.ray import shards
from hhtui.score.ray.manifest import ShardManifest, read
from hhtui.score.ray.seen import Seen
from hhtui.score.run import scored_alone
from hhtui.score.scorer import ScoreError
from hhtui.score.text_run import WINDOW, linked_texts
from hhtui.store import scorers, scoring
from hhtui.store.columns import Columns
from hhtui.store.database import Database
from hhtui.store.pairs import last_id
from hhtui.store.scorers import StoredScorer

NEW = 0
"""The id of a scorer that a database does not know yet: no row has it."""


class Merged(NamedTuple):
    """What a merge did: how many `texts` got scores, from how many `shards` of `shards_total`.

    It is `complete` where every pair of the database now has scores of every kind of text that was sent out.
    """

    texts: int
    shards: int
    shards_total: int
    complete: bool


def merge(database: Database, folder: Path, report: Report) -> Merged:
    """Put the scores that are in `folder` into `database`; done again, or after an interruption, it adds the rest.

    Any database with some of the same texts will do. Shards whose scores are missing or damaged are left out. Raises
    ScoreError where `folder` has no manifest or no score of a text of `database`, StoreError where the database cannot
    be written.
    """
    manifest = read(folder)
    with scored_alone(database, [manifest.name], report, wait=True):
        merged = merge_shards(database, folder, manifest, report)
    if scorers.with_fingerprint(database.reader(), manifest.fingerprint) is None:
        raise ScoreError(
            f"no text of {database.path.name} has a score in {folder}, where {merged.shards:,} of "
            f"{merged.shards_total:,} shards have whole scores"
        )
    return merged


def merge_shards(database: Database, folder: Path, manifest: ShardManifest, report: Report) -> Merged:
    """Do what `merge` does, for the one process that scores.

    The scorer is written down with the first score of a text that is here.
    """
    stored = _expected(database, manifest)
    wanted = _wanted(database, stored, manifest.sent)
    texts = merged = 0
    for shard in manifest.shards:
        scores = shards.read_scores(folder, manifest, shard)
        if scores is not None:
            places = {digest: place for place, digest in enumerate(scores.hashes)}
            hashes = scoring.missing(database.reader(), stored, wanted.met(sorted(places)))
            if hashes:
                stored = register(database, manifest) if stored.id == NEW else stored
                some = [places[digest] for digest in hashes]
                rows = scoring.text_rows(stored, hashes, scores.numbers[some], scores.windows[some])
                gently.write(database, scoring.insert_texts, rows)
            texts += len(hashes)
            merged += 1
        report(ScoreProgress(manifest.name, "merging", shards=merged, shards_total=len(manifest.shards)))
    complete = stored.id != NEW and all([_finish(database, stored, unit) for unit in manifest.sent])
    return Merged(texts, merged, len(manifest.shards), complete)


def register(database: Database, manifest: ShardManifest) -> StoredScorer:
    """Write the scorer of a manifest down in the database, and return it as it stands there."""
    _expected(database, manifest)
    return text_run.register(database, manifest)


def _expected(database: Database, manifest: ShardManifest) -> StoredScorer:
    """Return the manifest's scorer as it stands in the database, with the id NEW where it does not yet.

    Raises ScoreError where it has other columns there.
    """
    known = scorers.with_fingerprint(database.reader(), manifest.fingerprint)
    if known is None:
        told = (manifest.name, manifest.version, manifest.fingerprint, manifest.columns, manifest.units)
        return StoredScorer(NEW, *told, manifest.parameters, manifest.findings)
    if [column.name for column in known.columns] != [column.name for column in manifest.columns]:
        raise ScoreError(
            f"{manifest.name} {manifest.fingerprint[:12]} has other columns in these shards than in "
            f"{database.path.name}; the manifest is not that of its scores"
        )
    return known


def _wanted(database: Database, scorer: StoredScorer, units: Sequence[Unit]) -> Seen:
    """Return the texts of the database that may lack a score."""
    reader, wanted = database.reader(), Seen()
    done, last = scorers.done(reader, scorer), last_id(reader)
    for unit in units:
        for after in range(done.get(unit, 0), last, WINDOW):
            wanted.first_met(list(linked_texts(database, scorer, unit, after, min(after + WINDOW, last))))
    return wanted


def _finish(database: Database, scorer: StoredScorer, unit: Unit) -> bool:
    """Note up to where all pairs have their scores, and pack the columns; return whether no text lacks one."""
    reader = database.reader()
    done, last = scorers.done(reader, scorer).get(unit, 0), last_id(reader)
    for after in range(done, last, WINDOW):
        upto = min(after + WINDOW, last)
        if scoring.missing(reader, scorer, list(linked_texts(database, scorer, unit, after, upto))):
            break
        done = upto
        with database.writing(durable=False) as connection:
            scoring.finish(connection, scorer, unit, done)
    with database.writing(durable=False) as connection:
        scorers.take_over(connection, scorer)
    if done and not scoring.is_packed(reader, scorer, unit, done):
        scoring.pack_scores(database, scorer, unit, Columns(), done)
    return done == last
