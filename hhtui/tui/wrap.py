"""Text wrapped into lines of so many cells, with the place of every line in the text."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from hhtui.tui.glyphs import graphemes, plain

LEAST_WIDTH = 2
KEPT_TEXTS = 256


class Line(NamedTuple):
    """One line on the screen: the characters `start` to `end` of the text, which take `cells` cells when drawn.

    What stands between the end of a line and the start of the next one is a newline, or the spaces at which the
    line was broken.
    """

    start: int
    end: int
    cells: int


@lru_cache(maxsize=KEPT_TEXTS)
def wrap(text: str, width: int) -> tuple[Line, ...]:
    """Break cleaned text into lines of at most `width` cells, at spaces where that is possible.

    Words longer than a line are broken between graphemes, and wide characters may always be broken between.
    Widths below two count as two, the width of one wide character. An empty text is one empty line.
    """
    width = max(LEAST_WIDTH, width)
    all_plain = plain(text)
    lines: list[Line] = []
    start = 0
    for paragraph in text.split("\n"):
        if all_plain or plain(paragraph):
            lines.extend(_plain_lines(paragraph, start, width))
        else:
            lines.extend(_lines(paragraph, start, width))
        start += len(paragraph) + 1
    return tuple(lines)


def line_at(lines: Sequence[Line], position: int) -> int:
    """Return the number of the line that shows the character at `position`, or the nearest one before it."""
    return max(0, bisect_right(lines, position, key=_start_of) - 1)


def overlapping(spans: Sequence[tuple[int, int]], start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the parts of sorted, disjoint `spans` that lie between `start` and `end`."""
    for at in range(bisect_right(spans, start, key=_end_of), len(spans)):
        first, last = spans[at]
        if first >= end:
            return
        yield max(first, start), min(last, end)


def _plain_lines(paragraph: str, offset: int, width: int) -> Iterator[Line]:
    start, stop = 0, len(paragraph.rstrip(" "))
    while stop - start > width:
        cut = paragraph.rfind(" ", start, start + width + 1)
        shown = len(paragraph[start:cut].rstrip(" ")) if cut > start else 0
        yield Line(offset + start, offset + start + (shown or width), shown or width)
        start = _skip_spaces(paragraph, cut) if shown else start + width
    stop = max(start, stop)
    yield Line(offset + start, offset + stop, stop - start)


def _skip_spaces(paragraph: str, position: int) -> int:
    while paragraph[position] == " ":
        position += 1
    return position


def _lines(paragraph: str, offset: int, width: int) -> Iterator[Line]:
    parts = graphemes(paragraph, width)
    spaces = [paragraph[start:end] == " " for start, end, _ in parts]
    reached = list(accumulate((cells for _, _, cells in parts), initial=0))
    first, stop = 0, _without_spaces(spaces, 0, len(parts))
    while reached[stop] - reached[first] > width:
        most = bisect_right(reached, reached[first] + width) - 1
        cut = _break_before(parts, spaces, first, most)
        last = _without_spaces(spaces, first, cut)
        if last == first:
            cut = last = most
        else:
            while spaces[cut]:
                cut += 1
        yield _line(parts, reached, offset, first, last)
        first = cut
    yield _line(parts, reached, offset, first, stop)


def _break_before(parts: list[tuple[int, int, int]], spaces: list[bool], first: int, most: int) -> int:
    for at in range(most, first, -1):
        if spaces[at] or spaces[at - 1] or parts[at][2] > 1 or parts[at - 1][2] > 1:
            return at
    return most


def _without_spaces(spaces: list[bool], first: int, stop: int) -> int:
    while stop > first and spaces[stop - 1]:
        stop -= 1
    return stop


def _line(parts: list[tuple[int, int, int]], reached: list[int], offset: int, first: int, stop: int) -> Line:
    if first == stop:
        place = offset + (parts[first][0] if first < len(parts) else 0)
        return Line(place, place, 0)
    return Line(offset + parts[first][0], offset + parts[stop - 1][1], reached[stop] - reached[first])


def _start_of(line: Line) -> int:
    return line.start


def _end_of(span: tuple[int, int]) -> int:
    return span[1]
