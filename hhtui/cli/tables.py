"""Pairs as lines, as text and as JSON."""

from collections.abc import Iterator, Sequence
from math import isnan
from typing import Any

from hhtui.cli.output import cut
from hhtui.dialogue import rebuild
from hhtui.model import BIT_MEANINGS, RESPONSES, SIDES, Decision
from hhtui.store import named_values, pairs, records, scorers
from hhtui.store.database import Database
from hhtui.store.records import Record
from hhtui.store.results import Ranking
from hhtui.text import clean_line

RULE = "─"


def keys(database: Database, pair_ids: Sequence[int]) -> Iterator[str]:
    """Yield the keys of these pairs."""
    return records.keys(database.reader(), pair_ids)


def column_names(database: Database, wanted: str | None) -> list[str]:
    """Return the columns named in `wanted`, separated by commas, or all of them; none where it is None."""
    if wanted is None:
        return []
    connection = database.reader()
    if wanted.strip() == "all":
        return named_values.all_names(connection)
    return named_values.checked(connection, [name.strip() for name in wanted.split(",") if name.strip()])


def pairs_json(
    database: Database, pair_ids: Sequence[int], names: Sequence[str], ranking: Ranking | None = None
) -> Iterator[dict[str, Any]]:
    """Yield one object a pair, with an object `columns` where there are `names`.

    With the `ranking` of a result that begins with these pairs, it has each one's number under the ranking's name.
    """
    connection = database.reader()
    values = named_values.reader(connection, names)
    places = {int(pair_id): place for place, pair_id in enumerate(pair_ids)}
    for record in records.records(connection, pair_ids):
        told = {} if ranking is None else {ranking.name: _number(ranking.values[places[record.pair.id]])}
        yield {**_place_json(record), **told, **({"columns": values(record)} if names else {})}


def pair_lines(
    database: Database, pair_ids: Sequence[int], names: Sequence[str], width: int, ranking: Ranking | None = None
) -> Iterator[str]:
    """Yield one line a pair: its mark, key, the two scores, its rank, the columns `names`, and the last human turn.

    `ranking` is that of a result that begins with these pairs.
    """
    connection = database.reader()
    values, harm = named_values.reader(connection, names), scorers.harm_column(connection)
    found = list(records.records(connection, pair_ids))
    key_width = max((len(record.pair.key) for record in found), default=0)
    places = {int(pair_id): place for place, pair_id in enumerate(pair_ids)}
    for record in found:
        rank = "" if ranking is None else f"{ranking.told(places[record.pair.id])}  "
        scores = record.scores.get(harm, {}) if harm else {}
        numbers = " ".join(_short(scores.get(side)) for side in RESPONSES)
        columns = "".join(f"{name}={_word(value)}  " for name, value in values(record).items())
        heading = pairs.headings(connection, [record.pair.id])[0]
        said = f"{heading.earlier} ⏎ {heading.last_human}" if heading.earlier else heading.last_human
        yield cut(f"{_mark(record.decisions)} {record.pair.key:<{key_width}}  {numbers}  {rank}{columns}{said}", width)


def record_json(database: Database, record: Record) -> dict[str, Any]:
    """Return everything about one pair."""
    dialogues = record.pair.dialogues
    return {
        **_place_json(record),
        "uri": record.origin.uri,
        "revision": record.origin.revision,
        "data_dir": record.origin.data_dir,
        "structure": named_values.bit_names(record.pair.bits),
        "family": record.pair.family,
        "opening": record.pair.opening,
        **{side: [{"role": turn.role, "text": turn.text} for turn in dialogues.side(side)] for side in SIDES},
        "extra": dict(record.pair.extra),
        "scorers": [
            {"name": scorer.name, "version": scorer.version, "columns": [column.name for column in scorer.columns]}
            for scorer in scorers.known(database.reader())
        ],
    }


def record_text(database: Database, record: Record) -> str:
    """Return one pair as text for people."""
    pair, origin = record.pair, record.origin
    titles = {name: clean_line(column.title) for name, column in scorers.score_columns(database.reader()).items()}
    parts = [
        f"{pair.key}   {pair.hash.hex()}",
        f"from {origin.uri}" + (f" @ {origin.revision}" if origin.revision else ""),
    ]
    for side in SIDES:
        numbers = "  ".join(
            f"{titles[column]} {_short(sides[side])}" for column, sides in record.scores.items() if side in sides
        )
        parts += ["", _ruled(side, numbers), rebuild(pair.dialogues.side(side)).strip()]
    parts += ["", _ruled("structure", "")]
    odd = named_values.bit_names(pair.bits)
    parts += [f"{name}: {BIT_MEANINGS[name.partition('.')[0]]}" for name in odd] or ["nothing odd"]
    parts += ["", _ruled("decisions", "")]
    parts += [_decision_text(decision) for decision in record.decisions] or ["none"]
    if pair.extra:
        parts += ["", _ruled("other columns", ""), *(f"{name}: {value}" for name, value in pair.extra.items())]
    return "\n".join(parts)


def _place_json(record: Record) -> dict[str, Any]:
    pair = record.pair
    return {
        "key": pair.key,
        "hash": pair.hash.hex(),
        "subset": pair.subset,
        "split": pair.split,
        "row": pair.row,
        "scores": {name: dict(sides) for name, sides in record.scores.items()},
        "decisions": [_decision_json(decision) for decision in record.decisions],
    }


def _decision_json(decision: Decision) -> dict[str, str]:
    told = {"annotator": decision.annotator, "kind": decision.kind, "value": decision.value}
    placed = {name: getattr(decision, name) for name in ("side", "label") if getattr(decision, name)}
    return {**told, **placed, "made_at": decision.made_at}


def _decision_text(decision: Decision) -> str:
    """Return a decision on one line, without what a terminal would obey: others may have made it."""
    return clean_line(f"{decision.kind}: {decision.value}  ({decision.annotator}, {decision.made_at[:19]})")


def _mark(decisions: Sequence[Decision]) -> str:
    kinds = {decision.kind for decision in decisions}
    return "⚑" if "flag" in kinds else "x" if "drop" in kinds else "·" if kinds else " "


def _short(value: float | None) -> str:
    return "   –" if value is None else f"{value:.2f}"


def _number(value: float) -> float | None:
    return None if isnan(value) else round(float(value), 4)


def _word(value: object) -> str:
    if isinstance(value, list):
        return ",".join(map(str, value)) or "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "–" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _ruled(title: str, more: str) -> str:
    return f"{RULE * 2} {title} {RULE * 4}{f' {more}' if more else ''}"
