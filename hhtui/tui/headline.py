"""What the lines above and below the pair say."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from hhtui.model import Decision, Score
from hhtui.text import cells, clean_line
from hhtui.tui.presentation import OPEN, Presentation
from hhtui.tui.view import View
from hhtui.tui.widgets.line import Part

if TYPE_CHECKING:
    from hhtui.store.disputes import Dispute

BAR = " ▏▎▍▌▋▊▉█"
NO_VALUE = "–"
WORDS = {
    ("flag", "yes"): "⚑ flagged",
    ("drop", "yes"): "✗ drop",
}
SIGNS = {"flag": "⚑", "drop": "✗", "note": "note"}
KINDS = ("flag", "drop", "preference", "label", "note", "skip")
GAP = "  "


class Standing(NamedTuple):
    """Where the reader stands: the database's file, the pair's key ("" for none), its place from 0, of how many.

    `ranked` is what the pair was ordered by where no column holds it, as `likeness 87`.
    """

    database: str
    key: str
    place: int
    total: int
    ranked: str = ""


def dispute_words(disputes: "Sequence[Dispute]", *, brief: bool = False) -> str:
    """Return what people differ about and who says what: `preference? anna: chosen · bert: rejected`."""
    if brief:
        return " ".join(f"{_matter(one)}? {len(one.said)} say" for one in disputes)
    return GAP.join(
        f"{_matter(one)}{' settled' if one.settled else '?'} "
        + " · ".join(f"{clean_line(name)}: {clean_line(value)}" for name, value in one.said)
        for one in disputes
    )


def _matter(dispute: "Dispute") -> str:
    side = f" on {dispute.side}" if dispute.side else ""
    return f"{dispute.kind} {clean_line(dispute.label)}{side}" if dispute.label else dispute.kind


def decided_words(
    found: Sequence[Decision], annotator: str, *, brief: bool = False, presentation: Presentation = OPEN
) -> str:
    """Return in words what `annotator` decided about a pair, then how many others decided something."""
    mine = sorted(
        (decision for decision in found if decision.annotator == annotator),
        key=lambda decision: (KINDS.index(decision.kind), decision.label),
    )
    labels = _labels([decision for decision in mine if decision.kind == "label"], presentation, brief=brief)
    words = []
    for decision in mine:
        if decision.kind != "label":
            words.append(_brief(decision, presentation) if brief else _word(decision, presentation))
        elif labels:
            words, labels = [*words, *labels], []
    others = len({decision.annotator for decision in found} - {annotator})
    if others:
        words.append(f"+{others}" if brief else f"{others} other{'s' if others > 1 else ''} decided")
    return (" " if brief else " · ").join(words) or "undecided"


def _labels(labels: Sequence[Decision], presentation: Presentation, *, brief: bool) -> list[str]:
    """Return in words which labels the responses have, those of both first; briefly, how many."""
    if brief:
        return [f"{len(labels)} label{'' if len(labels) == 1 else 's'}"] if labels else []
    having: dict[str, list[str]] = {}
    for decision in labels:
        having.setdefault(clean_line(decision.label), []).append(decision.side)
    both = [slug for slug, sides in having.items() if len(sides) > 1]
    lists = {"both": both} | {
        presentation.name_of(side): [slug for slug, sides in having.items() if sides == [side]]
        for side in presentation.sides
    }
    return [f"{name}: {', '.join(slugs)}" for name, slugs in lists.items() if slugs]


def _word(decision: Decision, presentation: Presentation) -> str:
    if decision.kind == "preference":
        return presentation.preference_words(clean_line(decision.value))
    return WORDS.get((decision.kind, decision.value), f"{decision.kind}: {clean_line(decision.value)}")


def _brief(decision: Decision, presentation: Presentation) -> str:
    return SIGNS.get(decision.kind, clean_line(presentation.name_of(decision.value)))


def score_words(score: Score | None) -> str:
    """Return a score as its value, percentile and a bar of eight steps; "–" for an empty text, "" where not scored."""
    if score is None or not score.scored:
        return ""
    if score.value is None:
        return NO_VALUE
    bar = BAR[min(8, max(0, round(score.value * 8)))]
    rank = "" if score.percentile is None else f" p{score.percentile:.0f}"
    return f"{score.value:.2f}{rank} {bar}".rstrip()


def header(
    standing: Standing,
    found: Sequence[Decision],
    annotator: str,
    numbers: Sequence[str],
    width: int,
    presentation: Presentation = OPEN,
    disputes: "Sequence[Dispute]" = (),
) -> tuple[list[Part], list[Part]]:
    """Return both ends of the top line: the key, the position and what was decided, as briefly as `width` asks for.

    Where there are `disputes` to settle, they stand in the place of what was decided.

    `numbers` says at the right what the scores are, from the longest form to the shortest; where not even that has
    room beside the decision, it is left out.
    """
    decided = "mark" if found or disputes else "quiet"
    key = clean_line(standing.key) or "no pair"
    place = f"{standing.place + 1:,}/{standing.total:,}" if standing.key else ""
    ranked = f"{standing.ranked}{GAP}" if standing.key and standing.ranked else ""
    words = decided_words(found, annotator, presentation=presentation)
    brief = decided_words(found, annotator, brief=True, presentation=presentation)
    if disputes:
        words, brief = dispute_words(disputes), dispute_words(disputes, brief=True)
    if not standing.key:
        words = brief = ""
    whole = [
        (f" {clean_line(standing.database)}{GAP}", "quiet"),
        (f"{key}{GAP}", "strong"),
        (f"{place}{GAP}{ranked}", ""),
    ]
    row = f"…/{key.rpartition('/')[2]}" if standing.key else key
    lefts: list[list[Part]] = [
        [*whole, (words, decided)],
        [(f" {key}{GAP}", "strong"), (f"{place}{GAP}{ranked}", ""), (words, decided)],
        [(f" {key}{GAP}", "strong"), (f"{place}{GAP}{ranked}", ""), (brief, decided)],
        [(f"{row} ", "strong"), (f"{place} {ranked}", ""), (brief, decided)],
        [(f"{row} ", "strong"), (f"{place} ", ""), (brief, decided)],
    ]
    first, *others = ([(f"{number} ", "quiet")] for number in numbers)
    shorter: list[list[Part]] = others or [first]
    forms = [(left, first) for left in lefts[:2]] + [(left, right) for left in lefts[1:] for right in shorter]
    for left, right in [*forms, *((left, []) for left in lefts[1:])]:
        if _cells(left) + _cells(right) + (len(GAP) if right else 0) <= width:
            return left, right
    return lefts[-1], []


def _cells(parts: Sequence[Part]) -> int:
    return sum(cells(text) for text, _ in parts)


def status(view: View, total: int, width: int) -> list[Part]:
    """Return the state of the result: how many of `total` pairs, or of how many listed ones, and in which order."""
    shown, what = view.total, ""
    if view.listed is not None:
        total, what = shown if isinstance(view.listed, Path) else len(view.listed.ids), " listed"
    words = f"{shown:,} of {total:,}{what}" if shown != total else f"all {total:,}{what}"
    text = f"{words}   order: {view.order} "
    return [(text if len(text) <= width else f"{words} ", "quiet")]
