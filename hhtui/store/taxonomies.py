"""The taxonomy of a database, and the ten labels that each annotator keeps on the digits."""

import sqlite3
from typing import NamedTuple

from hhtui import taxonomy
from hhtui.store import settings
from hhtui.store.database import Database
from hhtui.store.errors import StoreError
from hhtui.taxonomy import Taxonomy, TaxonomyError

SETTING = "taxonomy"
DIGITS = "1234567890"
Slots = tuple[str, ...]
"""The slugs on the keys `DIGITS`, in their order; "" is an empty one."""

DEFAULT_SLOTS: Slots = (
    *("", "", "harmful", "unhelpful", "acceptable"),
    *("full-compliance", "full-refusal", "partial-refusal", "clarification", "label-flip"),
)
"""1 and 2 are free, as they choose a response where a pair is read blind."""


class Stored(NamedTuple):
    """What storing a taxonomy came to: it, and the labels in use that it lacks, with how many pairs have each."""

    taxonomy: Taxonomy
    kept: dict[str, int]


def text(connection: sqlite3.Connection) -> str:
    """Return the TOML of the database's taxonomy, the default one where it has none of its own."""
    stored = settings.get(connection, SETTING)
    return taxonomy.default_text() if stored is None else str(stored)


def current(connection: sqlite3.Connection) -> Taxonomy:
    """Return the database's taxonomy, the default one where it has none; raises StoreError where it cannot be read."""
    try:
        return taxonomy.parse(text(connection))
    except TaxonomyError as error:
        raise StoreError(f"{error}; give the database another: hhtui taxonomy DB --set FILE") from None


def is_default(connection: sqlite3.Connection) -> bool:
    """Return whether the database has no taxonomy of its own."""
    return settings.get(connection, SETTING) is None


def store(database: Database, toml: str | None, where: str = "the taxonomy") -> Stored:
    """Give the database this taxonomy, None for the default one; labels in use that it lacks stay as they are.

    Raises TaxonomyError, which calls the text `where`, for what is none, and StoreError where it cannot be saved.
    """
    found = taxonomy.parse(taxonomy.default_text() if toml is None else toml, where)
    with database.writing() as connection:
        settings.put(connection, SETTING, toml)
        return Stored(found, unknown(connection))


def check(connection: sqlite3.Connection, slug: str) -> None:
    """Raise TaxonomyError where `slug` is neither in the taxonomy nor in use, as merged labels may be."""
    if slug not in in_use(connection):
        current(connection).check(slug)


def unknown(connection: sqlite3.Connection) -> dict[str, int]:
    """Return the labels in use that the taxonomy lacks, with how many pairs have each."""
    known = current(connection)
    return {slug: pairs for slug, pairs in in_use(connection).items() if slug not in known}


def in_use(connection: sqlite3.Connection) -> dict[str, int]:
    """Return how many pairs have each label now, on either response and by anyone, by slug."""
    return dict(
        connection.execute(
            "SELECT label, count(DISTINCT pair_id) FROM decision WHERE kind = 'label' GROUP BY label ORDER BY label"
        ).fetchall()
    )


def slots(connection: sqlite3.Connection, annotator: str) -> Slots:
    """Return the labels on the digits of `annotator`; one that the taxonomy lacks leaves its digit empty."""
    labels = current(connection)
    kept = settings.get(connection, f"slots:{annotator}") or DEFAULT_SLOTS
    return tuple(slug if slug in labels else "" for slug in kept)


def save_slot(database: Database, annotator: str, digit: str, slug: str) -> None:
    """Put `slug` on a digit of `annotator`, and take it off any other; raises StoreError where that cannot be saved."""
    with database.writing(durable=False) as connection:
        kept = [one if one != slug else "" for one in slots(connection, annotator)]
        kept[DIGITS.index(digit)] = slug
        settings.put(connection, f"slots:{annotator}", kept)
