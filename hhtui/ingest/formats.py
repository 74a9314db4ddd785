"""The preference schemas that are recognised, from the specific to the general, and how a row becomes a pair."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hhtui.dialogue import MARKER
from hhtui.ingest.errors import LoadError, Unreadable

Row = Mapping[str, Any]
Converted = tuple[str, str, dict[str, Any]]
"""The chosen transcript, the rejected one, and the columns that are in neither."""


@dataclass(frozen=True, slots=True)
class Format:
    """One preference schema.

    `needs` are the columns without which a row is not of it; `fits` looks at the values of a row that has them;
    `convert` makes a pair of a row and raises Unreadable where it cannot. A format without `convert` is
    known and holds no pairs: `instead` says what it holds.
    """

    name: str
    needs: tuple[str, ...]
    fits: Callable[[Row], bool]
    convert: Callable[[Row], Converted] | None = None
    instead: str = ""


def _hh(row: Row) -> Converted:
    chosen, rejected = row.get("chosen"), row.get("rejected")
    if type(chosen) is not str or type(rejected) is not str:
        raise Unreadable(_about_side(row, "chosen") or _about_side(row, "rejected"))
    extra = {} if len(row) == 2 else {name: value for name, value in row.items() if name not in ("chosen", "rejected")}
    return chosen, rejected, extra


def _about_side(row: Row, name: str) -> str:
    if name not in row:
        return f"no {name}"
    return "" if isinstance(row[name], str) else f"{name} is {kind_of(row[name])}, not a string"


def _fits_hh(row: Row) -> bool:
    chosen, rejected = row["chosen"], row["rejected"]
    if not (isinstance(chosen, str) and isinstance(rejected, str)):
        return False
    return "prompt" not in row or bool(MARKER.search(chosen) or MARKER.search(rejected))


FORMATS: tuple[Format, ...] = (
    Format(
        "red-team-attempts",
        needs=("transcript", "min_harmlessness_score_transcript"),
        fits=lambda row: isinstance(row["transcript"], str),
        instead="single dialogues with ratings, not pairs of a chosen and a rejected one",
    ),
    Format("hh-rlhf", needs=("chosen", "rejected"), fits=_fits_hh, convert=_hh),
)


def recognise(row: Row) -> Format | None:
    """Return the first format that `row` is of, or None."""
    for one in FORMATS:
        if all(name in row for name in one.needs) and one.fits(row):
            return one
    return None


def pairs_of(found: Format, name: str) -> Callable[[Row], Converted]:
    """Return how rows of the format become pairs; raises LoadError where it holds none. `name` is the source."""
    if found.convert is None:
        raise LoadError(
            f"{name} is of the format {found.name}: {found.instead}; nothing was loaded, name a source of pairs"
        )
    return found.convert


def unknown(name: str, rows: Sequence[Row]) -> LoadError:
    """Return the error about the source `name`, none of whose first rows has a known format."""
    row = rows[0]
    columns = ", ".join(f"{column} ({kind_of(value)})" for column, value in row.items()) or "none"
    nearest = sorted(FORMATS, key=lambda one: -sum(column in row for column in one.needs))
    wanted = "; ".join(f"{one.name} needs {' and '.join(one.needs)}{_why_not(one, row)}" for one in nearest)
    return LoadError(f"{name} is of no known format; its columns: {columns}; nearest: {wanted}")


def kind_of(value: object) -> str:
    """Return what a JSON value is, in words."""
    if value is None:
        return "null"
    words = {bool: "a boolean", int: "a number", float: "a number", str: "a string", list: "a list", dict: "an object"}
    return words.get(type(value), type(value).__name__)


def _why_not(one: Format, row: Row) -> str:
    if not all(name in row for name in one.needs):
        return ""
    kinds = {kind_of(row[name]) for name in one.needs}
    return " as strings" if kinds != {"a string"} else " with Human and Assistant markers, where there is a prompt"
