"""The sides of a pair are exchanged, with every column that says something about one of them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from hhtui.store.records import Original

SIDE_WORD = re.compile(r"(?<![A-Za-z])(?:chosen|rejected)(?![a-z])|(?:Chosen|Rejected)(?![a-z])|CHOSEN|REJECTED")
OTHER = {"chosen": "rejected", "Chosen": "Rejected", "CHOSEN": "REJECTED"}
OTHER |= {other: one for one, other in OTHER.items()}


def partner(name: str) -> str | None:
    """Return the name of the same column of the other side, None where `name` is not of a side.

    That is a name with the word chosen or rejected in it: `score_chosen`, `rejected.model`, `chosenRating`.
    """
    other = SIDE_WORD.sub(lambda found: OTHER[found[0]], name)
    return None if other == name else other


def exchanged(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a row with those of the two sides exchanged, in their order, within objects too.

    A field of one side without its partner stays as it is.
    """
    return {name: _within(fields.get(partner(name) or name, value)) for name, value in fields.items()}


def swapped(original: Original) -> Original:
    """Return a pair as its source would have it with chosen and rejected exchanged."""
    return replace(original, fields=exchanged(original.fields), raw_line=None)


def exchanged_names(fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the fields of a row that `exchanged` exchanges, two by two, with a dot before what is within an object."""
    for name, value in fields.items():
        other = partner(name)
        if other is not None and other in fields:
            if name < other:
                yield name, other
        elif isinstance(value, dict):
            for one, two in exchanged_names(value):
                yield f"{name}.{one}", f"{name}.{two}"


def alone(names: Iterable[str]) -> list[str]:
    """Return the names of a side that have no partner among them."""
    there = list(names)
    return [name for name in there if (other := partner(name)) is not None and other not in there]


def _within(value: Any) -> Any:
    return exchanged(value) if isinstance(value, dict) else value
