"""Several people's decisions about one pair become one, or a conflict that has to be settled first."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from hhtui.store.errors import StoreError
from hhtui.store.votes import Vote, Votes

WAYS = "majority, by:NAME or adjudicated"


class Settlement(NamedTuple):
    """How conflicts are settled: "" not at all, "majority", "by" the annotator `name`, or "adjudicated"."""

    way: str = ""
    name: str = ""

    def __str__(self) -> str:
        """Return it as it is written on the command line."""
        return f"{self.way}:{self.name}" if self.name else self.way


UNSETTLED = Settlement()
"""Every conflict is refused."""


class Settled(NamedTuple):
    """What counts for a pair, and the votes that say so."""

    value: str
    votes: Sequence[Vote]


class Conflict(NamedTuple):
    """People disagree about a pair in decisions of one kind, or about a label of a side (`label.SIDE:LABEL`)."""

    key: str
    kind: str
    votes: Sequence[Vote]

    def __str__(self) -> str:
        """Return it on one line: `made/test/3: preference: ann chosen, bob rejected`."""
        said = ", ".join(f"{vote.annotator} {vote.value}" for vote in self.votes)
        return f"{self.key}: {self.kind}: {said}"


def settlement(text: str | None) -> Settlement:
    """Return the way that `text` names, None for none; raises StoreError where there is no such way."""
    if text in (None, "majority", "adjudicated"):
        return Settlement(text or "")
    way, _, name = str(text).partition(":")
    if way == "by" and name.strip():
        return Settlement(way, name)
    raise StoreError(f"conflicts are not settled by {text!r}; give {WAYS}")


def settle(
    votes: Votes, how: Settlement, people: Sequence[str] | None = None
) -> tuple[dict[int, Settled], dict[int, Sequence[Vote]]]:
    """Return what counts for each pair, and of the others the votes that are in conflict, by pair id.

    `people` are those whose votes count, None for everyone. Votes of one value are no conflict. A majority has
    more votes than any other value; by somebody are only their own; an adjudication, where there is one, counts
    before all votes.
    """
    counted: dict[int, Settled] = {}
    conflicts: dict[int, Sequence[Vote]] = {}
    for pair_id, everyone in votes.of_pair.items():
        given = [vote for vote in everyone if people is None or vote.annotator in people]
        if how.way == "by":
            given = [vote for vote in given if vote.annotator == how.name]
        value = _value(given, how, votes.adjudicated.get(pair_id))
        if value is not None:
            counted[pair_id] = value
        elif given:
            conflicts[pair_id] = sorted(given)
    return counted, conflicts


def check_name(how: Settlement, names: Sequence[str]) -> None:
    """Raise StoreError where conflicts are to be settled by somebody who is none of `names`, who have votes."""
    if how.way == "by" and how.name not in names:
        raise StoreError(f"{how.name} decided nothing here that counts; those who did: {', '.join(names) or 'nobody'}")


def _value(given: Sequence[Vote], how: Settlement, adjudicated: Vote | None) -> Settled | None:
    if how.way == "adjudicated" and adjudicated is not None:
        return Settled(adjudicated.value, (adjudicated,))
    counts = Counter(vote.value for vote in given).most_common(2)
    if not counts or (len(counts) > 1 and (how.way != "majority" or counts[0][1] == counts[1][1])):
        return None
    value = counts[0][0]
    return Settled(value, [vote for vote in given if vote.value == value])
