"""`hhtui score`: the texts of a database get their scores."""

from pathlib import Path

import click

from hhtui.cli import output
from hhtui.cli.arguments import database_alone, same_command
from hhtui.cli.failures import Interrupted
from hhtui.cli.score_progress import score_and_show

ONE_DATABASE = "one database is scored at a time, scorers are named with --scorer"


@click.command()
@click.argument("words", nargs=-1, metavar="[DB] | merge [DB] FOLDER")
@click.option("--scorer", "scorers", multiple=True, metavar="NAME", help="The scorer; may be given several times.")
@click.option("--unit", type=click.Choice(["turn"]), help="Score each turn by itself too.")
@click.option("--checkpoint", type=click.Path(path_type=Path), help="detoxify: the file with the weights.")
@click.option("--config-dir", type=click.Path(path_type=Path), help="detoxify: the folder with config and tokenizer.")
@click.option("--model", type=click.Path(path_type=Path), help="detoxify-int8: the folder hhtui scorer export wrote.")
@click.option("--device", metavar="D", help="cpu, cuda, cuda:1 or mps; the best one here by default.")
@click.option("--threads", type=click.IntRange(min=1), help="At most so many threads.")
@click.option("--batch-tokens", type=click.IntRange(min=1), help="Padded tokens that go through a model at once.")
@click.option("--yes", is_flag=True, help="Download weights that are missing without a question.")
@click.option("--engine", type=click.Choice(["local", "ray"]), default="local", help="Score here, or with Ray.")
@click.option("--address", metavar="HOST:PORT", help="ray: the cluster's head, or auto; a Ray of its own without it.")
@click.option(
    "--actors", type=click.IntRange(min=1), help="ray: so many scorers at once; as many as there is room for."
)
@click.option("--shards", type=click.Path(path_type=Path), help="ray: the folder for texts and scores, which is kept.")
@click.option("--harm", metavar="COLUMN", help="Let harm: and gap: stand for this column from now on.")
@click.option("--list", "listed", is_flag=True, help="List scorers and how far they are in this database.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def score(
    context: click.Context,
    words: tuple[str, ...],
    scorers: tuple[str, ...],
    unit: str | None,
    checkpoint: Path | None,
    config_dir: Path | None,
    model: Path | None,
    device: str | None,
    threads: int | None,
    batch_tokens: int | None,
    yes: bool,
    engine: str,
    address: str | None,
    actors: int | None,
    shards: Path | None,
    harm: str | None,
    listed: bool,
    as_json: bool,
) -> None:
    """Score the texts that have no score yet.

    Without --scorer by all that work at once, offline. It happens in a process of its own, also beside the
    browser; interrupted, the same command goes on. Every number is what its column says: toxicity is not harm.
    With --engine ray texts go out as shards; hhtui score merge DB FOLDER puts scores of such shards into a database
    (one that is called merge is ./merge).
    """
    from hhtui.cli import score_options as given
    from hhtui.cli import scorers as listing
    from hhtui.cli import scoring_elsewhere as elsewhere
    from hhtui.cli.downloading import may_download
    from hhtui.score.scorer import Options

    if words[:1] == ("merge",):
        given.refuse_beside(context, "merge", given.OF_MERGE)
        elsewhere.merge(words[1:], as_json, context)
        return
    if listed:
        given.refuse_beside(context, "--list", given.OF_LIST)
        listing.show(database_alone(words, ONE_DATABASE) if words else None, scorers, as_json)
        return
    path = database_alone(words, ONE_DATABASE)
    ray = elsewhere.ray_options(engine, scorers, address, actors, shards)
    options = Options(checkpoint, config_dir, model, device, threads, batch_tokens, yes)
    wanted = given.wanted_scorers(context, scorers, options)
    if harm is not None:
        given.require_harm(path, harm, wanted)
    options = may_download(scorers, options)
    progress = output.ProgressLine()
    try:
        told = score_and_show(path, progress, scorers, options=options, turns=unit == "turn", ray=ray)
    except KeyboardInterrupt:
        raise Interrupted(f"stopped; what is scored stays, and this goes on: {same_command(context)}") from None
    finally:
        progress.close()
    if harm is not None:
        listing.choose(path, harm)
    if as_json:
        output.data_json({**told, **listing.state(path)})
    else:
        output.narrate(f"{told['scored']:,} new scores in {output.duration(told['score_seconds'])}")
