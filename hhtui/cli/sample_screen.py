"""Opens the screen on the pairs of a sample that are still to be read."""

import shlex
import sys
from typing import TYPE_CHECKING

import click

from hhtui.cli import output
from hhtui.cli.arguments import WORDS

if TYPE_CHECKING:
    from pathlib import Path

    from hhtui.audit.samples import Sample
    from hhtui.model import Lane

NOT_TO_GO_ON = ("--no-screen", "--json")


def can_read() -> bool:
    """Return whether there is a terminal for the screen."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def read(path: "Path", sample: "Sample", lane: "Lane", by: str | None, context: click.Context) -> None:
    """Let the open pairs of `sample` be read on the screen; leave the command where that ended otherwise than by q."""
    from hhtui import api
    from hhtui.store.triage import Plan, begin

    command, frame = command_to_go_on(context), sample.frame
    with api.open(path) as database:
        plan = Plan("", frame.query, question=str(sample.question), seed=frame.seed)
        triage = begin(database, by or api.annotator_name(), plan, sample.items(lane))
    ending = api.read(path, triage, left=command, more=command)
    output.narrate(ending.words)
    if ending.status:
        sys.exit(ending.status)


def command_to_go_on(context: click.Context, *more: str) -> str:
    """Return the command line as it was given, with a screen, and with `more` options."""
    name, *words = (word for word in context.meta[WORDS] if word not in NOT_TO_GO_ON)
    return shlex.join(["hhtui", name, *more, *words])
