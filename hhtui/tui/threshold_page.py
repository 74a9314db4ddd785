"""What the page of thresholds says, line by line, in as many lines and columns as there are."""

from collections.abc import Sequence
from typing import NamedTuple

from hhtui.bars import percent
from hhtui.store.thresholds import STEPS, Taken, Thresholds, written
from hhtui.text import cells, clean_line
from hhtui.tui.threshold_chart import axis, bars, labels
from hhtui.tui.widgets.line import Part
from hhtui.tui.wrap import wrap

MOST_ROWS, GOOD_ROWS = 12, 4
LEAST_LINES = 5
"""The title, one row of bars, the two lines of the scale, and the keys."""
SHARES = (
    "takes {naming} of pairs whose replies name an identity group, {others} of the others",
    "takes {naming} of those naming an identity group, {others} of others",
    "takes {naming} of those naming groups, {others} of others",
    "{naming} naming groups, {others} not",
)
KEYS = (
    "h l ← → move   H L J K by ten   Tab next column   {rules} show these pairs   Esc close",
    "h l move   H L by ten   Tab column   {rules} show pairs   Esc close",
    "h l H L  Tab column  {rules} show  Esc",
)

Line = tuple[Part, ...]


class Standing(NamedTuple):
    """What is looked at: the threshold's step from 0 to 100, and the column's place, from 1, among so many columns."""

    step: int
    place: int = 1
    columns: int = 1


def lines(numbers: Thresholds, counts: Sequence[int], standing: Standing, height: int) -> list[Line]:
    """Return at most `height` lines, each as wide as there are `counts`, which are the histogram.

    Where not all can be said, what the column means is cut first, then the notes are left out, and last the shares.
    What is left over goes to the histogram.
    """
    width = len(counts)
    threshold = numbers.number_at(standing.step)
    taken = numbers.at(threshold)
    place = min(width - 1, standing.step * width // STEPS)
    told = [[_rule(key, one, taken, threshold, width), _shares(one, width)] for key, one in enumerate(taken, 1)]
    scale = [axis(width, place), _labels(numbers, threshold, place, width)]
    room = height - len(told) - LEAST_LINES
    if room < len(told):
        scale, room = scale[1:], room + 1
    if room < len(told):
        told, room = [[rule] for rule, _ in told], room + len(told)
    room -= len(told)
    notes = [_cut(_fitting(forms, width), width) for forms in _notes(numbers)][: max(0, room)]
    room -= len(notes)
    meaning = _wrapped(f"{numbers.column.column.meaning} {numbers.column.column.fails}", width, room - GOOD_ROWS + 1)
    rows = max(1, min(MOST_ROWS, 1 + room - len(meaning)))
    return [
        _title(numbers, standing, width),
        *meaning,
        *bars(counts, place, rows),
        *scale,
        *notes,
        *(line for rule in told for line in rule),
        _keys(taken, width),
    ][:height]


def _title(numbers: Thresholds, standing: Standing, width: int) -> Line:
    title = clean_line(numbers.column.title)
    place = f"column {standing.place} of {standing.columns}"
    gap = width - cells(title) - len(place)
    return ((title, "strong"), (f"{'':{gap}}{place}", "quiet")) if gap > 0 else ((title, "strong"),)


def _labels(numbers: Thresholds, threshold: float, place: int, width: int) -> Line:
    rank = numbers.percentile(threshold)
    shown = written(threshold) if rank is None else f"{written(threshold)}  p{int(rank)}"
    return labels(width, place, (f"{numbers.low:g}", f"{numbers.high:g}"), shown)


def _notes(numbers: Thresholds) -> list[tuple[str, ...]]:
    """Return what the counts are of, the most important first, each from its longest form to its shortest."""
    kind = "replies" if len(numbers.rules) > 1 else "pairs"
    scored, missing = f"{numbers.numbers:,} {kind}", f"{numbers.missing:,}"
    long = f"{scored} with a score, {missing} without"
    notes = [
        (f"{long}; bars: square root of the count", long, f"{scored} scored, {missing} not"),
        (
            f"{numbers.naming:,} pairs have replies with one of Dixon's 50 terms for identity groups",
            f"{numbers.naming:,} pairs name groups (Dixon's terms)",
        ),
    ]
    if numbers.naming + numbers.others < numbers.scored:
        notes.insert(0, ("not every pair is in the text index yet: shares are of those in it", "index not complete"))
    if not numbers.complete:
        notes.insert(0, (f"{numbers.scored:,} of {numbers.pairs:,} pairs scored so far",))
    return notes


def _rule(key: int, one: Taken, taken: Sequence[Taken], threshold: float, width: int) -> Line:
    longest = max(len(other.rule.words) for other in taken)
    words, above = f"{one.rule.words:{longest}}", written(threshold)
    forms = (
        f"{key}  {words}  {above}   {one.pairs:>9,} pairs  {percent(one.share):>7}",
        f"{key}  {words} {one.pairs:>9,} pairs  {percent(one.share):>7}",
        f"{key} {words} {one.pairs:>7,}",
        f"{key} {one.pairs:,} {one.rule.words}",
    )
    return _cut(_fitting(forms, width), width, "strong")


def _shares(one: Taken, width: int) -> Line:
    naming, others = percent(one.of_naming), percent(one.of_others)
    return _cut(_fitting([f"   {form.format(naming=naming, others=others)}" for form in SHARES], width), width, "")


def _keys(taken: Sequence[Taken], width: int) -> Line:
    rules = " ".join(str(key) for key in range(1, len(taken) + 1))
    return _cut(_fitting([form.format(rules=rules) for form in KEYS], width), width)


def _fitting(forms: Sequence[str], width: int) -> str:
    return next((form for form in forms if cells(form) <= width), forms[-1])


def _wrapped(text: str, width: int, most: int) -> list[Line]:
    """Return a text in at most so many lines; the last one shows where it is cut."""
    shown = clean_line(text)
    wrapped = [shown[line.start : line.end] for line in wrap(shown, width)]
    if len(wrapped) > most > 0:
        wrapped[most - 1] = f"{wrapped[most - 1][: width - 2]} …"
    return [((line, ""),) for line in wrapped[: max(0, most)]]


def _cut(text: str, width: int, name: str = "quiet") -> Line:
    return ((text if len(text) <= width else f"{text[: width - 1]}…", name),)
