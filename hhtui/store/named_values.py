"""What pairs have under the names of the query language: numbers, decisions, structure."""

import math
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import partial
from typing import Any

from hhtui.model import RESPONSES, Bit, ScoreField, Side
from hhtui.query.fields import FIELDS, Kind, split_name
from hhtui.query.wanted import COLUMNS_OF_SIDE
from hhtui.store.columns import Columns
from hhtui.store.errors import StoreError
from hhtui.store.found_values import Groups, conflicts, groups_of, patterns_in, terms_of
from hhtui.store.records import Record
from hhtui.store.scorers import harm_column, score_columns, score_fields, slug


def _sided(field: str) -> Iterator[tuple[str, tuple[Side, ...]]]:
    return ((f"{field}.{side}" if side else field, columns) for side, columns in COLUMNS_OF_SIDE.items())


def _terms(record: Record, _: Groups, sides: Sequence[Side]) -> list[str]:
    return terms_of(record, sides)


def _groups(record: Record, groups: Groups, sides: Sequence[Side]) -> list[int]:
    return groups_of(record, groups, sides)


WORDS: dict[str, Callable[[Record, Groups], Any]] = {
    "flag": lambda record, _: _said(record, "flag") == ["yes"],
    "drop": lambda record, _: _said(record, "drop") == ["yes"],
    "preference": lambda record, _: _said(record, "preference"),
    "label": lambda record, _: _labels(record, RESPONSES),
    "label.chosen": lambda record, _: _labels(record, ("chosen",)),
    "label.rejected": lambda record, _: _labels(record, ("rejected",)),
    "note": lambda record, _: _said(record, "note"),
    "conflict": lambda record, _: conflicts(record),
    "by": lambda record, _: sorted({decision.annotator for decision in record.decisions}),
    "key": lambda record, _: record.pair.key,
    "subset": lambda record, _: record.pair.subset,
    "split": lambda record, _: record.pair.split,
    "family": lambda record, _: record.pair.family,
    "opening": lambda record, _: record.pair.opening,
    "is": lambda record, _: bit_names(record.pair.bits),
    "has": lambda record, _: patterns_in(record),
    **{name: partial(_terms, sides=sides) for name, sides in _sided("group")},
    **{name: partial(_groups, sides=sides) for name, sides in _sided("dupe")},
}
"""The fields that are no numbers: flag and drop are true where anyone's decision is, the others list all values."""


def bit_names(bits: Bit) -> list[str]:
    """Return the structure bits that are set, as queries write them: `role_leak.chosen`."""
    names = []
    for bit in Bit:
        if bits & bit and bit.name is not None:
            base, _, side = bit.name.lower().rpartition("_")
            names.append(f"{base}.{side}" if side in ("prompt", "chosen", "rejected") else bit.name.lower())
    return names


def all_names(connection: sqlite3.Connection) -> list[str]:
    """Return every name that has a value in this database, sides included; a scorer's column by its qualified name."""
    columns = {name: ScoreField(name, column.sides) for name, column in score_columns(connection).items()}
    return _numbers(connection, columns) + list(WORDS)


def checked(connection: sqlite3.Connection, names: Sequence[str]) -> list[str]:
    """Return `names` as queries write them, `alt_profanity.toxicity` for `alt-profanity.toxicity`.

    Raises StoreError where one is unknown, naming the nearest.
    """
    fields = score_fields(connection)
    known = {*_numbers(connection, fields), *WORDS}
    found = {name: ".".join(map(slug, name.split("."))) for name in names}
    for name, as_written in found.items():
        if as_written not in known:
            near = get_close_matches(name, known, n=1, cutoff=0)
            more = "" if fields else " (this database has no scores yet: hhtui score)"
            there = ", ".join(all_names(connection))
            raise StoreError(f"there is no column {name!r}; did you mean {near[0]}?{more} Columns: {there}")
    return list(found.values())


def reader(connection: sqlite3.Connection, names: Sequence[str]) -> Callable[[Record], dict[str, Any]]:
    """Return what gives a record's values under `names`, which `checked` has seen; a missing number is None."""
    columns = Columns()
    stored = {name: stored_name(connection, name) for name in names if name not in WORDS}

    def values(record: Record) -> dict[str, Any]:
        return {
            name: WORDS[name](record, _group) if name in WORDS else _number(name, record.pair.id - 1) for name in names
        }

    def _group(pair_id: int, side: Side) -> int:
        return int(columns.get(connection, f"dupe.{side}")[pair_id - 1])

    def _number(name: str, place: int) -> float | int | None:
        value = columns.get(connection, stored[name])[place].item()
        if isinstance(value, int):
            return value
        return None if math.isnan(value) else float(f"{value:.7g}")

    return values


def stored_name(connection: sqlite3.Connection, name: str) -> str:
    """Return how `Columns.get` calls the number that a query calls `name`: `harm.min`, `toxicity.chosen`, `row`."""
    base, part = split_name(name)
    if base == "gap":
        return f"{harm_column(connection)}.gap"
    field = score_fields(connection).get(base)
    column = harm_column(connection) if base == "harm" else field.column if field else base
    return f"{column}.{part}" if part else str(column)


def _numbers(connection: sqlite3.Connection, columns: Mapping[str, ScoreField]) -> list[str]:
    """Return the names of all numbers, those of these columns too, each with its sides."""
    harm = score_fields(connection).get(str(harm_column(connection)))
    with_parts: list[tuple[str, Sequence[str]]] = []
    for field in FIELDS:
        if field.name == "harm" and harm:
            with_parts.append(("harm", harm.parts))
        elif field.kind is Kind.NUMBER and (harm or field.name not in ("harm", "gap")):
            with_parts.append((field.name, field.parts))
    with_parts += [(name, field.parts) for name, field in columns.items()]
    return [".".join(filter(None, (name, part))) for name, parts in with_parts for part in ("", *parts)]


def _labels(record: Record, sides: Sequence[str]) -> list[str]:
    return sorted({one.label for one in record.decisions if one.kind == "label" and one.side in sides})


def _said(record: Record, kind: str) -> list[str]:
    return sorted({decision.value for decision in record.decisions if decision.kind == kind})
