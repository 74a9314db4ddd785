"""The sections of the report on what was read: readers, samples, agreement, and what was decided at once."""

from collections.abc import Iterator

from hhtui.audit.findings import Agreed
from hhtui.audit.markdown import code, count, plain, span, table
from hhtui.audit.methods import Methods
from hhtui.audit.ranking import Interval
from hhtui.audit.reliability import Figure
from hhtui.bars import percent


def readers(told: Methods) -> list[str]:
    """Return the section on who read how many pairs one at a time, what they decided and how long it took."""
    rows = [
        (
            plain(one.annotator),
            *(f"{one.read:,}", f"{one.blind:,}", f"{one.skipped:,}"),
            "–" if one.median_ms is None else f"{one.median_ms / 1000:.1f} s ({one.timed:,} timed)",
            ", ".join(f"{code(said)} {count:,}" for said, count in one.decisions.items() if said != "skip") or "–",
            f"{one.first[:10]} to {one.last[:10]}",
        )
        for one in told.work.readers
    ]
    head = ("annotator", "pairs read", "blind", "only skipped", "median a pair", "last decisions", "days (UTC)")
    elsewhere = f" {count(told.work.elsewhere, 'decision')} about pairs that are not in this database." * bool(
        told.work.elsewhere
    )
    lanes = [
        f"- {one.lane}{_asked(one.frame, one.what)}, {plain(one.annotator)}: {one.read:,} read, {one.blind:,} blind, "
        f"{one.skipped:,} skipped"
        for one in told.work.drawn
    ]
    return [
        *("## Readers, one pair at a time", ""),
        *(table(head, rows, (1, 2, 3)) if rows else ["Nobody read one pair at a time."]),
        "",
        *(["By lane:", "", *lanes, ""] if lanes else []),
        f"{told.source('log', '--json')}{elsewhere}",
    ]


def _asked(frame: str, what: str) -> str:
    return f"{f' from frame {code(frame[:16])}' if frame else ''}{f', asked {code(what)}' if what else ''}"


def at_once(told: Methods) -> list[str]:
    """Return the section on what was decided about many pairs at once, or came from a file, with the evidence."""
    if not told.work.at_once:
        return []
    rows = [
        (
            one.made_at[:16].replace("T", " "),
            plain(one.annotator),
            f"{one.pairs:,}",
            ", ".join(f"{code(said)} {count:,}" for said, count in one.decisions.items()),
            f"file {code(one.file)}, sha256 {code(one.sha256)}" if one.file else code(one.rule),
            _evidence(one.evidence) if one.evidence else "none",
        )
        for one in told.work.at_once
    ]
    head = ("when (UTC)", "annotator", "pairs", "decided", "rule or file", "evidence")
    return ["## Decided at once", "", *table(head, rows, (2,)), "", told.source("log", "--json")]


def _evidence(evidence: object) -> str:
    """Return the evidence that a rule was applied with, in words where it is a sample's."""
    if isinstance(evidence, dict) and {"right", "read", "interval", "seed"} <= evidence.keys():
        low, high = evidence["interval"]
        return (
            f"{evidence['right']} of {evidence['read']} read at random and blind are right, "
            f"{span(Interval(low, high))}; seed {evidence['seed']}, frame {code(str(evidence.get('frame', ''))[:16])}"
        )
    return code(str(evidence))


def samples(told: Methods) -> list[str]:
    """Return the section on what the random samples say of their frames."""
    rows = [
        (
            code(str(one.estimate.sample.question)),
            code(one.estimate.sample.frame.query) if one.estimate.sample.frame.query else "all pairs",
            f"{one.estimate.sample.frame.size:,}",
            f"{one.estimate.sample.frame.seed}",
            one.lane,
            plain(one.estimate.sample.annotator) or "anybody",
            f"{len(one.estimate.sample.drawn):,} of {one.estimate.sample.size:,}",
            f"{one.estimate.whole.read:,}",
            f"{one.estimate.sample.skipped:,}",
            percent(one.estimate.whole.share),
            "–" if one.estimate.whole.share is None else span(one.estimate.whole.interval),
        )
        for one in told.samples
    ]
    if not rows:
        return ["## Samples", "", "No random sample has been read, so nothing here is an estimate of a share."]
    head = (
        *("asked", "frame", "pairs", "seed", "lane", "read by", "drawn", "read", "skipped", "share"),
        "Wilson's 95 % interval",
    )
    return [
        *("## Samples", "", *table(head, rows, (2, 3, 6, 7, 8, 9))),
        "",
        "Frames are frozen with the hashes of their sources; the draw is a seeded order of all their pairs, whatever "
        "was decided about them. Skipped pairs are left out of the share. Source: the commands at the "
        "end, one a sample.",
    ]


def agreement(told: Methods) -> list[str]:
    """Return the section on how far annotators agree."""
    if not told.agreed:
        return []
    return ["## Agreement", "", *(line for one in told.agreed for line in _agreed(one))]


def _agreed(one: Agreed) -> Iterator[str]:
    found = one.agreement
    if found is None:
        yield f"- {code(one.what)}: {plain(one.reason)}"
        return
    yield (
        f"- {code(one.what)}: {found.pairs:,} pairs in {count(found.families, 'family', 'families')} read blind by "
        f"two or more; observed agreement {percent(found.observed)}, Krippendorff's α {_figure(found.alpha)}. "
        f"Source: {code(one.command)}"
    )
    for pair in found.comparisons:
        yield (
            f"  - {plain(pair.first)} and {plain(pair.second)}, {pair.pairs:,} pairs: observed "
            f"{percent(pair.observed)}, Cohen's κ {_figure(pair.kappa)}"
        )
    for rater in found.raters:
        rates = ", ".join(f"{name} {100 * rate:.0f} %" for name, rate in rater.rates.items())
        yield f"  - base rates of {plain(rater.annotator)}, {rater.pairs:,} pairs: {rates or '–'}"
    for again in found.again:
        pair = again.comparison
        yield (
            f"  - {plain(pair.first)} with themselves, {pair.pairs:,} pairs: observed "
            f"{percent(pair.observed)}, Cohen's κ {_figure(pair.kappa)}"
        )


def _figure(figure: Figure) -> str:
    if figure.value is None:
        return "– (cannot be told)"
    interval = "" if figure.interval is None else f" (95 %: {figure.interval.low:.2f} to {figure.interval.high:.2f})"
    return f"{figure.value:.2f}{interval}"
