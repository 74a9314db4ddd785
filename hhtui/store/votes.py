"""What everybody says of each pair, read from the log: also an explicit no, which the current values do not hold."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from hhtui.model import Decision
from hhtui.store.disputes import MARKS
from hhtui.store.events import LIVE, PAIR_ID, SAYS, pair_of


class Vote(NamedTuple):
    """What an annotator says of a pair: the value of their newest live event, and when it was made."""

    annotator: str
    value: str
    made_at: str


class Votes(NamedTuple):
    """The votes of one kind by pair id, and of each pair that was adjudicated the newest vote of that lane."""

    of_pair: Mapping[int, Sequence[Vote]]
    adjudicated: Mapping[int, Vote]


def votes(connection: sqlite3.Connection, kind: str, side: str = "", label: str = "") -> Votes:
    """Return what everybody says now in decisions of `kind` about pairs: preference, or a mark with "yes" or "no".

    The marks are drop, flag, and a `label` on a `side`. A preference that was withdrawn is no vote. Events of pairs
    that are not here are left out.
    """
    newest: dict[tuple[int, str], Vote] = {}
    adjudicated: dict[int, Vote] = {}
    ids: dict[tuple[bytes, str], int | None] = {}
    events = connection.execute(
        "SELECT pair_hash, pair_key, annotator, value, made_at, coalesce(json_extract(context, '$.lane'), '') "
        f"FROM event WHERE kind = ? AND side = ? AND label = ? AND {SAYS} ORDER BY made_at, uuid",
        (kind, side, label),
    )
    for digest, key, annotator, value, made_at, lane in events:
        if (digest, key) not in ids:
            ids[digest, key] = pair_of(connection, digest, key)
        pair_id = ids[digest, key]
        if pair_id is None:
            continue
        vote = Vote(annotator, value, made_at)
        newest[pair_id, annotator] = vote
        if lane == "adjudication":
            adjudicated[pair_id] = vote
    of_pair: dict[int, list[Vote]] = {}
    for (pair_id, _), vote in newest.items():
        if vote.value:
            of_pair.setdefault(pair_id, []).append(vote)
    return Votes(of_pair, {pair_id: vote for pair_id, vote in adjudicated.items() if vote.value})


def given_labels(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """Return every side and label that anyone ever decided about, in order."""
    return connection.execute(
        "SELECT DISTINCT side, label FROM event WHERE kind = 'label' ORDER BY side, label"
    ).fetchall()


def people(connection: sqlite3.Connection) -> list[str]:
    """Return who has a vote on any pair here, by name."""
    places = [("drop", "", ""), ("flag", "", ""), ("preference", "", "")]
    places += [("label", side, label) for side, label in given_labels(connection)]
    return sorted(
        {vote.annotator for place in places for said in votes(connection, *place).of_pair.values() for vote in said}
    )


def said_no(connection: sqlite3.Connection, pair_ids: Sequence[int]) -> dict[int, list[Decision]]:
    """Return the marks and labels to which annotators say no now about these pairs; pairs without one are left out."""
    rows = connection.execute(
        "SELECT pair.id, annotator, kind, value, side, label, max(made_at) "
        "FROM pair CROSS JOIN event ON event.pair_hash = pair.hash "
        f"WHERE pair.id IN (SELECT value FROM json_each(?)) AND kind IN {MARKS} AND event.value = 'no' AND {LIVE} "
        f"AND {PAIR_ID} = pair.id AND NOT EXISTS (SELECT 1 FROM decision WHERE "
        "(decision.pair_id, decision.annotator, decision.kind, decision.side, decision.label) "
        "= (pair.id, event.annotator, event.kind, event.side, event.label)) "
        "GROUP BY pair.id, annotator, kind, side, label",
        (json.dumps(list(map(int, pair_ids))),),
    )
    found: dict[int, list[Decision]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(Decision(*row))
    return found
