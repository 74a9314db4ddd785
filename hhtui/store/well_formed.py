"""Whether the log of another database is as hhtui writes logs: it may have been made by anything."""

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

from hhtui.model import PREFERENCES, RESPONSES, Context, Kind, Lane
from hhtui.store.frames import HASH_BYTES, identity
from hhtui.taxonomy import is_slug

Row = tuple[Any, ...]

AHEAD = timedelta(days=1)
"""How far the clock of somebody else may be ahead of the clock here."""


class _Said(NamedTuple):
    """The sides and values that decisions of a kind have; None where the value is any text."""

    sides: tuple[str, ...]
    values: tuple[str, ...] | None


_PAIR = ("",)
_MARKED = ("yes", "no")
_SAID: Mapping[Kind, _Said] = {
    "flag": _Said(_PAIR, _MARKED),
    "drop": _Said(_PAIR, _MARKED),
    "preference": _Said(_PAIR, (*PREFERENCES, "")),
    "label": _Said(RESPONSES, _MARKED),
    "note": _Said(_PAIR, None),
    "skip": _Said(_PAIR, None),
    "retract": _Said(_PAIR, ("",)),
}
_CONTEXT = get_type_hints(Context)
_SHOWN = [list(sides) for count in range(len(RESPONSES) + 1) for sides in permutations(RESPONSES, count)]


def is_event(row: Row) -> bool:
    """Return whether an event, with the columns of `merging.EVENT`, is one that hhtui writes."""
    _, _, annotator, _, kind, pair_hash, pair_key, side, label, value, target, made_at, _, context = row
    said = next((one for name, one in _SAID.items() if name == kind), None)
    is_retract = kind == "retract"
    return (
        said is not None
        and bool(annotator.strip())
        and (target is not None) == (pair_hash is None) == (pair_key is None) == is_retract
        and (pair_hash is None or len(pair_hash) == HASH_BYTES)
        and side in said.sides
        and (said.values is None or value in said.values)
        and (is_slug(label) if kind == "label" else not label)
        and is_time(made_at)
        and _is_context(context)
    )


def latest_time() -> str:
    """Return the time after which nothing can have been decided yet, see AHEAD."""
    return (datetime.now(UTC) + AHEAD).isoformat(timespec="microseconds")


def is_time(text: str, timespec: str = "microseconds") -> bool:
    """Return whether `text` is a time as events have it; as texts they are in the order of time."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC).isoformat(timespec=timespec) == text
    except (ValueError, OverflowError):
        return False


def is_record(table: str, record: Mapping[str, Any]) -> bool:
    """Return whether a row, by column, of a table that goes with the events can be one that hhtui wrote."""
    match table:
        case "frame":
            return _is_frame(record)
        case "triage":
            return is_time(record["started_at"]) and record["started_at"] <= latest_time()
        case "triage_item":
            return len(record["pair_hash"]) == HASH_BYTES and record["lane"] in get_args(Lane)
    return True


def _is_frame(record: Mapping[str, Any]) -> bool:
    """Return whether a frame is what its id was made of: nobody can give a sample other pairs under its name."""
    sources, members = _from_json(record["sources"]), record["members"]
    return (
        isinstance(sources, list)
        and all(isinstance(name, str) for name in sources)
        and json.dumps(sources) == record["sources"]
        and divmod(len(members), HASH_BYTES) == (record["size"], 0)
        and identity(record["query"], record["seed"], sources, members) == record["id"]
        and is_time(record["made_at"], "seconds")
        and record["made_at"] <= latest_time()
    )


def _is_context(text: str) -> bool:
    """Return whether `text` is JSON of an object whose keys, where they are those of `model.Context`, have its types.

    Others are of a later version, and are kept.
    """
    context = _from_json(text)
    return (
        isinstance(context, dict)
        and all(_is_of(_CONTEXT[name], value) for name, value in context.items() if name in _CONTEXT)
        and context.get("sides", []) in _SHOWN
        and _is_interval(context.get("evidence", {}).get("interval", [0, 1]))
    )


def _is_of(hint: Any, value: object) -> bool:
    """Return whether a value of JSON is of a type that `model.Context` names."""
    origin = get_origin(hint)
    if origin is Literal:
        return value in get_args(hint)
    if origin is list:
        return isinstance(value, list) and all(_is_of(get_args(hint)[0], one) for one in value)
    return isinstance(value, dict) if origin is Mapping else type(value) is hint


def _is_interval(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(type(end) in (int, float) and math.isfinite(end) for end in value)
    )


def _from_json(text: str) -> Any:
    """Return the value of a JSON text, None where it is none."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None


def _refuse(constant: str) -> None:
    raise ValueError(constant)
