"""Random samples: what they say of all pairs, and how often a rule is right."""

from typing import TYPE_CHECKING

from hhtui.api.opening import annotator_name
from hhtui.store.database import Database

if TYPE_CHECKING:
    from hhtui.audit.estimates import Estimate
    from hhtui.audit.rule_checks import RuleCheck
    from hhtui.audit.samples import Attainable, Decided, Sample
    from hhtui.store.decisions import Step


def sample(
    database: Database,
    query: str,
    what: str,
    *,
    n: int = 200,
    margin: float | None = None,
    seed: int = 7,
    by: str | None = None,
    everyone: bool = False,
    decided: "Decided" = "again",
) -> "Sample":
    """Return the state of a random sample of the pairs that meet `query`, of which `what` is asked.

    It is the first `n` pairs, or with `margin`, from 0 to .5, as many as give that margin at worst, of an order of all
    these pairs that `seed` makes and that is frozen the first time. What `by` has read of it blind counts, or what
    `everyone` has; with `decided` "count" also what was decided elsewhere, one by one. Raises StoreError where `what`
    cannot be asked or nothing can be drawn, TaxonomyError for a label that is neither in the taxonomy nor in use,
    QueryError about the query.
    """
    from hhtui.audit.intervals import size_for
    from hhtui.audit.samples import sample_of
    from hhtui.store import frames, questions, taxonomies

    question = questions.parse_question(what)
    if question.label:
        taxonomies.check(database.reader(), question.label)
    frame = frames.frame_of(database, query, seed)
    size = n if margin is None else size_for(margin, frame.size)
    annotator = "" if everyone else by or annotator_name()
    return sample_of(database.reader(), frame, question, size, annotator=annotator, decided=decided)


def attainable(sample: "Sample", expected: float = 0.1, margin: float | None = None) -> "Attainable":
    """Return what a sample can tell before it is read; the share `expected` and the `margin` wanted are from 0 to 1."""
    from hhtui.audit.samples import attainable as attainable_by

    return attainable_by(sample.size, sample.population, expected, margin)


def estimate(database: Database, sample: "Sample", *, by_subset: bool = False) -> "Estimate":
    """Return what a sample says of all pairs that it is drawn from: the share with its interval, by subset if asked."""
    from hhtui.audit.estimates import estimate as estimate_from

    return estimate_from(database.reader(), sample, by_subset=by_subset)


def check(
    database: Database, rule: str, decision: str, *, n: int = 50, seed: int = 7, by: str | None = None
) -> "RuleCheck":
    """Return how often `decision`, such as drop:yes, is right about `n` pairs of the query `rule`, and whom that hits.

    It is right where `by`, reading blind, decided so. Raises as `sample` does, and AuditError where `decision` does
    not say what to decide.
    """
    from hhtui.audit.rule_checks import check_rule, refuse_unclear
    from hhtui.store.questions import parse_question

    refuse_unclear(parse_question(decision))
    return check_rule(database.reader(), sample(database, rule, decision, n=n, seed=seed, by=by))


def apply_rule(database: Database, found: "RuleCheck", *, by: str | None = None) -> "Step":
    """Decide about all pairs of a rule as one step of `by`, marked as bulk, with the evidence that `check` found.

    Pairs that the reader decided one by one keep that decision. Raises AuditError where no other is left.
    """
    from hhtui.audit import rule_checks
    from hhtui.store.decisions import Annotator

    person = Annotator.begin(database, by or annotator_name())
    try:
        return rule_checks.apply_rule(person, found)
    finally:
        person.end()
