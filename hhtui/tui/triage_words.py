"""What a triage says of itself: progress, pace, the question, the summary."""

from typing import NamedTuple

from hhtui.model import Question
from hhtui.store.triage import Item, Plan, Triage

CELLS = 8
EIGHTHS = " ▏▎▍▌▋▊▉█"


class Figures(NamedTuple):
    """How far a triage is: pairs in all, decided and skipped; seconds of reading, and those since a break; reveals.

    `median_seconds` is of the `timed` pairs that were dealt with in this sitting, None before the first one.
    """

    total: int
    decided: int
    skipped: int
    seconds: float
    since_break: float
    reveals: int
    median_seconds: float | None
    timed: int

    @property
    def done(self) -> int:
        """How many pairs are decided or skipped."""
        return self.decided + self.skipped


def status(figures: Figures, width: int) -> str:
    """Return the progress in at most `width` cells: done and left, a bar, minutes since a break, reveals."""
    done, total = figures.done, figures.total
    minutes = f"{figures.since_break // 60:.0f} min"
    shown = f" {figures.reveals} shown" if figures.reveals else ""
    forms = (
        f"{done:,} done, {total - done:,} left {bar(done, total)} {minutes}{shown} ",
        f"{done:,} done, {total - done:,} left {bar(done, total)} {minutes} ",
        f"{done:,}/{total:,} {bar(done, total)}{minutes} ",
        f"{done:,}/{total:,} {minutes} ",
    )
    return next((form for form in forms if len(form) <= width), f"{done:,}/{total:,} ")


def bar(done: int, total: int) -> str:
    """Return a bar of eight cells, filled as far as `done` is of `total`, in steps of an eighth of a cell."""
    eighths = CELLS * 8 * done // total if total else CELLS * 8
    whole, rest = divmod(eighths, 8)
    return f"{'█' * whole}{EIGHTHS[rest] if rest else ''}".ljust(CELLS, "░")


def pace(figures: Figures) -> str:
    """Return how fast the reading is: the median of seconds a pair, and pairs a minute."""
    if figures.median_seconds is None or not figures.seconds:
        return "no pair timed yet"
    return f"median {figures.median_seconds:.0f} s, {60 * figures.timed / figures.seconds:.1f} a minute"


def title(plan: Plan) -> str:
    """Return what a triage reads: the queue, or the query."""
    from hhtui.query.queues import TITLES

    return TITLES.get(plan.name) or plan.query or plan.name or "all pairs"


def heading(plan: Plan, item: Item | None, question: Question | None) -> str:
    """Return what is being read and asked; of a pair that is read blind not what brought it."""
    if item is None or item.blind:
        words = ["triage", "reading blind"]
    else:
        words = (
            [title(plan)] + [item.lane] * (item.lane != "queue") + [f"by {item.surfaced_by}"] * bool(item.surfaced_by)
        )
    blind = item is not None and item.blind
    return " · ".join([*words, *([asked(question, blind)] if question else [])])


def asked(question: Question, blind: bool) -> str:
    """Return a question in words, without what would tell the answer that is hoped for."""
    match question.kind:
        case "preference":
            return "which is better?"
        case "label":
            side = f" on {question.side}" if question.side and not blind else ""
            return f"label {question.label}{side}? Enter: no"
        case kind:
            return f"{kind}? Enter: no"


def begun(left: int, triage: Triage) -> str:
    """Return what is left of a triage that was begun: `23 of 50 left of label candidates`."""
    return f"{left:,} of {len(triage.items):,} left of {title(triage.plan)}"


def summary(figures: Figures) -> str:
    """Return what was done, in how many minutes of reading, and how much was revealed."""
    skipped = f", {figures.skipped:,} skipped" if figures.skipped else ""
    shown = f", {figures.reveals:,} revealed" if figures.reveals else ""
    return f"{figures.decided:,} of {figures.total:,} decided{skipped} · {in_minutes(figures.seconds)}{shown}"


def in_minutes(seconds: float) -> str:
    """Return a time of reading for people."""
    minutes = round(seconds / 60)
    return "less than a minute" if seconds < 60 else f"{minutes} minute{'' if minutes == 1 else 's'}"


def reminder(seconds: float, key: str) -> str:
    """Return that so many seconds have been read without a break, and which `key` makes one."""
    blank = f"{key} blanks the screen and stops the clock" if key else "leave the screen for five minutes"
    return f"{in_minutes(seconds)} of reading: take a break   {blank}"
