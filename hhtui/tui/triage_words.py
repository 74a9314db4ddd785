"""What a triage says of itself: progress, pace, the question, the summary."""

from collections.abc import Sequence
from typing import NamedTuple

from hhtui.model import Question
from hhtui.store.triage import Item, Plan, Triage
from hhtui.text import cells

CELLS = 8
EIGHTHS = " ▏▎▍▌▋▊▉█"
SEPARATOR = " · "


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


class Words(NamedTuple):
    """What is asked of a pair, from the longest form to the shortest, and what is being read."""

    asked: tuple[str, ...]
    read: str


def line(words: Words, statuses: Sequence[str], width: int) -> tuple[str, str]:
    """Return both ends of the line below the pair: what is asked, then what is read; and how far the triage is.

    The question stands whole in one of its forms where `width` cells have room for one, what is read as far as it
    does not take more than half of them, and the first of `statuses` that fits beside.
    """
    width -= cells(" …")
    least = cells(statuses[-1])
    asked = next((form for form in words.asked if cells(form) + least <= width), words.asked[-1])
    whole = SEPARATOR.join(filter(None, (asked, words.read)))
    room = width - max(cells(asked), min(cells(whole), width // 2))
    return f" {whole}", next((form for form in statuses if cells(form) <= room), statuses[-1])


def statuses(figures: Figures, *, pace_shown: bool) -> tuple[str, ...]:
    """Return how far it is, from the longest form to the shortest.

    Done and left, a bar, minutes of reading since a break, what was revealed, and the pace where that is shown.
    """
    done, total = figures.done, figures.total
    count, brief = f"{done:,} done, {total - done:,} left", f"{done:,}/{total:,}"
    minutes = f"{figures.since_break // 60:.0f} min reading"
    revealed = f"{figures.reveals:,} revealed" if figures.reveals else ""
    speed, brief_speed = pace(figures) if pace_shown else ("", "")
    forms = (
        (f"{count} {bar(done, total)} {minutes}", revealed, speed),
        (f"{brief} {bar(done, total)} {minutes}", revealed, speed),
        (f"{brief} {minutes}", revealed, brief_speed),
        (f"{brief} {minutes}", brief_speed),
        (brief, brief_speed),
        (brief,),
    )
    return tuple(f" {', '.join(filter(None, form))} " for form in forms)


def bar(done: int, total: int) -> str:
    """Return a bar of eight cells, filled as far as `done` is of `total`, in steps of an eighth of a cell."""
    eighths = CELLS * 8 * done // total if total else CELLS * 8
    whole, rest = divmod(eighths, 8)
    return f"{'█' * whole}{EIGHTHS[rest] if rest else ''}".ljust(CELLS, "░")


def pace(figures: Figures) -> tuple[str, str]:
    """Return how fast the reading is, long and short: the median of seconds a pair, and pairs a minute."""
    if figures.median_seconds is None or not figures.seconds:
        return "no pair timed yet", "untimed"
    median = f"{figures.median_seconds:.0f} s"
    return f"median {median}, {60 * figures.timed / figures.seconds:.1f} a minute", f"{median} a pair"


def title(plan: Plan) -> str:
    """Return what a triage reads: the queue, or the query."""
    from hhtui.query.queues import TITLES

    return TITLES.get(plan.name) or plan.query or plan.name or "all pairs"


def words(plan: Plan, item: Item | None, question: Question | None) -> Words:
    """Return what is asked and what is being read; of a pair that is read blind not what brought it."""
    blind = item is not None and item.blind
    if item is None or blind:
        read = ["triage", "reading blind"]
    else:
        lane = "" if item.lane == "queue" else item.lane
        surfaced_by = f"by {item.surfaced_by}" if item.surfaced_by else ""
        read = [title(plan), *filter(None, (lane, surfaced_by))]
    return Words(asked(question, blind) if question else ("",), SEPARATOR.join(read))


def asked(question: Question, blind: bool) -> tuple[str, ...]:
    """Return a question in words, long and short, without what would tell the answer that is hoped for."""
    match question.kind:
        case "preference":
            return ("which is better?",)
        case "label":
            side = f" on {question.side}" if question.side and not blind else ""
            short = f"label {question.label}{side}?"
        case kind:
            short = f"{kind}?"
    return f"{short} Enter: no", short


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
