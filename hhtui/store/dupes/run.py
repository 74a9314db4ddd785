"""Finds the texts that are nearly the same and packs their groups; whatever is done stays done."""

import sqlite3
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hhtui.model import SIDES
from hhtui.progress import Observer, Progress, unobserved
from hhtui.store.columns import pack
from hhtui.store.database import Database
from hhtui.store.dupes.candidates import in_one_band, join
from hhtui.store.dupes.grouped import group_numbers
from hhtui.store.dupes.signatures import BANDS, METHOD
from hhtui.store.dupes.signing import Signatures, sign
from hhtui.store.dupes.state import State, done, extent, finish, store, under_way
from hhtui.store.dupes.texts import Texts
from hhtui.store.errors import StoreError
from hhtui.store.pairs import count, last_id

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

THRESHOLD = 0.9
LOWEST, HIGHEST = 0.8, 1.0
"""The thresholds for which enough candidates are found."""
AT_ONCE = 20_000
"""Pairs of texts that are verified at a time."""
VERIFIERS = 2
"""Threads that verify."""


def find(database: Database, threshold: float | None = None, observer: Observer = unobserved) -> None:
    """Bring the groups of texts that are nearly the same up to the pairs that are stored.

    Two texts are where the normalised Indel similarity of their words (see `signatures.comparable`), 1 − edits / (both
    lengths) with insertions and deletions as edits, is at least `threshold`: without one that of the groups that are
    there, at first 0.9. What is nearly the same as one of a group belongs to the group. Goes on where an earlier call
    stopped, and compares only what is new. Raises StoreError where the threshold is not between 0.8 and 1, or the
    database cannot be written.
    """
    connection = database.reader()
    if threshold is None:
        found = extent(connection)
        threshold = found.threshold if found else THRESHOLD
    if not LOWEST <= threshold <= HIGHEST:
        raise StoreError(f"a threshold of {threshold:g} is not offered; give one between {LOWEST:g} and {HIGHEST:g}")
    if not count(connection):
        return
    last = last_id(connection)
    removed = _removed(connection, last)
    sign(database, observer)
    signatures = Signatures(connection)
    packed = done(connection)
    wanted = (METHOD, threshold, last, removed, signatures.texts)
    if packed is not None and packed[: len(wanted)] == wanted:
        return
    state = _begun(connection, threshold)._replace(pairs=last, removed=removed)
    present = _present(connection, signatures.numbers())
    texts = Texts(connection, present, signatures.texts)
    while state.texts < signatures.texts:
        state = _extended(database, state, signatures, texts, observer)
    groups = group_numbers(state.roots, present)
    with database.writing() as writer:
        for place, side in enumerate(SIDES):
            pack(writer, f"dupe.{side}", groups[:, place])
        finish(writer, state._replace(made_at=datetime.now(UTC).isoformat()))


def _begun(connection: sqlite3.Connection, threshold: float) -> State:
    """Return what is under way, else what is done, else the beginning.

    What was made in another way or of pairs that are gone is of no use.
    """
    import numpy

    for state in (under_way(connection), done(connection)):
        if (
            state is not None
            and (state.method, state.threshold) == (METHOD, threshold)
            and _removed(connection, state.pairs) == state.removed
        ):
            return state
    return State(METHOD, threshold, 0, 0, 0, 0, 0, numpy.zeros(0, dtype=numpy.int32), "")


def _removed(connection: sqlite3.Connection, upto: int) -> int:
    there: int = connection.execute("SELECT count(*) FROM pair WHERE id <= ?", (upto,)).fetchone()[0]
    return upto - there


def _present(connection: sqlite3.Connection, numbers: "NDArray[numpy.int32]") -> "NDArray[numpy.int32]":
    """Return `numbers` with nothing for the pairs that are gone."""
    import numpy

    if _removed(connection, len(numbers)) == 0:
        return numbers
    present = numpy.zeros_like(numbers)
    ids = [pair_id - 1 for (pair_id,) in connection.execute("SELECT id FROM pair WHERE id <= ?", (len(numbers),))]
    present[ids] = numbers[ids]
    return present


def _extended(database: Database, state: State, signatures: Signatures, texts: Texts, observer: Observer) -> State:
    """Return `state` with its new texts compared, stored after each band."""
    import numpy

    if state.extending == state.texts:
        state = state._replace(extending=signatures.texts, bands_done=0)
    size = state.extending
    sizes = numpy.where(texts.there, signatures.sizes(), 0)[:size]
    roots = numpy.concatenate([state.roots, numpy.arange(len(state.roots), size, dtype=numpy.int32)])
    for band in range(state.bands_done, BANDS):
        observer(Progress("comparing", band, BANDS, "bands"))
        for ones, others in in_one_band(signatures.keys(band)[:size], sizes, state.threshold):
            roots = _verified(roots, ones, others, state, texts)
        last = band + 1 == BANDS
        state = state._replace(roots=roots, bands_done=0 if last else band + 1, texts=size if last else state.texts)
        with database.writing(durable=False) as writer:
            store(writer, state)
    observer(Progress("comparing", BANDS, BANDS, "bands"))
    return state


def _verified(
    roots: "NDArray[numpy.int32]",
    ones: "NDArray[numpy.int32]",
    others: "NDArray[numpy.int32]",
    state: State,
    texts: Texts,
) -> "NDArray[numpy.int32]":
    """Return `roots` with those of the candidates joined that are nearly the same; old texts were compared before."""
    import numpy
    from rapidfuzz.distance import Indel
    from rapidfuzz.process import cpdist

    wanted = (roots[ones] != roots[others]) & (numpy.maximum(ones, others) >= state.texts)
    ones, others = ones[wanted], others[wanted]
    for start in range(0, len(ones), AT_ONCE):
        some, partners = ones[start : start + AT_ONCE], others[start : start + AT_ONCE]
        alike = cpdist(
            texts.of((some + 1).tolist()),
            texts.of((partners + 1).tolist()),
            scorer=Indel.normalized_similarity,
            score_cutoff=state.threshold,
            workers=VERIFIERS,
        )
        same = numpy.asarray(alike) >= state.threshold
        roots = join(roots, some[same], partners[same])
    return roots
