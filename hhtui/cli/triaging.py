"""`hhtui triage`: read the pairs that matter, one key each."""

from pathlib import Path
from typing import Any

import click

from hhtui.cli.arguments import QueryCommand, same_command
from hhtui.cli.browsing import end, need_terminal, sample
from hhtui.cli.failures import pointing_into
from hhtui.config import COLOURS
from hhtui.query.queues import TITLES


def share(text: object) -> float:
    """Return a share of all pairs, written as `20%` or `0.2`, as a number from 0 to 1; raises BadParameter."""
    written = str(text).strip()
    try:
        found = float(written.removesuffix("%")) / (100 if written.endswith("%") else 1)
    except ValueError:
        found = -1.0
    if not 0 <= found <= 1:
        raise click.BadParameter(f"{written!r} is no share; write 20% or 0.2")
    return found


@click.command(cls=QueryCommand)
@click.argument("database", required=False, type=click.Path(path_type=Path), metavar="[DB]")
@click.option("--queue", type=click.Choice(list(TITLES)), help="Read this queue, without the card.")
@click.option("--query", metavar="Q", help="Read what this query finds, instead of a queue.")
@click.option("--view", metavar="NAME", help="Read what this saved view finds; --query narrows it.")
@click.option("--order", metavar="COLUMN[-]", help="With --query: in the order of this column, - for descending.")
@click.option("--adjudicate", is_flag=True, help="Read what annotators decided differently; their decisions show.")
@click.option("--resume", is_flag=True, help="Go on with what was left.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="How many pairs.")
@click.option("--blind", is_flag=True, help="Hide which response is chosen, scores, and what brought the pair.")
@click.option("--avoid", default="", metavar="Q", help="No pair that this query finds.")
@click.option("--random-share", type=share, default=0.0, metavar="P%", help="Of them drawn from all pairs, read blind.")
@click.option("--overlap", type=share, default=0.0, metavar="P%", help="Of them the same for everybody, read blind.")
@click.option("--repeat", type=share, default=0.0, metavar="P%", help="Of them read before by you, blind once more.")
@click.option("--seed", type=int, default=7, show_default=True, help="What decides everything drawn by chance.")
@click.option("--by", metavar="NAME", help="Save decisions under this name.")
@click.option("--no-mouse", is_flag=True, help="Leave the mouse to the terminal.")
@click.option("--colour", type=click.Choice(COLOURS), help="How many colours to send; fewer is faster on a slow line.")
@click.pass_context
def triage(context: click.Context, /, database: Path | None, **given: Any) -> None:
    """Read the pairs that matter, one key each.

    Without --queue and --query a card offers the queues, each with how many pairs nobody has decided yet and what it
    is and is not; a digit starts one. A preference goes on to the next pair; Enter does where nothing (more) is to
    be said; space scrolls, and skips at the end of the text. Everything is saved as it is typed: what is left
    when you quit, or the line drops, is resumed. Nobody is given what another is reading.

    \b
      hhtui triage audit.db --queue label-candidates
      hhtui triage audit.db --query 'harm.min:>0.5' --limit 20 --by anna --overlap 20%
      hhtui triage audit.db --resume
    """
    from hhtui import api, paths
    from hhtui.store.lanes import Wanted

    _check(given)
    need_terminal()
    wanted = Wanted(
        (),
        *(given["limit"], given["blind"], given["avoid"]),
        *(given["random_share"], given["overlap"], given["repeat"], given["seed"]),
    )
    place = database or paths.named_database() or paths.last_database() or sample()
    with pointing_into(given["query"] or given["avoid"]):
        end(
            api.triage(
                place,
                queue=given["queue"],
                query=given["query"],
                view=given["view"],
                order=given["order"],
                resume=given["resume"],
                adjudicate=given["adjudicate"],
                wanted=wanted,
                by=given["by"],
                colour=given["colour"],
                mouse=not given["no_mouse"],
                more="" if given["resume"] else same_command(context),
            )
        )


def _check(given: dict[str, Any]) -> None:
    """Raise UsageError where two options say what to read."""
    given["searched"] = given["query"] or given["view"]
    chosen = [name for name in ("queue", "searched", "resume") if given[name]]
    if len(chosen) > 1 or (given["adjudicate"] and {"queue", "resume"} & set(chosen)):
        raise click.UsageError("give one of --queue, --query, --adjudicate and --resume")
    if given["order"] and not given["searched"]:
        raise click.UsageError("--order goes with --query")
