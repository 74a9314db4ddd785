"""What was found of texts that are nearly the same: groups, the largest of them, labels that contradict each other."""

import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from hhtui.model import SIDES, Side
from hhtui.store.columns import GROUPS, Columns
from hhtui.store.connection import kept_by
from hhtui.store.dupes.grouped import contradictions, sizes
from hhtui.store.dupes.run import THRESHOLD
from hhtui.store.dupes.signing import Signatures
from hhtui.store.dupes.state import done, extent
from hhtui.store.errors import StoreError
from hhtui.store.pairs import count, key_of

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

LARGEST = 10
MOST = 50


class Group(NamedTuple):
    """A group of texts that are nearly the same: its number, its pairs by key, on each side how many have one."""

    number: int
    pairs: int
    sides: dict[Side, int]
    keys: tuple[str, ...]

    @property
    def query(self) -> str:
        """The query that finds its pairs."""
        return f"dupe:{self.number}"


class Contradiction(NamedTuple):
    """Pairs with nearly the same prompt, by key: what those in `chosen` chose, those in `rejected` rejected.

    `query` finds them.
    """

    chosen: tuple[str, ...]
    rejected: tuple[str, ...]
    query: str


class Findings(NamedTuple):
    """What is known of similar texts.

    `threshold` is the similarity from which texts are nearly the same, `looked_at` in how many pairs they were looked
    for, of `pairs`; `groups` how many there are, `in_groups` how many pairs have a text in one, and `sides` on which
    side. `largest` are the ten with most pairs. `contradictory` counts the pairs whose labels contradict another's,
    `contradictions` are the fifty with most pairs. `same_responses` are the pairs whose own two responses are nearly
    the same, by key.
    """

    threshold: float
    pairs: int
    looked_at: int
    groups: int
    in_groups: int
    sides: dict[Side, int]
    largest: tuple[Group, ...]
    contradictory: int
    contradictions: tuple[Contradiction, ...]
    same_responses: tuple[str, ...]


def findings(connection: sqlite3.Connection) -> Findings:
    """Return what `run.find` found, nothing in a database without pairs; raises StoreError where it was never run."""
    found, pairs = extent(connection), count(connection)
    if not pairs:
        threshold = found.threshold if found else THRESHOLD
        return Findings(threshold, 0, 0, 0, 0, dict.fromkeys(SIDES, 0), (), 0, (), ())
    if found is None:
        raise StoreError("nobody has looked for similar texts in this database; hhtui dupes DB does")
    groups = _groups(connection)
    numbers, counts = sizes(groups)
    against = contradictions(groups)
    return Findings(
        threshold=found.threshold,
        pairs=pairs,
        looked_at=found.pairs,
        groups=len(numbers),
        in_groups=int((groups > 0).any(axis=1).sum()),
        sides={side: int((groups[:, place] > 0).sum()) for place, side in enumerate(SIDES)},
        largest=tuple(
            _group(connection, groups, number, pairs)
            for number, pairs in zip(numbers[:LARGEST].tolist(), counts[:LARGEST].tolist(), strict=True)
        ),
        contradictory=len({place for one in against for place in (*one.chosen, *one.rejected)}),
        contradictions=tuple(
            Contradiction(
                _keys(connection, one.chosen),
                _keys(connection, one.rejected),
                f"dupe.prompt:{one.prompt} dupe.response:{one.response}",
            )
            for one in against[:MOST]
        ),
        same_responses=_keys(connection, _with_same_responses(connection)),
    )


def _groups(connection: sqlite3.Connection) -> "NDArray[numpy.int32]":
    """Return the group of each pair's prompt, chosen and rejected text, 0 for none."""
    import numpy

    columns = kept_by(connection, Columns)
    return numpy.stack([columns.get(connection, name) for name in GROUPS], axis=1)


def _with_same_responses(connection: sqlite3.Connection) -> list[int]:
    """Return the places of the pairs whose two responses are nearly the same."""
    import numpy

    state = done(connection)
    assert state is not None
    texts = Signatures(connection).numbers()[: state.pairs, 1:]
    filled = numpy.flatnonzero((texts > 0).all(axis=1))
    same = state.roots[texts[filled] - 1]
    places: list[int] = filled[same[:, 0] == same[:, 1]].tolist()
    return places


def _group(connection: sqlite3.Connection, groups: "NDArray[numpy.int32]", number: int, pairs: int) -> Group:
    import numpy

    inside = groups == number
    sides = {side: int(inside[:, place].sum()) for place, side in enumerate(SIDES)}
    places = numpy.flatnonzero(inside.any(axis=1)).tolist()
    return Group(number, pairs, sides, _keys(connection, places))


def _keys(connection: sqlite3.Connection, places: Sequence[int]) -> tuple[str, ...]:
    return tuple(key for place in places if (key := key_of(connection, place + 1)) is not None)
