"""`hhtui stats`: what is in a database, in numbers."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hhtui.bars import bar
from hhtui.cli import output
from hhtui.cli.arguments import QueryCommand, database_first
from hhtui.text import clean_line

if TYPE_CHECKING:
    from hhtui.store.sources import StoredSource
    from hhtui.store.statistics import Histogram, Statistics

RED_TEAM = """\
Red-team dialogues are in such data by design: people were asked to make the model misbehave and to go on with the
worse reply, and a preference model learns from the contrast, it does not imitate the text. A pair with two bad
replies is worth a look, it is no error by itself. Harm in a prompt, harm in a reply and a label that points the
wrong way are three different things."""

ABOUT_SCORES = """\
Toxicity is not harm: it catches swearing and names of groups of people, whatever is meant, and a politely worded
recipe for a crime scores low. A low number clears no text."""

BAR = 30
MERGED = 2


@click.command(cls=QueryCommand)
@click.argument("words", nargs=-1, metavar="[DB]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def stats(words: tuple[str, ...], as_json: bool) -> None:
    """Count pairs, structure, decisions, lengths and scores."""
    from hhtui import api

    path, rest = database_first(words)
    if rest:
        raise click.UsageError(f"{rest[0]!r} is too much; hhtui stats counts a whole database")
    with api.open(path) as database:
        gathered = api.statistics(database)
    if as_json:
        output.data_json(to_json(gathered))
    else:
        output.data(to_text(gathered, path))


def to_json(gathered: "Statistics") -> dict[str, Any]:
    """Return the statistics in JSON's types; `structure.families` counts families of two or more pairs."""
    from dataclasses import asdict

    return {
        "pairs": gathered.pairs,
        "refused": sum(source.rows_refused for source in gathered.sources if not source.replaced),
        "sources": [_source_json(source) for source in gathered.sources],
        "structure": {
            **gathered.structure,
            "families": gathered.families.groups,
            "families.pairs": gathered.families.pairs,
            "families.largest": gathered.families.largest,
            "openings": gathered.openings.groups,
            "openings.pairs": gathered.openings.pairs,
            "openings.largest": gathered.openings.largest,
        },
        "decisions": {kind: dict(values) for kind, values in gathered.decisions.items()},
        "annotators": list(gathered.annotators),
        **_numbers_json(gathered),
        "scores": [asdict(histogram) for histogram in gathered.scores],
    }


def to_text(gathered: "Statistics", path: Path) -> str:
    """Return the statistics as text for people."""
    parts = [
        f"{path.name}: {gathered.pairs:,} pairs",
        "",
        *_sources(gathered),
        *_structure(gathered),
        *_decisions(gathered),
        *_numbers(gathered),
        *_scores(gathered),
    ]
    return "\n".join(parts)


def _source_json(source: "StoredSource") -> dict[str, Any]:
    return {
        "subset": source.subset,
        "split": source.split,
        "uri": source.uri,
        "revision": source.revision,
        "read": source.rows_read,
        "refused": source.rows_refused,
        "pairs": source.pairs,
        "complete": source.complete,
        "replaced": source.replaced,
    }


def _sources(gathered: "Statistics") -> list[str]:
    lines = ["Sources"]
    for source in gathered.sources:
        refused = f", {source.rows_refused:,} refused" if source.rows_refused else ""
        unfinished = "" if source.complete else ", not wholly loaded: give the load command again"
        revision = f" @ {source.revision}" if source.revision else ""
        became = "replaced by a later revision" if source.replaced else f"{source.pairs:,} pairs{refused}{unfinished}"
        lines.append(f"  {source.subset}/{source.split}  {became}  {source.uri}{revision}")
    return [*lines, ""]


def _structure(gathered: "Statistics") -> list[str]:
    from hhtui.model import BIT_MEANINGS, SIDES

    lines = ["Structure"]
    for name, meaning in BIT_MEANINGS.items():
        sides = [side for side in SIDES if gathered.structure.get(f"{name}.{side}")]
        split = ", ".join(f"{side} {gathered.structure[f'{name}.{side}']:,}" for side in sides)
        lines.append(f"  {name:<18}{gathered.structure[name]:>7,}  {meaning}{f' ({split})' if split else ''}")
    for title, groups, meaning in (
        ("families", gathered.families, "dialogues that continue one another"),
        ("openings", gathered.openings, "pairs that share their first human turn"),
    ):
        lines.append(
            f"  {title:<18}{groups.groups:>7,}  {meaning}: {groups.pairs:,} pairs, {groups.largest:,} in the largest"
        )
    return [*lines, "", *(f"  {line}" for line in RED_TEAM.split("\n")), ""]


def _decisions(gathered: "Statistics") -> list[str]:
    said = [
        f"  {kind + ('' if value == 'yes' else f' {value}'):<26}{pairs:>7,}"
        for kind, values in gathered.decisions.items()
        for value, pairs in values.items()
    ]
    people = f"  by {', '.join(gathered.annotators)}" if gathered.annotators else "  nobody decided anything yet"
    return ["Decisions", *said, people, ""]


def _numbers(gathered: "Statistics") -> list[str]:
    from hhtui.store.statistics import PERCENTILES

    heads = "".join(f"{'max' if at == 100 else 'min' if at == 0 else f'p{at}':>8}" for at in PERCENTILES)
    lines = [f"Turns and characters{heads}"]
    for name, distribution in gathered.numbers.items():
        if distribution.count:
            values = "".join(f"{distribution.percentiles[at]:>8,.0f}" for at in PERCENTILES)
            lines.append(f"  {name:<18}{values}")
    return [*lines, ""]


def _scores(gathered: "Statistics") -> list[str]:
    if not gathered.scores:
        return ["Scores", "  none yet; hhtui score makes them"]
    lines = ["Scores"]
    for histogram in gathered.scores:
        lines += _histogram(histogram)
    return [*lines, *(f"  {line}" for line in ABOUT_SCORES.split("\n"))]


def _histogram(histogram: "Histogram") -> list[str]:
    counts = [sum(histogram.counts[at : at + MERGED]) for at in range(0, len(histogram.counts), MERGED)]
    scored, most = sum(counts), max(counts)
    median = "" if histogram.median is None else f", median {histogram.median:.2f}"
    empty = f", {histogram.missing:,} without a score" if histogram.missing else ""
    name = clean_line(f"{histogram.column} of {histogram.side} ({histogram.scorer} {histogram.version})")
    lines = [f"  {name}: {scored:,}{median}{empty}"]
    step = (histogram.high - histogram.low) / len(counts)
    for place, count in enumerate(counts):
        low = histogram.low + place * step
        lines.append(f"    {low:.2f}–{low + step:.2f} {count:>8,} {bar(count / most if most else 0, BAR)}".rstrip())
    return [*lines, ""]


def _numbers_json(gathered: "Statistics") -> dict[str, dict[str, dict[str, float]]]:
    from hhtui.store.statistics import PERCENTILES

    told: dict[str, dict[str, dict[str, float]]] = {}
    for name, distribution in gathered.numbers.items():
        base, _, side = name.partition(".")
        places = {f"p{at}": distribution.percentiles[at] for at in PERCENTILES if distribution.count}
        told.setdefault(base, {})[side] = places
    return told
