"""`hhtui merge` and `hhtui agreement`: what several people decided, brought together and compared."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from hhtui.audit.ranking import RESAMPLES, SEED
from hhtui.cli import output
from hhtui.cli.arguments import database_alone
from hhtui.text import clean_line

if TYPE_CHECKING:
    from hhtui.audit.agreement import Agreement, Comparison
    from hhtui.audit.ranking import Interval
    from hhtui.audit.reliability import Figure
    from hhtui.store.merging import Merged, Unmatched

LISTED = 20
LABEL_WIDTH = 28


@click.command()
@click.argument("words", nargs=-1, metavar="DB OTHER...")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def merge(words: tuple[str, ...], as_json: bool) -> None:
    """Add what was decided in other databases to DB; the others are only read.

    Every event of their logs is added once, told by its identity: any order of merges gives the same decisions, and
    merging again adds nothing. Pairs are matched by their content, so that the databases may hold them in different
    places; of a text that DB has several times, by the key too, or else it is the one with the least key. Events about
    pairs that are not in DB are kept, listed each time, and count once the pair is loaded.
    """
    from hhtui import api
    from hhtui.store import taxonomies

    if len(words) < 2:
        raise click.UsageError("name the database that takes, then those to add: hhtui merge A.db B.db")
    merged = api.merge_decisions(words[0], *words[1:])
    with api.open(words[0]) as database:
        absent, lacking = api.unmatched(database), taxonomies.unknown(database.reader())
    if as_json:
        output.data_json(
            {
                "database": words[0],
                "merged": [{**one._asdict(), "path": str(one.path), "by": dict(one.by)} for one in merged],
                "unmatched": [one._asdict() for one in absent],
                "labels_unknown_here": lacking,
            }
        )
    else:
        for line in (*map(told, merged), *listing(absent, words[0])):
            output.data(line)
    if lacking:
        output.narrate(
            f"labels in use that the taxonomy of {words[0]} lacks: {', '.join(lacking)}; they count as they are, and "
            f"with a taxonomy that has them they can be given too: hhtui taxonomy {words[0]} --set FILE"
        )
    for one in merged:
        if one.about_pairs and one.elsewhere == one.about_pairs:
            output.narrate(
                f"{one.path} is about other data: none of its events is about a pair of {words[0]}; to see them, load "
                f"what it was made from: hhtui load FILE --db {words[0]}"
            )


def told(one: "Merged") -> str:
    """Return in a line what came of merging one database."""
    by = f" ({', '.join(f'{clean_line(name)} {count:,}' for name, count in one.by.items())})" if one.by else ""
    return f"{one.path}: {one.added:,} of {one.events:,} events are new here{by}, about {one.pairs:,} pairs"


def listing(absent: "list[Unmatched]", database: str) -> Iterator[str]:
    """Yield lines that list the events about pairs that are not here."""
    if absent:
        events = sum(one.events for one in absent)
        yield f"kept, their pairs are not in {database}: {events:,} events about {len(absent):,} pairs"
        listed = [(clean_line(one.key), one) for one in absent[:LISTED]]
        width = max(len(key) for key, _ in listed)
        yield from (f"  {key:<{width}}  {one.hash[:12]}  {one.events:,}" for key, one in listed)
        if len(absent) > LISTED:
            yield f"  and {len(absent) - LISTED:,} more: --json lists all"


@click.command()
@click.argument("words", nargs=-1, metavar="[DB]")
@click.option("--what", default="preference", show_default=True, metavar="W", help="Or drop, flag, label:SLUG.")
@click.option("--by", "names", multiple=True, metavar="NAME", help="Only these annotators; may be repeated.")
@click.option("--seed", type=click.IntRange(min=0), default=SEED, show_default=True, help="Of the resamples.")
@click.option(
    "--resamples", type=click.IntRange(min=1), default=RESAMPLES, show_default=True, help="For the intervals."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def agreement(
    words: tuple[str, ...], what: str, names: tuple[str, ...], seed: int, resamples: int, as_json: bool
) -> None:
    """Measure how far annotators agree: Cohen's kappa, Krippendorff's alpha, observed agreement, base rates.

    Only pairs count that several people read blind, by hhtui triage DB --overlap 20%; what was decided for many pairs
    at once never does. Of a mark or a label, a pair that was read without it counts as a no. Intervals are 95 % by
    bootstrap over families of pairs. Agreement with oneself, from --repeat 5%, is told apart.
    """
    from hhtui import api

    path = database_alone(words, "what to compare is given with --what")
    with api.open(path) as database:
        found = api.agreement(database, what, annotators=names, seed=seed, resamples=resamples)
    output.figures(found.to_json() if as_json else table(found), notes(found))


def table(found: "Agreement") -> Iterator[str]:
    """Yield the figures as lines."""
    yield f"agreement on {found.what}: {found.pairs:,} pairs in {found.families:,} families, read blind by two or more"
    yield f"{'alpha of all':<{LABEL_WIDTH}}{_figure(found.alpha)}   observed {_share(found.observed)}"
    if found.comparisons:
        yield _head("kappa of two")
        yield from (_compared(f"{one.first} · {one.second}", one) for one in found.comparisons)
    if found.raters:
        categories = list(dict.fromkeys(name for one in found.raters for name in one.rates))
        columns = "".join(f"{name:>10}" for name in categories)
        yield f"{'base rates':<{LABEL_WIDTH}}{'pairs':>7}{columns}{'skipped':>10}{'unanswered':>12}"
        for rater in found.raters:
            rates = "".join(f"{_share(rater.rates.get(name)):>10}" for name in categories)
            name = _label(rater.annotator)
            yield f"{name}{rater.pairs:>7,}{rates}{rater.skipped:>10,}{rater.unanswered:>12,}"
    if found.again:
        yield _head("with oneself, read again")
        yield from (_compared(one.comparison.first, one.comparison) for one in found.again)


def notes(found: "Agreement") -> Iterator[str]:
    """Yield what is to be said beside the figures."""
    from hhtui.audit.agreement import HANDFUL

    yield f"intervals: 95 %, {found.resamples:,} bootstrap resamples of whole families, seed {found.seed}"
    if any(one.pairs < HANDFUL for one in found.comparisons) or found.pairs < HANDFUL:
        yield f"no figure is given of fewer than {HANDFUL} pairs"
    if found.what != "preference":
        yield "a pair that was read without the mark counts as a no"
    for one in found.again:
        pairs = one.comparison.pairs
        yield f"{one.comparison.first}: of {pairs:,} pairs read again, {one.blind_before:,} were read blind before too"


def _head(title: str) -> str:
    return f"{title:<{LABEL_WIDTH}}{'pairs':>7}{'observed':>10}   kappa [95 %]"


def _compared(name: str, one: "Comparison") -> str:
    return f"{_label(name)}{one.pairs:>7,}{_share(one.observed):>10}   {_figure(one.kappa)}"


def _label(name: str) -> str:
    line = output.cut(name, LABEL_WIDTH - 1)
    return f"{line:<{LABEL_WIDTH}}"


def _figure(figure: "Figure") -> str:
    return "–" if figure.value is None else f"{figure.value:.3f} {_interval(figure.interval)}"


def _interval(interval: "Interval | None") -> str:
    return "[–]" if interval is None else f"[{interval.low:.3f}, {interval.high:.3f}]"


def _share(share: float | None) -> str:
    return "–" if share is None else f"{share:.3f}"
