"""Which database is meant, opening it, and the name that decisions in it are saved under."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from hhtui import paths
from hhtui.store.database import Database
from hhtui.store.errors import StoreError

if TYPE_CHECKING:
    from datasets import Dataset, DatasetDict

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


def database_of(source: "PathLike | Dataset | DatasetDict | None", db: PathLike | None = None) -> Path:
    """Return the database that `source` stands for, made of a dataset first where it is not there yet.

    Without `source` it is `db`, the one used last, or the shipped sample. Raises as `load` does.
    """
    if isinstance(source, str | os.PathLike):
        return Path(source)
    from hhtui.api.loading import build_sample, load

    if source is None:
        return Path(db) if db else paths.named_database() or paths.last_database() or build_sample()
    place = Path(db) if db else paths.dataset_database(_fingerprint(source))
    place.parent.mkdir(parents=True, exist_ok=True)
    load(place, source)
    return place


def _fingerprint(dataset: "Dataset | DatasetDict") -> str:
    """Return what `datasets` knows a dataset by; of a dictionary that of every split together."""
    if isinstance(dataset, dict):
        from hashlib import sha256

        together = " ".join(f"{name} {split._fingerprint}" for name, split in dataset.items())
        return sha256(together.encode()).hexdigest()[:16]
    return str(dataset._fingerprint)


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
