"""What a file says of pairs: each row names one and decides something about it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Literal, NamedTuple

from hhtui.audit.labels import VALUES, normal, shown
from hhtui.audit.problems import Problem, Reason
from hhtui.audit.rows import Row
from hhtui.model import PREFERENCES, RESPONSES, Kind
from hhtui.store.imports import Given

KINDS: tuple[Kind, ...] = ("flag", "drop", "preference", "label", "note", "skip")
Match = Literal["key", "hash", "row", "text"]

NAMES: Mapping[str, Match] = {"hash": "hash", "key": "key", "row": "row", "text": "text", "response": "text"}
ORIGINS = ("subset", "split")
PEOPLE = ("annotator", "by")
LABELS = ("label", "labels", *(f"{name}.{side}" for side in RESPONSES for name in ("label", "labels")))
DECIDED = ("flag", "drop", "preference", "note", *LABELS)
LISTS = ("decisions", "hhtui")
"""What `hhtui export` writes: every decision with its annotator, in JSON."""

MEANINGS = (*NAMES, *ORIGINS, *PEOPLE, "side", "made_at", *DECIDED, *LISTS)
"""What a field can mean; without being told otherwise, it means what its name says."""


class Statement(NamedTuple):
    """One decision: in which line, and by whom ("" is not said)."""

    line: int
    annotator: str
    given: Given


class Said(NamedTuple):
    """One row: how it names its pair, by what a field means, and what it decides."""

    line: int
    names: Mapping[str, str]
    statements: tuple[Statement, ...]
    problems: tuple[Problem, ...]


def say(row: Row, meanings: Mapping[str, str]) -> Said:
    """Return what `row` says; `meanings` gives fields by what they mean."""
    values = {meaning: row.values[field] for meaning, field in meanings.items() if row.values.get(field) is not None}
    exported = values.get("hhtui")
    if isinstance(exported, Mapping):
        values = {name: exported[name] for name in ("key", "hash", "decisions") if exported.get(name) is not None}
    names = {name: str(values[name]).strip() for name in (*NAMES, *ORIGINS) if name in values}
    try:
        found = list(_listed(row.line, values["decisions"]) if "decisions" in values else _cells(row.line, values))
        "".join([*names.values(), *chain.from_iterable(map(_texts, found))]).encode()
    except UnicodeEncodeError:
        return Said(row.line, {}, (), (Problem(row.line, Reason.NO_TEXT),))
    return Said(
        *(row.line, names),
        tuple(one for one in found if isinstance(one, Statement)),
        tuple(one for one in found if isinstance(one, Problem)),
    )


def _texts(found: Statement | Problem) -> Iterator[str]:
    """Yield everything that a row says in words of its own."""
    return iter((found.annotator, *found.given) if isinstance(found, Statement) else (found.detail,))


def _cells(line: int, values: Mapping[str, Any]) -> Iterator[Statement | Problem]:
    """Read the columns of a row: one annotator, and what stands in each column that decides."""
    by = str(values.get("annotator") or values.get("by") or "").strip()
    made_at, side = str(values.get("made_at") or "").strip(), normal(values.get("side"))
    for name in DECIDED:
        value = values.get(name)
        if value is None or not str(value).strip():
            continue
        if "; " in by and "annotator" not in values:
            yield Problem(line, Reason.SEVERAL_PEOPLE, shown(by))
            return
        for kind, said, on, label in _cell(name, value, side):
            yield _checked(line, kind, said, side=on, label=label, by=by, made_at=made_at)


def _cell(name: str, value: Any, side: str) -> Iterator[tuple[str, Any, str, str]]:
    """Yield kind, value, side and label of everything that one cell decides."""
    if name not in LABELS:
        yield name, value, "", ""
        return
    part = name.partition(".")[2]
    slugs = (
        value if isinstance(value, Sequence) and not isinstance(value, str) else str(value).replace(",", " ").split()
    )
    for on in (part,) if part else RESPONSES if side == "both" else (side,):
        for slug in slugs:
            yield "label", "yes", on, str(slug).strip().lower()


def _listed(line: int, decisions: Any) -> Iterator[Statement | Problem]:
    """Read the decisions that an export wrote."""
    if isinstance(decisions, str):
        try:
            decisions = json.loads(decisions or "[]")
        except (ValueError, RecursionError):
            decisions = None
    if not isinstance(decisions, list) or not all(isinstance(one, Mapping) for one in decisions):
        yield Problem(line, Reason.NO_DECISIONS)
        return
    for one in decisions:
        told = {name: one.get(name) for name in ("kind", "value", "annotator", "side", "label", "made_at")}
        if not all(value is None or isinstance(value, str) for value in told.values()):
            yield Problem(line, Reason.NO_DECISIONS)
            continue
        kind, value, by, side, label, made_at = (value or "" for value in told.values())
        yield _checked(line, kind, value, side=side, label=label, by=by, made_at=made_at)


def _checked(line: int, kind: str, value: Any, *, side: str, label: str, by: str, made_at: str) -> Statement | Problem:
    """Return the statement where its kind and value are of those there are."""
    match kind:
        case "flag" | "drop":
            marked = VALUES.get(normal(value))
            if marked is None:
                return Problem(line, Reason.UNKNOWN_VALUE, f"{kind} {shown(value)}")
            given = Given(kind, "yes" if marked else "no", made_at=made_at)
        case "preference":
            preferred = normal(value)
            if preferred not in PREFERENCES:
                return Problem(line, Reason.UNKNOWN_PREFERENCE, shown(value))
            given = Given(kind, preferred, made_at=made_at)
        case "label":
            if side and side not in RESPONSES:
                return Problem(line, Reason.UNKNOWN_SIDE, shown(side))
            given = Given(kind, "no" if value == "no" else "yes", side, label, made_at)
        case "note" | "skip":
            given = Given(kind, str(value), made_at=made_at)
        case _:
            return Problem(line, Reason.UNKNOWN_KIND, shown(kind))
    return Statement(line, by, given)
