"""Opening a database, and the name that decisions in it are saved under."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from hhtui import paths
from hhtui.store.database import Database
from hhtui.store.errors import StoreError

if TYPE_CHECKING:
    from hhtui.config import Config

PathLike = str | os.PathLike[str]


def open(path: PathLike, *, read_only: bool = False) -> Database:  # noqa: A001
    """Open the database at `path`; close it, or use it in a `with` statement."""
    return Database.open(Path(path), read_only=read_only)


def refuse_read_only(database: Database) -> None:
    """Raise StoreError, which says why, where nothing can be written into the database."""
    if database.read_only:
        raise StoreError(str(database.notice))


def annotator_name() -> str:
    """Return the name that decisions are saved under: the configured one, else the login name."""
    from hhtui import config

    return configuration().annotator or config.login_name()


def configuration() -> "Config":
    """Return the configuration of this machine; raises ConfigError where it cannot be read."""
    from hhtui import config
    from hhtui.tui.actions import BY_ID

    return config.load(paths.config_file(), BY_ID)
