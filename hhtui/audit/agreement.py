"""How far annotators agree, from pairs that several of them read blind, and with themselves, from pairs read twice."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

from hhtui.audit.errors import AuditError
from hhtui.audit.ranking import RESAMPLES, SEED, Interval
from hhtui.audit.reliability import MISSING, Draws, Figure, base_rates, cohen, krippendorff, observed
from hhtui.model import PREFERENCES, Question
from hhtui.store.blind import Readings, Values, readings
from hhtui.store.columns import Columns
from hhtui.store.connection import Connection
from hhtui.store.errors import StoreError
from hhtui.store.questions import parse_question

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    from hhtui.audit.reliability import Ratings

HANDFUL = 5
"""Of fewer pairs no figure is given."""

UNKNOWN = Figure(None)


class Rater(NamedTuple):
    """What one annotator gave in the overlap lane: `pairs` values, their shares, and pairs without a value.

    `skipped` pairs were passed over, `unanswered` ones were read and nothing said that answers.
    """

    annotator: str
    pairs: int
    rates: Mapping[str, float]
    skipped: int
    unanswered: int


class Comparison(NamedTuple):
    """How two annotators, or one now and earlier, agree over `pairs` pairs; `observed` is the share of equals."""

    first: str
    second: str
    pairs: int
    observed: float | None
    kappa: Figure


class Again(NamedTuple):
    """How one annotator agrees with themselves; of `blind_before` pairs the first reading was blind too."""

    comparison: Comparison
    blind_before: int


class Agreement(NamedTuple):
    """How annotators agree on `what`, over `pairs` pairs in `families` that two or more read blind."""

    what: str
    pairs: int
    families: int
    observed: float | None
    alpha: Figure
    comparisons: tuple[Comparison, ...]
    raters: tuple[Rater, ...]
    again: tuple[Again, ...]
    resamples: int
    seed: int

    def to_json(self) -> dict[str, Any]:
        """Return the figures as one JSON object; what cannot be told is null."""
        return {
            "what": self.what,
            "pairs": self.pairs,
            "families": self.families,
            "observed": self.observed,
            "alpha": _figure(self.alpha),
            "comparisons": [_compared(one) for one in self.comparisons],
            "raters": [{**one._asdict(), "rates": dict(one.rates)} for one in self.raters],
            "self_agreement": [{**_compared(one.comparison), "blind_before": one.blind_before} for one in self.again],
            "resamples": self.resamples,
            "seed": self.seed,
        }


def agree(
    connection: Connection,
    what: str = "preference",
    *,
    annotators: Sequence[str] = (),
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Agreement:
    """Return how `annotators`, or all there are, agree on `what`: preference, drop, flag, label:SLUG.

    Intervals are bootstrapped with `resamples` draws of whole families. Raises AuditError where that cannot be asked,
    an annotator has read nothing blind, or too few pairs were read by two.
    """
    asked = _asked(what)
    categories = PREFERENCES if asked.kind == "preference" else ("yes", "no")
    found = _only(readings(connection, asked), annotators)
    names = sorted({name for name, _ in (*found.overlap, *found.skipped)})
    pair_ids = sorted({pair_id for _, pair_id in found.overlap})
    ratings = _ratings(found.overlap, names, pair_ids, categories)
    read_by_two = (ratings != MISSING).sum(axis=0) > 1
    pairs = int(read_by_two.sum())
    again = _self_agreement(connection, found, categories, resamples=resamples, seed=seed)
    if pairs < HANDFUL and not any(one.comparison.pairs >= HANDFUL for one in again):
        raise AuditError(
            f"pairs read blind by two people: {pairs:,}; it takes {HANDFUL} or more: hhtui triage DB --overlap 20% "
            "gives the same pairs to everybody, and --repeat 5% one's own again"
        )
    families = _families(connection, pair_ids)
    drawn = Draws(families, resamples=resamples, seed=seed)
    enough = pairs >= HANDFUL
    return Agreement(
        *(what, pairs, len(set(families[read_by_two].tolist()))),
        observed=observed(ratings, len(categories)) if enough else None,
        alpha=krippendorff(ratings, len(categories), drawn) if enough else UNKNOWN,
        comparisons=tuple(
            _comparison(names[first], names[second], ratings[[first, second]], len(categories), drawn)
            for first, second in combinations(range(len(names)), 2)
        ),
        raters=tuple(_rater(name, ratings[at], found, categories) for at, name in enumerate(names)),
        again=again,
        resamples=resamples,
        seed=seed,
    )


def _asked(what: str) -> Question:
    if what == "preference":
        return Question("preference", "")
    try:
        return parse_question(what if what.startswith("label") else f"{what}:yes")
    except StoreError:
        raise AuditError(
            f"{what!r} is nothing to agree on; ask for preference, drop, flag, label:SLUG or label.rejected:SLUG"
        ) from None


def _only(found: Readings, annotators: Sequence[str]) -> Readings:
    """Return what `annotators` read; raises AuditError where one of them read nothing in these lanes."""
    there = {name for name, _ in (*found.overlap, *found.skipped)} | {one.annotator for one in found.repeated}
    for name in annotators:
        if name not in there:
            known = f"; those who did: {', '.join(sorted(there))}" if there else ""
            raise AuditError(f"{name} has read nothing blind that others read, or twice{known}")
    wanted = set(annotators or there)
    return Readings(
        {reader: value for reader, value in found.overlap.items() if reader[0] in wanted},
        frozenset(reader for reader in found.skipped if reader[0] in wanted),
        tuple(one for one in found.repeated if one.annotator in wanted),
    )


def _ratings(values: Values, names: Sequence[str], pair_ids: Sequence[int], categories: Sequence[str]) -> "Ratings":
    import numpy

    rows, columns = ({one: at for at, one in enumerate(some)} for some in (names, pair_ids))
    ratings = numpy.full((len(names), len(pair_ids)), MISSING, dtype=numpy.int8)
    for (name, pair_id), value in values.items():
        if value is not None:
            ratings[rows[name], columns[pair_id]] = categories.index(value)
    return ratings


def _rater(name: str, ratings: "NDArray[numpy.int8]", found: Readings, categories: Sequence[str]) -> Rater:
    rates = base_rates(ratings, len(categories))
    return Rater(
        *(name, int((ratings != MISSING).sum()), dict(zip(categories, rates, strict=False))),
        skipped=sum(one == name for one, _ in found.skipped),
        unanswered=sum(one == name and value is None for (one, _), value in found.overlap.items()),
    )


def _self_agreement(
    connection: Connection, found: Readings, categories: Sequence[str], *, resamples: int, seed: int
) -> tuple[Again, ...]:
    again = []
    for name in sorted({one.annotator for one in found.repeated}):
        mine = [one for one in found.repeated if one.annotator == name and one.earlier and one.again]
        pair_ids = [one.pair_id for one in mine]
        values: Values = {("earlier", one.pair_id): one.earlier for one in mine}
        values |= {("again", one.pair_id): one.again for one in mine}
        ratings = _ratings(values, ("earlier", "again"), pair_ids, categories)
        drawn = Draws(_families(connection, pair_ids), resamples=resamples, seed=seed)
        compared = _comparison(name, name, ratings, len(categories), drawn)
        again.append(Again(compared, sum(one.blind_before for one in mine)))
    return tuple(again)


def _comparison(first: str, second: str, ratings: "Ratings", categories: int, drawn: Draws) -> Comparison:
    pairs = int((ratings != MISSING).all(axis=0).sum())
    if pairs < HANDFUL:
        return Comparison(first, second, pairs, None, UNKNOWN)
    return Comparison(first, second, pairs, observed(ratings, categories), cohen(ratings, categories, drawn))


def _families(connection: Connection, pair_ids: Sequence[int]) -> "NDArray[numpy.int64]":
    """Return for each pair a number that the pairs of one family share."""
    import numpy

    places = numpy.array(pair_ids, dtype=numpy.int64) - 1
    families = Columns().get(connection, "family").astype(numpy.int64)[places]
    return numpy.where(families > 0, families, -1 - places)


def _figure(figure: Figure) -> dict[str, Any]:
    return {"value": figure.value, "interval": _interval(figure.interval)}


def _interval(interval: Interval | None) -> list[float] | None:
    return None if interval is None else list(interval)


def _compared(one: Comparison) -> dict[str, Any]:
    return {**one._asdict(), "kappa": _figure(one.kappa)}
