"""Saved views: queries with their orders, kept in a database under names, for everybody who opens it."""

import sqlite3
from datetime import UTC, datetime
from typing import NamedTuple

from hhtui.store.database import Database
from hhtui.store.errors import StoreError
from hhtui.text import clean_line

LONGEST_NAME = 100


class SavedView(NamedTuple):
    """A query under a name, its order in it as `sort:`; `made_at` is when it was saved, UTC in ISO 8601."""

    name: str
    query: str
    made_at: str


def valid_name(text: str) -> str:
    """Return a view's name as it is kept: one line that a terminal may be sent, without white space around it.

    Raises StoreError where nothing is left of it, or it has more than 100 characters.
    """
    name = clean_line(text).strip()
    if not name:
        raise StoreError("a view needs a name")
    if len(name) > LONGEST_NAME:
        raise StoreError(f"a view's name has at most {LONGEST_NAME} characters, this one has {len(name):,}")
    return name


def saved(connection: sqlite3.Connection) -> list[SavedView]:
    """Return the saved views by name, capitals beside small letters."""
    rows = connection.execute("SELECT name, query, made_at FROM saved_view").fetchall()
    return sorted((SavedView(*row) for row in rows), key=lambda view: (view.name.casefold(), view.name))


def find(connection: sqlite3.Connection, name: str) -> SavedView | None:
    """Return the view with this name, None where there is none."""
    row = connection.execute("SELECT name, query, made_at FROM saved_view WHERE name = ?", (name,)).fetchone()
    return SavedView(*row) if row else None


def get(connection: sqlite3.Connection, name: str) -> SavedView:
    """Return the view with this name; raises StoreError that names those there are where there is none."""
    found = find(connection, clean_line(name).strip())
    if found is None:
        raise StoreError(_unknown(connection, name))
    return found


def save(database: Database, name: str, query: str, *, replace: bool = False) -> SavedView:
    """Keep `query` under a name, on disk when this returns; what it finds is looked up whenever the view is opened.

    Raises StoreError where the name is none, or a view has it already and is not to be replaced.
    """
    view = SavedView(valid_name(name), query, datetime.now(UTC).isoformat())
    with database.writing() as connection:
        if not replace and find(connection, view.name) is not None:
            raise StoreError(f"there is a view {view.name!r} already; give another name, or replace it with --force")
        connection.execute("INSERT OR REPLACE INTO saved_view (name, query, made_at) VALUES (?, ?, ?)", view)
    return view


def rename(database: Database, old: str, new: str) -> str:
    """Give a view another name and return that; raises StoreError where there is no such view, or one has the name."""
    name = valid_name(new)
    with database.writing() as connection:
        view = get(connection, old)
        if name != view.name and find(connection, name) is not None:
            raise StoreError(f"there is a view {name!r} already; give another name, or delete that one first")
        connection.execute("UPDATE saved_view SET name = ? WHERE name = ?", (name, view.name))
    return name


def delete(database: Database, name: str) -> SavedView:
    """Take a view away and return it as it was; raises StoreError where there is none."""
    with database.writing() as connection:
        view = get(connection, name)
        connection.execute("DELETE FROM saved_view WHERE name = ?", (view.name,))
    return view


def _unknown(connection: sqlite3.Connection, name: str) -> str:
    from difflib import get_close_matches

    names = [view.name for view in saved(connection)]
    if not names:
        return f"there is no view {name!r}, and none is saved here; S on the screen saves one, and hhtui view save"
    close = get_close_matches(name, names, n=1, cutoff=0.5)
    hint = f"did you mean {close[0]!r}" if close else f"saved here: {', '.join(map(repr, names[:5]))}"
    more = f" and {len(names) - 5:,} more" if not close and len(names) > 5 else ""
    return f"there is no view {name!r}; {hint}{more}"
