"""Sources are loaded into a database: in batches, resumable at every moment, then indexed."""

import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from hhtui.ingest.batches import Ending, Start, read
from hhtui.ingest.converting.processes import sensible
from hhtui.ingest.errors import LoadError
from hhtui.ingest.opening import Opening
from hhtui.ingest.producing import produced
from hhtui.ingest.report import LoadReport, SourceReport
from hhtui.ingest.resolving import Choice, Note, resolve
from hhtui.ingest.sources import Source
from hhtui.jsonstyle import JsonStyle
from hhtui.progress import Observer, Progress, unobserved
from hhtui.store import index, loading, revisions
from hhtui.store.database import PAUSE, Database
from hhtui.store.errors import StoreError
from hhtui.store.growing import Growing
from hhtui.store.loading import Batch, NewSource, RefusedRow
from hhtui.store.sources import StoredSource, live_sources

if TYPE_CHECKING:
    from hhtui.ingest.resolving import Named

REFUSALS_REPORTED = 10


@dataclass(frozen=True, slots=True)
class Options:
    """What to load of the sources, and how.

    `subset` and `split` name a source, and pick among those of a folder or hub dataset in the layout of hh-rlhf;
    `configuration`, `revision` and `data_dir` are the hub's. `limit` stops after so many records of each source;
    a later load goes on. `strict` stops at the first row that cannot be read. `as_revision` names a new
    revision that replaces what was loaded under the same subset and split. `index` makes the text index
    and the families afterwards.
    """

    subset: str | None = None
    split: str | None = None
    configuration: str | None = None
    revision: str | None = None
    data_dir: str | None = None
    limit: int | None = None
    strict: bool = False
    as_revision: str | None = None
    index: bool = True


def load(
    database: Database,
    sources: "Iterable[Named]",
    options: Options | None = None,
    observer: Observer = unobserved,
) -> LoadReport:
    """Load every source and make the text index, families and packed columns.

    A source is a path, "-" for standard input, the name of a hub dataset, or a `datasets.Dataset` or `DatasetDict`.
    A source that was loaded before is left as it is, one that was begun goes on where it stopped. Raises
    LoadError where a source cannot be loaded or every row of it was refused, and StoreError where the database
    cannot be written; what was stored until then stays, also after KeyboardInterrupt or the death of the process,
    and the same call goes on from there.
    """
    started = time.monotonic()
    options = options or Options()
    choice = Choice(options.subset, options.split, options.configuration, options.revision, options.data_dir)
    reports: list[SourceReport] = []
    notes: list[str] = []
    with Growing(database) as growing:
        for named in sources:
            for source in resolve(named, choice, observer):
                if isinstance(source, Note):
                    notes.append(source.text)
                    continue
                with closing(source):
                    reports.append(_load_source(database, source, options, growing, observer))
        if options.index:
            index.extend(database, observer, growing)
    return LoadReport(reports, time.monotonic() - started, notes)


class _Known(NamedTuple):
    """What is known of a source before it is read: the live sources of its name, its hash and which one it is."""

    live: Sequence[StoredSource]
    digest: str | None = None
    stored: StoredSource | None = None


def _load_source(
    database: Database, source: Source, options: Options, growing: Growing, observer: Observer
) -> SourceReport:
    naming = source.naming
    known = _known(database, source, options, observer)
    stored = known.stored
    before = stored.pairs if stored else 0
    if stored is None or not stored.complete:
        stored = _read_on(database, source, known, options, growing, observer)
    refusals = loading.refused_rows(database.reader(), stored.id, REFUSALS_REPORTED)
    if refusals and not stored.pairs:
        raise _all_refused(source, stored, refusals[0])
    earlier = [one for one in known.live if one.id < stored.id] if stored.complete else []
    unmatched = _replace(database, source, stored, earlier, observer) if earlier else []
    return SourceReport(
        *(naming.uri, naming.subset, naming.split, stored.format, stored.sha256, stored.revision),
        *(stored.rows_read, stored.pairs, stored.rows_refused, stored.pairs - before, stored.complete),
        refusals,
        replaced=", ".join(one.revision or one.sha256[:8] or "unidentified" for one in earlier) or None,
        unmatched=unmatched,
    )


def _known(database: Database, source: Source, options: Options, observer: Observer) -> _Known:
    """Return what is known of a source, unhashed where none has its name; raises LoadError where another one has it."""
    live = _live(database, source)
    if not live:
        return _Known(live)
    digest = source.sha256(observer)
    stored = next((one for one in live if one.sha256 == digest or _is_begun(database, one, source)), None)
    filled = [one for one in live if one.pairs or not one.complete]
    if stored is None and filled and options.as_revision is None:
        raise _conflict(source, filled[-1])
    return _Known(live, digest, stored)


def _live(database: Database, source: Source) -> list[StoredSource]:
    return live_sources(database.reader(), source.naming.subset, source.naming.split)


def _is_begun(database: Database, stored: StoredSource, source: Source) -> bool:
    """Tell whether what a load stored that ended before its source was identified is what this source begins with."""
    if stored.sha256:
        return False
    items = list(read(source, Start(opening=_opening(stored)), limit=stored.rows_read))
    batches = [item for item in items if isinstance(item, Batch)]
    pairs = [(pair.row, pair.hash) for batch in batches for pair in batch.pairs]
    return batches[-1].lines_done == stored.lines_done and pairs == loading.pair_hashes(database.reader(), stored.id)


def _read_on(
    database: Database, source: Source, known: _Known, options: Options, growing: Growing, observer: Observer
) -> StoredSource:
    """Read a source from where it stands, to its end or the limit, and return where it stands then.

    One that is new is hashed once its first batch is stored: what is read first does not wait for all of it.
    """
    stored = known.stored
    start = Start() if stored is None else Start(stored.lines_done, stored.rows_read, _opening(stored))
    source_id, lines_done = (stored.id if stored else None), start.lines
    identified = stored is not None and bool(stored.sha256)
    opening: Opening | None = None
    read_on = read(source, start, limit=options.limit, strict=options.strict, processes=sensible())
    with produced(read_on) as items:
        for item in items:
            if isinstance(item, Opening):
                opening = item
                continue
            batch = None if isinstance(item, Ending) else loading.prepare(item)
            with database.writing(durable=False, bulk=True) as connection:
                if source_id is None:
                    assert opening is not None
                    if _live(database, source) != known.live:
                        raise StoreError(loading.ANOTHER_LOADS)
                    source_id = loading.begin(connection, _new_source(source, opening, options))
                if batch is None:
                    loading.finish(connection, source_id)
                    break
                loading.append(connection, source_id, lines_done, batch)
            if options.index:
                growing.grow()
            lines_done = batch.lines_done
            done, total = source.position()
            observer(Progress("loading", done, total, source.unit, batch.rows_read, source.name))
            if not identified:
                _identify(database, source_id, known.digest or source.sha256(observer))
                identified = True
            time.sleep(PAUSE)
    return next(one for one in _live(database, source) if one.id == source_id)


def _identify(database: Database, source_id: int, digest: str) -> None:
    with database.writing(durable=False) as connection:
        loading.identify(connection, source_id, digest)


def _new_source(source: Source, opening: Opening, options: Options) -> NewSource:
    naming = source.naming
    return NewSource(
        *(naming.uri, naming.configuration, naming.data_dir, naming.split, naming.subset),
        options.as_revision or naming.revision,
        *(opening.format, opening.columns),
        opening.style.to_json() if opening.style else None,
    )


def _opening(stored: StoredSource) -> Opening:
    style = JsonStyle.from_json(stored.json_style) if stored.json_style else None
    return Opening(stored.format, stored.columns, style)


def _replace(
    database: Database, source: Source, stored: StoredSource, earlier: list[StoredSource], observer: Observer
) -> list[str]:
    """Take the earlier revisions out, and return the keys of decided pairs that the new one does not have."""
    observer(Progress("replacing", 0, 0, "pairs", name=source.name))
    with database.writing() as connection:
        unmatched = revisions.replace(connection, [one.id for one in earlier], stored.id)
    prefix = f"{source.naming.subset}/{source.naming.split}/"
    return [key for key in unmatched if key.startswith(prefix)]


def _conflict(source: Source, loaded: StoredSource) -> LoadError:
    name = f"{source.naming.subset}/{source.naming.split}"
    told = f"sha256 {loaded.sha256[:8]}…" if loaded.sha256 else "a load that ended as it began"
    return LoadError(
        f"{source.name} differs from what is loaded as {name} ({loaded.uri}, {told}): give it "
        "another --subset or --split, or replace the other with --as-revision NAME, which carries decisions over"
    )


def _all_refused(source: Source, stored: StoredSource, first: RefusedRow) -> LoadError:
    return LoadError(
        f"{source.name} gave no pairs: {stored.rows_refused:,} of {stored.rows_read:,} rows were refused, the first in "
        f"line {first.line}: {first.reason}; correct it and load it again, table refused_row has what was refused"
    )
