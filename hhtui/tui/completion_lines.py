"""What the list of completions says, as lines of parts."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from hhtui.text import cells, clean_line
from hhtui.tui.widgets.line import Part

if TYPE_CHECKING:
    from hhtui.query.candidates import Candidate
    from hhtui.store.completion import Count

COUNTING = "…"
POINTER, NO_POINTER = "▸ ", "  "
WIDEST_NAME = 32
Lines = Sequence[Sequence[Part]]


def completion_lines(
    title: str,
    shown: Sequence["Candidate"],
    counts: Mapping[str, "Count | None"],
    highlighted: int | None,
    width: int,
    height: int,
) -> Lines:
    """Return the title, then as many candidates around the highlighted one as there is room for.

    A count that is not known yet is "…", one that is no more than known so far begins with ≥.
    """
    first, stop = visible(len(shown), highlighted, height - 1)
    right = f" {first + 1}-{stop} of {len(shown)}" if stop - first < len(shown) else ""
    room = width - len(right) - 1
    lines: list[Sequence[Part]] = [
        [(f" {_cut(clean_line(title), room - 1):<{room - 1}}", "quiet"), (f"{right} ", "quiet")]
    ]
    rows = shown[first:stop]
    numbers = [count_in_words(one, counts) for one in rows]
    name_width = min(WIDEST_NAME, max((cells(clean_line(one.text)) for one in rows), default=0))
    number_width = max(map(len, numbers), default=0)
    for at, (one, number) in enumerate(zip(rows, numbers, strict=True), first):
        name = clean_line(one.text)
        padding = " " * max(0, name_width - cells(name))
        marked = at == highlighted
        lines.append(
            [
                (POINTER if marked else NO_POINTER, "mark" if marked else ""),
                (f"{name}{padding}", "mark" if marked else "strong"),
                (f"  {number:>{number_width}}" if number_width else "", ""),
                (f"  {clean_line(one.meaning)}", "quiet"),
            ]
        )
    return lines


def visible(count: int, highlighted: int | None, rows: int) -> tuple[int, int]:
    """Return the first and the end of the candidates that are shown in so many rows."""
    first = max(0, min((highlighted or 0) - rows + 1, count - rows))
    return first, min(count, first + max(0, rows))


def count_in_words(one: "Candidate", counts: Mapping[str, "Count | None"]) -> str:
    """Return how many pairs a candidate gives, "…" while that is counted, "" where it is not."""
    if not one.query:
        return ""
    if one.query not in counts:
        return COUNTING
    found = counts[one.query]
    return "" if found is None else f"{'' if found.exact else '≥'}{found.pairs:,}"


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: max(0, width - 1)] + "…"
