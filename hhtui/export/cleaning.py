"""What cleaning does to a database's sources: which pairs it drops, which it swaps, by which rule and by whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hhtui.export.rules import Action, Taken, taken
from hhtui.export.settling import UNSETTLED, Conflict, Settlement, check_name
from hhtui.model import RESPONSES, Bit
from hhtui.store import pairs, records
from hhtui.store.connection import Connection
from hhtui.store.errors import StoreError
from hhtui.store.identity import naming_groups
from hhtui.store.indexed import reach
from hhtui.store.sources import StoredSource, all_sources
from hhtui.store.votes import Vote, people

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Mask = NDArray[numpy.bool_]

DROP = "drop:yes"
SWAP = "preference:rejected"


class ConflictError(StoreError):
    """People disagree about pairs that a rule asks for; `conflicts` has all of them."""

    def __init__(self, conflicts: Sequence[Conflict]) -> None:
        """Name the first of them."""
        kinds = sorted({conflict.kind.partition(".")[0] for conflict in conflicts})
        many = "1 conflict between annotators is" if len(conflicts) == 1 else f"{len(conflicts):,} conflicts are"
        super().__init__(
            f"{many} not settled, the first about {conflicts[0]}; nothing was written; read them with the query "
            f"conflict:{','.join(kinds)} and decide, or settle them with --resolve majority, by:NAME or adjudicated"
        )
        self.conflicts = conflicts


@dataclass(frozen=True, slots=True)
class Policy:
    """What is done about decisions: the query of the pairs to drop, and of those whose sides are exchanged.

    The query "" takes nothing. `how` settles conflicts between annotators.
    """

    drop: str = DROP
    swap: str = SWAP
    how: Settlement = UNSETTLED


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule and what it takes of the pairs of the sources: a share from 0 to 1, None of no pairs.

    `of_naming` is its share among the pairs whose replies name an identity group, `of_others` among the others.
    `unscored` are the columns it asks for which some pairs have no score yet.
    """

    action: Action
    query: str
    pairs: int
    share: float | None
    of_naming: float | None
    of_others: float | None
    unscored: Sequence[str]

    def to_json(self) -> dict[str, Any]:
        """Return the rule in JSON's types."""
        return {
            "action": self.action,
            "query": self.query,
            "pairs": self.pairs,
            "share": self.share,
            "identity_share": self.of_naming,
            "others_share": self.of_others,
            "unscored": list(self.unscored),
        }


@dataclass(frozen=True, slots=True)
class Cleaning:
    """What cleaning will do to each pair of the `sources`.

    `pair_ids` are their pairs in order, by source id; `actions` says what is done to a pair, which is left alone where
    it is not in it. `both` counts the pairs that both rules take: those are dropped. `said` are the votes for which a
    rule takes a pair. `ties` and `single` are the pairs that the swap rule takes and that have no order to turn around:
    the source calls them a tie, or has one dialogue of them. They are left alone.
    """

    policy: Policy
    sources: Sequence[StoredSource]
    pair_ids: Mapping[int, Sequence[int]]
    actions: Mapping[int, Action]
    rules: Sequence[Rule]
    both: int
    said: Mapping[Action, Mapping[int, Sequence[Vote]]]
    ties: frozenset[int] = frozenset()
    single: frozenset[int] = frozenset()

    @property
    def pairs(self) -> int:
        """How many pairs the sources have."""
        return sum(map(len, self.pair_ids.values()))

    @property
    def refused(self) -> int:
        """How many rows of the sources could not be read as pairs; they are left out."""
        return sum(source.rows_refused for source in self.sources)

    def count(self, action: Action, source: StoredSource | None = None) -> int:
        """Return to how many pairs, of one source or of all, `action` is done."""
        chosen = self.sources if source is None else (source,)
        return sum(self.actions.get(pair_id) == action for one in chosen for pair_id in self.pair_ids[one.id])

    def without_order(self, source: StoredSource | None = None) -> dict[str, int]:
        """Return how many pairs, of one source or of all, the swap rule takes in vain, by reason as in `trl.Rows`."""
        chosen = self.sources if source is None else (source,)
        there = {pair_id for one in chosen for pair_id in self.pair_ids[one.id]}
        counts = {"tie": len(self.ties & there), "single_sided": len(self.single & there)}
        return {reason: count for reason, count in counts.items() if count}


def chosen_sources(connection: Connection, subset: str | None, split: str | None) -> list[StoredSource]:
    """Return the sources that have pairs, of this subset and split where given, oldest first.

    Raises StoreError where there is none, and where one was not read to its end: a whole source is cleaned.
    """
    filled = [source for source in all_sources(connection).values() if source.pairs]
    found = [one for one in filled if subset in (None, one.subset) and split in (None, one.split)]
    if not found:
        there = ", ".join(f"{one.subset}/{one.split}" for one in filled) or "none, the database is empty"
        raise StoreError(f"there is no source {subset or '*'}/{split or '*'}; sources: {there}")
    for one in found:
        if not one.complete:
            raise StoreError(
                f"only {one.rows_read:,} rows of {one.subset}/{one.split} are loaded, and a whole source is cleaned; "
                f"load the rest without --limit: hhtui load {one.uri} --db DB"
            )
    return found


def planned(connection: Connection, policy: Policy, sources: Sequence[StoredSource]) -> Cleaning:
    """Return what `policy` does to the pairs of `sources`.

    Raises ConflictError where people disagree about any of them and `policy` does not settle it, and QueryError where
    a rule cannot be read, or this database cannot answer it.
    """
    check_name(policy.how, people(connection))
    pair_ids = {source.id: records.of_source(connection, source.id) for source in sources}
    there = frozenset(pair_id for some in pair_ids.values() for pair_id in some)
    found: dict[Action, Taken] = {
        "drop": taken(connection, policy.drop, policy.how),
        "swap": taken(connection, policy.swap, policy.how),
    }
    _refuse_conflicts(connection, found, there)
    drops, swaps = found["drop"].pair_ids & there, found["swap"].pair_ids & there
    ties = (swaps - drops) & pairs.with_bits(connection, Bit.TIE)
    single = (swaps - drops) & pairs.with_bits(connection, Bit.SINGLE_SIDED) - ties
    actions: dict[int, Action] = dict.fromkeys(swaps - ties - single, "swap")
    actions |= dict.fromkeys(drops, "drop")
    shares = _Shares(connection, there)
    return Cleaning(
        policy=policy,
        sources=tuple(sources),
        pair_ids=pair_ids,
        actions=actions,
        rules=(
            shares.rule("drop", policy.drop, drops, found["drop"].unscored),
            shares.rule("swap", policy.swap, swaps, found["swap"].unscored),
        ),
        both=len(drops & swaps),
        said={action: one.said for action, one in found.items()},
        ties=ties,
        single=single,
    )


def _refuse_conflicts(connection: Connection, found: Mapping[Action, Taken], there: frozenset[int]) -> None:
    disputed = {place: said for one in found.values() for place, said in one.conflicts.items() if place[1] in there}
    if disputed:
        raise ConflictError(
            [
                Conflict(str(pairs.key_of(connection, pair_id)), kind, said)
                for (kind, pair_id), said in sorted(disputed.items(), key=lambda item: (item[0][1], item[0][0]))
            ]
        )


class _Shares:
    """Counts what a rule takes of all pairs, of those whose replies name an identity group, and of the others."""

    def __init__(self, connection: Connection, there: frozenset[int]) -> None:
        import numpy

        naming = naming_groups(connection, RESPONSES)
        self._there = self._mask(there, len(naming))
        self._naming = naming & self._there
        self._others = ~naming & self._there & (numpy.arange(len(naming)) < reach(connection))

    def rule(self, action: Action, query: str, pair_ids: frozenset[int], unscored: Sequence[str]) -> Rule:
        mask = self._mask(pair_ids, len(self._there))
        of_all, of_naming, of_others = (_share(mask, among) for among in (self._there, self._naming, self._others))
        return Rule(action, query, len(pair_ids), of_all, of_naming, of_others, unscored)

    def _mask(self, pair_ids: frozenset[int], size: int) -> "Mask":
        import numpy

        mask = numpy.zeros(size, dtype=numpy.bool_)
        mask[numpy.fromiter(pair_ids, dtype=numpy.int64, count=len(pair_ids)) - 1] = True
        return mask


def _share(mask: "Mask", among: "Mask") -> float | None:
    whole = int(among.sum())
    return int((mask & among).sum()) / whole if whole else None
