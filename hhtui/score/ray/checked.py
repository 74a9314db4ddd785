"""Checks of what a folder of shards says of itself: it may come from anywhere, and goes into databases and queries."""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from hhtui.model import ScoreColumn, Unit
from hhtui.store.scorers import COLUMN_NAME, slug

HEXADECIMAL = re.compile(r"[0-9a-f]+")
OF_TEXTS: tuple[Unit, ...] = tuple(unit for unit in get_args(Unit) if unit != "pair")


def line(fields: Mapping[str, Any], name: str) -> str:
    """Return the field `name`; raises ValueError where it is not one line of printable text."""
    value = fields[name]
    if not isinstance(value, str) or not value.isprintable():
        raise ValueError(f"{name} is no line of printable text")
    return value


def scorer_name(fields: Mapping[str, Any]) -> str:
    """Return the scorer's name; raises ValueError where a query could not write it."""
    name = line(fields, "name")
    if not slug(name):
        raise ValueError("name has no letter or digit")
    return name


def hexadecimal(fields: Mapping[str, Any], name: str) -> str:
    """Return the field `name`; raises ValueError where it is no number in hexadecimal."""
    value = line(fields, name)
    if not HEXADECIMAL.fullmatch(value):
        raise ValueError(f"{name} is not hexadecimal")
    return value


def count(fields: Mapping[str, Any], name: str) -> int:
    """Return the field `name`; raises ValueError where it is no whole number from 0 up that a database can hold."""
    value = fields[name]
    if type(value) is not int or not 0 <= value < 2**63:
        raise ValueError(f"{name} is no count")
    return value


def mapping(fields: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return the field `name`; raises ValueError where it is no object of plain JSON."""
    value = fields[name]
    if not isinstance(value, dict):
        raise ValueError(f"{name} is no object")
    json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    return value


def findings(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was measured of the scorer; raises ValueError where its summary is no line."""
    told = mapping(fields, "findings")
    if "summary" in told:
        line(told, "summary")
    return told


def objects(fields: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """Return the field `name`; raises ValueError where it is no list of objects."""
    value = fields[name]
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise ValueError(f"{name} is no list of objects")
    return value


def units(fields: Mapping[str, Any], name: str, known: Sequence[Unit] = OF_TEXTS) -> tuple[Unit, ...]:
    """Return the field `name`; raises ValueError where it does not list kinds of text among `known`, each once."""
    value = fields[name]
    if not isinstance(value, list) or not value or any(value.count(one) != 1 or one not in known for one in value):
        raise ValueError(f"{name} does not list kinds of text among {', '.join(known)}")
    return tuple(value)


def columns(fields: Mapping[str, Any]) -> tuple[ScoreColumn, ...]:
    """Return the columns; raises ValueError where there are none, or a query could not name one."""
    from hhtui.query.fields import PARTS, names

    found = tuple(_column(told) for told in objects(fields, "columns"))
    called = [column.name for column in found]
    if not found or len(set(called)) < len(called):
        raise ValueError("columns are missing or not told apart by name")
    for name in called:
        if not COLUMN_NAME.fullmatch(name) or name in {*names(), *PARTS}:
            raise ValueError(f"{name!r} cannot be a column's name")
    return found


def _column(told: Mapping[str, Any]) -> ScoreColumn:
    column = ScoreColumn(line(told, "name"), *_range(told), line(told, "meaning"), line(told, "fails"))
    if told.get("of_pair", False) is not False:
        raise ValueError(f"{column.name} is no column of texts")
    return column


def _range(told: Mapping[str, Any]) -> tuple[float, float]:
    low, high = told["low"], told["high"]
    numbers = all(type(one) in (int, float) and abs(one) <= sys.float_info.max for one in (low, high))
    if not numbers or not low < high:
        raise ValueError("low and high are no finite numbers, low below high")
    return low, high
