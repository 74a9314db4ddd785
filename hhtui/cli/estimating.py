"""`hhtui estimate`: how many pairs are so, from a random sample that is read blind."""

from typing import TYPE_CHECKING, Literal

import click

from hhtui.cli import output, sample_screen, sample_words
from hhtui.cli.arguments import QueryCommand, database_first
from hhtui.cli.failures import pointing_into

if TYPE_CHECKING:
    from hhtui.audit.estimates import Estimate
    from hhtui.audit.samples import Attainable, Sample

SIZE = 200
EXPECTED = 10.0


@click.command(cls=QueryCommand)
@click.argument("words", nargs=-1, metavar="[DB] QUERY")
@click.option("--what", required=True, metavar="QUESTION", help="What is asked, such as preference:rejected.")
@click.option("--n", "size", type=click.IntRange(min=1), help=f"How many pairs to read.  [default: {SIZE}]")
@click.option("--margin", type=click.FloatRange(0, 50, min_open=True), help="As many as give ± so many points.")
@click.option(
    "--expect",
    type=click.FloatRange(0, 100),
    default=EXPECTED,
    show_default=True,
    help="The share expected, in percent; it changes only what is foretold.",
)
@click.option("--seed", type=click.IntRange(min=0), default=7, show_default=True, help="Of the order of the draw.")
@click.option("--by", metavar="NAME", help="Read under this name, and count what was read under it.")
@click.option("--everyone", is_flag=True, help="Count what anybody has read.")
@click.option("--by-subset", is_flag=True, help="Each subset too, and the whole weighted by their sizes.")
@click.option(
    "--decided",
    type=click.Choice(["again", "count"]),
    default="again",
    show_default=True,
    help="Whether pairs that you decided on the screen before are shown again, blind, or count as decided.",
)
@click.option("--no-screen", is_flag=True, help="Only print; without a terminal nothing else is done.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, and open no screen.")
@click.pass_context
def estimate(
    context: click.Context,
    words: tuple[str, ...],
    what: str,
    size: int | None,
    margin: float | None,
    expect: float,
    seed: int,
    by: str | None,
    everyone: bool,
    by_subset: bool,
    decided: Literal["again", "count"],
    no_screen: bool,
    as_json: bool,
) -> None:
    """Estimate how many pairs are so, by reading some drawn at random.

    They are the first of a frozen order of all pairs that meet QUERY, made by the seed, whatever is decided about
    them, and are read blind; the same command goes on later. It prints what so many can tell, then opens the
    screen, then prints the share with Wilson's 95 % interval. Nothing from a queue, from a file or decided for many
    pairs at once ever counts. What hhtui triage --random-share drew from the same pairs with the same seed does: a
    mark that was not given there is a no, a preference that was not given is no answer, as a skip is.

    \b
      hhtui estimate audit.db harm.min:..0.2 --what preference:rejected --margin 5
    """
    from hhtui import api

    if size is not None and margin is not None:
        raise click.UsageError("give --n or --margin, not both: a margin says how many have to be read")
    path, rest = database_first(words)
    query = " ".join(rest)
    wanted = None if margin is None else margin / 100

    def draw() -> "tuple[Sample, Attainable, Estimate]":
        with api.open(path) as database, pointing_into(query):
            sample = api.sample(
                *(database, query, what),
                n=SIZE if size is None else size,
                margin=wanted,
                seed=seed,
                by=by,
                everyone=everyone,
                decided=decided,
            )
            plan = api.attainable(sample, expect / 100, wanted)
            return sample, plan, api.estimate(database, sample, by_subset=by_subset)

    sample, plan, found = draw()
    if as_json:
        output.data_json({**found.to_json(), "attainable": plan.to_json()})
        return
    before = [*sample_words.frame(sample), sample_words.attainable(plan, sample.population)]
    output.data("\n".join([*before, *sample_words.progress(sample)]))
    if sample.open and not no_screen and sample_screen.can_read():
        sample_screen.read(path, sample, "estimate", by, context)
        sample, _, found = draw()
        output.data("\n".join(sample_words.progress(sample)))
    output.data("\n".join(sample_words.result(found, f"of the frame are {sample.question}")))
    if sample.open:
        output.narrate(f"{len(sample.open):,} are left to be read: {sample_screen.command_to_go_on(context)}")
