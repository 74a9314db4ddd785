"""What `hhtui score` does about scores that are made elsewhere: the options of Ray, and `hhtui score merge`."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hhtui.cli import output
from hhtui.cli.arguments import database_first, same_command
from hhtui.cli.failures import Interrupted
from hhtui.cli.score_progress import words as words_of

if TYPE_CHECKING:
    from hhtui.score.ray.engine import RayOptions


def ray_options(
    engine: str, scorers: Sequence[str], address: str | None, actors: int | None, shards: Path | None
) -> "RayOptions | None":
    """Return how to score with Ray, None where scores are made here; raises UsageError where options do not agree."""
    if engine != "ray":
        if address is not None or actors is not None or shards is not None:
            raise click.UsageError("--address, --actors and --shards are for --engine ray")
        return None
    if len(scorers) != 1:
        raise click.UsageError(
            "--engine ray needs one --scorer NAME that scores texts, such as detoxify:original; the scorers that work "
            "at once are quick enough here"
        )
    from hhtui.score.ray.engine import RayOptions

    return RayOptions(address, actors, shards)


def merge(words: Sequence[str], as_json: bool, context: click.Context) -> None:
    """Put the scores of a folder of shards into a database, and say what came of it."""
    from hhtui import api
    from hhtui.cli import scorers as listing

    path, rest = database_first(words)
    if len(rest) != 1:
        raise click.UsageError("name the folder of shards: hhtui score merge DB FOLDER")
    progress = output.ProgressLine()
    try:
        merged = api.merge(path, rest[0], report=lambda told: progress.show(words_of(told)))
    except KeyboardInterrupt:
        raise Interrupted(f"stopped; what is merged stays, and this goes on: {same_command(context)}") from None
    finally:
        progress.close()
    if as_json:
        output.data_json({"merged": merged._asdict(), **listing.state(path)})
        return
    output.narrate(
        f"{merged.texts:,} texts got scores from {merged.shards:,} of {merged.shards_total:,} shards"
        + ("" if merged.complete else "; other texts still have none: hhtui score --engine ray goes on with them")
    )
