"""What the page of score details says, line by line, for a width."""

from collections.abc import Iterator, Mapping

from hhtui.bars import bar as blocks
from hhtui.identity import SOURCE, TERMS
from hhtui.model import SIDES, ScoreColumn
from hhtui.store.score_details import ColumnDetails, Number, ScoreDetails, ScorerDetails, TurnScore
from hhtui.text import cells, clean_line
from hhtui.tui.explanation import Asked, Words
from hhtui.tui.glyphs import drawn, fit
from hhtui.tui.widgets.line import Part
from hhtui.tui.wrap import wrap

Line = tuple[Part, ...]
Found = Mapping[Asked, Words | str | None]
"""The words for what was asked, why there are none, or None while they are looked for."""

BAR_CELLS = 10
LEAST_EXCERPT = 12
INDENT = "  "
LOOKING = "words: looking …"
OF_PAIR = "pair"
GROUPS_NOTE = "Toxicity models score texts that name groups of people too high, whatever they say."
GROUPS_SOURCE = f"{len(TERMS)} terms of {SOURCE}."
NO_BREAK = "\u00a0"


def lines(details: ScoreDetails, found: Found, width: int) -> list[Line]:
    """Return all that is known of a pair's scores; no line is wider than `width` cells."""
    told = [*_wrapped(f"{details.key}  score details", width, "strong"), *_groups(details, width)]
    for scorer in details.scorers:
        told += [(), *_scorer(scorer, found, width)]
    return told


def written(column: ScoreColumn, value: float | None) -> str:
    """Return a number of a column as digits: whole where the range is wide, else with three decimals."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if column.high - column.low > 100 else f"{value:.3f}"


def bar(column: ScoreColumn, value: float) -> str:
    """Return where a number lies in its column's range, as a bar of ten cells in eighths."""
    share = (value - column.low) / (column.high - column.low) if column.high > column.low else 0.0
    return blocks(min(1.0, max(0.0, share)), BAR_CELLS).ljust(BAR_CELLS)


def _groups(details: ScoreDetails, width: int) -> Iterator[Line]:
    naming = [side for side in SIDES if details.groups[side]]
    if not naming:
        yield from _wrapped(f"No text names an identity group, by Dixon's {len(TERMS)} terms.", width, "quiet")
        return
    for side in naming:
        yield from _wrapped(f"! {side} names identity groups: {', '.join(details.groups[side])}", width, "mark")
    yield from _wrapped(f"{GROUPS_NOTE} {GROUPS_SOURCE}", width, "quiet", INDENT)


def _scorer(scorer: ScorerDetails, found: Found, width: int) -> Iterator[Line]:
    for at, column in enumerate(scorer.columns):
        if at:
            yield ()
        yield from _column(column, width)
    if scorer.turns:
        yield from _wrapped("each turn by itself:", width, "", INDENT)
        for turn in scorer.turns:
            yield from _turn(scorer, turn, width)
    yield from _words(scorer, found, width)
    if scorer.summary:
        yield from _wrapped(f"measured: {scorer.summary}", width, "", INDENT)


def _column(details: ColumnDetails, width: int) -> Iterator[Line]:
    harm = "  ← harm stands for it" if details.is_harm else ""
    yield from _wrapped(f"{details.title}{harm}", width, "strong")
    yield from _wrapped(details.column.meaning, width, "quiet", INDENT)
    yield from _wrapped(details.column.fails, width, "quiet", INDENT)
    widest = max((len(written(details.column, number.score.value)) for number in details.numbers), default=0)
    for number in details.numbers:
        yield from _number(details.column, number, widest, width)


def _number(column: ScoreColumn, number: Number, widest: int, width: int) -> Iterator[Line]:
    score = number.score
    rank = "" if score.percentile is None or score.value is None else f"p{score.percentile:.0f}"
    head = f"{INDENT}{number.side or OF_PAIR:<9}{written(column, score.value):>{widest}}  {rank:<4}"
    drawn_bar = "" if score.value is None else bar(column, score.value)
    note = f"  {number.note}" if number.note else ""
    if cells(f"{head} ▕{drawn_bar}▏{note}") <= width:
        shape: Line = ((f" ▕{drawn_bar}▏", "quiet"),) if drawn_bar else ()
        yield ((head, ""), *shape, (note, "strong"))
    else:
        yield from _wrapped(f"{head}{note}".strip(), width, "", INDENT)


def _turn(scorer: ScorerDetails, turn: TurnScore, width: int) -> Iterator[Line]:
    columns = [column.column for column in scorer.columns]
    numbers = [written(column, value) for column, value in zip(columns, turn.values, strict=True)]
    if len(columns) > 1:
        numbers = [f"{column.name} {number}" for column, number in zip(columns, numbers, strict=True)]
    windows = [f"in {turn.windows} windows"] if turn.windows > 1 else []
    place = "" if turn.side == "prompt" else f" {turn.side}"
    head = f"{INDENT * 2}{turn.number:>2} {turn.role:<9}{place}  {' · '.join([*numbers, *windows])}  "
    room = width - cells(clean_line(head))
    excerpt = clean_line(turn.text[: 4 * width])
    if room >= LEAST_EXCERPT:
        yield ((clean_line(head), ""), (fit(excerpt, room), "quiet"))
    else:
        yield from _wrapped(head.strip(), width, "", INDENT * 2)
        yield ((fit(f"{INDENT * 3}{excerpt}", width), "quiet"),)


def _words(scorer: ScorerDetails, found: Found, width: int) -> Iterator[Line]:
    asked = {side: found[scorer.name, side] for side in scorer.sides if (scorer.name, side) in found}
    if not asked:
        return
    if any(words is None for words in asked.values()):
        yield from _wrapped(LOOKING, width, "quiet", INDENT)
        return
    if trouble := dict.fromkeys(words for words in asked.values() if isinstance(words, str)):
        yield from _wrapped(f"words: {'; '.join(trouble)}", width, "quiet", INDENT)
    if any(words and not isinstance(words, str) for words in asked.values()):
        yield from _wrapped(f"words that move {scorer.weighed} most, up (+) or down (−):", width, "", INDENT)
    for side, words in asked.items():
        if words is None or isinstance(words, str):
            continue
        weighed = [f"{_signed(weight)} {word}".replace(" ", NO_BREAK) for word, weight in words]
        yield from _wrapped(f"{side:<9}{'   '.join(weighed) or 'no word that it knows'}", width, "", INDENT * 2)


def _signed(weight: float) -> str:
    return f"{weight:+.2f}".replace("-", "−")


def _wrapped(text: str, width: int, name: str, indent: str = "") -> Iterator[Line]:
    shown = clean_line(text)
    for line in wrap(shown, width - len(indent)):
        yield ((f"{indent}{drawn(shown[line.start : line.end])}".replace(NO_BREAK, " "), name),)
