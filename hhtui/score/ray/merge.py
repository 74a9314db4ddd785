"""Scores that were made elsewhere come into a database, by the hash of their text."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from hhtui.model import Unit
from hhtui.score import gently
from hhtui.score.progress import Report, ScoreProgress
from hhtui.score.ray import shards
from hhtui.score.ray.manifest import Manifest, read
from hhtui.score.run import scored_alone
from hhtui.score.scorer import Scored, ScoreError
from hhtui.score.text_run import TextRun, register
from hhtui.store import scoring
from hhtui.store.database import Database


class Merged(NamedTuple):
    """What a merge did: how many `texts` got scores, from how many `shards` of `shards_total`.

    It is `complete` where every pair of the database now has scores of every kind of text that was sent out.
    """

    texts: int
    shards: int
    shards_total: int
    complete: bool


class LackingError(ScoreError):
    """Texts of this database have no score in any shard."""


def merge(database: Database, folder: Path, report: Report) -> Merged:
    """Put the scores that are in `folder` into `database`; done again, or after an interruption, it adds the rest.

    Any database with the same texts will do. Shards whose scores are missing or damaged are left out. Raises
    ScoreError where `folder` has no manifest, StoreError where the database cannot be written.
    """
    manifest = read(folder)
    with scored_alone(database, [manifest.name], report, wait=True):
        return merge_shards(database, folder, manifest, report)


def merge_shards(database: Database, folder: Path, manifest: Manifest, report: Report) -> Merged:
    """Do what `merge` does, for the one process that scores."""
    arrived = Arrived(manifest)
    stored = register(database, arrived)
    texts = merged = 0
    for shard in manifest.shards:
        scores = shards.read_scores(folder, manifest, shard)
        if scores is not None:
            places = {digest: place for place, digest in enumerate(scores.hashes)}
            hashes = scoring.missing(database.reader(), stored, sorted(places))
            some = [places[digest] for digest in hashes]
            rows = scoring.text_rows(stored, hashes, scores.numbers[some], scores.windows[some])
            gently.write(database, scoring.insert_texts, rows)
            texts += len(hashes)
            merged += 1
        report(ScoreProgress(manifest.name, "merging", shards=merged, shards_total=len(manifest.shards)))
    complete = all([_finish(database, arrived, [unit]) for unit in manifest.sent])
    return Merged(texts, merged, len(manifest.shards), complete)


def _finish(database: Database, arrived: "Arrived", units: Sequence[Unit]) -> bool:
    """Link pairs with their scores and pack the columns; return whether no text lacks a score."""
    try:
        TextRun(database, arrived, lambda progress: None, units).finish()
    except LackingError:
        return False
    return True


class Arrived:
    """The scorer of a manifest, whose scores have been made: it raises LackingError where it is to make one."""

    def __init__(self, manifest: Manifest) -> None:
        """Take over what the manifest says of the scorer."""
        self.name, self.version, self.fingerprint = manifest.name, manifest.version, manifest.fingerprint
        self.columns, self.units = manifest.columns, manifest.units
        self.parameters, self.findings = manifest.parameters, manifest.findings

    def load(self) -> None:
        """Say that a text lacks a score."""
        raise LackingError(f"some texts have no score of {self.name} in these shards")

    def batches(self, texts: Sequence[str]) -> Iterator[Sequence[int]]:
        """Yield nothing; say that a text lacks a score where there are any."""
        if texts:
            self.load()
        yield from ()

    def score(self, texts: Sequence[str]) -> Scored:
        """Say that texts lack a score."""
        raise LackingError(f"{len(texts)} texts have no score of {self.name} in these shards")
