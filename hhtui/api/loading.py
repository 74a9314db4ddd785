"""Loading sources into a database, and building that of the shipped sample."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from hhtui import paths
from hhtui.api.opening import PathLike
from hhtui.store.database import Database

if TYPE_CHECKING:
    from hhtui.ingest.load import Options
    from hhtui.ingest.report import LoadReport
    from hhtui.ingest.resolving import Named
    from hhtui.progress import Observer
    from hhtui.score.progress import ScoreProgress


def load(
    path: PathLike,
    *sources: "Named",
    options: "Options | None" = None,
    observer: "Observer | None" = None,
    copy: bool = True,
) -> "LoadReport":
    """Load sources into the database at `path`, which is made where there is none.

    A source is a file, a folder, "-" for standard input, the name of a hub dataset, or a `datasets.Dataset`. Loading
    again adds nothing; a load that was stopped goes on. With `copy` the texts of more than 5,000 pairs are copied at
    the end for searching; what hinders that is a note of the report. Raises LoadError where a source cannot be loaded.
    """
    from hhtui.ingest.load import load as load_sources
    from hhtui.progress import unobserved

    place = Path(path)
    is_new = not (place.exists() and place.stat().st_size)
    is_empty = False
    try:
        with Database.open_or_create(place) as database:
            try:
                report = load_sources(database, sources, options, observer or unobserved)
            finally:
                is_empty = is_new and not _has_sources(database)
            if not copy or (options is not None and not options.index):
                return report
            return _with_copy(database, report, observer or unobserved)
    finally:
        if is_empty:
            _remove(place)


def build_sample(
    observer: "Observer | None" = None, report: "Callable[[ScoreProgress], None]" = lambda progress: None
) -> Path:
    """Return the database of the shipped sample, which is built and scored first where it is not there yet."""
    from tempfile import TemporaryDirectory

    from hhtui.api.scoring import score
    from hhtui.ingest.load import Options
    from hhtui.store import settings
    from hhtui.store.filesystem import move_database

    path = paths.sample_database()
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=path.parent, prefix=".sample-") as folder:
        draft = Path(folder) / path.name
        load(draft, paths.sample_file(), options=Options(subset="sample", split="all"), observer=observer)
        score(draft, report=report)
        with Database.open(draft) as database, database.writing() as connection:
            settings.put(connection, "sample", True)
        move_database(draft, path)
    return path


def _with_copy(database: Database, report: "LoadReport", observer: "Observer") -> "LoadReport":
    """Copy the texts of a database with many pairs for searching; a note of the report says where that failed."""
    from dataclasses import replace

    from hhtui.store.errors import StoreError
    from hhtui.store.pairs import count
    from hhtui.store.text_copy import FEW_PAIRS
    from hhtui.store.text_copy.process import make_apart

    if count(database.reader()) > FEW_PAIRS:
        try:
            make_apart(database.path, observer)
        except StoreError as error:
            return replace(report, notes=[*report.notes, f"the texts were not copied for searching: {error}"])
    return report


def _has_sources(database: Database) -> bool:
    from hhtui.store.sources import all_sources

    return bool(all_sources(database.reader()))


def _remove(path: Path) -> None:
    """Take away a database that was made for nothing, with its side files."""
    for name in (path.name, *(f"{path.name}{ending}" for ending in ("-wal", "-shm", ".lock", ".texts", ".words"))):
        path.with_name(name).unlink(missing_ok=True)
