"""`hhtui export` and `hhtui backup`: pairs and databases leave."""

from pathlib import Path

import click

from hhtui.cli import output
from hhtui.cli.arguments import QueryCommand, database_first
from hhtui.cli.failures import pointing_into
from hhtui.cli.lists import read_list

FORMS = (
    *("ids", "csv", "jsonl", "parquet", "datasets"),
    *("trl-implicit", "trl-explicit", "trl-conversational", "trl-unpaired"),
)
NOT_STREAMED = {"parquet": "a Parquet file", "datasets": "a folder of datasets"}


@click.command(cls=QueryCommand)
@click.argument("words", nargs=-1, metavar="[DB]")
@click.option("--query", metavar="Q", help="The pairs that meet this query, in its order.")
@click.option("--view", metavar="NAME", help="The pairs of this saved view; --query narrows it.")
@click.option("--ids-file", metavar="FILE", help="The pairs in this list, in its order; - reads stdin.")
@click.option("--all", "everything", is_flag=True, help="Every pair.")
@click.option("--format", "form", type=click.Choice(FORMS), default="ids", show_default=True, help="What to write.")
@click.option("-o", "--output", "path", metavar="FILE", help="The file to write; without it, standard output.")
@click.option("--manifest", metavar="FILE", help="The manifest; beside -o by default, as FILE.manifest.json.")
@click.option("--with-decisions", is_flag=True, help="Add decisions and scores to JSON lines, under the key hhtui.")
@click.option("--force", is_flag=True, help="Replace files that are there.")
def export(
    words: tuple[str, ...],
    query: str | None,
    view: str | None,
    ids_file: str | None,
    everything: bool,
    form: str,
    path: str | None,
    manifest: str | None,
    with_decisions: bool,
    force: bool,
) -> None:
    """Write pairs to a file or standard output.

    Without --query, --view, --ids-file and --all these are the flagged pairs. ids is one key a line. csv has scores,
    decisions and texts; a text that a spreadsheet would run as a formula has an apostrophe before it. jsonl is the
    source's own lines, byte for byte where the source was JSON lines. parquet has the source's columns, as has
    datasets, a folder for load_from_disk. The trl forms are those of TRL's dataset formats, as JSON lines, or as a
    table where FILE ends in .parquet; the prompt is what both dialogues share in whole turns. A file appears whole or
    not at all, with a manifest that says what it came from and what it promises. Pairs are exported as the source
    labels them: to turn labels around, see hhtui clean.
    """
    from hhtui import api

    if everything and (query, view, ids_file) != (None, None, None):
        raise click.UsageError("--all and a choice of pairs (--query, --view, --ids-file) exclude each other")
    if with_decisions and form != "jsonl":
        raise click.UsageError("--with-decisions is for --format jsonl; csv has them always, the others never")
    if form in NOT_STREAMED and path in (None, "-"):
        raise click.UsageError(f"{NOT_STREAMED[form]} is not written to standard output; name it with -o")
    database_path, rest = database_first(words)
    if rest:
        raise click.UsageError(f"{rest[0]!r} is too much; a query is given with --query")
    target = output.Stdout() if path in (None, "-") else Path(str(path))
    progress = output.ProgressLine()

    def show(written: int, total: int) -> None:
        if isinstance(target, Path) or not output.to_terminal():
            progress.update("exporting", written, total)

    with api.open(database_path) as database, pointing_into(query or ""):
        query = api.viewed(database, view, query)
        listing = None if ids_file is None else read_list(database, ids_file)
        try:
            done = api.export(
                database,
                target,
                form,
                query=query,
                among=listing,
                everything=everything,
                with_decisions=with_decisions,
                manifest=manifest,
                force=force,
                report=show,
            )
        finally:
            progress.close()
    if done.sample:
        output.narrate("SAMPLE: these pairs were written as examples for hhtui; they are no real data")
    for reason, count in done.left_out.items():
        output.narrate(f"{count:,} of them have no place in {form} ({reason.replace('_', ' ')})")
    where = f" to {done.path}, manifest {done.manifest_path}" if done.path else ""
    output.narrate(f"{done.pairs:,} of {done.of:,}{where}")


@click.command()
@click.argument("database", type=click.Path(path_type=Path))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace a file that is there.")
def backup(database: Path, file: Path, force: bool) -> None:
    """Copy a database whole, while others use it.

    The copy is compact and appears whole or not at all.
    """
    from hhtui import api
    from hhtui.store.backup import backup as copy

    with api.open(database) as opened:
        size = copy(opened, file, force=force)
    output.narrate(f"{file}: {size / 1e6:,.1f} MB")
