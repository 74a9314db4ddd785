"""Reading pairs on the terminal: browsing, and triages."""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from hhtui import paths
from hhtui.api.opening import PathLike, annotator_name, configuration, database_of, refuse_read_only
from hhtui.store.database import Database
from hhtui.store.errors import StoreError

if TYPE_CHECKING:
    from datasets import Dataset, DatasetDict

    from hhtui.config import Config
    from hhtui.score.explain.process import Deliver, Explaining
    from hhtui.store import lanes
    from hhtui.store.listing import Listing
    from hhtui.store.triage import Triage
    from hhtui.tui.app import Ending
    from hhtui.tui.screens.export import ExportRequest
    from hhtui.tui.start import Start

Colour = Literal["auto", "truecolor", "256", "16"]


class ScreenError(RuntimeError):
    """There is no terminal that pairs could be shown on, or something else runs in its thread."""


def browse(
    source: "PathLike | Dataset | DatasetDict | None" = None,
    *,
    db: PathLike | None = None,
    query: str | None = None,
    view: str | None = None,
    at: str | None = None,
    ids: PathLike | None = None,
    by: str | None = None,
    colour: "Colour | None" = None,
    mouse: bool = True,
) -> "Ending":
    """Open the browser on the terminal until it ends; return how it did: what to tell the reader, and a status.

    `source` is a database, or a `datasets.Dataset` of preferences: its pairs are loaded into the database `db`, else
    into one in the data folder under the dataset's fingerprint, so that decisions are there the next time. Without
    `source` it is the database used last, on the first run the shipped sample. `query` and `at`, a pair's key, replace
    what the reader left; so does `view`, the name of a saved view, which `query` narrows. `ids` is a file that lists
    pairs, as `listing` reads it: they alone are shown, in its order; `by` is the name that decisions are saved under,
    `colour` one of `hhtui.config.COLOURS`. Raises StoreError where the database cannot be opened or has no such pair,
    QueryError where it cannot answer the query, LoadError where a dataset holds no pairs, ConfigError where the
    configuration names a key that no terminal has, and ScreenError where there is no terminal or an event loop runs
    already.
    """
    from hhtui.tui.start import Start

    config = _screen_configuration(colour)
    _need_screen()
    place = database_of(source, db)
    with Database.open(place) as database:
        if view is not None:
            from hhtui.api.viewing import viewed

            query = viewed(database, view, query)
        _check_start(database, query, at)
        listed = None if ids is None else _listed(database, ids)
        start = Start(query, at, listed=listed, by=by or "")
        ending = _on_screen(database, by or annotator_name(), config, start, mouse)
    told = "" if listed is None else listed.told()
    return ending._replace(words=f"{ending.words}; {told}") if told else ending


def _listed(database: Database, ids: PathLike) -> "Listing":
    """Return the pairs that a file lists; raises StoreError where none of them is there."""
    from hhtui.api.viewing import listing

    found = listing(database, ids)
    if not found.ids:
        raise StoreError(f"{database.path} has none of these pairs: {found.told()}")
    return found


def triage(
    path: PathLike | None = None,
    *,
    queue: str | None = None,
    query: str | None = None,
    view: str | None = None,
    order: str | None = None,
    resume: bool = False,
    adjudicate: bool = False,
    wanted: "lanes.Wanted | None" = None,
    by: str | None = None,
    colour: "Colour | None" = None,
    mouse: bool = True,
    more: str = "",
) -> "Ending":
    """Read pairs one after another on the terminal, those first that matter; return as `browse` does.

    That is the `queue` of this name, what `query` or the saved `view` finds in the `order` of a column, where
    `adjudicate` what annotators differ about, where `resume` what was begun and not finished; else the reader chooses
    from a card of queues. `wanted` says how many pairs and how they are mixed; its lists and lane follow from the rest.
    `more` is the command that gives the next pairs, for the reader. Raises StoreError where there is nothing to read,
    QueryError about a query.
    """
    from hhtui.api.viewing import viewed
    from hhtui.store.lanes import Wanted
    from hhtui.store.queueing import begin_named, begin_query, left_to_read
    from hhtui.tui.start import Start

    config, annotator, how = _screen_configuration(colour), by or annotator_name(), wanted or Wanted(())
    with Database.open(database_of(path or None)) as database:
        refuse_read_only(database)
        query = viewed(database, view, query)
        if resume:
            begun: Triage | None = left_to_read(database, annotator)
        elif adjudicate:
            searched = f"({query}) conflict:yes" if query else "conflict:yes"
            begun = begin_query(database, annotator, searched, order or "", how._replace(lane="adjudication"))
        elif queue is not None:
            begun = begin_named(database, annotator, queue, how)
        elif query is not None:
            begun = begin_query(database, annotator, query, order or "", how)
        else:
            begun = None
        start = Start(triage=begun, wanted=how, more=more, left=_resume_command(database, by))
        return _on_screen(database, annotator, config, start, mouse)


def read(
    path: PathLike,
    triage: "Triage",
    *,
    colour: "Colour | None" = None,
    mouse: bool = True,
    left: str = "",
    more: str = "",
) -> "Ending":
    """Read a triage that was begun with `hhtui.store.triage`, as its annotator; return as `browse` does.

    `left` and `more` are the commands that the reader is told of at the end: the one that goes on with what is left,
    and the one for when nothing is left.
    """
    from hhtui.tui.start import Start

    config = _screen_configuration(colour)
    with Database.open(Path(path)) as database:
        start = Start(triage=triage, left=left or _resume_command(database, triage.annotator), more=more)
        return _on_screen(database, triage.annotator, config, start, mouse)


def _need_screen() -> None:
    """Raise ScreenError where the browser cannot run: it needs a terminal, and an event loop of its own."""
    if asyncio._get_running_loop() is not None:
        raise ScreenError(
            "an event loop runs here already, as in a notebook; call browse() from a plain script, or use "
            "hhtui.open(…).search(…).to_pandas()"
        )
    if not (sys.stdin and sys.stdin.isatty() and sys.stdout and sys.stdout.isatty()):
        raise ScreenError("browsing needs a terminal; without one there is hhtui.open(…).search(…).to_pandas()")


def _screen_configuration(colour: "Colour | None") -> "Config":
    """Return the configuration of the screen, with the colours that were asked for."""
    from hhtui.tui.key_names import refuse_unknown

    chosen = configuration()
    refuse_unknown(paths.config_file(), chosen.keys)
    return chosen if colour is None else chosen._replace(colour=colour)


def _on_screen(database: Database, annotator: str, config: "Config", start: "Start", mouse: bool) -> "Ending":
    """Open the browser on a database until it ends, and open that the next time where none is named."""
    from hhtui.tui.app import browse as run

    if database.path != paths.sample_database():
        paths.remember(database.path)
    return run(
        database,
        annotator=annotator,
        config=config,
        export=_write_request,
        explain=_explain,
        start=start,
        mouse=mouse,
    )


def _resume_command(database: Database, by: str | None) -> str:
    import shlex

    return shlex.join(["hhtui", "triage", str(database.path.absolute()), "--resume", *(["--by", by] if by else [])])


def _check_start(database: Database, query: str | None, at: str | None) -> None:
    """Raise QueryError or StoreError before the screen opens where the query or the key is of no use."""
    if query is not None:
        from hhtui.api.viewing import check_query

        check_query(database, query)
    if at is not None:
        from hhtui.store import pairs

        pairs.id_of(database.reader(), at)


def _write_request(database: Database, request: "ExportRequest") -> str:
    """Write what the screen asks for, and return one line about it."""
    from hhtui.api.leaving import export

    done = export(database, request.path, request.format, query=request.query, among=request.listed)
    left_out = "".join(f"; {count:,} left out ({why.replace('_', ' ')})" for why, count in done.left_out.items())
    return f"{done.pairs:,} of {done.of:,} to {done.path}, manifest {done.manifest_path}{left_out}"


def _explain(database: Database, pair_id: int, deliver: "Deliver") -> "Explaining":
    """Look for the words that move the scores of a pair most, in a process of its own."""
    from hhtui.score.explain.process import explain

    return explain(database, pair_id, deliver)
