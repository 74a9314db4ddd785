"""How many pairs of a frame are so: what a random sample that was read blind says of all of them."""

from typing import Any, NamedTuple

from hhtui.audit.intervals import of_sample
from hhtui.audit.ranking import CONFIDENCE, Interval
from hhtui.audit.samples import Sample, families_of, subsets_of
from hhtui.audit.strata import Share, Stratum, share_of, weighted_share
from hhtui.store.connection import Connection


class SubsetShare(NamedTuple):
    """One subset: how many of its pairs were skipped, and the share among those that were read."""

    subset: str
    skipped: int
    share: Share


class Bounds(NamedTuple):
    """What the share would be if all skipped pairs were not so, and if all were, with the outer ends of the intervals.

    They hold whatever the skipped pairs are (C. F. Manski 1989, Anatomy of the Selection Problem, Journal of Human
    Resources 24).
    """

    if_none: float
    if_all: float
    interval: Interval


class Estimate(NamedTuple):
    """The share of a frame's pairs that a sample found, whole, and by subset where that was asked.

    `bounds` is there where pairs were skipped. `by_subset` is empty where it was not asked, `weighted` None then.
    """

    sample: Sample
    whole: Share
    bounds: Bounds | None
    by_subset: tuple[SubsetShare, ...] = ()
    weighted: Share | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it in JSON's types; shares are from 0 to 1, null where nothing was read."""
        sample, frame = self.sample, self.sample.frame
        return {
            "question": str(sample.question),
            "annotator": sample.annotator or None,
            "decided": sample.decided,
            "frame": {
                **{"id": frame.id, "query": frame.query, "seed": frame.seed, "pairs": frame.size},
                **{"here": sample.population, "sources": list(frame.sources), "made_at": frame.made_at},
                **{"joined_since": sample.joined, "left_since": sample.left},
            },
            "n": sample.size,
            "complete": sample.is_complete,
            "skipped": sample.skipped,
            "skipped_without_preference": sample.without_preference,
            "open": len(sample.open),
            "left_out": {"after_gap": sample.after_gap, "after_n": sample.after_end},
            "open_read_by_others": sample.by_others,
            "confidence": CONFIDENCE,
            **share_json(self.whole),
            "design_effect": self.whole.design_effect,
            "if_skipped": None if self.bounds is None else _bounds_json(self.bounds),
            "weighted": None if self.weighted is None else share_json(self.weighted),
            "subsets": [
                {
                    **{"subset": one.subset, "pairs": one.share.population, "skipped": one.skipped},
                    **share_json(one.share),
                }
                for one in self.by_subset
            ],
        }


def share_json(share: Share) -> dict[str, Any]:
    """Return a share in JSON's types."""
    return {"read": share.read, "positive": share.positive, "share": share.share, "interval": list(share.interval)}


def estimate(connection: Connection, sample: Sample, *, by_subset: bool = False) -> Estimate:
    """Return what the unbroken beginning of `sample` says of the whole frame; skipped pairs are left out of the share.

    With `by_subset` also the share of each subset, and that of the frame with each weighted by its size.
    """
    read = sample.read
    families = families_of(connection, [one.pair_id for one in read])
    whole = share_of([bool(one.answer) for one in read], families, sample.population)
    found = Estimate(sample, whole, bounds(whole, sample.skipped))
    if not by_subset:
        return found
    parts = _by_subset(connection, sample)
    strata = [Stratum(one.share.population, one.share.read, one.share.positive) for one in parts]
    return found._replace(by_subset=parts, weighted=weighted_share(strata, whole.design_effect))


def bounds(share: Share, skipped: int) -> Bounds | None:
    """Return between which values the share lies whatever the `skipped` pairs are; None where none was skipped."""
    if not skipped:
        return None
    population, read, positive, _, _, effect = share
    drawn = read + skipped
    return Bounds(
        positive / drawn,
        (positive + skipped) / drawn,
        Interval(
            of_sample(positive, drawn, population, effect).low,
            of_sample(positive + skipped, drawn, population, effect).high,
        ),
    )


def _by_subset(connection: Connection, sample: Sample) -> tuple[SubsetShare, ...]:
    populations: dict[str, int] = {}
    for name in subsets_of(connection, sample.order):
        populations[name] = populations.get(name, 0) + 1
    drawn = list(zip(subsets_of(connection, [one.pair_id for one in sample.drawn]), sample.drawn, strict=True))
    found = []
    for name in sorted(populations):
        here = [one for subset, one in drawn if subset == name]
        read = [one for one in here if one.answer is not None]
        families = families_of(connection, [one.pair_id for one in read])
        share = share_of([bool(one.answer) for one in read], families, populations[name])
        found.append(SubsetShare(name, len(here) - len(read), share))
    return tuple(found)


def _bounds_json(found: Bounds) -> dict[str, Any]:
    return {"none": found.if_none, "all": found.if_all, "interval": list(found.interval)}
