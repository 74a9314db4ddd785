"""How samples and their estimates are said in words, for `hhtui estimate` and `hhtui check`."""

from typing import TYPE_CHECKING

from hhtui.bars import percent
from hhtui.text import clean_line

if TYPE_CHECKING:
    from hhtui.audit.estimates import Estimate, SubsetShare
    from hhtui.audit.ranking import Interval
    from hhtui.audit.samples import Attainable, Sample
    from hhtui.audit.strata import Share

SHOWN_OF_HASH = 16
LEAST_EFFECT = 1.005
"""A design effect below it is not worth a line."""


def frame(sample: "Sample") -> list[str]:
    """Return what is drawn from: the frame's size, query, id and seed, and the sources."""
    one = sample.frame
    query = f" that meet {clean_line(one.query)}" if one.query else ", all there are"
    lines = [f"frame: {one.size:,} pairs{query}; seed {one.seed}, id {one.id}, frozen {one.made_at[:10]}"]
    sources = ", ".join(f"{digest[:SHOWN_OF_HASH]}…" for digest in one.sources)
    lines.append(f"sources (sha256): {sources}")
    if sample.population != one.size:
        lines.append(f"of these {sample.population:,} are in this database; what follows is about them")
    if sample.joined or sample.left:
        lines.append(
            f"by now the query finds {sample.joined:,} other pairs, and {sample.left:,} of these no longer; "
            "another --seed draws from those that it finds now"
        )
    return lines


def attainable(plan: "Attainable", population: int) -> str:
    """Return what the sample can tell before it is read."""
    size = "all" if plan.size == population else f"{plan.size:,}"
    words = (
        f"{size} read tell the share within ± {_points(plan.margin)} points at worst, where half are, "
        f"and ± {_points(plan.expected_margin)} where {percent(plan.expected, 0)} are"
    )
    if plan.wanted is None or plan.needed is None:
        return words
    return f"{words}; ± {100 * plan.wanted:g} takes {plan.needed:,}"


def progress(sample: "Sample") -> list[str]:
    """Return what is read already, and what of it cannot count."""
    lines = [f"read {len(sample.read):,}, skipped {sample.skipped:,}, left {len(sample.open):,} of {sample.size:,}"]
    if sample.without_preference:
        lines.append(f"of those skipped, {sample.without_preference:,} were read at random and got no preference")
    if sample.by_others:
        lines.append(f"others have read {sample.by_others:,} of those that are left: --everyone counts them")
    if sample.after_gap:
        lines.append(
            f"left out: {sample.after_gap:,} that lie behind a pair still open; "
            "only an unbroken beginning of the draw is a random sample"
        )
    if sample.after_end:
        lines.append(f"left out: {sample.after_end:,} that were read beyond the first {sample.size:,} of the draw")
    return lines


def result(found: "Estimate", what: str) -> list[str]:
    """Return the estimate: share and interval, what families and skips do to it, and the subsets.

    `what` says it of the pairs, as "23.5 % {what}".
    """
    sample, whole = found.sample, found.whole
    if whole.share is None:
        return ["nothing is read yet, so there is no estimate"]
    readers = clean_line(sample.annotator) or "anybody, each pair by who read it first"
    how = "read blind" if sample.decided == "again" else "read blind or decided before"
    lines = [f"{share(whole)} {what}: {whole.positive:,} of {whole.read:,} {how} by {readers}"]
    if whole.read == whole.population:
        lines.append("every pair of the frame was read: this is a count, and no estimate")
    if whole.design_effect >= LEAST_EFFECT:
        lines.append(f"families of pairs widen the interval: design effect {whole.design_effect:.2f}")
    lines += _skips(found)
    if not sample.is_complete:
        lines.append(
            f"stopped at {len(sample.drawn):,} of {sample.size:,}: "
            "the interval holds only where what was read was no reason to stop there"
        )
    return [*lines, *_subsets(found)]


def share(found: "Share", digits: int = 1) -> str:
    """Return a share with its interval."""
    if found.share is None:
        return "–"
    return f"{percent(found.share, digits)} (95 %: {span(found.interval, digits)})"


def span(interval: "Interval", digits: int = 1) -> str:
    """Return an interval in percent."""
    return f"{100 * interval.low:.{digits}f}–{percent(interval.high, digits)}"


def _points(margin: float) -> str:
    return f"{100 * margin:.1f}"


def _skips(found: "Estimate") -> list[str]:
    if found.bounds is None:
        return []
    return [
        f"skipped, and left out: {found.sample.skipped:,}; {percent(found.bounds.if_none)} if none of them is, "
        f"{percent(found.bounds.if_all)} if all are, {span(found.bounds.interval)} with both intervals"
    ]


def _subsets(found: "Estimate") -> list[str]:
    if found.weighted is None:
        return []
    width = max(len(one.subset) for one in found.by_subset)
    return [
        f"each subset weighted by its size: {share(found.weighted)}",
        *(_subset(one, width) for one in found.by_subset),
    ]


def _subset(one: "SubsetShare", width: int) -> str:
    skipped = f", {one.skipped:,} skipped" if one.skipped else ""
    return (
        f"  {clean_line(one.subset):<{width}}  {share(one.share)}: {one.share.positive:,} of {one.share.read:,} read"
        f"{skipped}, of {one.share.population:,}"
    )
