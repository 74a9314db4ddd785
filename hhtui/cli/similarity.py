"""`hhtui dupes` and `hhtui similar`: texts that are nearly the same, and pairs that are like one."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hhtui.cli import output
from hhtui.cli.arguments import database_alone, database_first, same_command
from hhtui.cli.failures import Interrupted
from hhtui.model import SIDES

if TYPE_CHECKING:
    from hhtui.progress import Progress
    from hhtui.store.dupes.findings import Findings
    from hhtui.store.dupes.similar import Similar

SHOWN = 5
KEYS_SHOWN = 3


@click.command()
@click.argument("words", nargs=-1, metavar="[DB]")
@click.option(
    "--threshold",
    type=click.FloatRange(0.8, 1.0),
    help="Similarity from which two texts are nearly the same; at first 0.9.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, with the keys of the largest groups.")
@click.pass_context
def dupes(context: click.Context, words: tuple[str, ...], threshold: float | None, as_json: bool) -> None:
    """Find prompts and responses that are nearly the same.

    Prints how many groups there are, the largest, and pairs whose labels contradict each other: one chose nearly
    what another, with nearly the same prompt, rejected. Afterwards dupe:yes, dupe.prompt:yes, dupe:KEY and dupe:NUMBER
    are queries. Two texts are nearly the same where 1 - edits / (both lengths) of their words, without case and
    punctuation, is at least the threshold; below five words only where all are equal. Candidates come from MinHash,
    each is verified. Interrupted, even killed, the same command goes on; after a load only what is new is compared.
    """
    from hhtui import api

    path = database_alone(words, "similar pairs of one pair: hhtui similar DB KEY")
    progress = output.ProgressLine()
    try:
        with api.open(path) as database:
            found = api.dupes(database, threshold, observer=lambda told: _show(progress, told))
    except KeyboardInterrupt:
        raise Interrupted(f"stopped; what is compared stays, and this goes on: {same_command(context)}") from None
    finally:
        progress.close()
    output.figures(_found_json(found) if as_json else _found_text(found, path), ())


@click.command()
@click.argument("words", nargs=-1, metavar="[DB] KEY")
@click.option("--limit", type=click.IntRange(min=1), default=10, show_default=True, help="At most so many a reason.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def similar(words: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Print the pairs that are similar to one, and why.

    The same conversation continued, the same first human turn, texts that are nearly the same (hhtui dupes finds
    them), and the nearest of those that share rare words; each with the query that finds them all.
    """
    from hhtui import api

    path, keys = database_first(words)
    if len(keys) != 1:
        raise click.UsageError("name one pair by its key, such as harmless-base/test/812")
    with api.open(path) as database:
        found = api.similar(database, keys[0], limit)
    output.figures(_similar_json(found) if as_json else _similar_text(found), filter(None, [found.note]))


def _show(progress: output.ProgressLine, told: "Progress") -> None:
    what = {"signing": "reading texts", "comparing": "comparing"}.get(told.phase, told.phase)
    progress.update(what, told.done, told.total)


def _found_json(found: "Findings") -> dict[str, Any]:
    return {
        **found._asdict(),
        "largest": [{**group._asdict(), "query": group.query} for group in found.largest],
        "contradictions": [one._asdict() for one in found.contradictions],
    }


def _found_text(found: "Findings", path: Path) -> Iterator[str]:
    if not found.pairs:
        yield "no pairs"
        return
    share = f" ({100 * found.in_groups / found.pairs:.1f} %)" if found.pairs else ""
    yield f"{found.groups:,} groups of texts at least {found.threshold:g} alike, in {found.in_groups:,} pairs{share}"
    yield "  " + ", ".join(f"{found.sides[side]:,} {side}" for side in SIDES)
    for group in found.largest[:SHOWN]:
        sides = ", ".join(f"{count:,} {side}" for side, count in group.sides.items() if count)
        yield f"  {group.query:<12} {group.pairs:,} pairs: {sides}"
    yield f"{found.contradictory:,} pairs contradict another: it chose what they rejected for the same prompt"
    for one in found.contradictions[:SHOWN]:
        yield f"  {one.query}: {_some(one.chosen)} chose what {_some(one.rejected)} rejected"
    yield f"{len(found.same_responses):,} pairs whose two responses are nearly the same{_listed(found.same_responses)}"
    yield f"read them: hhtui {path} --query dupe:yes"


def _some(keys: tuple[str, ...]) -> str:
    more = f" and {len(keys) - KEYS_SHOWN:,} more" if len(keys) > KEYS_SHOWN else ""
    return f"{', '.join(keys[:KEYS_SHOWN])}{more}"


def _listed(keys: tuple[str, ...]) -> str:
    return f": {_some(keys)}" if keys else ""


def _similar_json(found: "Similar") -> dict[str, Any]:
    return {
        "key": found.key,
        "note": found.note,
        "similar": [{**kin._asdict(), "pairs": [{**alike._asdict()} for alike in kin.pairs]} for kin in found.kin],
    }


def _similar_text(found: "Similar") -> Iterator[str]:
    from hhtui.store.dupes.similar import in_words

    for kin in found.kin:
        yield f"{kin.title}  {kin.total:,} {'pair' if kin.total == 1 else 'pairs'}  {kin.query}"
        for alike in kin.pairs:
            yield f"  {alike.key}  {in_words(alike)}".rstrip()
    if not found.kin:
        yield f"nothing is similar to {found.key}"
