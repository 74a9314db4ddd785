"""Which pairs a triage shows: from a queue, at random, shared with others, and once more."""

import random
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from itertools import zip_longest
from typing import NamedTuple

from hhtui.model import Lane
from hhtui.store import frames, results
from hhtui.store.database import Database
from hhtui.store.disputes import disputes_about
from hhtui.store.errors import StoreError
from hhtui.store.events import LIVE, PAIR_ID
from hhtui.store.frames import HASH_BYTES, Frame
from hhtui.store.triage import Item, Plan, TakenError, Triage, begin, reserved

TRIES = 5
DECIDED = "('flag', 'drop', 'preference', 'label')"


class Wanted(NamedTuple):
    """What somebody wants to read.

    `lists` are the lists of a queue, which are read in turn: what each is called, and its query with its order.
    `limit` is how many pairs; of these the shares `random` (drawn from all pairs that are not avoided), `overlap` (the
    same pairs for everybody) and `repeat` (one's own earlier pairs) are read blind, the others where `blind` says so; a
    share above 0 is at least one pair, where there is one.
    `avoid` is a query of pairs not to be shown. `lane` is "adjudication" where decisions are to be settled: then pairs
    that are decided are shown too, until all that people differ about was decided in that lane.
    """

    lists: Sequence[tuple[str, str]]
    limit: int = 50
    blind: bool = False
    avoid: str = ""
    random: float = 0.0
    overlap: float = 0.0
    repeat: float = 0.0
    seed: int = 7
    lane: Lane = "queue"


def start(database: Database, annotator: str, plan: Plan, wanted: Wanted) -> Triage:
    """Draw pairs and begin a triage with them; nobody else's queue has the same ones.

    Raises StoreError where nothing is left to read, or the shares are more than everything; QueryError about a query.
    """
    for _ in range(TRIES):
        try:
            return begin(database, annotator, plan, draw(database, annotator, wanted))
        except TakenError as error:
            taken = error
    raise taken


def draw(database: Database, annotator: str, wanted: Wanted) -> list[Item]:
    """Return the pairs to be read, the lanes mixed by the seed, each lane in its own order.

    Of the queue those are left out that somebody has decided about, that `annotator` has skipped, and that stand in
    a queue that somebody else is reading.
    """
    if wanted.random + wanted.overlap + wanted.repeat > 1:
        raise StoreError("the shares for random, overlap and repeat together are more than 100 %")
    connection = database.reader()
    avoided = _avoided(connection, wanted.avoid)
    chosen: set[int] = set()

    def take(candidates: Iterable[Item], most: int) -> list[Item]:
        lane: list[Item] = []
        for item in candidates:
            if len(lane) >= most or len(chosen) >= wanted.limit:
                break
            if item.pair_id not in avoided and item.pair_id not in chosen:
                chosen.add(item.pair_id)
                lane.append(item)
        return lane

    def some(share: float) -> int:
        return max(1, round(share * wanted.limit))

    lanes = []
    if wanted.random:
        frame = frames.frame_of(database, f"-({wanted.avoid})" if wanted.avoid.strip() else "", wanted.seed)
        lanes.append(take(unread(connection, annotator, frame, "random"), some(wanted.random)))
    if wanted.overlap:
        lanes.append(take(_shared(connection, annotator, wanted), some(wanted.overlap)))
    if wanted.repeat:
        lanes.append(take(_once_more(connection, annotator, wanted.seed), some(wanted.repeat)))
    avoided |= _done(connection, annotator, wanted.lane)
    lanes.append(take(_queue(connection, wanted), wanted.limit - len(chosen)))
    return _mixed(lanes, wanted.seed)


def waiting(connection: sqlite3.Connection, annotator: str, lists: Sequence[tuple[str, str]]) -> int:
    """Return how many different pairs of a queue's lists there are for `annotator` to read."""
    found = {int(pair_id) for _, query in lists for pair_id in _ids(connection, query)}
    return len(found - _done(connection, annotator, "queue"))


def unread(connection: sqlite3.Connection, annotator: str, frame: Frame, lane: Lane) -> Iterator[Item]:
    """Yield the pairs of `frame` that nobody has read or skipped in a sample of it, blind, in the order of the draw.

    Those that somebody else has before them now are left out.
    """
    done = set(_pairs(connection, "json_extract(context, '$.frame') = ?", (frame.id,)))
    done |= reserved(connection, annotator)
    for place, pair_id in enumerate(frames.permutation(connection, frame).tolist()):
        if pair_id not in done:
            yield Item(pair_id, lane, True, frame=frame.id, draw=place)


def _queue(connection: sqlite3.Connection, wanted: Wanted) -> Iterator[Item]:
    """Yield the pairs of the lists, one of each in turn."""
    several = len(wanted.lists) > 1

    def items(name: str, query: str) -> Iterator[Item]:
        surfaced_by = name if several else ""
        return (Item(int(one), wanted.lane, wanted.blind, surfaced_by, query=query) for one in _ids(connection, query))

    for together in zip_longest(*(items(*one) for one in wanted.lists)):
        yield from (item for item in together if item is not None)


def _shared(connection: sqlite3.Connection, annotator: str, wanted: Wanted) -> Iterator[Item]:
    """Yield pairs of the queue: first what others were given to read in this lane, then new ones by chance.

    What `annotator` has decided about or skipped, in any lane, is left out, and so are new pairs that somebody has
    decided about: those would not be read by everybody under the same conditions.
    """
    mine = set(_pairs(connection, "annotator = ?", (annotator,)))
    found = {int(pair_id) for _, query in wanted.lists for pair_id in _ids(connection, query)} - mine
    given = connection.execute(
        f"SELECT {PAIR_ID} FROM triage JOIN triage_item ON triage_item.triage = triage.id "
        "WHERE lane = 'overlap' AND annotator != ? ORDER BY started_at, position",
        (annotator,),
    ).fetchall()
    new = _by_chance(connection, found - _done(connection, annotator, "queue"), wanted.seed)
    for pair_id in dict.fromkeys([*(one for (one,) in given), *new]):
        if pair_id in found:
            yield Item(pair_id, "overlap", True)


def _once_more(connection: sqlite3.Connection, annotator: str, seed: int) -> Iterator[Item]:
    """Yield pairs that `annotator` has read and decided about, and not read again yet, by chance."""
    again = set(_pairs(connection, "annotator = ? AND json_extract(context, '$.lane') = 'repeat'", (annotator,)))
    read = _pairs(
        connection,
        f"annotator = ? AND kind IN {DECIDED} AND json_extract(context, '$.bulk') IS NOT 1 "
        "AND json_extract(context, '$.interface') = 'screen'",
        (annotator,),
    )
    for pair_id in _by_chance(connection, (one for one in read if one not in again), seed):
        yield Item(pair_id, "repeat", True)


def _done(connection: sqlite3.Connection, annotator: str, lane: Lane) -> set[int]:
    """Return the pairs that need not be shown in `lane`."""
    if lane == "adjudication":
        looked_at = _pairs(connection, "json_extract(context, '$.lane') = 'adjudication'", ())
        return {one for one in looked_at if all(found.settled for found in disputes_about(connection, one))}
    decided = connection.execute(f"SELECT DISTINCT pair_id FROM decision WHERE kind IN {DECIDED}").fetchall()
    skipped = _pairs(connection, "annotator = ? AND kind = 'skip'", (annotator,))
    return {pair_id for (pair_id,) in decided} | set(skipped) | reserved(connection, annotator)


def _pairs(connection: sqlite3.Connection, condition: str, parameters: Sequence[object]) -> list[int]:
    """Return the local ids of the pairs with a live event, no note, that meets the condition."""
    rows = connection.execute(
        f"SELECT DISTINCT {PAIR_ID} FROM event "
        f"WHERE {condition} AND pair_hash IS NOT NULL AND kind != 'note' AND {LIVE}",
        tuple(parameters),
    )
    return [pair_id for (pair_id,) in rows if pair_id is not None]


def _avoided(connection: sqlite3.Connection, query: str) -> set[int]:
    return set(map(int, _ids(connection, query))) if query.strip() else set()


def _ids(connection: sqlite3.Connection, query: str) -> Sequence[int]:
    from hhtui.query.parser import parse

    return results.search(connection, parse(query)).ids


def _by_chance(connection: sqlite3.Connection, pair_ids: Iterable[int], seed: int) -> list[int]:
    """Return the pairs in an order drawn by their hashes and `seed`, the same for everybody."""
    wanted, key = set(pair_ids), str(seed).encode()
    drawn = [
        (blake2b(digest, key=key, digest_size=HASH_BYTES).digest(), pair_id)
        for pair_id, digest in connection.execute("SELECT id, hash FROM pair")
        if pair_id in wanted
    ]
    return [pair_id for _, pair_id in sorted(drawn)]


def _mixed(lanes: Sequence[Sequence[Item]], seed: int) -> list[Item]:
    """Return all items, each lane in its order, the lanes in turn by chance."""
    turns = [at for at, lane in enumerate(lanes) for _ in lane]
    random.Random(seed).shuffle(turns)
    waiting = [iter(lane) for lane in lanes]
    return [next(waiting[at]) for at in turns]
