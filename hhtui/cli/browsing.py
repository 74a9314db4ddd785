"""`hhtui browse` and `hhtui demo`: the screen."""

import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from hhtui.cli import output
from hhtui.cli.arguments import QueryCommand
from hhtui.cli.failures import Failure, pointing_into
from hhtui.cli.lists import list_file
from hhtui.cli.score_progress import words
from hhtui.config import COLOURS

if TYPE_CHECKING:
    from hhtui.score.progress import ScoreProgress
    from hhtui.tui.app import Ending


@click.command(cls=QueryCommand)
@click.argument("database", required=False, type=click.Path(path_type=Path), metavar="[DB]")
@click.option("--query", metavar="Q", help="Begin with this query instead of the one that was left.")
@click.option("--order", metavar="COLUMN[-]", help="Order the result by this column, - for descending.")
@click.option("--view", metavar="NAME", help="Begin with this saved view; --query narrows it.")
@click.option("--at", metavar="KEY", help="Begin at this pair.")
@click.option("--ids", "--ids-file", metavar="FILE", help="Only the pairs in this list, in its order; - reads a pipe.")
@click.option("--by", metavar="NAME", help="Save decisions under this name.")
@click.option("--no-mouse", is_flag=True, help="Leave the mouse to the terminal.")
@click.option("--colour", type=click.Choice(COLOURS), help="How many colours to send; fewer is faster on a slow line.")
def browse(
    database: Path | None,
    query: str | None,
    order: str | None,
    view: str | None,
    at: str | None,
    ids: str | None,
    by: str | None,
    no_mouse: bool,
    colour: Literal["auto", "truecolor", "256", "16"] | None,
) -> None:
    """Browse a database on the screen; the default command.

    Without DB it is $HHTUI_DB, else the database used last, on the first run the shipped sample. A list for --ids has
    a key or a hash a line, or is CSV or JSON lines with a column key or hash, as hhtui search and export write them.
    """
    from hhtui import api, paths

    listed = None if ids is None else list_file(ids)
    need_terminal()
    if database is not None and database.is_dir():
        raise Failure(f"{database} is a folder; to read the pairs in it: hhtui load {database} --db NEW.db")
    if order is not None:
        query = f"{query or ''} sort:{order}".strip()
    gc.disable()
    place = database or paths.named_database() or paths.last_database() or sample()
    with pointing_into(query or ""):
        end(api.browse(place, query=query, view=view, at=at, ids=listed, by=by, colour=colour, mouse=not no_mouse))


@click.command()
@click.option("--no-mouse", is_flag=True, help="Leave the mouse to the terminal.")
@click.option("--colour", type=click.Choice(COLOURS), help="How many colours to send.")
def demo(no_mouse: bool, colour: Literal["auto", "truecolor", "256", "16"] | None) -> None:
    """Browse the shipped sample."""
    from hhtui import api

    need_terminal()
    gc.disable()
    end(api.browse(sample(), colour=colour, mouse=not no_mouse))


def end(ending: "Ending") -> None:
    """Tell how the browser ended, and leave with its status where that was not the reader's doing."""
    output.narrate(ending.words)
    if ending.status:
        sys.exit(ending.status)


def need_terminal() -> None:
    """Raise Failure where there is no terminal to show anything on."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Failure("browsing needs a terminal; for a pipe or a file there is: hhtui search DB QUERY")


def sample() -> Path:
    """Return the sample's database, built first where it is not there yet."""
    from hhtui import api, paths

    if paths.sample_database().exists():
        return paths.sample_database()
    output.narrate("building the sample, a few seconds …")
    progress = output.ProgressLine()

    def show(told: "ScoreProgress") -> None:
        progress.show(words(told))

    try:
        return api.build_sample(report=show)
    finally:
        progress.close()
