"""What leaves a database: exports, cleaned sources, and patches applied elsewhere."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hhtui.api.finding import search
from hhtui.api.opening import PathLike
from hhtui.store.database import Database

if TYPE_CHECKING:
    from hhtui.export.applying import Applied
    from hhtui.export.cleaned import Cleaned
    from hhtui.export.cleaning import Cleaning
    from hhtui.export.manifest import Selection
    from hhtui.export.run import Export
    from hhtui.export.writing import Report
    from hhtui.ingest.resolving import Named
    from hhtui.progress import Observer
    from hhtui.store.listing import Listing
    from hhtui.store.placing import Sink


def select(
    database: Database, query: str | None = None, *, everything: bool = False, among: "Listing | None" = None
) -> "tuple[Sequence[int], Selection]":
    """Return the pairs to export: those of `query`, else every pair, else the flagged ones.

    With a list, `among`, they are those of its pairs that `query` finds, in its order.
    """
    from hhtui.export.manifest import Selection
    from hhtui.store import records as stored

    if among is not None:
        return search(database, query or "", among.ids).ids, Selection("query", query or "", str(among.path))
    if query is not None:
        return search(database, query).ids, Selection("query", query)
    if everything:
        return stored.every(database.reader()), Selection("all")
    return stored.flagged(database.reader()), Selection("flagged")


def export(
    database: Database,
    target: "PathLike | Sink",
    form: str = "ids",
    *,
    query: str | None = None,
    everything: bool = False,
    among: "Listing | None" = None,
    with_decisions: bool = False,
    manifest: PathLike | None = None,
    force: bool = False,
    report: "Report | None" = None,
) -> "Export":
    """Write the flagged pairs, or those of `query` or a list, or everything, to a file (with a manifest) or a stream.

    See `hhtui.export.run` for the formats and what they promise.
    """
    from hhtui.export.run import export_file, export_stream
    from hhtui.store.connection import snapshot

    more: dict[str, Any] = {
        "with_decisions": with_decisions,
        "manifest_path": None if manifest is None else Path(manifest),
        "force": force,
        "report": report,
    }
    with snapshot(database.reader()):
        pair_ids, selection = select(database, query, everything=everything, among=among)
        if isinstance(target, str | os.PathLike):
            return export_file(database, pair_ids, selection, form, Path(target), **more)
        return export_stream(database, pair_ids, selection, form, target, **more)


def clean(
    database: Database,
    target: PathLike,
    form: str = "jsonl",
    *,
    drop: str = "drop:yes",
    swap: str = "preference:rejected",
    resolve: str | None = None,
    subset: str | None = None,
    split: str | None = None,
    patch: PathLike | None = None,
    manifest: PathLike | None = None,
    force: bool = False,
    tell: "Callable[[Cleaning], object]" = lambda cleaning: None,
    report: "Report | None" = None,
) -> "Cleaned":
    """Write whole sources without the pairs that `drop` finds, and with the sides exchanged of those that `swap` finds.

    One source becomes a file, several a folder with a file each; beside each file is its patch, for `apply`. Untouched
    lines are the source's own bytes in the form "jsonl"; `hhtui.export.targets.ENDINGS` has the others. `resolve` is
    majority, by:NAME or adjudicated. `tell` hears what is going to be done; where it raises, nothing is written. Raises
    ConflictError where annotators disagree and `resolve` does not settle it.
    """
    from hhtui.export.cleaned import write
    from hhtui.export.cleaning import Policy, chosen_sources, planned
    from hhtui.export.settling import settlement
    from hhtui.export.targets import targets
    from hhtui.store.connection import snapshot

    policy = Policy(drop, swap, settlement(resolve))
    connection = database.reader()
    with snapshot(connection):
        cleaning = planned(connection, policy, chosen_sources(connection, subset, split))
        places = (None if place is None else Path(place) for place in (patch, manifest))
        to = targets(database, cleaning, Path(target), form, *places)
        to.refuse_existing(force=force)
        tell(cleaning)
        return write(database, cleaning, to, force=force, report=report)


def apply(
    patch: PathLike,
    source: "Named",
    target: PathLike,
    *,
    manifest: PathLike | None = None,
    force: bool = False,
    observer: "Observer | None" = None,
) -> "Applied":
    """Write `source` as the patch that `clean` wrote leaves it, without a database.

    Of the same source come the same bytes, as JSON lines; in another file pairs are found by their content. `force`
    replaces files that are there and leaves out what `source` does not have; without it UnmatchedError is raised.
    """
    from contextlib import closing

    from hhtui.export import applying
    from hhtui.export import patch as patches
    from hhtui.export.reading import read as read_patch
    from hhtui.ingest.formats import FORMATS
    from hhtui.ingest.opening import Opening
    from hhtui.ingest.rereading import Rereading
    from hhtui.ingest.resolving import Choice, open_one
    from hhtui.progress import Progress, unobserved

    formats = [one.name for one in FORMATS if one.convert is not None]
    read, observer = read_patch(Path(patch), formats), observer or unobserved
    of = read.source
    choice = Choice(of.subset, of.split, of.configuration, of.revision, of.data_dir)
    with closing(open_one(source, choice, observer)) as opened:
        same = opened.sha256(observer) == of.sha256
        rereading = Rereading(opened, Opening(of.format, of.columns, of.style) if same else None)
        return applying.write(
            read,
            opened.name,
            rereading.pairs,
            Path(target),
            same=same,
            refused_lines=lambda: rereading.refused_lines,
            patch_sha256=patches.digest(Path(patch)),
            manifest_path=None if manifest is None else Path(manifest),
            force=force,
            report=lambda done, total: observer(Progress("writing", done, total, "pairs", name=opened.name)),
        )
