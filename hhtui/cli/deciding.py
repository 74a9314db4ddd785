"""`hhtui flag`: decisions without a screen."""

import click

from hhtui.cli import output
from hhtui.cli.arguments import QueryCommand, database_first, keys_from
from hhtui.model import PREFERENCES, Kind


@click.command(cls=QueryCommand)
@click.argument("words", nargs=-1, metavar="[DB] KEY...")
@click.option("--off", is_flag=True, help="Take the flag off; with --drop, --preference or --note: take that back.")
@click.option("--preference", type=click.Choice(PREFERENCES), help="Save which response is better instead.")
@click.option("--drop", is_flag=True, help="Mark that the pairs should leave the data instead.")
@click.option("--note", metavar="TEXT", help="Save a note instead.")
@click.option("--by", metavar="NAME", help="Save under this name.")
def flag(
    words: tuple[str, ...], off: bool, preference: str | None, drop: bool, note: str | None, by: str | None
) -> None:
    """Flag pairs by their keys, or decide otherwise.

    With - the keys are read from standard input. All pairs of one command are one step, which u on the screen
    undoes. An unknown key saves nothing.

    \b
      hhtui search audit.db 'harm.min:>0.9' --ids | hhtui flag audit.db -
    """
    from hhtui import api

    kind, value = _decision(off, preference, drop, note)
    path, rest = database_first(words)
    keys = keys_from(rest)
    with api.open(path) as database:
        name = by or api.annotator_name()
        step = api.decide(database, keys, kind, value, annotator=name)
    pairs = f"{keys[0]}" if len(step.pair_ids) == 1 else f"{len(step.pair_ids):,} pairs"
    output.narrate(f"{pairs}: {step.summary.partition(' (')[0]}, saved by {name}")


def _decision(off: bool, preference: str | None, drop: bool, note: str | None) -> tuple[Kind, str]:
    """Return the one kind of decision that the options name, and its value."""
    if sum((preference is not None, drop, note is not None)) > 1:
        raise click.UsageError("give one of --preference, --drop and --note; each command saves one decision")
    if preference is not None:
        return "preference", "" if off else preference
    if note is not None:
        return "note", "" if off else note
    return ("drop" if drop else "flag"), ("no" if off else "yes")
