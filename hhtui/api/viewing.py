"""Saved views, and lists of pairs from elsewhere."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from hhtui.api.opening import PathLike
from hhtui.store.database import Database
from hhtui.store.errors import StoreError

if TYPE_CHECKING:
    from hhtui.store.listing import Listing
    from hhtui.store.views import SavedView


def views(database: Database) -> "list[SavedView]":
    """Return the saved views by name."""
    from hhtui.store import views as stored

    return stored.saved(database.reader())


def view(database: Database, name: str) -> "SavedView":
    """Return the saved view with this name; raises StoreError where there is none."""
    from hhtui.store import views as stored

    return stored.get(database.reader(), name)


def save_view(database: Database, name: str, query: str, *, replace: bool = False) -> "SavedView":
    """Keep `query`, with the order in it, under a name.

    Raises QueryError where this database cannot answer it, StoreError where the name is none, or taken and not to be
    replaced.
    """
    from hhtui.store import views as stored

    check_query(database, query)
    return stored.save(database, name, query, replace=replace)


def rename_view(database: Database, name: str, new: str) -> str:
    """Give a saved view another name and return that; raises StoreError where that cannot be."""
    from hhtui.store import views as stored

    return stored.rename(database, name, new)


def delete_view(database: Database, name: str) -> "SavedView":
    """Take a saved view away and return it as it was; raises StoreError where there is none."""
    from hhtui.store import views as stored

    return stored.delete(database, name)


def viewed(database: Database, name: str | None, query: str | None) -> str | None:
    """Return the query of the saved view `name`, narrowed by `query`; without a name that is `query` itself.

    Raises StoreError where there is no such view or it cannot be read, QueryError about `query`.
    """
    if name is None:
        return query
    from hhtui.query.errors import QueryError
    from hhtui.query.narrowing import narrowed
    from hhtui.query.parser import parse

    found = view(database, name)
    try:
        parse(found.query)
    except QueryError as error:
        raise StoreError(f"the view {found.name!r} cannot be read: {error}; it is: {found.query}") from None
    return narrowed(found.query, query or "")


def listing(database: Database, source: PathLike | bytes, name: str = "the list") -> "Listing":
    """Return the pairs that a list from elsewhere names, in its order: the file at a path, or a file's content.

    See `hhtui.store.listing`; of a content `name` says where it comes from. Raises StoreError where it is no list,
    OSError where the file cannot be read.
    """
    from hhtui.store import listing as stored
    from hhtui.store.listed_names import named_in

    if isinstance(source, str | os.PathLike):
        return stored.listing(database.reader(), Path(source))
    return stored.looked_up(database.reader(), named_in(source, name), Path(name))


def check_query(database: Database, query: str) -> None:
    """Raise QueryError where `query` cannot be read, or this database cannot answer it."""
    from hhtui.query.parser import parse
    from hhtui.query.planner import plan
    from hhtui.store import scorers

    connection = database.reader()
    plan(parse(query), scorers.score_fields(connection), scorers.harm_column(connection))
