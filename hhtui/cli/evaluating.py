"""`hhtui eval`: how well numbers rank what people labelled."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hhtui.audit.ranking import RESAMPLES, SEED
from hhtui.cli import output
from hhtui.cli.arguments import database_alone

if TYPE_CHECKING:
    from hhtui.audit.labels import By, Labels
    from hhtui.audit.ranking import Interval, Ranking
    from hhtui.audit.report import Evaluated, Evaluation

LISTED = 5


@click.command("eval")
@click.argument("words", nargs=-1, metavar="[DB]")
@click.option("--labels", "path", required=True, metavar="FILE", type=click.Path(path_type=Path), help="CSV or JSONL.")
@click.option("--column", "columns", multiple=True, required=True, metavar="C", help="As in a query; may be repeated.")
@click.option("--label", "names", multiple=True, metavar="NAME", help="The field that says yes or no; any, of several.")
@click.option("--by", type=click.Choice(["key", "hash", "text"]), help="What names a labelled item.")
@click.option(
    "--field", metavar="NAME", help="The field that names it; hash, key, text, response or prompt by default."
)
@click.option("--seed", type=click.IntRange(min=0), default=SEED, show_default=True, help="Of the resamples.")
@click.option(
    "--resamples", type=click.IntRange(min=1), default=RESAMPLES, show_default=True, help="For the intervals."
)
@click.option("--checkpoint", type=click.Path(path_type=Path), help="detoxify: as hhtui score was given it.")
@click.option("--config-dir", type=click.Path(path_type=Path), help="detoxify: as hhtui score was given it.")
@click.option("--model", type=click.Path(path_type=Path), help="detoxify-int8: as hhtui score was given it.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def eval(  # noqa: A001
    words: tuple[str, ...],
    path: Path,
    columns: tuple[str, ...],
    names: tuple[str, ...],
    by: "By | None",
    field: str | None,
    seed: int,
    resamples: int,
    checkpoint: Path | None,
    config_dir: Path | None,
    model: Path | None,
    as_json: bool,
) -> None:
    """Measure how columns rank what people labelled, beside length.

    FILE is CSV or JSON lines, also as .gz: a pair's key or hash, or a text, and a label: 1 or 0, true or false, yes
    or no, empty where unknown. Of several --label fields any that says yes makes an item positive. Pairs take
    columns with a side, as toxicity.rejected; texts a column alone, and those without a score are scored now,
    which stores nothing. Intervals are 95 % by bootstrap over families of pairs.
    """
    from hhtui import api
    from hhtui.score.scorer import Options

    database_path = database_alone(words, "columns are given with --column")
    progress = output.ProgressLine()
    try:
        with api.open(database_path) as database:
            found = api.evaluate(
                *(database, path, columns),
                label=names,
                by=by,
                field=field,
                resamples=resamples,
                seed=seed,
                options=Options(checkpoint, config_dir, model),
                report=lambda scorer, done, total: progress.update(f"{scorer} scoring", done, total),
            )
    finally:
        progress.close()
    output.figures(found.to_json() if as_json else table(found), notes(found))


def table(found: "Evaluation") -> list[str]:
    """Return the figures as lines: each column, and below it the length beside it where that is not there yet."""
    rows: dict[tuple[str, Ranking], str] = {}
    for one in found.columns:
        rows.setdefault((one.column.name, one.ranking), _difference(one))
        rows.setdefault((one.length_name, one.length), "")
    width = max(len(name) for name, _ in rows)
    firsts = "".join(f"{f'precision@{one.asked}':>14}" for one in found.columns[0].ranking.precision)
    return [
        f"{'column':<{width}}{'n':>8}{'positive':>10}{'base rate':>11}   {'AUROC [95 %]':<22}{firsts}   above length",
        *(f"{name:<{width}}{_figures(ranking)}{above}".rstrip() for (name, ranking), above in rows.items()),
    ]


def notes(found: "Evaluation") -> list[str]:
    """Return what is to be said beside the figures: what was left out, and how they are to be read."""
    labels = found.labels
    lines = [
        f"{labels.path}: {labels.rows:,} rows, {len(labels.items):,} labelled items by {labels.field}, "
        f"positive where {_either(labels.names)} says yes",
        *_left_out(labels),
    ]
    if found.unmatched:
        lines.append(f"not in this database, left out: {len(found.unmatched):,}{_listed(found)}")
    for one in found.columns:
        if one.missing:
            lines.append(f"{one.column.name}: without a number, left out: {one.missing:,}")
        if one.scored_now is not None:
            lines.append(f"{one.column.name}: scores that were stored: {one.stored:,}, made now: {one.scored_now:,}")
        short = [precision for precision in one.ranking.precision if precision.of < precision.asked]
        if short:
            lines.append(
                f"{one.column.name}: precision@{short[0].asked} is over all {short[0].of:,} items, there are no more"
            )
    if any(one.ranking.auroc < 0.5 for one in found.columns):
        lines.append("an AUROC below .5 is printed as it is, not turned round")
    return lines


def _difference(one: "Evaluated") -> str:
    if one.column.stored == one.column.length:
        return ""
    return f"{one.above_length:>+8.3f} {_interval(one.above_length_interval, '+.2f')}"


def _figures(ranking: "Ranking") -> str:
    precisions = "".join(f"{one.value:>14.3f}" for one in ranking.precision)
    return (
        f"{ranking.items:>8,}{ranking.positives:>10,}{ranking.base_rate:>11.3f}   "
        f"{ranking.auroc:.3f} {_interval(ranking.interval, '.3f'):<16}{precisions}"
    )


def _interval(interval: "Interval | None", form: str) -> str:
    return "[–]" if interval is None else f"[{interval.low:{form}}, {interval.high:{form}}]"


def _left_out(labels: "Labels") -> list[str]:
    told = [
        (labels.unknown, "rows without a label, left out"),
        (labels.nameless, f"rows without {labels.field}, left out"),
        (labels.repeated, "rows that repeat one before them"),
        (labels.partial, "negatives of which some of these labels are unknown"),
    ]
    lines = [f"{what}: {count:,}" for count, what in told if count]
    if labels.conflicting:
        places = [f"line {line}" for line in labels.conflicting]
        lines.append(f"labelled both ways, left out: {len(places):,}; contradicted in {_first(places)}")
    return lines


def _listed(found: "Evaluation") -> str:
    from hhtui.audit.labels import shown

    return f"; {_first([f'line {item.line} {shown(item.name)}' for item in found.unmatched])}"


def _first(places: Sequence[str]) -> str:
    more = f" and {len(places) - LISTED:,} more" if len(places) > LISTED else ""
    return f"{', '.join(places[:LISTED])}{more}"


def _either(names: Sequence[str]) -> str:
    from hhtui.audit.labels import shown

    return " or ".join(map(shown, names))
