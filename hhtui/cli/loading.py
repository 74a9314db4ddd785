"""`hhtui load`: pairs and their scores come into a database."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hhtui.cli import output
from hhtui.cli.arguments import same_command
from hhtui.cli.failures import Interrupted
from hhtui.cli.score_progress import score_and_show

if TYPE_CHECKING:
    from hhtui.ingest.report import LoadReport
    from hhtui.progress import Progress


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--db", "path", type=click.Path(path_type=Path), help="The database; it is made where there is none.")
@click.option("--subset", help="What to call the subset, or which of a folder or hub dataset to load.")
@click.option("--split", help="What to call the split, or which of a folder or hub dataset to load.")
@click.option("--config", "configuration", metavar="C", help="The hub dataset's configuration.")
@click.option("--revision", help="The hub dataset's revision.")
@click.option("--data-dir", help="The hub dataset's data_dir; hh-rlhf's four are walked without it.")
@click.option("--as-revision", metavar="NAME", help="Replace what was loaded under the same name; decisions are kept.")
@click.option("--limit", type=click.IntRange(min=0), help="Stop after so many records of each source.")
@click.option("--strict", is_flag=True, help="Stop at the first row that cannot be read.")
@click.option("--no-score", is_flag=True, help="Leave the scores out; hhtui score makes them later.")
@click.option("--no-copy", is_flag=True, help="Leave the copy of the texts out; the browser makes it later.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def load(
    context: click.Context,
    /,
    sources: tuple[str, ...],
    path: Path | None,
    no_score: bool,
    no_copy: bool,
    as_json: bool,
    **named: Any,
) -> None:
    """Load pairs into a database.

    A source is a file, a folder, - for standard input, or OWNER/NAME of the hub. The text index, a copy of the
    texts of more than 5,000 pairs, which makes searching them fast, and scores follow. Interrupted, even killed,
    the same command goes on where it stopped; given again, it adds nothing. Rows that cannot be read are kept
    apart and listed.
    """
    from hhtui import api, paths
    from hhtui.ingest.load import Options

    path = path or paths.named_database()
    if path is None:
        raise click.UsageError(f"name a database with --db, or set {paths.DATABASE_VARIABLE}")
    progress = output.ProgressLine()
    try:
        options = Options(**named)
        report = api.load(
            path, *sources, options=options, observer=lambda told: _show(progress, told), copy=not no_copy
        )
        progress.close()
        if not as_json:
            _tell(report, path)
        scored = None if no_score else score_and_show(path, progress)
    except KeyboardInterrupt:
        raise Interrupted(f"stopped; what is loaded stays, and this goes on: {same_command(context)}") from None
    finally:
        progress.close()
    _remember(path)
    if as_json:
        output.data_json({"db": str(path), **report.to_json(), **(scored or {})})
    elif scored:
        output.narrate(f"{scored['scored']:,} scores in {output.duration(scored['score_seconds'])}")


def _show(progress: output.ProgressLine, told: "Progress") -> None:
    what = f"{told.phase} {told.name}".rstrip()
    progress.update(what, told.done, told.total, told.rows if told.phase == "loading" else None)


def _tell(report: "LoadReport", path: Path) -> None:
    """Say on stderr what became of each source."""
    for source in report.sources:
        added = "" if source.added == source.pairs else f", {source.added:,} of them new"
        unfinished = "" if source.complete else "; the limit stopped it, without --limit it goes on"
        output.narrate(f"{source.subset}/{source.split}: {source.pairs:,} pairs{added}{unfinished}")
        for row in source.refusals:
            output.narrate(f"  line {row.line} refused: {row.reason}")
        if source.refused > len(source.refusals):
            output.narrate(f"  and {source.refused - len(source.refusals):,} more; table refused_row has them all")
        if source.replaced:
            output.narrate(f"  replaces {source.replaced}; decisions were carried over by content")
        for key in source.unmatched:
            output.narrate(f"  {key} had decisions and is not in it; they stay in the log")
    for note in report.notes:
        output.narrate(note)
    refused = f", {report.refused:,} refused" if report.refused else ""
    output.narrate(f"{path}: {report.pairs:,} pairs{refused} in {report.seconds:.1f} s; read them: hhtui {path}")


def _remember(path: Path) -> None:
    from hhtui import paths

    try:
        paths.remember(path)
    except OSError as error:
        output.narrate(
            f"{paths.data_folder()} cannot be written ({error.strerror}): hhtui will not know this database again"
        )
