"""What a terminal says while scores are made."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hhtui.cli import output

if TYPE_CHECKING:
    from hhtui.score.progress import ScoreProgress

UNITS = {"response": "responses", "prompt": "prompts", "turn": "turns", "pair": "pairs"}


def score_and_show(
    path: Path, progress: output.ProgressLine, names: tuple[str, ...] = (), **named: Any
) -> dict[str, Any]:
    """Score the database at `path` as `api.score` does, and show how far it is; return what `--json` says of it."""
    from hhtui import api

    skipped: dict[str, str] = {}

    def show(told: "ScoreProgress") -> None:
        if told.state == "skipped":
            skipped[told.scorer] = told.note
        progress.show(words(told))

    began = time.monotonic()
    scored = api.score(path, names, report=show, **named)
    progress.close()
    for name, note in skipped.items():
        output.narrate(f"{name} left out: {note}")
    return {"scored": scored, "score_seconds": round(time.monotonic() - began, 3), "skipped": skipped}


def words(told: "ScoreProgress") -> str:
    """Return how far a scorer is: the kind of text, a bar, pairs, texts and tokens a second, the time left."""
    if told.state == "learning":
        return f"{told.scorer}  reading and learning from {told.pairs_total:,} pairs"
    if told.state in ("writing", "merging") or told.shards_total:
        return shard_words(told)
    if told.state != "scoring" or not told.pairs_total:
        return f"{told.scorer}  {told.state}"
    bar = "█" * (20 * min(told.pairs, told.pairs_total) // told.pairs_total)
    parts = [
        f"{told.scorer}  {UNITS[told.unit]}  {bar:░<20}",
        f"{told.pairs:,} of {told.pairs_total:,} pairs",
        *_pace(told),
    ]
    return "  ".join(filter(None, parts))


def shard_words(told: "ScoreProgress") -> str:
    """Return how far texts are that are scored elsewhere: the step, a bar, shards, texts and tokens a second."""
    if not told.shards_total:
        return f"{told.scorer}  writing shards of {UNITS[told.unit]}  {told.shards:,}"
    bar = "█" * (20 * told.shards // told.shards_total)
    step = {"starting": "starting Ray", "merging": "merging"}.get(told.state, "")
    parts = [told.scorer, step, f"{bar:░<20}", f"{told.shards:,} of {told.shards_total:,} shards", *_pace(told)]
    return "  ".join(filter(None, parts))


def _pace(told: "ScoreProgress") -> list[str]:
    return [
        _rate(told.texts_per_second, "texts/s"),
        _rate(told.tokens_per_second, "tokens/s"),
        "" if told.seconds_left is None else f"about {output.duration(told.seconds_left)} left",
    ]


def _rate(a_second: float, what: str) -> str:
    if not a_second:
        return ""
    return f"{a_second:,.0f} {what}" if a_second >= 10 else f"{a_second:.1f} {what}"
