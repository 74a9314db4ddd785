"""Where cleaned sources are written: which files there will be, and whether something is in their way."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hhtui.export import containers, trl
from hhtui.export.cleaning import Cleaning
from hhtui.export.run import MANIFEST_SUFFIX
from hhtui.export.writing import refuse_compressed
from hhtui.store.database import Database
from hhtui.store.errors import StoreError
from hhtui.store.folders import refuse_existing_folder
from hhtui.store.placing import refuse_existing

ENDINGS: Mapping[str, str] = {
    "jsonl": ".jsonl",
    "parquet": ".parquet",
    "datasets": "",
    **dict.fromkeys(trl.FORMS, ".jsonl"),
}
"""The formats, with the end of a file's name where there are several sources."""
PATCH_SUFFIX = ".patch.jsonl"
FOLDER_MANIFEST = "manifest.json"
FILES = (".jsonl", ".json", ".parquet")


@dataclass(frozen=True, slots=True)
class Targets:
    """Where things are written: one source to a file or folder of `datasets`, several to a folder with one of each."""

    path: Path
    patch: Path
    manifest: Path
    form: str
    several: bool

    @property
    def is_folder(self) -> bool:
        """Whether `path` becomes a folder."""
        return self.several or self.form == "datasets"

    @property
    def mark(self) -> str:
        """The file by which a folder is known that may be replaced."""
        return FOLDER_MANIFEST if self.several else containers.DATASET_MARK

    def refuse_existing(self, *, force: bool) -> None:
        """Raise StoreError where something is in the way."""
        if self.is_folder:
            refuse_existing_folder(self.path, force=force, mark=self.mark)
        for one in () if self.several else (self.patch, self.manifest):
            refuse_existing(one, force=force)
        if not self.is_folder:
            refuse_existing(self.path, force=force)


def targets(
    database: Database, cleaning: Cleaning, path: Path, form: str, patch_path: Path | None, manifest_path: Path | None
) -> Targets:
    """Return where a cleaning is written; raises StoreError where the names do not fit what there is to write."""
    refuse_compressed(path)
    several = len(cleaning.sources) > 1
    if several and (path.suffix in FILES or path.is_file()):
        names = ", ".join(f"{one.subset}/{one.split}" for one in cleaning.sources)
        raise StoreError(
            f"the database has {len(cleaning.sources)} sources, and each becomes a file of its own: name a folder with "
            f"-o, or one of them with --subset and --split ({names})"
        )
    if several and (patch_path or manifest_path):
        raise StoreError("of several sources, patches and manifest are in the folder; leave --patch and --manifest out")
    found = Targets(
        path,
        patch_path or path.with_name(path.name + PATCH_SUFFIX),
        manifest_path or path.with_name(path.name + MANIFEST_SUFFIX),
        form,
        several,
    )
    ours = [found.path.resolve()] if several else [one.resolve() for one in (found.path, found.patch, found.manifest)]
    if len(set(ours)) < len(ours):
        raise StoreError("output, patch and manifest are three files; give them different names")
    for taken in (database.path, *(Path(source.uri) for source in cleaning.sources)):
        if taken.resolve() in ours:
            raise StoreError(f"{taken} is what is read, and would be lost; name another file")
    return found
