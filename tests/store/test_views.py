"""Saved views are kept, replaced only on demand, renamed and taken away."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hhtui.store import views
from hhtui.store.backup import backup
from hhtui.store.database import Database
from hhtui.store.errors import StoreError
from hhtui.store.merging import merge


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database.create(tmp_path / "a.db") as made:
        yield made


def kept(database: Database) -> list[tuple[str, str]]:
    return [(view.name, view.query) for view in views.saved(database.reader())]


def test_views_come_back_by_name_as_they_were_saved(database: Database) -> None:
    views.save(database, "banks", "chosen:bank sort:row-")
    views.save(database, " Apples ", "")
    with Database.open(database.path) as again:
        assert kept(again) == [("Apples", ""), ("banks", "chosen:bank sort:row-")]
        assert views.get(again.reader(), "banks").made_at.endswith("+00:00")


def test_a_view_is_replaced_only_where_that_is_wanted(database: Database) -> None:
    views.save(database, "banks", "bank")
    with pytest.raises(StoreError, match="there is a view 'banks' already"):
        views.save(database, "banks", "river")
    assert kept(database) == [("banks", "bank")]
    views.save(database, "banks", "river", replace=True)
    assert kept(database) == [("banks", "river")]


def test_a_view_gets_another_name_unless_that_is_taken(database: Database) -> None:
    views.save(database, "a", "1")
    views.save(database, "b", "2")
    with pytest.raises(StoreError, match="there is a view 'b' already"):
        views.rename(database, "a", "b")
    assert views.rename(database, "a", "a") == "a"
    assert views.rename(database, "a", "c") == "c"
    assert kept(database) == [("b", "2"), ("c", "1")]


def test_a_view_that_is_deleted_is_returned_as_it_was(database: Database) -> None:
    views.save(database, "a", "bank")
    assert views.delete(database, "a").query == "bank"
    assert kept(database) == []
    with pytest.raises(StoreError, match="none is saved here"):
        views.delete(database, "a")


def test_an_unknown_view_names_the_nearest_or_those_there_are(database: Database) -> None:
    views.save(database, "both bad", "harm.min:>0.5")
    with pytest.raises(StoreError, match="did you mean 'both bad'"):
        views.get(database.reader(), "both bed")
    with pytest.raises(StoreError, match="saved here: 'both bad'"):
        views.get(database.reader(), "xyz")


@pytest.mark.parametrize("name", ["", " \n\t", "x" * 101])
def test_what_is_no_name_is_refused(database: Database, name: str) -> None:
    with pytest.raises(StoreError, match="name"):
        views.save(database, name, "bank")
    assert kept(database) == []


def test_a_name_cannot_harm_a_terminal_and_is_found_as_it_was_typed(database: Database) -> None:
    hostile = "a\x1b[2J\nb\u202e'; DROP TABLE pair --"
    name = views.save(database, hostile, "bank").name
    assert name.isprintable() and "\x1b" not in name
    assert views.get(database.reader(), hostile).query == "bank"


def test_backups_keep_views_and_merging_takes_none_and_loses_none(database: Database, tmp_path: Path) -> None:
    views.save(database, "ours", "bank")
    backup(database, tmp_path / "copy.db")
    with Database.open(tmp_path / "copy.db") as copy:
        assert kept(copy) == [("ours", "bank")]
    with Database.create(tmp_path / "b.db") as other:
        views.save(other, "theirs", "river")
    merge(database, [tmp_path / "b.db"])
    assert kept(database) == [("ours", "bank")]
