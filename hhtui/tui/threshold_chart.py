"""A histogram in block characters with a threshold across it."""

import math
from collections.abc import Sequence

from hhtui.tui.widgets.line import Part

EIGHTHS = " ▁▂▃▄▅▆▇█"
LINE, BELOW, CROSSING, ABOVE = "│", "─", "┴", "━"


def bars(counts: Sequence[int], place: int, rows: int) -> list[tuple[Part, ...]]:
    """Return `rows` lines, a column for each of `counts`, with the threshold's line at `place`, in empty cells only.

    A bar's height is the square root of its count, so that few beside many are seen; none but an empty one is blank.
    """
    most = max(counts, default=0)
    heights = [max(1, round(8 * rows * math.sqrt(count / most))) if count else 0 for count in counts]
    return [_row(heights, place, rows - 1 - row) for row in range(rows)]


def axis(width: int, place: int) -> tuple[Part, ...]:
    """Return the line below the bars: thin up to the threshold, thick above it."""
    return (BELOW * place, "quiet"), (CROSSING, "mark"), (ABOVE * (width - place - 1), "above")


def labels(width: int, place: int, ends: tuple[str, str], threshold: str) -> tuple[Part, ...]:
    """Return the line below the axis: the ends of the range, and the threshold below its place."""
    pointer = f"▲ {threshold}" if place + 2 + len(threshold) <= width else f"{threshold} ▲"
    start = place if pointer.startswith("▲") else max(0, place + 1 - len(pointer))
    low = ends[0] if len(ends[0]) < start else ""
    after = width - start - len(pointer)
    high = ends[1] if len(ends[1]) < after else ""
    return (low.ljust(start), "quiet"), (pointer, "mark"), (high.rjust(after), "quiet")


def _row(heights: Sequence[int], place: int, level: int) -> tuple[Part, ...]:
    cells = [EIGHTHS[min(8, max(0, height - 8 * level))] for height in heights]
    mark = cells[place] if cells[place] != " " else LINE
    return ("".join(cells[:place]), "quiet"), (mark, "mark"), ("".join(cells[place + 1 :]), "above")
