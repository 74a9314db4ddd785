"""Writes a selection of pairs to a stream or, whole or not at all, to a file with its manifest."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hhtui.export import containers, lines, table, trl
from hhtui.export.manifest import Selection, manifest, rendered
from hhtui.export.writing import Report, described, promise_of, write_chunks, write_columns
from hhtui.store import pairs, records, scorers, settings
from hhtui.store.database import Database
from hhtui.store.errors import StoreError
from hhtui.store.folders import placed_folder
from hhtui.store.placing import Sink, placed, refuse_existing
from hhtui.store.sources import all_sources

FORMS: Mapping[str, str] = {
    "ids": "one key a line",
    "csv": "a table with scores, decisions and texts",
    "jsonl": "the source's own lines",
    "parquet": "the source's columns",
    "datasets": "the source's columns, in a folder for load_from_disk",
    "trl-implicit": "TRL's preference type: chosen and rejected, the prompt in both",
    "trl-explicit": "TRL's preference type: prompt, chosen and rejected",
    "trl-conversational": "TRL's preference type as messages: prompt, chosen and rejected",
    "trl-unpaired": "TRL's unpaired preference: prompt, completion and label, two rows a pair",
}
PARQUET = ".parquet"
MANIFEST_SUFFIX = ".manifest.json"


@dataclass(frozen=True, slots=True)
class Export:
    """What was exported: how many of how many pairs, and the manifest with all the rest.

    `left_out` counts, by reason, the pairs of the selection that have no place in the format, see `trl.Rows`.
    """

    pairs: int
    of: int
    sample: bool
    path: Path | None
    manifest_path: Path | None
    manifest: Mapping[str, Any]

    @property
    def left_out(self) -> Mapping[str, int]:
        """How many pairs of the selection are not in it, by reason."""
        left_out: Mapping[str, int] = self.manifest.get("left_out", {})
        return left_out


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

    `form` is one of `FORMS`, not parquet and datasets, which need a file and a folder; `with_decisions` adds decisions
    and scores to JSON lines, under the key `hhtui`. `report` is told how many of how many pairs are written. Raises
    StoreError where the manifest cannot be written.
    """
    if form in ("parquet", "datasets"):
        raise StoreError(f"{form} is not written to a stream; name {'a file' if form == 'parquet' else 'a folder'}")
    if manifest_path is not None:
        refuse_existing(manifest_path, force=force)
    rows = _preferences(database, pair_ids, form)
    chunks = _chunks(database, pair_ids, form, with_decisions) if rows is None else lines.objects(rows)
    output = write_chunks(chunks, sink, len(pair_ids), report)
    told = _manifest(database, pair_ids, selection, form, with_decisions, {"file": None, **output}, rows)
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

    In the form datasets `path` is a folder. TRL's forms are JSON lines, in a file whose name ends in .parquet a table.
    Both files appear whole or not at all, first the pairs. Raises StoreError where a file is there and `force` is
    false, and where one cannot be written: the disk is full, the folder is not writable.
    """
    beside = manifest_path or path.with_name(path.name + MANIFEST_SUFFIX)
    if beside.resolve() == path.resolve():
        raise StoreError(f"{path} cannot be both the export and its manifest; name another file for one of them")
    if database.path.resolve() in (path.resolve(), beside.resolve()):
        raise StoreError(f"{database.path} is the database itself; name another file")
    if form != "datasets":
        refuse_existing(path, force=force)
    refuse_existing(beside, force=force)
    rows = _preferences(database, pair_ids, form)
    place: AbstractContextManager[Path] = (
        placed_folder(path, force=force, mark=containers.DATASET_MARK)
        if form == "datasets"
        else placed(path, force=force)
    )
    with place as draft:
        if form in ("parquet", "datasets"):
            write_columns(form, draft, lambda: records.originals(database.reader(), pair_ids))
            output = described(draft)
        elif rows is not None and path.suffix == PARQUET:
            containers.write_parquet(draft, rows, containers.schema_of(trl.FEATURES[form]))
            output = described(draft)
        else:
            chunks = _chunks(database, pair_ids, form, with_decisions) if rows is None else lines.objects(rows)
            with draft.open("xb") as file:
                output = write_chunks(chunks, file, len(pair_ids), report)
    told = _manifest(database, pair_ids, selection, form, with_decisions, {"file": path.name, **output}, rows)
    with placed(beside, force=force) as draft:
        draft.write_bytes(rendered(told))
    return Export(told["pairs"], told["of"], "SAMPLE" in told, path, beside, told)


def _preferences(database: Database, pair_ids: Sequence[int], form: str) -> trl.Rows | None:
    """Return the rows of one of TRL's forms, None for another."""
    if form not in trl.FORMS:
        return None
    return trl.Rows(form, lambda: pairs.read_many(database.reader(), pair_ids))


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


def _manifest(
    database: Database,
    pair_ids: Sequence[int],
    selection: Selection,
    form: str,
    with_decisions: bool,
    output: Mapping[str, Any],
    rows: trl.Rows | None,
) -> dict[str, Any]:
    connection = database.reader()
    origins = all_sources(connection)
    taken = Counter(records.origins_of(connection, pair_ids))
    promise = promise_of(form)
    if form == "jsonl":
        exact = all(origins[number].json_style is not None for number in taken)
        promise = "added" if with_decisions else "bytes" if exact else "values"
    if rows is not None:
        output = {**output, "columns": list(trl.FEATURES[form])}
    told = manifest(
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
    return told if rows is None else told | {"left_out": dict(rows.left_out)}
