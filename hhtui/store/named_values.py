"""What pairs have under the names of the query language: numbers, decisions, structure."""

import math
import sqlite3
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from typing import Any

from hhtui.model import Bit
from hhtui.query.fields import FIELDS, PARTS, FieldInfo, Kind, scorer_column
from hhtui.store.columns import Columns
from hhtui.store.errors import StoreError
from hhtui.store.records import Record
from hhtui.store.scorers import harm_column, owners

WORDS: dict[str, Callable[[Record], Any]] = {
    "flag": lambda record: _said(record, "flag") == ["yes"],
    "drop": lambda record: _said(record, "drop") == ["yes"],
    "preference": lambda record: _said(record, "preference"),
    "note": lambda record: _said(record, "note"),
    "by": lambda record: sorted({decision.annotator for decision in record.decisions}),
    "key": lambda record: record.pair.key,
    "subset": lambda record: record.pair.subset,
    "split": lambda record: record.pair.split,
    "family": lambda record: record.pair.family,
    "opening": lambda record: record.pair.opening,
    "is": lambda record: bit_names(record.pair.bits),
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
    """Return every name that has a value in this database, the sides of numbers included."""
    scored = owners(connection)
    numbers = [field for field in FIELDS if field.kind is Kind.NUMBER and (scored or field.name not in ("harm", "gap"))]
    columns = [scorer_column(name) for name in scored]
    return [name for field in (*numbers, *columns) for name in _with_parts(field)] + list(WORDS)


def checked(connection: sqlite3.Connection, names: Sequence[str]) -> list[str]:
    """Return `names`; raises StoreError where one is unknown, naming the nearest."""
    known = all_names(connection)
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, n=1, cutoff=0)
            more = " (this database has no scores yet: hhtui score)" if not owners(connection) else ""
            raise StoreError(f"there is no column {name!r}; did you mean {near[0]}?{more} Columns: {', '.join(known)}")
    return list(names)


def reader(connection: sqlite3.Connection, names: Sequence[str]) -> Callable[[Record], dict[str, Any]]:
    """Return what gives a record's values under `names`, which `checked` has seen; a missing number is None."""
    columns, harm = Columns(), harm_column(connection)

    def values(record: Record) -> dict[str, Any]:
        return {name: WORDS[name](record) if name in WORDS else _number(name, record.pair.id - 1) for name in names}

    def _number(name: str, place: int) -> float | int | None:
        value = columns.get(connection, _stored_name(name, harm))[place].item()
        if isinstance(value, int):
            return value
        return None if math.isnan(value) else float(f"{value:.7g}")

    return values


def _stored_name(name: str, harm: str | None) -> str:
    base = name.partition(".")[0]
    if base == "gap":
        return f"{harm}.gap"
    return name.replace("harm", harm or "", 1) if base == "harm" else name


def _with_parts(field: FieldInfo) -> list[str]:
    return [field.name, *(f"{field.name}.{part}" for part in PARTS if field.sided)]


def _said(record: Record, kind: str) -> list[str]:
    return sorted({decision.value for decision in record.decisions if decision.kind == kind})
