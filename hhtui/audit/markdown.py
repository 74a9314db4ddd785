"""Markdown in which nothing that comes from data or people is markup."""

import re
from collections.abc import Iterable, Sequence

from hhtui.audit.ranking import Interval
from hhtui.text import clean_line

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&$])")


def code(text: str) -> str:
    """Return `text` on one line as code, whatever backticks it holds."""
    line = clean_line(text)
    if not line.strip():
        return "–"
    fence = "`" * (1 + max(map(len, re.findall("`+", line)), default=0))
    space = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{space}{line}{space}{fence}"


def plain(text: str) -> str:
    """Return `text` on one line with every character of markup escaped."""
    return _MARKUP.sub(r"\\\1", clean_line(text))


def table(head: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[int] = ()) -> list[str]:
    """Return a table as lines; the columns at `right`, from 0, hold numbers. Cells are Markdown."""
    rules = ["---:" if at in right else "---" for at in range(len(head))]
    return [f"| {' | '.join(_cell(cell) for cell in line)} |" for line in [head, rules, *rows]]


def span(interval: Interval) -> str:
    """Return an interval of a share in percent."""
    return f"{100 * interval.low:.1f}–{100 * interval.high:.1f} %"


def count(number: int, one: str, several: str = "") -> str:
    """Return how many there are of something, in words."""
    return f"{number:,} {one if number == 1 else several or f'{one}s'}"


def _cell(text: str) -> str:
    """Return a cell in which no | ends it, also not within code."""
    return re.sub(r"(?<!\\)\|", r"\\|", text)
