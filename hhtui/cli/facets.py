"""`hhtui facets`: how a result falls apart, and its numbers as histograms."""

from typing import TYPE_CHECKING, Any

import click

from hhtui.bars import bar, percent
from hhtui.cli import output
from hhtui.cli.arguments import QueryCommand, database_first
from hhtui.cli.failures import pointing_into
from hhtui.cli.lists import read_list
from hhtui.text import clean_line

if TYPE_CHECKING:
    from hhtui.store.facets import Facets, Row
    from hhtui.store.facets.histogram import Histogram

BAR = 20
LABEL = 34


@click.command(cls=QueryCommand)
@click.argument("words", nargs=-1, metavar="[DB] [QUERY]")
@click.option(
    "--histogram", "column", metavar="COLUMN", help="Count this number instead, such as harm.chosen or turns."
)
@click.option("--bins", type=click.IntRange(min=2, max=1000), default=BAR, show_default=True, help="At most so many.")
@click.option("--view", metavar="NAME", help="What this saved view finds; a query narrows it.")
@click.option("--ids-file", metavar="FILE", help="Among the pairs in this list alone; - reads stdin.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def facets(
    words: tuple[str, ...], column: str | None, bins: int, view: str | None, ids_file: str | None, as_json: bool
) -> None:
    """Count a result by subset, structure, decisions, scores, turns and words.

    Beside each count stand its share of the result, that of all pairs, and the query that narrows to it. Of words, the
    z-score of the log-odds against the rest of the database stands there. Without a query, every pair is counted.
    """
    from hhtui import api

    path, rest = database_first(words)
    query = " ".join(rest)
    with api.open(path) as database, pointing_into(query):
        query = api.viewed(database, view, query) or ""
        among = None if ids_file is None else read_list(database, ids_file).ids
        if column is not None:
            found = api.histogram(database, column, query, most=bins, among=among)
            output.figures(histogram_json(found, query) if as_json else histogram_lines(found), ())
        else:
            counted = api.facets(database, query, among)
            output.figures(to_json(counted) if as_json else to_lines(counted), ())


def to_json(found: "Facets") -> dict[str, Any]:
    """Return the facets in JSON's types; `of_all` is null where it was not counted, `z` where it is no word."""
    return {
        "query": found.query,
        "pairs": found.pairs,
        "total": found.total,
        "groups": [
            {
                "name": group.name,
                "title": group.title,
                "note": group.note,
                "rows": [
                    {
                        "label": row.label,
                        "query": row.term,
                        "pairs": row.pairs,
                        "of_all": row.of_all,
                        "in_query": row.on,
                        "z": None if row.z is None else round(row.z, 4),
                    }
                    for row in group.rows
                ],
            }
            for group in found.groups
        ],
    }


def to_lines(found: "Facets") -> list[str]:
    """Return the facets as lines for people."""
    lines = [f"{found.pairs:,} of {found.total:,} pairs"]
    for group in found.groups:
        if not group.rows and not group.note:
            continue
        heads = (
            f"{'pairs':>9}{'rest':>9}{'z':>9}" if group.name == "words" else f"{'pairs':>9}{'share':>9}{'of all':>9}"
        )
        title = clean_line(f"{group.title}{f' ({group.note})' if group.note else ''}")
        lines += ["", title, *([f"{'':{LABEL}}{heads}  query"] if group.rows else [])]
        lines += [_line(row, found) for row in group.rows]
    return lines


def histogram_json(found: "Histogram", query: str) -> dict[str, Any]:
    """Return a histogram in JSON's types; both ends belong to a bin, as in a query."""
    return {
        "query": query,
        "column": found.column,
        "pairs": found.pairs,
        "total": found.of_all,
        "missing": found.missing,
        "missing_of_all": found.missing_of_all,
        "bins": [
            {"low": one.low, "high": one.high, "query": one.term, "pairs": one.pairs, "of_all": one.of_all}
            for one in found.bins
        ],
    }


def histogram_lines(found: "Histogram") -> list[str]:
    """Return a histogram as lines for people."""
    most = max((one.pairs for one in found.bins), default=0)
    known = found.pairs - found.missing
    return [
        clean_line(found.title),
        f"{known:,} of {found.pairs:,} pairs have it, {found.missing:,} do not; bars are linear in the pairs",
        f"{'':16}{'pairs':>9}{'share':>9}{'of all':>9}",
        *(
            f"{one.label:>16}{one.pairs:>9,}{_percent(one.pairs, found.pairs):>9}"
            f"{_percent(one.of_all, found.of_all):>9}  {bar(one.pairs / most if most else 0, BAR)}".rstrip()
            for one in found.bins
        ),
    ]


def _line(row: "Row", found: "Facets") -> str:
    label = output.cut(f"{'✓ ' if row.on else '  '}{row.label}", LABEL - 1)
    if row.z is not None and row.of_all is not None:
        numbers = f"{row.pairs:>9,}{row.of_all - row.pairs:>9,}{row.z:>9.1f}"
    else:
        of_all = "" if row.of_all is None else _percent(row.of_all, found.total)
        numbers = f"{row.pairs:>9,}{_percent(row.pairs, found.pairs):>9}{of_all:>9}"
    return clean_line(f"{label:{LABEL}}{numbers}  {row.term}")


def _percent(some: int, of: int) -> str:
    return percent(some / of if of else None)
