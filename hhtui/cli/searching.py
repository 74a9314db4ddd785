"""`hhtui search` and `hhtui show`: pairs found and read without a screen."""

from typing import TYPE_CHECKING

import click

from hhtui.cli import output
from hhtui.cli.arguments import QueryCommand, database_first
from hhtui.cli.failures import pointing_into
from hhtui.cli.lists import read_list

if TYPE_CHECKING:
    from hhtui.store.results import Result

SHOWN = 20


@click.command(cls=QueryCommand)
@click.argument("words", nargs=-1, metavar="[DB] QUERY")
@click.option("--limit", type=click.IntRange(min=0), default=SHOWN, show_default=True, help="At most so many pairs.")
@click.option("--count", is_flag=True, help="Print how many pairs there are, and nothing else.")
@click.option("--ids", is_flag=True, help="Print every key, one a line.")
@click.option("--columns", metavar="A,B|all", help="Add these columns, by their names in queries.")
@click.option("--view", metavar="NAME", help="What this saved view finds; a query narrows it.")
@click.option("--ids-file", metavar="FILE", help="Among the pairs in this list alone, in its order; - reads stdin.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def search(
    context: click.Context,
    words: tuple[str, ...],
    limit: int,
    count: bool,
    ids: bool,
    columns: str | None,
    view: str | None,
    ids_file: str | None,
    as_json: bool,
) -> None:
    """Find pairs by a query.

    Prints key, scores and the last human turn of each; without a query, of every pair. A query may begin with
    -. `hhtui schema` lists the fields. What ~word or "~quoted words" find is in the order of its likeness, which is
    printed, 0 to 100; sort:relevance puts the best matches of the query's words first. A
    list for --ids-file has a key or a hash a line, or is CSV or JSON lines with a column key or hash; what of it is not
    here is told, with --json all of it as unknown.
    """
    from hhtui import api
    from hhtui.cli import tables

    path, rest = database_first(words)
    query = " ".join(rest)
    unlimited = ids and context.get_parameter_source("limit") is click.core.ParameterSource.DEFAULT
    with api.open(path) as database, pointing_into(query):
        query = api.viewed(database, view, query) or ""
        listing = None if ids_file is None else read_list(database, ids_file)
        result = api.search(database, query, None if listing is None else listing.ids)
        found = len(result.ids)
        _tell_unindexed(result.result)
        if result.note:
            output.narrate(result.note)
        if count and not as_json:
            output.data(str(found))
            return
        some = [] if count else result.ids if unlimited else result.ids[:limit]
        names = tables.column_names(database, columns)
        if as_json:
            told = list(tables.pairs_json(database, some, names, result.ranking))
            listed = {} if listing is None else {"unknown": list(listing.unknown), "repeated": listing.repeated}
            figures = {"query": query, "total": found, "shown": len(told), "note": result.note, **listed}
            output.data_json({**figures, "pairs": told})
            return
        if ids:
            lines = tables.keys(database, some)
        else:
            lines = tables.pair_lines(database, some, names, output.width(), result.ranking)
        for line in lines:
            output.data(line)
        output.narrate(f"{len(some):,} of {found:,}")


@click.command(cls=QueryCommand)
@click.argument("words", nargs=-1, metavar="[DB] KEY")
@click.option("--scores", "with_scores", is_flag=True, help="Add all that is known of its scores, and what each is.")
@click.option("--words", "with_words", is_flag=True, help="Add these, and the words that move linear scores most.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def show(words: tuple[str, ...], with_scores: bool, with_words: bool, as_json: bool) -> None:
    """Print one pair with its scores, structure and decisions."""
    from hhtui import api
    from hhtui.cli import score_details, tables

    path, keys = database_first(words)
    if len(keys) != 1:
        raise click.UsageError("name one pair by its key, such as harmless-base/test/812")
    with api.open(path) as database:
        record = api.show(database, keys[0])
        details = api.score_details(database, keys[0]) if with_scores or with_words else None
        weighed = api.words(database, keys[0]) if with_words else score_details.NO_WORDS
        if as_json:
            more = {"score_details": score_details.to_json(details, weighed)} if details else {}
            output.data_json({**tables.record_json(database, record), **more})
        else:
            output.data(tables.record_text(database, record))
            for line in score_details.to_text(details, weighed, output.width()) if details else ():
                output.data(line)


def _tell_unindexed(result: "Result") -> None:
    """Say on stderr where the text index does not hold every pair yet."""
    if result.searched < result.total:
        output.narrate(f"the text index holds {result.searched:,} of {result.total:,} pairs; the load command goes on")
