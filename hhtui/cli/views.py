"""`hhtui view`: queries that are kept under names."""

from typing import TYPE_CHECKING, Any

import click

from hhtui.cli import output
from hhtui.cli.arguments import QueryCommand, database_alone, database_first
from hhtui.cli.failures import pointing_into
from hhtui.text import cells, clean_line

if TYPE_CHECKING:
    from hhtui.store.database import Database
    from hhtui.store.views import SavedView

WIDEST_NAME = 40


@click.group()
def view() -> None:
    """Keep queries under names: list, show, save, rename and delete saved views.

    S on the screen does the same. A view is a query with its order, for everybody who opens the database; what it
    finds is looked up each time. hhtui DB --view NAME opens one, and --view works with search, triage and export too.
    """


@view.command(name="list", cls=QueryCommand)
@click.argument("words", nargs=-1, metavar="[DB]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def list_(words: tuple[str, ...], as_json: bool) -> None:
    """List the saved views: name, how many pairs each finds now, and its query."""
    from hhtui import api

    path = database_alone(words, "one view is shown by: hhtui view show DB NAME")
    with api.open(path) as database:
        told = [_told(database, one) for one in api.views(database)]
    if as_json:
        output.data_json({"database": str(path), "views": told})
        return
    width = min(WIDEST_NAME, max((cells(one["name"]) for one in told), default=0))
    for one in told:
        count = "✗" if one["pairs"] is None else f"{one['pairs']:,}"
        padding = " " * (width - cells(one["name"]))
        output.data(f"{clean_line(one['name'])}{padding}  {count:>9}  {clean_line(one['query']) or '(all pairs)'}")
        if one["error"]:
            output.narrate(f"{one['name']} cannot be opened here: {one['error']}")
    if not told:
        output.narrate(f"no view is saved in {path}; S on the screen saves one, and: hhtui view save {path} NAME QUERY")


@view.command(cls=QueryCommand)
@click.argument("words", nargs=-1, metavar="[DB] NAME")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def show(words: tuple[str, ...], as_json: bool) -> None:
    """Print the query of a saved view."""
    from hhtui import api

    path, names = database_first(words)
    _need(names, 1, "name one view: hhtui view show DB NAME")
    with api.open(path) as database:
        found = api.view(database, names[0])
        if as_json:
            output.data_json(_told(database, found))
        else:
            output.data(found.query)


@view.command(cls=QueryCommand)
@click.argument("words", nargs=-1, metavar="[DB] NAME QUERY")
@click.option("--force", is_flag=True, help="Replace a view of this name.")
def save(words: tuple[str, ...], force: bool) -> None:
    """Keep a query, with its sort:, under a name.

    \b
      hhtui view save audit.db 'both bad' 'harm.min:>0.5 sort:harm.min-'
    """
    from hhtui import api

    path, (name, *rest) = _named(words, "hhtui view save DB NAME QUERY")
    query = " ".join(rest)
    with api.open(path) as database, pointing_into(query):
        saved = api.save_view(database, name, query, replace=force)
    output.narrate(f"saved {saved.name!r} in {path}")


@view.command(cls=QueryCommand)
@click.argument("words", nargs=-1, metavar="[DB] NAME NEW")
def rename(words: tuple[str, ...]) -> None:
    """Give a saved view another name."""
    from hhtui import api

    path, names = database_first(words)
    _need(names, 2, "name the view and its new name: hhtui view rename DB NAME NEW")
    with api.open(path) as database:
        output.narrate(f"{names[0]!r} is {api.rename_view(database, *names)!r} now")


@view.command(cls=QueryCommand)
@click.argument("words", nargs=-1, metavar="[DB] NAME")
def delete(words: tuple[str, ...]) -> None:
    """Take a saved view away; its query is printed."""
    from hhtui import api

    path, names = database_first(words)
    _need(names, 1, "name one view: hhtui view delete DB NAME")
    with api.open(path) as database:
        deleted = api.delete_view(database, names[0])
    output.data(deleted.query)
    output.narrate(f"deleted {deleted.name!r} from {path}; above is what it was")


def _named(words: tuple[str, ...], usage: str) -> tuple[Any, list[str]]:
    path, rest = database_first(words)
    if not rest:
        raise click.UsageError(f"name the view: {usage}")
    return path, rest


def _need(names: list[str], count: int, otherwise: str) -> None:
    if len(names) != count:
        raise click.UsageError(otherwise)


def _told(database: "Database", saved: "SavedView") -> dict[str, Any]:
    from hhtui import api
    from hhtui.query.errors import QueryError

    pairs, error = None, None
    try:
        pairs = len(api.search(database, saved.query).ids)
    except QueryError as problem:
        error = str(problem)
    return {**saved._asdict(), "pairs": pairs, "error": error}
