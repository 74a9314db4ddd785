"""Where hhtui keeps its own files."""

from pathlib import Path

import pytest

from hhtui import paths

pytestmark = pytest.mark.usefixtures("own_folders")


def test_the_environment_names_the_folders(tmp_path: Path) -> None:
    assert paths.sample_database() == tmp_path / "data" / "sample.db"
    assert paths.config_file() == tmp_path / "config" / "config.toml"


def test_without_the_environment_the_account_has_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HHTUI_DATA_DIR")
    monkeypatch.delenv("HHTUI_CONFIG_DIR")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    assert paths.data_folder().name == "hhtui"
    assert tmp_path in paths.data_folder().parents
    assert tmp_path in paths.config_folder().parents


def test_the_last_database_is_remembered_while_it_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert paths.last_database() is None
    monkeypatch.chdir(tmp_path)
    database = Path("näme\n2.db")
    database.touch()
    paths.remember(database)
    monkeypatch.chdir("/")
    assert paths.last_database() == tmp_path / database
    assert [file.name for file in (tmp_path / "data").iterdir()] == ["last-database"]
    (tmp_path / database).unlink()
    assert paths.last_database() is None


def test_what_is_remembered_already_is_not_written_again(tmp_path: Path) -> None:
    database, memory = tmp_path / "a.db", tmp_path / "data" / "last-database"
    paths.remember(database)
    written = memory.stat()
    paths.remember(database)
    assert (memory.stat().st_ino, memory.stat().st_mtime_ns) == (written.st_ino, written.st_mtime_ns)
    paths.remember(tmp_path / "b.db")
    assert memory.read_bytes() == bytes(tmp_path / "b.db")


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    with pytest.raises(OSError, match=r"exists|directory"):
        paths.remember(tmp_path / "a.db")


def test_the_environment_names_a_database(monkeypatch: pytest.MonkeyPatch) -> None:
    assert paths.named_database() is None
    monkeypatch.setenv("HHTUI_DB", "b.db")
    assert paths.named_database() == Path("b.db")


def test_what_is_shipped_is_found() -> None:
    assert paths.sample_file().is_file()
