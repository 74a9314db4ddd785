"""`hhtui threshold`: how many pairs a threshold on a score takes, and which."""

import math
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hhtui.bars import percent
from hhtui.cli import output
from hhtui.cli.arguments import QueryCommand, database_alone
from hhtui.cli.failures import Failure
from hhtui.query.fields import BY_NAME, split_name
from hhtui.text import clean_line

if TYPE_CHECKING:
    from hhtui.store.thresholds import Taken, Thresholds

BINS = 50


@click.command(cls=QueryCommand)
@click.argument("words", nargs=-1, metavar="[DB]")
@click.option("--column", metavar="NAME", help="A column such as alt_profanity.toxicity; else that of harm.")
@click.option("--at", "number", type=float, help="The threshold; without it the middle of the column's range.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def threshold(words: tuple[str, ...], column: str | None, number: float | None, as_json: bool) -> None:
    """Count the pairs that a threshold on a score takes.

    For replies: either side above it, both sides, and the chosen one alone. Beside each count stands the query
    that finds the pairs, and which share it takes of the pairs whose replies name an identity group, and of the others.
    """
    from hhtui import api
    from hhtui.store import thresholds

    path = database_alone(words, "name the column with --column, the threshold with --at")
    if number is not None and not math.isfinite(number):
        raise click.UsageError(f"{number} is no threshold; give a number such as 0.5")
    with api.open(path) as database:
        connection = database.reader()
        name = _alone(column) or next(iter(thresholds.offered(connection)), None)
        if name is None:
            raise Failure(f"{path} has no scores yet; make some with: hhtui score {path}")
        numbers = thresholds.of_column(connection, name)
    at = numbers.number_at(thresholds.STEPS // 2) if number is None else number
    if as_json:
        output.data_json(to_json(numbers, at))
    else:
        output.data("\n".join(to_text(numbers, at, path)))


def to_json(numbers: "Thresholds", at: float) -> dict[str, Any]:
    """Return the counts at one threshold in JSON's types; shares are from 0 to 1, null where they are of no pair."""
    stored = numbers.column
    return {
        "column": stored.name,
        "scorer": stored.scorer.name,
        "version": stored.scorer.version,
        "meaning": stored.column.meaning,
        "fails": stored.column.fails,
        "at": at,
        "percentile": numbers.percentile(at),
        "pairs": numbers.pairs,
        "scored": numbers.scored,
        "complete": numbers.complete,
        "numbers": numbers.numbers,
        "missing": numbers.missing,
        "identity": {"naming": numbers.naming, "others": numbers.others},
        "histogram": {"low": numbers.low, "high": numbers.high, "counts": numbers.histogram(BINS)},
        "rules": [
            {
                "rule": one.rule.words,
                "query": one.query,
                "pairs": one.pairs,
                "share": one.share,
                "identity_share": one.of_naming,
                "others_share": one.of_others,
            }
            for one in numbers.at(at)
        ],
    }


def to_text(numbers: "Thresholds", at: float, path: Path) -> list[str]:
    """Return the counts at one threshold as lines for people."""
    from hhtui.store.thresholds import written

    rank = numbers.percentile(at)
    place = "" if rank is None else f", which {rank:.1f} % of the numbers do not exceed"
    scored = "" if numbers.complete else f", of {numbers.scored:,} pairs scored so far"
    return [
        clean_line(f"{numbers.column.title} above {written(at)}{place}{scored}"),
        clean_line(f"{numbers.column.column.meaning} {numbers.column.column.fails}"),
        f"{numbers.numbers:,} numbers, {numbers.missing:,} missing; "
        f"{numbers.naming:,} pairs have replies that name an identity group",
        *(line for one in numbers.at(at) for line in ("", *_rule(one, path))),
    ]


def _alone(name: str | None) -> str | None:
    """Return the name of a scorer's column, None for that of harm; raises UsageError for a side and for other numbers.

    A query takes those as they are, and every threshold is printed with its queries.
    """
    base, part = split_name(name or "harm")
    if part:
        raise click.UsageError(f"{name} names a side, and every side is counted; name the column alone: {base}")
    if base == "harm":
        return None
    if base in BY_NAME:
        query = shlex.quote(BY_NAME[base].example)
        raise click.UsageError(f"{base} is no score; count pairs by it with a query: hhtui search --count DB {query}")
    return name


def _rule(one: "Taken", path: Path) -> tuple[str, str, str]:
    return (
        f"{one.rule.words}: {one.pairs:,} pair{'' if one.pairs == 1 else 's'}, {percent(one.share)}",
        f"  takes {percent(one.of_naming)} of pairs whose replies name an identity group, "
        f"{percent(one.of_others)} of the others",
        f"  {shlex.join(['hhtui', 'search', str(path), one.query])}",
    )
