"""What people added to a database themselves and stands in the way of a migration: views, triggers, indexes, tables."""

import re
import sqlite3
from collections.abc import Sequence
from typing import NamedTuple, Protocol

_NAMED = (
    re.compile(r"error in (?P<kind>view|trigger|index) (?P<name>.+?)(?: after drop column)?: ", re.DOTALL),
    re.compile(r"(?P<kind>view|table|index|trigger) (?P<name>.+) already exists", re.DOTALL),
    re.compile(r"there is already an? (?P<kind>table|index) named (?P<name>.+)", re.DOTALL),
)
"""How SQLite names what a statement fails for."""


class Added(NamedTuple):
    """A view, trigger, index or table by its name."""

    kind: str
    name: str

    def dropping(self) -> str:
        """Return the statement that drops it."""
        quoted = self.name.replace('"', '""')
        return f'DROP {self.kind.upper()} "{quoted}"'


class Attempt(Protocol):
    """Tries a migration without what is named, and undoes it; raises sqlite3.Error where it fails."""

    def __call__(self, *, without: Sequence[Added]) -> None: ...


def in_the_way(attempt: Attempt, error: sqlite3.Error) -> list[Added]:
    """Return all for which `attempt` fails, the first time with `error`; [] where it fails for something else."""
    found: list[Added] = []
    while True:
        added = _named_in(str(error))
        if added is None or added in found:
            return []
        found.append(added)
        try:
            attempt(without=found)
        except sqlite3.Error as another:
            error = another
        else:
            return found


def told(added: Sequence[Added]) -> str:
    """Return what they are in words, such as "the view mine and the index by_key"."""
    each = [f"the {one.kind} {one.name}" for one in added]
    return each[0] if len(each) == 1 else f"{', '.join(each[:-1])} and {each[-1]}"


def _named_in(message: str) -> Added | None:
    for pattern in _NAMED:
        if found := pattern.match(message):
            return Added(found["kind"], found["name"].strip('"'))
    return None
