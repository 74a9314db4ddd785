"""What is known of one pair's scores, as text and as JSON."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hhtui.cli.output import cut
from hhtui.identity import SOURCE, TERMS
from hhtui.model import SIDES, Side
from hhtui.store.score_details import ColumnDetails, ScoreDetails, ScorerDetails, TurnScore
from hhtui.text import clean_line

Words = Mapping[tuple[str, Side], Sequence[tuple[str, float]] | str]
"""By scorer and side: words and the weight of each, or why there are none."""

NO_WORDS: Words = {}
OF_PAIR = "pair"


def to_json(details: ScoreDetails, words: Words = NO_WORDS) -> dict[str, Any]:
    """Return the details in JSON's types; a number that is not there is null."""
    return {
        "scorers": [_scorer_json(scorer, words) for scorer in details.scorers],
        "identity_groups": {side: list(details.groups[side]) for side in SIDES},
        "identity_groups_source": SOURCE,
    }


def to_text(details: ScoreDetails, words: Words, width: int) -> Iterator[str]:
    """Yield the details as lines for people; only the beginnings of turns are cut, to `width` columns."""
    yield from ("", "── score details ────")
    for side in SIDES:
        if details.groups[side]:
            yield f"{side} names identity groups: {', '.join(details.groups[side])}"
    if any(details.groups.values()):
        yield f"toxicity models score such texts too high; {len(TERMS)} terms of {SOURCE}"
    for scorer in details.scorers:
        for column in scorer.columns:
            yield from ("", *_column_text(column))
        for turn in scorer.turns:
            yield cut(_turn_text(scorer, turn), width)
        for side, found in _words_of(scorer, words):
            weighed = found if isinstance(found, str) else _weighed(found)
            yield f"  words that move {scorer.weighed}.{side}: {weighed or 'none that it knows'}"
        if scorer.summary:
            yield clean_line(f"  measured: {scorer.summary}")


def _scorer_json(scorer: ScorerDetails, words: Words) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": scorer.name or None,
        "version": scorer.version or None,
        "fingerprint": scorer.fingerprint or None,
        "summary": scorer.summary or None,
        "columns": [_column_json(column) for column in scorer.columns],
        "turns": [
            {**turn._asdict(), "values": dict(zip(_names(scorer), turn.values, strict=True))} for turn in scorer.turns
        ],
    }
    found = dict(_words_of(scorer, words))
    if found:
        told["words"] = {
            side: {"error": some} if isinstance(some, str) else [list(one) for one in some]
            for side, some in found.items()
        }
    return told


def _column_json(details: ColumnDetails) -> dict[str, Any]:
    return {
        "name": details.name,
        "column": details.column.name,
        "meaning": details.column.meaning,
        "fails": details.column.fails,
        "low": details.column.low,
        "high": details.column.high,
        "is_harm": details.is_harm,
        "numbers": {
            number.side or OF_PAIR: {
                "value": number.score.value,
                "percentile": number.score.percentile,
                "scored": number.score.scored,
                "empty": number.empty,
                "windows": number.score.windows,
            }
            for number in details.numbers
        },
    }


def _column_text(details: ColumnDetails) -> Iterator[str]:
    yield clean_line(f"{details.title}{', which harm stands for' if details.is_harm else ''}")
    yield clean_line(f"  {details.column.meaning} {details.column.fails}")
    for number in details.numbers:
        value, rank = number.score.value, number.score.percentile
        place = "" if rank is None or value is None else f"  p{rank:.0f}"
        note = f"  {number.note}" if number.note else ""
        yield f"  {number.side or OF_PAIR:<8}  {_digits(value)}{place}{note}"


def _turn_text(scorer: ScorerDetails, turn: TurnScore) -> str:
    numbers = zip(_names(scorer), turn.values, strict=True)
    values = ", ".join(f"{name} {_digits(value)}" for name, value in numbers)
    windows = f", in {turn.windows} windows" if turn.windows > 1 else ""
    return f"  turn {turn.number} of {turn.side}, {turn.role or 'no role'}: {values}{windows}: {turn.text}"


def _names(scorer: ScorerDetails) -> list[str]:
    return [column.column.name for column in scorer.columns]


def _words_of(scorer: ScorerDetails, words: Words) -> list[tuple[Side, Sequence[tuple[str, float]] | str]]:
    return [(side, words[scorer.name, side]) for side in scorer.sides if (scorer.name, side) in words]


def _weighed(words: Sequence[tuple[str, float]]) -> str:
    return ", ".join(f"{weight:+.3f} {word}" for word, weight in words)


def _digits(value: float | None) -> str:
    return "–" if value is None else f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"
