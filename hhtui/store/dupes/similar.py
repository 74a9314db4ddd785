"""The pairs that are similar to one, and why: family, opening, texts that are nearly the same, the nearest."""

import sqlite3
from typing import TYPE_CHECKING, Literal, NamedTuple

from hhtui.model import SIDES, Side
from hhtui.query.toggling import item
from hhtui.store.columns import Columns
from hhtui.store.connection import kept_by
from hhtui.store.dupes.nearest import likest, nearest, texts_of
from hhtui.store.dupes.state import extent
from hhtui.store.pairs import count, key_of

if TYPE_CHECKING:
    from collections.abc import Iterator

Reason = Literal["family", "opening", "duplicate", "nearest"]
MOST_COMPARED = 200
"""Members of one group of which it is worked out how much they are alike."""


class Alike(NamedTuple):
    """A pair that is similar: its key, how much of which two texts is alike, None where that was not asked.

    `likeness` is from 0 to 1; `own` is the text of the pair that was asked about, `other` that of this one, "" where
    the likeness is None.
    """

    pair_id: int
    key: str
    likeness: float | None = None
    own: Side | Literal[""] = ""
    other: Side | Literal[""] = ""


class Kin(NamedTuple):
    """The pairs that are similar for one reason: what they have in common, how many they are, the first of them.

    `query` finds them all, and the pair that was asked about. `pairs` are without that one.
    """

    reason: Reason
    title: str
    query: str
    total: int
    pairs: tuple[Alike, ...]


class Similar(NamedTuple):
    """What is similar to a pair, the surest reason first; `note` says what is not known."""

    key: str
    kin: tuple[Kin, ...]
    note: str


def similar(connection: sqlite3.Connection, pair_id: int, limit: int = 10) -> Similar:
    """Return the pairs that are similar to this one, at most `limit` for each reason.

    Raises KeyError where there is no such pair.
    """
    key = key_of(connection, pair_id)
    if key is None:
        raise KeyError(pair_id)
    kin = [
        *_related(connection, pair_id, key, limit),
        *_duplicates(connection, pair_id, limit),
    ]
    known = {alike.pair_id for one in kin for alike in one.pairs}
    kin += _nearest(connection, pair_id, key, limit, known)
    return Similar(key, tuple(kin), _note(connection, pair_id))


def _related(connection: sqlite3.Connection, pair_id: int, key: str, limit: int) -> "Iterator[Kin]":
    titles: dict[Reason, str] = {"family": "same conversation, continued", "opening": "same first human turn"}
    for reason, title in titles.items():
        (number,) = connection.execute(f"SELECT {reason} FROM pair WHERE id = ?", (pair_id,)).fetchone()
        rows = connection.execute(
            f"SELECT id FROM pair WHERE {reason} = ? AND id <> ? ORDER BY id", (number, pair_id)
        ).fetchall()
        if rows:
            own = texts_of(connection, pair_id) or {}
            pairs = []
            for (other,) in rows[:limit]:
                texts = texts_of(connection, other)
                near = likest(other, own, texts) if own and texts else None
                pairs.append(_alike(connection, other, near and near[1:]))
            yield Kin(reason, title, f"{reason}:{item(key) or number}", len(rows), tuple(pairs))


def _duplicates(connection: sqlite3.Connection, pair_id: int, limit: int) -> "Iterator[Kin]":
    import numpy
    from rapidfuzz.distance import Indel

    if extent(connection) is None:
        return
    columns = kept_by(connection, Columns)
    sides = [columns.get(connection, f"dupe.{side}") for side in SIDES]
    own = texts_of(connection, pair_id)
    seen: set[int] = set()
    for place, side in enumerate(SIDES):
        number = int(sides[place][pair_id - 1])
        if own is None or not number or number in seen:
            continue
        seen.add(number)
        inside = numpy.stack([values == number for values in sides], axis=1)
        inside[pair_id - 1] = False
        places = numpy.flatnonzero(inside.any(axis=1))
        found = []
        for at in places[:MOST_COMPARED].tolist():
            texts = texts_of(connection, at + 1)
            if texts is not None:
                likeness, other = max(
                    (Indel.normalized_similarity(own[side], texts[SIDES[one]]), SIDES[one])
                    for one in numpy.flatnonzero(inside[at]).tolist()
                )
                found.append((at + 1, (likeness, side, other)))
        found.sort(key=lambda one: (-one[1][0], one[0]))
        pairs = tuple(_alike(connection, other, near) for other, near in found[:limit])
        title = f"{side} nearly the same, group {number}"
        yield Kin("duplicate", title, f"dupe:{number}", len(places), pairs)


def _nearest(connection: sqlite3.Connection, pair_id: int, key: str, limit: int, known: set[int]) -> "Iterator[Kin]":
    found = [near for near in nearest(connection, pair_id, limit + len(known)) if near.pair_id not in known][:limit]
    if found:
        pairs = tuple(_alike(connection, near.pair_id, near[1:]) for near in found)
        keys = ",".join(filter(None, (item(one) for one in [key, *(pair.key for pair in pairs)])))
        yield Kin("nearest", "most alike of those that share rare words", f"key:{keys}", len(pairs), pairs)


def _alike(connection: sqlite3.Connection, pair_id: int, near: "tuple[float, Side, Side] | None") -> Alike:
    return Alike(pair_id, key_of(connection, pair_id) or "", *(near or ()))


def _note(connection: sqlite3.Connection, pair_id: int) -> str:
    found = extent(connection)
    if found is None:
        return "Texts that are nearly the same are not known yet; hhtui dupes DB looks for them."
    if found.upto < pair_id:
        return (
            f"Texts that are nearly the same are known of {found.pairs:,} of {count(connection):,} pairs; "
            "hhtui dupes DB looks at the others."
        )
    return ""


def in_words(alike: Alike) -> str:
    """Return how much of which texts is alike in a few words, "" where that was not asked."""
    if alike.likeness is None:
        return ""
    of = f"{alike.own}s" if alike.own == alike.other == "prompt" else f"this {alike.own}, its {alike.other}"
    return f"{100 * alike.likeness:3.0f} %  {of}"
