"""What the lines above and below the pair say."""

from collections.abc import Sequence

from hhtui.model import Decision, Score
from hhtui.tui.widgets.line import Part

BAR = " ▏▎▍▌▋▊▉█"
WORDS = {
    ("flag", "yes"): "⚑ flagged",
    ("drop", "yes"): "✗ drop",
}


def decided_words(found: Sequence[Decision], annotator: str) -> str:
    """Return in words what `annotator` decided about a pair, then how many others decided something."""
    mine = [decision for decision in found if decision.annotator == annotator]
    words = [WORDS.get((decision.kind, decision.value), f"{decision.kind}: {decision.value}") for decision in mine]
    others = {decision.annotator for decision in found} - {annotator}
    if others:
        words.append(f"{len(others)} other{'s' if len(others) > 1 else ''} decided")
    return " · ".join(words) or "undecided"


def score_words(score: Score | None) -> str:
    """Return a score as its value, percentile and a bar of eight steps; "–" for an empty text, "" where not scored."""
    if score is None or not score.scored:
        return ""
    if score.value is None:
        return "–"
    bar = BAR[min(8, max(0, round(score.value * 8)))]
    rank = "" if score.percentile is None else f" p{score.percentile:.0f}"
    return f"{score.value:.2f}{rank} {bar}".rstrip()


def header(database: str, key: str, index: int, total: int, found: Sequence[Decision], annotator: str) -> list[Part]:
    """Return what the top line says of the current pair: where it is, and what was decided about it."""
    if not key:
        return [(f" {database}  ", "quiet"), ("no pair", "strong")]
    words = decided_words(found, annotator)
    return [
        (f" {database}  ", "quiet"),
        (f"{key}  ", "strong"),
        (f"{index + 1:,}/{total:,}  ", ""),
        (words, "decision" if found else "quiet"),
    ]


def status(shown: int, total: int, order: str, width: int) -> list[Part]:
    """Return the state of the result: how many of how many pairs, and in which order."""
    words = f"{shown:,} of {total:,}" if shown != total else f"all {total:,}"
    text = f"{words}   order: {order} "
    return [(text if len(text) <= width else f"{words} ", "quiet")]
