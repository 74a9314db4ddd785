"""Where hhtui keeps its own files, and which database was used last.

`HHTUI_DATA_DIR` and `HHTUI_CONFIG_DIR` replace the folders of the user's account, `HHTUI_DB` names the database
that commands use where none is given.
"""

import os
from pathlib import Path

DATA_VARIABLE = "HHTUI_DATA_DIR"
CONFIG_VARIABLE = "HHTUI_CONFIG_DIR"
DATABASE_VARIABLE = "HHTUI_DB"


def data_folder() -> Path:
    """Return the folder for the sample's database and the memory of what was open; it need not exist yet."""
    named = os.environ.get(DATA_VARIABLE)
    if named:
        return Path(named)
    from platformdirs import user_data_path

    return user_data_path("hhtui", appauthor=False)


def config_folder() -> Path:
    """Return the folder of the configuration; it need not exist yet."""
    named = os.environ.get(CONFIG_VARIABLE)
    if named:
        return Path(named)
    from platformdirs import user_config_path

    return user_config_path("hhtui", appauthor=False)


def config_file() -> Path:
    """Return where the configuration is read from; it need not exist."""
    return config_folder() / "config.toml"


def sample_file() -> Path:
    """Return the pairs that are shipped as a sample, as JSON lines."""
    return Path(__file__).resolve().parent / "sample" / "sample.jsonl"


def sample_database() -> Path:
    """Return where the database of the shipped sample is built."""
    return data_folder() / "sample.db"


def dataset_database(fingerprint: str) -> Path:
    """Return where the database of a `datasets.Dataset` is kept, by the dataset's fingerprint."""
    return data_folder() / "datasets" / f"{fingerprint}.db"


def model_folder(name: str) -> Path:
    """Return where the model that `hhtui scorer export` makes is kept, by its scorer's name as queries write it."""
    return data_folder() / "models" / name


def named_database() -> Path | None:
    """Return the database that `HHTUI_DB` names, or None."""
    named = os.environ.get(DATABASE_VARIABLE)
    return Path(named) if named else None


def last_database() -> Path | None:
    """Return the database that was loaded or opened last, or None where there was none or it is gone."""
    named = _remembered(_memory())
    database = None if named is None else Path(os.fsdecode(named))
    return database if database and database.is_file() else None


def remember(database: Path) -> None:
    """Keep `database` as the one that was used last; raises OSError where that has to be written and cannot be."""
    memory, named = _memory(), os.fsencode(database.resolve())
    if _remembered(memory) == named:
        return
    memory.parent.mkdir(parents=True, exist_ok=True)
    draft = memory.with_name(f"{memory.name}.{os.getpid()}")
    try:
        draft.write_bytes(named)
        draft.replace(memory)
    finally:
        draft.unlink(missing_ok=True)


def _remembered(memory: Path) -> bytes | None:
    try:
        return memory.read_bytes()
    except OSError:
        return None


def _memory() -> Path:
    return data_folder() / "last-database"
