"""`hhtui report`: what a methods section says of a database, with the commands that print it again."""

import json
from math import isfinite
from pathlib import Path

import click

from hhtui.cli import output
from hhtui.cli.arguments import database_alone


@click.command()
@click.argument("words", nargs=-1, metavar="[DB]")
@click.option("--by", metavar="NAME", help="Only what this annotator read and preferred.")
@click.option("--column", metavar="C", help="The column of the table of harm; what harm stands for by default.")
@click.option("--at", type=float, default=0.5, show_default=True, help="Above it a text is high in that table.")
@click.option("-o", "--output", "target", metavar="FILE", help="The Markdown file to write; else standard output.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, with every number.")
def report(
    words: tuple[str, ...],
    by: str | None,
    column: str | None,
    at: float,
    target: str | None,
    force: bool,
    as_json: bool,
) -> None:
    """Write what a methods section says, in Markdown.

    A paragraph and tables: sources with their SHA-256, revision, format, rows and refused rows; scorers with their
    fingerprints; who read how many pairs, blind or not, how fast, and what was skipped; what was decided at once,
    with the evidence of its rule; random samples with frame, seed, n and Wilson's interval; agreement; the version
    of the labels; and prompt harm by reply harm by what readers preferred, at a threshold on one column. Every
    number stands beside the command that prints it again.

    \b
      hhtui report audit.db --column toxicity --at 0.5 -o methods.md
    """
    from hhtui import api
    from hhtui.audit.methods_text import markdown
    from hhtui.store.placing import placed, refuse_existing

    path = database_alone(words, "an annotator is given with --by, a column with --column")
    if not isfinite(at):
        raise click.UsageError(f"--at {at} is no threshold; give a number such as 0.5")
    file = None if target in (None, "-") else Path(str(target))
    if file is not None:
        refuse_existing(file, force=force)
    with api.open(path) as database:
        found = api.methods(database, by=by, column=column, at=at)
    if file is not None:
        content = f"{json.dumps(found.to_json(), ensure_ascii=False)}\n" if as_json else markdown(found)
        with placed(file, force=force) as draft:
            draft.write_text(content, encoding="utf-8")
        output.narrate(f"{file}: {len(content.encode()):,} bytes")
    elif as_json:
        output.data_json(found.to_json())
    else:
        output.data(markdown(found).rstrip("\n"))
