"""Rules with evidence: how often a decision about all pairs of a query would be right, and whom the rule hits."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from hhtui.audit.errors import AuditError
from hhtui.audit.estimates import Estimate, estimate
from hhtui.audit.samples import Sample, subsets_of
from hhtui.model import RESPONSES, Context, Question
from hhtui.store import readings, results, taxonomies
from hhtui.store.connection import Connection
from hhtui.store.decisions import Annotator, Conditions, Step
from hhtui.store.identity import naming_groups
from hhtui.store.indexed import reach

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Mask = NDArray[numpy.bool_]


class Hits(NamedTuple):
    """How many of the `pairs` of a subset, "" for all, a rule hits: among those whose replies name an identity group,
    `naming`, and among the `others`. Pairs beyond the text index are neither.
    """

    subset: str
    pairs: int
    hit: int
    naming: int
    naming_hit: int
    others: int
    others_hit: int

    @property
    def of_naming(self) -> float | None:
        """The share, from 0 to 1, of the pairs that name a group; None without any."""
        return self.naming_hit / self.naming if self.naming else None

    @property
    def of_others(self) -> float | None:
        """The share, from 0 to 1, of the other pairs; None without any."""
        return self.others_hit / self.others if self.others else None


class RuleCheck(NamedTuple):
    """A rule, its evidence, and whom it hits: in all pairs first, then by subset where there are several.

    `rest` is how many of its pairs applying it would decide about: all that its reader has not decided one by one.
    """

    estimate: Estimate
    hits: tuple[Hits, ...]
    rest: int

    @property
    def sample(self) -> Sample:
        """The sample that was read."""
        return self.estimate.sample

    def evidence(self) -> dict[str, Any]:
        """Return what is written into the log where the rule is applied."""
        sample, whole, frame = self.sample, self.estimate.whole, self.sample.frame
        return {
            **{"n": sample.size, "read": whole.read, "right": whole.positive, "skipped": sample.skipped},
            **{"complete": sample.is_complete, "interval": list(whole.interval), "annotator": sample.annotator},
            **{"frame": frame.id, "seed": frame.seed, "pairs": frame.size, "decided": sample.decided},
        }

    def to_json(self) -> dict[str, Any]:
        """Return it in JSON's types; shares are from 0 to 1, null where they are of no pair."""
        told = self.estimate.to_json()
        return {
            **{
                "rule": self.sample.frame.query,
                "decision": told.pop("question"),
                "right": self.estimate.whole.positive,
            },
            **told,
            "rest": self.rest,
            "hits": [
                {**one._asdict(), "naming_share": one.of_naming, "others_share": one.of_others} for one in self.hits
            ],
        }


def check_rule(connection: Connection, sample: Sample) -> RuleCheck:
    """Return what a sample of the pairs of a rule says of deciding about all of them."""
    rest = len(pairs_to_decide(connection, sample))
    return RuleCheck(estimate(connection, sample), hits_of(connection, sample), rest)


def refuse_unclear(decision: Question) -> None:
    """Raise AuditError where `decision` does not say what to decide of a pair: a label needs its response."""
    if decision.kind == "label" and not decision.side:
        either = " or ".join(f"label.{side}:{decision.label}" for side in RESPONSES)
        raise AuditError(f"{decision} does not say which response the label is for; check {either}")


def hits_of(connection: Connection, sample: Sample) -> tuple[Hits, ...]:
    """Return how many pairs the rule of `sample` hits: of all pairs, then of each subset that it hits."""
    import numpy

    ids = numpy.asarray(results.everything(connection).ids, dtype=numpy.int64)
    hit = numpy.isin(ids, sample.order)
    naming = naming_groups(connection, RESPONSES)[ids - 1]
    others = ~naming & (ids <= reach(connection))
    subsets = numpy.asarray(subsets_of(connection, ids.tolist()))
    names = sorted(set(subsets[hit].tolist()))
    parts = [_hits(name, subsets == name, hit, naming, others) for name in names] if len(set(subsets)) > 1 else []
    return (_hits("", numpy.ones(len(ids), dtype=numpy.bool_), hit, naming, others), *parts)


def pairs_to_decide(connection: Connection, sample: Sample) -> Sequence[int]:
    """Return the pairs of the rule whose decision is left to it: all but those that its reader decided one by one."""
    read = readings.of_frame(connection, sample.frame, sample.question, sample.annotator)
    elsewhere = readings.decided(connection, sample.question, sample.annotator)
    own = {pair_id for one in (read, elsewhere) for pair_id, answer in one.items() if answer is not None}
    return [pair_id for pair_id in sample.order if pair_id not in own]


def apply_rule(person: Annotator, found: RuleCheck) -> Step:
    """Save the decision about all pairs of the rule as one step of `person`, marked as bulk, with the evidence.

    Pairs that the reader decided one by one keep that decision. Raises AuditError where that leaves none, and where the
    rule finds other pairs by now than those that it was checked on.
    """
    sample = found.sample
    if sample.joined or sample.left:
        raise AuditError(
            f"{sample.frame.query!r} finds other pairs than when they were drawn: {sample.joined:,} more, "
            f"{sample.left:,} no longer; check it anew with another --seed"
        )
    pair_ids = pairs_to_decide(person.database.reader(), sample)
    if not pair_ids:
        raise AuditError(f"every pair of {sample.frame.query!r} is decided one by one; there is nothing left to apply")
    rule = sample.frame.query
    context = Context(interface="command line", query=rule, bulk=True, rule=rule, evidence=found.evidence())
    if sample.question.kind == "label":
        context["taxonomy"] = taxonomies.current(person.database.reader()).version
    kind, value, side, label = sample.question
    return person.decide(pair_ids, kind, value, sides=(side,), label=label, conditions=Conditions(context=context))


def _hits(subset: str, within: "Mask", hit: "Mask", naming: "Mask", others: "Mask") -> Hits:
    masks = (within, within & hit, within & naming, within & naming & hit, within & others, within & others & hit)
    return Hits(subset, *(int(mask.sum()) for mask in masks))
