"""What the panel of facets says, line by line, for a width: headings, rows to be toggled, notes."""

import math
from collections.abc import Callable, Iterator, Sequence

from hhtui.bars import bar, percent
from hhtui.query.toggling import holds
from hhtui.store.facets import Facets, Group, Row
from hhtui.store.facets.histogram import Histogram
from hhtui.tui.facets.view import Item, Line
from hhtui.tui.widgets.line import Part

WIDE, MIDDLING = 58, 40
"""From so many cells on a row has a bar, and the share of all pairs."""
LABEL_LEAST = 8
EXPECTED = "·"
"""Where the bar would end if the result were like all pairs."""
IN_QUERY, THIS_PAIR = "✓", "◆"


def of_facets(facets: Facets, width: int, masked: Callable[[str], str]) -> list[Item]:
    """Return the lines of facets; `masked` makes of a word from the texts what may be shown of it."""
    items: list[Item] = []
    for at, group in enumerate(facets.groups):
        if group.rows or group.note:
            items += [Item(())] if items else []
            items += _group(group, at, facets, width, masked)
    return items


def of_histogram(found: Histogram, query: str, current: int | None, width: int, *, logarithmic: bool) -> list[Item]:
    """Return the lines of a histogram, with the bin of the pair `current` marked, and bins that are in `query`."""
    value = None if current is None else found.value(current)
    place = None if current is None else found.place(current)
    known, of_all = found.pairs - found.missing, found.of_all - found.missing_of_all
    said = "no number here" if value is None else f"{value:.4g}"
    scale = "logarithm of the pairs" if logarithmic else "linear in the pairs"
    items = [
        Item(_cut([(found.title, "strong")], width)),
        Item(_cut([(f"{known:,} with a number, {found.missing:,} without; of all {of_all:,}", "quiet")], width)),
        Item(_cut([(f"{THIS_PAIR} this pair: {said}", "mark"), (f"   bars: {scale}", "quiet")], width)),
        Item(_heading("", ("pairs", "share", "of all"), width)),
    ]
    most = max((one.pairs for one in found.bins), default=0)
    for at, one in enumerate(found.bins):
        share = one.pairs / most if most else 0.0
        if logarithmic:
            share = math.log1p(one.pairs) / math.log1p(most) if most else 0.0
        on = holds(query, one.term)
        here = THIS_PAIR if at == place else IN_QUERY if on else " "
        numbers = (f"{one.pairs:,}", _percent(one.pairs, found.pairs), _percent(one.of_all, found.of_all))
        line = _row(here, one.label, numbers, bar(share, _bar_width(width)), width)
        items.append(Item(line, one.term, found.column, on=on))
    if found.missing_of_all:
        numbers = (
            *(f"{found.missing:,}", _percent(found.missing, found.pairs)),
            _percent(found.missing_of_all, found.of_all),
        )
        here = THIS_PAIR if current is not None and value is None else " "
        items.append(Item(_row(here, "without", numbers, "", width), found.missing_term, found.column))
    return items


def _group(group: Group, at: int, facets: Facets, width: int, masked: Callable[[str], str]) -> Iterator[Item]:
    words = group.name == "words"
    heads = ("pairs", "rest", "z") if words else ("pairs", "share", "of all")
    yield Item(_heading(group.title, heads if group.rows else (), width), group=at)
    if group.note:
        yield Item(_cut([(f"   {group.note}", "quiet")], width), group=at)
    for row in group.rows:
        label = masked(row.label) if words else row.label
        numbers, drawn = _numbers(row, facets), ""
        if row.of_all is not None and not words:
            drawn = _compared(row.pairs, facets.pairs, row.of_all, facets.total, _bar_width(width))
        line = _row(IN_QUERY if row.on else " ", label, numbers, drawn, width)
        yield Item(line, row.term, row.column, at, row.on, hidden=label != row.label)


def _numbers(row: Row, facets: Facets) -> tuple[str, str, str]:
    if row.z is not None and row.of_all is not None:
        return f"{row.pairs:,}", f"{row.of_all - row.pairs:,}", f"{row.z:.1f}"
    of_all = "" if row.of_all is None else _percent(row.of_all, facets.total)
    return f"{row.pairs:,}", _percent(row.pairs, facets.pairs), of_all


def _compared(pairs: int, of: int, all_pairs: int, of_all: int, columns: int) -> str:
    """Return a bar for the share of the result, with a dot beyond its end where the share of all pairs is larger."""
    drawn = bar(pairs / of if of else 0.0, columns)
    end = min(columns - 1, math.ceil(columns * all_pairs / of_all) - 1) if of_all and columns else -1
    return f"{drawn:{end}}{EXPECTED}" if end >= len(drawn) else drawn


def _heading(title: str, heads: Sequence[str], width: int) -> Line:
    columns = _columns([*heads, "", "", ""][:3], width)
    room = width - len(columns) - 3 - _bar_room(width)
    name = title if len(title) <= room else f"{title[: max(0, room - 1)]}…"
    return _cut([("   ", ""), (f"{name:{max(0, room)}}", "strong"), (columns, "quiet")], width)


def _row(mark: str, label: str, numbers: Sequence[str], drawn: str, width: int) -> Line:
    columns = _columns(numbers, width)
    room = max(LABEL_LEAST, width - len(columns) - 3 - _bar_room(width))
    return (mark, "mark"), (" ", ""), (label, f"fit {room}"), (columns, ""), (f" {drawn}" if drawn else "", "bar")


def _columns(numbers: Sequence[str], width: int) -> str:
    pairs, share, of_all = numbers
    return f"{pairs:>8}{share:>8}{of_all:>8}" if width >= MIDDLING else f"{pairs:>8}{share:>8}"


def _bar_width(width: int) -> int:
    return min(20, width - WIDE + 8) if width >= WIDE else 0


def _bar_room(width: int) -> int:
    return _bar_width(width) + 1 if _bar_width(width) else 0


def _percent(some: int, of: int) -> str:
    return percent(some / of if of else None)


def _cut(parts: Sequence[Part], width: int) -> Line:
    """Return parts that are no longer than `width` characters together."""
    left, cut = width, []
    for text, name in parts:
        cut.append((text if len(text) <= left else f"{text[: max(0, left - 1)]}…"[:left], name))
        left -= min(left, len(text))
    return tuple(cut)
