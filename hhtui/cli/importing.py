"""`hhtui import`: decisions and labels come in from a file."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from hhtui.audit.statements import DECIDED, KINDS, MEANINGS
from hhtui.cli import output
from hhtui.cli.arguments import QueryCommand, database_first
from hhtui.cli.failures import Failure

if TYPE_CHECKING:
    from pathlib import Path

    from hhtui.audit.import_report import Import
    from hhtui.audit.statements import Match

FIRST = 5


@click.command("import", cls=QueryCommand)
@click.argument("words", nargs=-1, metavar="[DB] FILE")
@click.option("--by", metavar="NAME", help="Save under this name what the file gives no annotator for.")
@click.option("--match", type=click.Choice(["key", "hash", "row", "text"]), help="What names the pairs.")
@click.option("--kind", "kinds", multiple=True, type=click.Choice(KINDS), help="Only this kind; may be repeated.")
@click.option("--column", "columns", multiple=True, metavar="FIELD=MEANING", help="What a field of FILE means.")
@click.option("--subset", metavar="S", help="Where rows are counted, with several sources.")
@click.option("--split", metavar="S", help="Where rows are counted, with several sources.")
@click.option("--dry-run", is_flag=True, help="Say what would be saved, and save nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def import_(
    words: tuple[str, ...],
    by: str | None,
    match: "Match | None",
    kinds: tuple[str, ...],
    columns: tuple[str, ...],
    subset: str | None,
    split: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Save decisions and labels from CSV or JSON lines, also as .gz.

    A row names its pair by hash, key, row or text (of a response or a whole transcript, which names the side too),
    and decides by the fields flag, drop, preference, note, label, label.chosen, label.rejected (slugs, separated by
    spaces or commas) and side; annotator and made_at are optional. What hhtui export writes as csv, and as jsonl
    with --with-decisions, comes back as it was.

    Each annotator's decisions are one step, saved as made now (the file's time stays beside it), which u on the
    screen undoes. The same file again adds nothing. What does not match is reported and left out; exit code 1
    where nothing matched.

    \b
      hhtui import audit.db verdicts.csv --by anna --column verdict=preference
    """
    from hhtui import api

    path, rest = database_first(words)
    if len(rest) != 1:
        raise click.UsageError("name one file to import" if not rest else f"{rest[1]!r} is too much; name one file")
    with api.open(path) as database:
        done = api.import_decisions(
            *(database, rest[0]),
            by=by,
            match=match,
            kinds=kinds,
            columns=meanings(columns),
            subset=subset,
            split=split,
            dry_run=dry_run,
        )
    if as_json:
        output.data_json(done.to_json())
    for line in told(done):
        output.narrate(line)
    if not done.matched:
        raise Failure(_way_out(done, path))


def meanings(columns: Sequence[str]) -> dict[str, str]:
    """Return fields by what they mean, from `FIELD=MEANING`."""
    found: dict[str, str] = {}
    for column in columns:
        field, equals, meaning = column.rpartition("=")
        if not equals or meaning not in MEANINGS:
            raise click.UsageError(f"--column {column!r} is no FIELD=MEANING; MEANING is one of {', '.join(MEANINGS)}")
        if meaning in found:
            raise click.UsageError(f"--column names two fields for {meaning}; name one")
        found[meaning] = field
    return found


def told(done: "Import") -> list[str]:
    """Return what became of the file, in lines."""
    from hhtui.audit.problems import MEANINGS

    verb = "would be saved" if done.dry_run else "saved"
    lines = [f"{done.path}: {done.rows:,} rows, pairs named by {' and '.join(done.by)}"]
    for one in done.saved:
        kinds = ", ".join(f"{kind} {count:,}" for kind, count in one.decisions.items())
        lines.append(f"{verb} by {one.annotator}: {kinds}, about {one.pairs:,} pair{'' if one.pairs == 1 else 's'}")
    counted = [
        (done.already, "stood here or came from this file before"),
        (done.repeated, "said again within the file"),
        (done.silent, "rows that decide nothing"),
    ]
    lines += [f"{what}: {count:,}" for count, what in counted if count]
    for reason, problems in done.reasons().items():
        places = [f"line {one.line}{f' {one.detail}' if one.detail else ''}" for one in problems[:FIRST]]
        lines.append(f"warning: not taken, {MEANINGS[reason]}: {len(problems):,}; {_first(places, len(problems))}")
    if done.unread_fields:
        lines.append(f"fields that were not read: {_first(done.unread_fields)}")
    return lines


def _way_out(done: "Import", database: "Path") -> str:
    """Return why nothing of a file was taken, and what to do about it."""
    from hhtui.audit.problems import NAMING

    if not done.problems:
        return f"no row of {done.path} decides anything; fill one of {', '.join(DECIDED)}"
    see = f"see how pairs are named: hhtui search {database} --ids"
    if done.reasons().keys() <= NAMING:
        return f"nothing of {done.path} is about a pair here; {see}"
    correct = f"nothing of {done.path} could be taken; correct the lines that are named above"
    return f"{correct}; {see}" if done.reasons().keys() & NAMING else correct


def _first(names: Sequence[str], of: int | None = None) -> str:
    """Return the first of these, and how many more of all there are."""
    more = (len(names) if of is None else of) - FIRST
    return f"{', '.join(names[:FIRST])}{f' and {more:,} more' if more > 0 else ''}"
