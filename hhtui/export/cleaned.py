"""Writes cleaned sources, each with its patch, and their manifest: all of it whole or none of it."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hhtui.export import containers, lines, patch, sides, trl
from hhtui.export.cleaning import Cleaning
from hhtui.export.manifest import Selection, manifest, rendered
from hhtui.export.targets import ENDINGS, FOLDER_MANIFEST, PATCH_SUFFIX, Targets
from hhtui.export.writing import Report, described, promise_of, write_chunks, write_columns
from hhtui.model import Pair
from hhtui.store import loading, pairs, records, scorers, settings
from hhtui.store.database import Database
from hhtui.store.errors import StoreError
from hhtui.store.folders import placed_folder
from hhtui.store.placing import placed
from hhtui.store.records import Original
from hhtui.store.sources import StoredSource

REFUSED_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What was written: the file or folder, its patches and its manifest, and the manifest's content."""

    path: Path
    patches: Sequence[Path]
    manifest_path: Path
    manifest: Mapping[str, Any]


def write(
    database: Database, cleaning: Cleaning, to: Targets, *, force: bool = False, report: Report | None = None
) -> Cleaned:
    """Write what `cleaning` leaves of the sources, with patches and manifest.

    `report` is told how many of how many pairs are done. Raises StoreError where a file is in the way and `force` is
    false, or cannot be written; then, and when interrupted, nothing new is there.
    """
    to.refuse_existing(force=force)
    writers = [_Writer(database, cleaning, source, to.form, report) for source in cleaning.sources]
    if to.several:
        with placed_folder(to.path, force=force, mark=to.mark) as draft:
            files = [_write_into(draft, writer) for writer in writers]
            told = _manifest(database, cleaning, to.form, files, {"folder": to.path.name})
            (draft / FOLDER_MANIFEST).write_bytes(rendered(told))
        patches = [to.path / file["patch"]["file"] for file in files]
        return Cleaned(to.path, patches, to.path / FOLDER_MANIFEST, told)
    (writer,) = writers
    place: AbstractContextManager[Path] = (
        placed_folder(to.path, force=force, mark=to.mark) if to.is_folder else placed(to.path, force=force)
    )
    with ExitStack() as stack:
        manifest_draft = stack.enter_context(placed(to.manifest, force=force))
        draft = stack.enter_context(place)
        patch_draft = stack.enter_context(placed(to.patch, force=force))
        file = writer.write(draft, patch_draft, to.path.name, to.patch.name)
        told = _manifest(database, cleaning, to.form, [file], {"file": to.path.name, **file["output"]})
        manifest_draft.write_bytes(rendered(told))
    return Cleaned(to.path, [to.patch], to.manifest, told)


class _Writer:
    """Writes one source of a cleaning; what it exchanged is known once the lines were written."""

    def __init__(
        self, database: Database, cleaning: Cleaning, source: StoredSource, form: str, report: Report | None
    ) -> None:
        self.source = source
        self.form = form
        self._connection = database.reader()
        self._cleaning = cleaning
        self._report = report
        self._kept = [one for one in cleaning.pair_ids[source.id] if cleaning.actions.get(one) != "drop"]
        self._swaps = frozenset(one for one in self._kept if cleaning.actions.get(one) == "swap")
        self._exchanged: dict[tuple[str, str], None] = {}
        self._alone: dict[str, None] = {}

    def write(self, path: Path, patch_path: Path, name: str, patch_name: str) -> dict[str, Any]:
        """Write the source to `path` and its patch to `patch_path`, and return what the manifest says of both."""
        rows = trl.Rows(self.form, self._pairs, self._swaps) if self.form in trl.FORMS else None
        if self.form == "jsonl":
            with path.open("xb") as file:
                result = output = write_chunks(self._lines(), file, len(self._kept), self._report)
        else:
            result = write_chunks(self._lines(), _Nowhere(), len(self._kept), self._report)
            self._write_rows(path, rows, name)
            output = described(path)
        told = patch.rendered(self._connection, self._cleaning, self.source, result)
        patch_path.write_bytes(told)
        refused = loading.refused_rows(self._connection, self.source.id, REFUSED_SHOWN)
        return {
            "source": f"{self.source.subset}/{self.source.split}",
            "pairs": self.source.pairs,
            "dropped": self._cleaning.count("drop", self.source),
            "swapped": len(self._swaps),
            "without_order": dict(self._cleaning.without_order(self.source)),
            "written": len(self._kept) - (rows.left_out.total() if rows is not None else 0),
            "left_out": dict(rows.left_out) if rows is not None else {},
            "refused": self.source.rows_refused,
            "refused_lines": [row.line for row in refused],
            "blank_lines": self.source.blank_lines,
            "same_bytes": output.get("sha256") == self.source.sha256,
            "exchanged_columns": [list(both) for both in self._exchanged],
            "columns_of_one_side": list(self._alone),
            "output": {"file": name, **output},
            "patch": {"file": patch_name, "sha256": hashlib.sha256(told).hexdigest(), "bytes": len(told)},
        }

    def _write_rows(self, path: Path, rows: trl.Rows | None, name: str) -> None:
        if rows is not None and not name.endswith(".parquet"):
            with path.open("xb") as file:
                write_chunks(lines.objects(rows), file, len(self._kept))
            return
        if rows is not None:
            containers.write_parquet(path, rows, containers.schema_of(trl.FEATURES[self.form]))
            return
        write_columns(self.form, path, self._originals)

    def _lines(self) -> Iterator[bytes]:
        return lines.originals(self._originals())

    def _originals(self) -> Iterator[Original]:
        """Yield what is kept, with the sides of swapped pairs exchanged."""
        for pair_id, original in zip(self._kept, records.originals(self._connection, self._kept), strict=True):
            if pair_id in self._swaps:
                self._exchanged |= dict.fromkeys(sides.exchanged_names(original.fields))
                self._alone |= dict.fromkeys(sides.alone(original.fields))
                yield sides.swapped(original)
            else:
                yield original

    def _pairs(self) -> Iterator[Pair]:
        return pairs.read_many(self._connection, self._kept)


class _Nowhere:
    """Takes bytes of which only the hash is wanted."""

    def write(self, data: memoryview, /) -> int:
        return len(data)


def _write_into(folder: Path, writer: _Writer) -> dict[str, Any]:
    """Write a source to its file `SUBSET/SPLIT` in `folder`, with the patch beside it."""
    source = writer.source
    if source.subset.startswith(".") or source.split.startswith("."):
        raise StoreError(f"{source.subset}/{source.split} is no name for a file; name it with --subset and --split")
    name = f"{source.subset}/{source.split}{ENDINGS[writer.form]}"
    path, patch_path = folder / name, folder / f"{name}{PATCH_SUFFIX}"
    path.parent.mkdir(exist_ok=True)
    return writer.write(path, patch_path, name, f"{name}{PATCH_SUFFIX}")


def _manifest(
    database: Database, cleaning: Cleaning, form: str, files: Sequence[Mapping[str, Any]], output: Mapping[str, Any]
) -> dict[str, Any]:
    connection = database.reader()
    promise = promise_of(form)
    if form == "jsonl":
        exact = all(source.json_style is not None for source in cleaning.sources)
        promise = "clean_bytes" if exact else "clean_values"
    kept = Counter(
        {source.id: file["pairs"] - file["dropped"] for source, file in zip(cleaning.sources, files, strict=True)}
    )
    told = manifest(
        form=form,
        promise=promise,
        selection=Selection("clean"),
        origins={source.id: source for source in cleaning.sources},
        taken=kept,
        of=cleaning.pairs,
        scorers=scorers.known(connection),
        harm_column=scorers.harm_column(connection),
        sample=bool(settings.get(connection, "sample")),
        output=output,
    )
    summed = {name: sum(file[name] for file in files) for name in ("dropped", "swapped", "written", "refused")}
    return (
        told
        | summed
        | {
            "rules": [rule.to_json() for rule in cleaning.rules],
            "both": cleaning.both,
            "resolve": str(cleaning.policy.how) or None,
            "files": list(files),
        }
    )
