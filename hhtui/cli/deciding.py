"""`hhtui flag`: decisions without a screen."""

from collections.abc import Mapping, Sequence

import click

from hhtui.cli import output
from hhtui.cli.arguments import QueryCommand, database_first, keys_from
from hhtui.model import PREFERENCES, RESPONSES, Kind


@click.command(cls=QueryCommand)
@click.argument("words", nargs=-1, metavar="[DB] KEY...")
@click.option("--off", is_flag=True, help="Take the flag off; with another decision: take that back.")
@click.option("--preference", type=click.Choice(PREFERENCES), help="Save which response is better instead.")
@click.option("--drop", is_flag=True, help="Mark that the pairs should leave the data instead.")
@click.option(
    "--label",
    "labels",
    multiple=True,
    metavar="SIDE=SLUG",
    help="Give chosen=, rejected= or both= a label; repeatable.",
)
@click.option("--note", metavar="TEXT", help="Save a note instead.")
@click.option("--by", metavar="NAME", help="Save under this name.")
def flag(
    words: tuple[str, ...],
    off: bool,
    preference: str | None,
    drop: bool,
    labels: tuple[str, ...],
    note: str | None,
    by: str | None,
) -> None:
    """Flag pairs by their keys, or decide otherwise.

    With - the keys are read from standard input. All pairs of one command are one step, which u on the screen
    undoes. An unknown key saves nothing.

    \b
      hhtui search audit.db 'harm.min:>0.9' --ids | hhtui flag audit.db -
      hhtui flag audit.db harmless-base/test/812 --label both=harmful --label rejected=theft
    """
    from hhtui import api

    kind, value = _decision(off, preference, drop, note, labels)
    given = _sides_by_label(labels)
    path, rest = database_first(words)
    keys = keys_from(rest)
    with api.open(path) as database:
        name = by or api.annotator_name()
        if given:
            step = api.label(database, keys, given, annotator=name, off=off)
        else:
            step = api.decide(database, keys, kind, value, annotator=name)
    touched = len(set(step.pair_ids))
    pairs = f"{keys[0]}" if touched == 1 else f"{touched:,} pairs"
    said = _labels_in_words(given, off) if given else step.summary.partition(" (")[0]
    output.narrate(f"{pairs}: {said}, saved by {name}")


def _decision(
    off: bool, preference: str | None, drop: bool, note: str | None, labels: Sequence[str]
) -> tuple[Kind, str]:
    """Return the one kind of decision that the options name, and its value."""
    if sum((preference is not None, drop, note is not None, bool(labels))) > 1:
        raise click.UsageError("give one of --preference, --drop, --label and --note; each command saves one decision")
    if preference is not None:
        return "preference", "" if off else preference
    if note is not None:
        return "note", "" if off else note
    return ("drop" if drop else "flag"), ("no" if off else "yes")


def _sides_by_label(labels: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the sides that each label is for, in the order of the command."""
    sides: dict[str, dict[str, None]] = {}
    for written in labels:
        side, equals, slug = written.partition("=")
        if not equals or not slug or side not in (*RESPONSES, "both"):
            raise click.UsageError(f"--label {written} names no side; write chosen=SLUG, rejected=SLUG or both=SLUG")
        sides.setdefault(slug, {}).update(dict.fromkeys(RESPONSES if side == "both" else (side,)))
    return {slug: tuple(found) for slug, found in sides.items()}


def _labels_in_words(labels: Mapping[str, Sequence[str]], off: bool) -> str:
    given = ", ".join(f"{slug} on {' and '.join(sides)}" for slug, sides in labels.items())
    return f"label{'' if len(labels) == 1 else 's'} {given}{' taken off' if off else ''}"
