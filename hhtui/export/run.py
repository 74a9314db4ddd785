"""Writes a selection of pairs to a stream or, whole or not at all, to a file with its manifest."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hhtui.export import lines, table
from hhtui.export.manifest import Selection, manifest, rendered
from hhtui.store import pairs, records, scorers, settings
from hhtui.store.database import Database
from hhtui.store.errors import StoreError
from hhtui.store.placing import Sink, placed, refuse_existing, write_whole
from hhtui.store.sources import all_sources

FORMS: Mapping[str, str] = {
    "ids": "one key a line",
    "csv": "a table with scores, decisions and texts",
    "jsonl": "the source's own lines",
}
MANIFEST_SUFFIX = ".manifest.json"
STEP = 500

Report = Callable[[int, int], object]


@dataclass(frozen=True, slots=True)
class Export:
    """What was exported: how many of how many pairs, and the manifest with all the rest."""

    pairs: int
    of: int
    sample: bool
    path: Path | None
    manifest_path: Path | None
    manifest: Mapping[str, Any]


def export_stream(
    database: Database,
    pair_ids: Sequence[int],
    selection: Selection,
    form: str,
    sink: Sink,
    *,
    with_decisions: bool = False,
    manifest_path: Path | None = None,
    force: bool = False,
    report: Report | None = None,
) -> Export:
    """Write the pairs to `sink` in their order, and the manifest to `manifest_path` where one is named.

    `form` is one of `FORMS`; `with_decisions` adds decisions and scores to JSON lines, under the key `hhtui`.
    `report` is told how many of how many pairs are written. Raises StoreError where the manifest cannot be written.
    """
    if manifest_path is not None:
        refuse_existing(manifest_path, force=force)
    output = _write(_chunks(database, pair_ids, form, with_decisions), sink, len(pair_ids), report)
    told = _manifest(database, pair_ids, selection, form, with_decisions, {"file": None, **output})
    if manifest_path is not None:
        with placed(manifest_path, force=force) as draft:
            draft.write_bytes(rendered(told))
    return Export(told["pairs"], told["of"], "SAMPLE" in told, None, manifest_path, told)


def export_file(
    database: Database,
    pair_ids: Sequence[int],
    selection: Selection,
    form: str,
    path: Path,
    *,
    with_decisions: bool = False,
    manifest_path: Path | None = None,
    force: bool = False,
    report: Report | None = None,
) -> Export:
    """Write the pairs to the file `path` as `export_stream` does, and the manifest beside it unless named.

    Both files appear whole or not at all, first the pairs. Raises StoreError where a file is there and `force`
    is false, and where one cannot be written: the disk is full, the folder is not writable.
    """
    beside = manifest_path or path.with_name(path.name + MANIFEST_SUFFIX)
    if beside.resolve() == path.resolve():
        raise StoreError(f"{path} cannot be both the export and its manifest; name another file for one of them")
    if database.path.resolve() in (path.resolve(), beside.resolve()):
        raise StoreError(f"{database.path} is the database itself; name another file")
    for one in (path, beside):
        refuse_existing(one, force=force)
    with placed(path, force=force) as draft, draft.open("xb") as file:
        output = _write(_chunks(database, pair_ids, form, with_decisions), file, len(pair_ids), report)
    told = _manifest(database, pair_ids, selection, form, with_decisions, {"file": path.name, **output})
    with placed(beside, force=force) as draft:
        draft.write_bytes(rendered(told))
    return Export(told["pairs"], told["of"], "SAMPLE" in told, path, beside, told)


def _chunks(database: Database, pair_ids: Sequence[int], form: str, with_decisions: bool) -> Iterator[bytes]:
    connection = database.reader()
    if form == "ids":
        return (f"{key}\n".encode() for key in records.keys(connection, pair_ids))
    if form == "csv":
        shown = scorers.score_columns(connection)
        columns = [(name, side) for name, column in shown.items() for side in column.sides or ("pair",)]
        return table.lines(records.records(connection, pair_ids), columns)
    if form == "jsonl":
        originals = records.originals(connection, pair_ids)
        if not with_decisions:
            return lines.originals(originals)
        return lines.with_decisions(zip(originals, records.records(connection, pair_ids), strict=True))
    raise StoreError(f"there is no format {form!r}; formats: {', '.join(FORMS)}")


def _write(chunks: Iterable[bytes], sink: Sink, total: int, report: Report | None) -> dict[str, Any]:
    digest, size = hashlib.sha256(), 0
    for number, chunk in enumerate(chunks, 1):
        write_whole(sink, chunk)
        digest.update(chunk)
        size += len(chunk)
        if report is not None and number % STEP == 0:
            report(min(number, total), total)
    return {"sha256": digest.hexdigest(), "bytes": size}


def _manifest(
    database: Database,
    pair_ids: Sequence[int],
    selection: Selection,
    form: str,
    with_decisions: bool,
    output: Mapping[str, Any],
) -> dict[str, Any]:
    connection = database.reader()
    origins = all_sources(connection)
    taken = Counter(records.origins_of(connection, pair_ids))
    promise = form
    if form == "jsonl":
        exact = all(origins[number].json_style is not None for number in taken)
        promise = "added" if with_decisions else "bytes" if exact else "values"
    return manifest(
        form=form,
        promise=promise,
        selection=selection,
        origins={number: origin for number, origin in origins.items() if taken[number]},
        taken=taken,
        of=pairs.count(connection),
        scorers=scorers.known(connection),
        harm_column=scorers.harm_column(connection),
        sample=bool(settings.get(connection, "sample")),
        output=output,
    )
