"""The commands that make a database and print its figures again."""

import shlex
from pathlib import PurePath

from hhtui.store.sources import StoredSource


def command(name: str, database: str, *words: str) -> str:
    """Return a command line as a shell reads it."""
    return shlex.join(["hhtui", name, database, *words])


def source_name(source: StoredSource) -> str:
    """Return what a source is called for others: the name of its file, or the hub's."""
    return PurePath(source.uri).name if _is_file(source) else source.uri


def load_command(source: StoredSource, database: str) -> str:
    """Return the command that loads a source into `database`."""
    options = {
        "--config": source.configuration,
        "--data-dir": source.data_dir,
        "--as-revision" if _is_file(source) else "--revision": source.revision,
        "--subset": source.subset,
        "--split": source.split,
    }
    words = [word for option, value in options.items() if value for word in (option, value)]
    return shlex.join(["hhtui", "load", source_name(source), "--db", database, *words])


def _is_file(source: StoredSource) -> bool:
    """Tell a path from the name of a hub dataset, of which only the latter was loaded with a commit or a data_dir."""
    path = PurePath(source.uri)
    return source.uri.startswith(("/", ".", "~")) or len(path.parts) != 2 or path.suffix != ""
