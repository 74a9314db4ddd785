"""Scoring past one machine: texts go out as shards, Ray scores them, what comes back is merged."""

import shutil
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from hhtui.model import Unit
from hhtui.score.progress import Report, ScoreProgress
from hhtui.score.ray import manifest as manifests
from hhtui.score.ray import shards
from hhtui.score.ray.engine import RayOptions, score_shards
from hhtui.score.ray.manifest import Shard, ShardManifest, describe
from hhtui.score.ray.merge import merge_shards, register
from hhtui.score.ray.seen import Seen
from hhtui.score.ray.shard_meter import ShardMeter
from hhtui.score.run import ALWAYS, scored_alone
from hhtui.score.scorer import Options, PairScorer, ScoreError, Scorer
from hhtui.score.text_run import linked_texts
from hhtui.store import scorers, scoring
from hhtui.store.database import Database
from hhtui.store.pairs import last_id
from hhtui.store.scorers import StoredScorer, slug

MOST_TEXTS = 5000
FEWEST_TEXTS = 100
SHARDS = 200
"""How many shards a small database makes, so that many actors end at about the same time."""
TEXTS_OF_PAIR = 3
WINDOW = 20_000


def run_elsewhere(
    database: Database,
    scorer: Scorer | PairScorer,
    options: Options,
    how: RayOptions,
    report: Report,
    *,
    more: Collection[Unit] = (),
) -> int:
    """Score every text of `database` that lacks a score with Ray, and merge; return how many texts got scores.

    Responses go out first, then prompts, then what `more` names. Interrupted, even killed, it goes on with the shards
    that have no scores yet when run again. Raises ScoreError where the scorer learns from pairs, where Ray or
    the scorer fails, or where the folder holds shards for another scorer.
    """
    if isinstance(scorer, PairScorer):
        raise ScoreError(f"{scorer.name} learns from all pairs at once and cannot be spread; leave --engine ray out")
    units = [unit for unit in (*ALWAYS, *more) if unit in scorer.units]
    folder = how.shards or default_folder(database.path, scorer.name)
    texts = 0
    with scored_alone(database, [scorer.name], report, wait=True):
        manifest = _resumed(folder, describe(scorer, _absolute(options), units))
        while True:
            texts += _finish(database, folder, manifest, how, report)
            sent = send(database, folder, manifest, units, report)
            if sent == manifest:
                break
            manifest = sent
        if how.shards is None:
            _remove(folder)
    return texts


def default_folder(database: Path, scorer: str) -> Path:
    """Return the folder of a scorer's shards beside the database."""
    return database.with_name(f"{database.name}.shards") / slug(scorer)


def send(
    database: Database, folder: Path, manifest: ShardManifest, units: Sequence[Unit], report: Report
) -> ShardManifest:
    """Write the texts without a score into new shards of `folder`, each text once; return the manifest with them.

    The folder has a manifest before it has texts, so that it is known as ours after a kill.
    """
    stored = register(database, manifest)
    new: list[Shard] = []
    for unit, texts in _parcels(database, stored, units):
        if not new:
            manifests.write(folder, manifest)
        new.append(shards.write_texts(folder, len(manifest.shards) + len(new), unit, texts))
        report(ScoreProgress(manifest.name, "writing", unit=unit, shards=len(new)))
    if not new:
        return manifest
    grown = replace(manifest, shards=(*manifest.shards, *new))
    manifests.write(folder, grown)
    return grown


def _parcels(
    database: Database, stored: StoredScorer, units: Sequence[Unit]
) -> Iterator[tuple[Unit, dict[bytes, str]]]:
    """Yield the distinct texts that lack a score, by their hashes, a shard's worth at a time."""
    reader = database.reader()
    seen, done, last = Seen(), scorers.done(reader, stored), last_id(reader)
    size = min(MOST_TEXTS, max(FEWEST_TEXTS, TEXTS_OF_PAIR * last // SHARDS))
    for unit in units:
        parcel: dict[bytes, str] = {}
        for after in range(done[unit], last, WINDOW):
            texts = linked_texts(database, stored, unit, after, min(after + WINDOW, last))
            for digest in seen.first_met(scoring.missing(reader, stored, list(texts))):
                parcel[digest] = texts[digest]
                if len(parcel) == size:
                    yield unit, parcel
                    parcel = {}
        if parcel:
            yield unit, parcel


def _finish(database: Database, folder: Path, manifest: ShardManifest, how: RayOptions, report: Report) -> int:
    """Score the shards that have no scores yet, and merge all of them; return how many texts got scores."""
    lacking = shards.unscored(folder, manifest)
    if lacking:
        meter = ShardMeter(manifest.name, report, lacking, len(manifest.shards))
        score_shards(folder, manifest, lacking, how, meter)
    merged = merge_shards(database, folder, manifest, report)
    if merged.shards < merged.shards_total:
        raise ScoreError(f"scores in {folder / shards.SCORES} were damaged on the way; the same command goes on")
    return merged.texts


def _resumed(folder: Path, manifest: ShardManifest) -> ShardManifest:
    """Return `manifest` with the shards that `folder` holds already; raises ScoreError where it holds others."""
    if not (folder / manifests.FILE).exists():
        if folder.exists() and any(not manifests.is_draft(path) for path in folder.iterdir()):
            raise ScoreError(f"{folder} holds other files and no shards; name an empty or new folder with --shards")
        return manifest
    there = manifests.read(folder)
    if there.fingerprint != manifest.fingerprint:
        raise ScoreError(
            f"{folder} holds shards for {there.name} {there.fingerprint[:12]}, this is {manifest.name} "
            f"{manifest.fingerprint[:12]}: their numbers do not compare; delete it, or name another with --shards"
        )
    sent = (*there.sent, *(unit for unit in manifest.sent if unit not in there.sent))
    return replace(manifest, sent=sent, shards=there.shards)


def _absolute(options: Options) -> Options:
    """Return the options with paths that mean the same in any folder."""
    checkpoint, config_dir, model = (
        None if path is None else path.resolve() for path in (options.checkpoint, options.config_dir, options.model)
    )
    return options._replace(checkpoint=checkpoint, config_dir=config_dir, model=model)


def _remove(folder: Path) -> None:
    """Take away the folder of merged shards, and the one it is in where that is empty then."""
    if folder.is_dir():
        shutil.rmtree(folder)
        with suppress(OSError):
            folder.parent.rmdir()
