"""A list of pairs from elsewhere: what a file of keys or hashes names, in the file's order."""

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from hhtui.store.by_key import PAIR_KEY
from hhtui.store.listed_names import Named, named_in
from hhtui.store.lookup import keyed, pair_ids
from hhtui.store.pairs import count
from hhtui.text import clean_line, shortened

NAMES_TOLD = 3
LONGEST_TOLD = 100
"""Characters of a name."""
FEW = 0.05
"""The share of all pairs up to which they are looked up one by one."""

_EVERY = "FROM pair ORDER BY pair.id"


class Listing(NamedTuple):
    """The pairs that the list in the file at `path` names.

    `ids` are their local ids in the order of the file, each once; `unknown` is what no pair here goes by, in the same
    order, and `repeated` how many further times pairs were named that were named before.
    """

    path: Path
    ids: Sequence[int]
    unknown: Sequence[str] = ()
    repeated: int = 0

    def told(self) -> str:
        """Return what of the list cannot be shown, in a line; "" where all of it can."""
        said = []
        if self.unknown:
            some = ", ".join(clean_line(shortened(one, LONGEST_TOLD)) for one in self.unknown[:NAMES_TOLD])
            more = f" and {len(self.unknown) - NAMES_TOLD:,} more" if len(self.unknown) > NAMES_TOLD else ""
            said.append(f"{len(self.unknown):,} of {self.named:,} are not in this database: {some}{more}")
        if self.repeated:
            said.append(f"{self.repeated:,} repeated, shown once")
        return f"{self.path.name}: {'; '.join(said)}" if said else ""

    @property
    def named(self) -> int:
        """How many names the list has, repeated ones too."""
        return len(self.ids) + len(self.unknown) + self.repeated


def listing(connection: sqlite3.Connection, path: Path) -> Listing:
    """Return the pairs that the list in the file at `path` names.

    A pair is told by its hash, and of equal pairs by the key beside it; a list without hashes by its key. Raises
    StoreError where the file cannot be read as a list, OSError where it cannot be read at all.
    """
    return looked_up(connection, named_in(path.read_bytes(), str(path)), path)


def looked_up(connection: sqlite3.Connection, names: Sequence[Named], path: Path) -> Listing:
    """Return which pairs `names`, read from the file at `path`, stand for."""
    of_hash, of_key, of_both = _found(connection, names)
    ids: dict[int, None] = {}
    unknown: list[str] = []
    repeated = 0
    for name in names:
        if name.hash:
            keyed_id, keyed_hash = of_both.get(name.key, (None, ""))
            found = keyed_id if name.hash == keyed_hash else of_hash.get(name.hash)
        else:
            found = of_key.get(name.key)
        if found is None:
            unknown.append(str(name))
        elif found in ids:
            repeated += 1
        else:
            ids[found] = None
    return Listing(path, tuple(ids), tuple(unknown), repeated)


class _Found(NamedTuple):
    """Local ids by hash and by key, and local id and hash by the keys that stand beside hashes."""

    of_hash: Mapping[str, int]
    of_key: Mapping[str, int]
    of_both: Mapping[str, tuple[int, str]]


def _found(connection: sqlite3.Connection, names: Sequence[Named]) -> _Found:
    """Look names up: a few of them one by one, of many sooner by reading all pairs."""
    if len(names) > FEW * count(connection):
        return _found_among_all(connection, names)
    return _Found(
        pair_ids(connection, "hash", list({name.hash for name in names if name.hash})),
        pair_ids(connection, "key", list({name.key for name in names if not name.hash})),
        keyed(connection, list({name.key for name in names if name.hash and name.key})),
    )


def _found_among_all(connection: sqlite3.Connection, names: Sequence[Named]) -> _Found:
    if not any(name.hash for name in names):
        return _Found({}, dict(connection.execute(f"SELECT {PAIR_KEY}, pair.id {_EVERY}")), {})
    rows = connection.execute(f"SELECT {PAIR_KEY}, pair.id, lower(hex(pair.hash)) {_EVERY}").fetchall()
    some_by_key, some_by_both = not all(name.hash for name in names), any(name.hash and name.key for name in names)
    return _Found(
        {digest: pair_id for _, pair_id, digest in reversed(rows)},
        {key: pair_id for key, pair_id, _ in rows} if some_by_key else {},
        {key: (pair_id, digest) for key, pair_id, digest in rows} if some_by_both else {},
    )
