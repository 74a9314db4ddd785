"""`hhtui scorer`, and what `hhtui score --list` says: the scorers there are, and those of a database."""

from pathlib import Path
from typing import Any

import click

from hhtui.cli import output
from hhtui.cli.arguments import database_first
from hhtui.cli.failures import Failure
from hhtui.cli.scoring_export import export
from hhtui.text import clean_line


@click.group()
def scorer() -> None:
    """Choose what harm means, and make a smaller model of a large one."""


scorer.add_command(export)


@scorer.command()
@click.argument("words", nargs=-1, required=True, metavar="[DB] NAME.COLUMN")
def use(words: tuple[str, ...]) -> None:
    """Let harm: and gap: stand for a scorer's column from now on.

    The screen shows that column's own name. hhtui score --list DB shows the columns there are.
    """
    path, names = database_first(words)
    if len(names) != 1:
        raise click.UsageError("name one column: hhtui scorer use DB NAME.COLUMN")
    output.narrate(f"harm: and gap: stand for {choose(path, names[0])}")


def show(path: Path | None, names: tuple[str, ...], as_json: bool) -> None:
    """Print the scorers `names`, or all, with their columns, and how far each is in the database at `path`.

    Of scorers that differ in what stands behind a colon the first is described in full, unless they are named.
    """
    from hhtui.score.listing import signals

    known = [one for one in signals() if not names or one.name in names]
    stored = state(path) if path is not None else {}
    if as_json:
        output.data_json({"available": [one.to_json() for one in known], **stored})
        return
    told_of: set[str] = set()
    for one in known:
        where = f"({one.state})" if one.state else ""
        output.data(" ".join(filter(None, (one.name, one.version, where))))
        if one.kind in told_of and not names:
            output.data(f"  {', '.join(column.name for column in one.columns)}; more: --scorer {one.name}")
        else:
            for column in one.columns:
                output.data(f"  {column.name}  {column.low:g} to {column.high:g}  {column.meaning} {column.fails}")
        told_of.add(one.kind)
    for told in stored.get("scorers", ()):
        turns = f", the turns of {told['turns_of']:,}" if told["turns_of"] else ""
        scorer = clean_line(f"{told['name']} {told['version']}")
        output.data(f"in {path}: {scorer}, {told['pairs']:,} of {told['of']:,} pairs{turns}")
        if told["pairs"] and (summary := told["findings"].get("summary")):
            output.data(f"  {clean_line(str(summary))}")
    if stored:
        output.data(f"harm: stands for {stored['harm'] or 'nothing yet'}")


def state(path: Path) -> dict[str, Any]:
    """Return the scorers of the database at `path` in JSON's types, and the column that `harm:` stands for."""
    from hhtui import api
    from hhtui.store import scorers
    from hhtui.store.scores import progress

    with api.open(path) as database:
        connection = database.reader()
        return {
            "scorers": [
                {
                    "name": one.scorer.name,
                    "version": one.scorer.version,
                    "fingerprint": one.scorer.fingerprint,
                    "columns": [column.name for column in scorers.columns_of(one.scorer)],
                    "findings": dict(one.scorer.findings),
                    "pairs": one.pairs,
                    "turns_of": one.turns_of,
                    "of": one.pairs_total,
                }
                for one in progress(connection)
            ],
            "harm": scorers.harm_column(connection),
        }


def choose(path: Path, column: str) -> str:
    """Let `harm:` and `gap:` stand for `column` in the database at `path`; return how it is announced."""
    from hhtui import api
    from hhtui.store.scorers import choose_harm_column

    with api.open(path) as database:
        if database.read_only:
            raise Failure(str(database.notice))
        with database.writing() as connection:
            return choose_harm_column(connection, column).title
