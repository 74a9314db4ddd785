"""Opening a database, and the name that decisions in it are saved under."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from hhtui import paths
from hhtui.store.database import Database
from hhtui.store.errors import StoreError

if TYPE_CHECKING:
    from hhtui.api.found import Found
    from hhtui.config import Config

PathLike = str | os.PathLike[str]


class Opened(Database):
    """A database that is open, which can be searched; every verb of `hhtui.api` takes it."""

    def search(self, query: str = "") -> "Found":
        """Return the pairs that meet `query`, in its order; see `hhtui.api.search`."""
        from hhtui.api.finding import search

        return search(self, query)


def open(path: PathLike, *, read_only: bool = False) -> Opened:  # noqa: A001
    """Open the database at `path`; close it, or use it in a `with` statement.

    Raises StoreError where there is none, or it cannot be opened.
    """
    return Opened.open(Path(path), read_only=read_only)


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
