"""Deciding about pairs and labelling them by their keys, and the labels there are."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from hhtui.store.database import Database
from hhtui.store.errors import StoreError

if TYPE_CHECKING:
    from hhtui.model import Kind
    from hhtui.store.decisions import Step
    from hhtui.store.taxonomies import Stored
    from hhtui.taxonomy import Taxonomy


def decide(database: Database, keys: Sequence[str], kind: "Kind", value: str, *, annotator: str) -> "Step":
    """Save one decision about the pairs with these keys, as one step of `annotator`; on disk when this returns.

    See `Annotator.decide` for kinds and values. Raises StoreError where a key is unknown; nothing is saved then.
    """
    from hhtui.store import pairs
    from hhtui.store.decisions import Annotator, Conditions

    connection = database.reader()
    ids = [pairs.id_of(connection, key) for key in dict.fromkeys(keys)]
    context = {"interface": "command line", "bulk": len(ids) > 1}
    person = Annotator.begin(database, annotator)
    try:
        return person.decide(ids, kind, value, conditions=Conditions(context=context))
    finally:
        person.end()


def label(
    database: Database, keys: Sequence[str], labels: "Mapping[str, Sequence[str]]", *, annotator: str, off: bool = False
) -> "Step":
    """Give the pairs with these keys labels, or take them `off`, as one step of `annotator`; on disk when this returns.

    `labels` holds the sides, chosen and rejected, by slug. Raises TaxonomyError for a slug that the database's taxonomy
    lacks, unless it is taken off, and StoreError where a key is unknown; nothing is saved then.
    """
    from hhtui.store import pairs, taxonomies
    from hhtui.store.decisions import Annotator, Conditions, Entry

    connection = database.reader()
    known = taxonomies.current(connection)
    for slug in () if off else labels:
        known.check(slug)
    ids = [pairs.id_of(connection, key) for key in dict.fromkeys(keys)]
    context = {"interface": "command line", "bulk": len(ids) > 1, "taxonomy": known.version}
    value, conditions = "no" if off else "yes", Conditions(context=context)
    person = Annotator.begin(database, annotator)
    try:
        if len(labels) == 1:
            ((slug, sides),) = labels.items()
            return person.decide(ids, "label", value, sides=sides, label=slug, conditions=conditions)
        entries = [
            Entry(pair_id, "label", value, side, slug, conditions)
            for pair_id in ids
            for slug, sides in labels.items()
            for side in sides
        ]
        step = person.decide_each(lambda _connection: entries)
    finally:
        person.end()
    if step is None:
        raise StoreError("there is no label to give; name one, such as harmful")
    return step


def taxonomy(database: Database) -> "Taxonomy":
    """Return the labels of a database: its own taxonomy, or the default one."""
    from hhtui.store import taxonomies

    return taxonomies.current(database.reader())


def set_taxonomy(database: Database, toml: str | None, where: str = "the taxonomy") -> "Stored":
    """Give a database a taxonomy of its own, None for the default one; return it and the labels in use that it lacks.

    Raises TaxonomyError, which calls the text `where`, for what is none; nothing is stored then.
    """
    from hhtui.store import taxonomies

    return taxonomies.store(database, toml, where)
