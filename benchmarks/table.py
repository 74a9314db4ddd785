"""The table that the benchmarks print: a figure, its peer, what is asked of it, and whether it is met."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

NOT_INSTALLED = "not installed"


@dataclass(frozen=True)
class Target:
    """A limit on a figure itself, or on how it stands to its peer.

    `of`: "value" is the figure; "times" is figure / peer; "sooner" is peer / figure.
    `sense`: whether the limit is the most or the least that is allowed.
    """

    sense: Literal["at most", "at least"]
    limit: float
    of: Literal["value", "times", "sooner"] = "value"

    def measured(self, value: float, peer: float | None) -> float | None:
        """Return the number that the limit is about, None where a peer is needed and absent."""
        if self.of == "value":
            return value
        if peer is None:
            return None
        return value / peer if self.of == "times" else peer / value

    def met(self, value: float, peer: float | None) -> bool | None:
        """Return whether the limit is kept, None where there is nothing to compare with."""
        number = self.measured(value, peer)
        if number is None:
            return None
        return number <= self.limit if self.sense == "at most" else number >= self.limit

    def text(self, unit: str) -> str:
        """Return the limit as the table shows it."""
        sign = "≤" if self.sense == "at most" else "≥"
        return f"{sign} {readable(self.limit, unit)}" if self.of == "value" else f"{sign} {self.limit:g}×"


@dataclass(frozen=True)
class Figure:
    """One measured figure.

    `samples` are the repeated measurements, whose median is the figure unless `value` gives another quantile of
    them; without any it could not be measured, and `note` says why. `must` is asked of this version, `aim` is what
    the project wants to reach.
    """

    name: str
    unit: str
    samples: Sequence[float]
    value: float | None = None
    peer: str = ""
    peer_samples: Sequence[float] = ()
    must: Target | None = None
    aim: Target | None = None
    note: str = ""

    @property
    def ours(self) -> float | None:
        """Return the figure, None where it could not be measured."""
        if self.value is None:
            return median(self.samples) if self.samples else None
        return self.value

    @property
    def theirs(self) -> float | None:
        """Return the peer's figure, None without a peer."""
        return median(self.peer_samples) if self.peer_samples else None

    def as_json(self) -> dict[str, object]:
        """Return the figure for `--json`."""
        return {
            "name": self.name,
            "unit": self.unit,
            "ours": self.ours,
            "samples": list(self.samples),
            "peer": self.peer or None,
            "theirs": self.theirs,
            "peer_samples": list(self.peer_samples),
            "ratio": None if self.ours is None or self.theirs is None else self.ours / self.theirs,
            "must": self.must and self.must.text(self.unit),
            "must_met": self.met(self.must),
            "aim": self.aim and self.aim.text(self.unit),
            "aim_met": self.met(self.aim),
            "note": self.note,
        }

    def met(self, target: Target | None) -> bool | None:
        """Return whether a limit is kept, None without one, and where there is nothing to compare."""
        return None if target is None or self.ours is None else target.met(self.ours, self.theirs)


def readable(number: float, unit: str) -> str:
    """Return a number with its unit, at three figures."""
    if unit == "B" and number >= 1000:
        number, unit = number / 1000, "KB"
    if not unit and 0 < number < 1:
        return f"{number:.3f}" if number >= 0.01 else f"{number:.1e}"
    digits = 0 if number >= 100 else 1 if number >= 10 else 2 if unit != "B" else 0
    return f"{number:,.{digits}f} {unit}".rstrip().replace(",", "\u202f")


def cells(figure: Figure) -> list[str]:
    """Return the row of one figure."""
    ours, theirs = figure.ours, figure.theirs
    compared = next((target for target in (figure.must, figure.aim) if target and target.of != "value"), None)
    ratio = ""
    if ours and theirs:
        sooner = compared is not None and compared.of == "sooner"
        ratio = f"{theirs / ours:.1f}× sooner" if sooner else f"{ours / theirs:.2f}×"
    peer = f"{figure.peer} {readable(theirs, figure.unit)}" if theirs is not None else figure.peer
    return [
        figure.name,
        "–" if ours is None else readable(ours, figure.unit),
        peer or "–",
        ratio or "–",
        *verdict(figure.must, figure),
        *verdict(figure.aim, figure),
        figure.note,
    ]


def verdict(target: Target | None, figure: Figure) -> tuple[str, str]:
    """Return a limit and whether it is met, as the table shows them."""
    if target is None:
        return "–", "–"
    met = figure.met(target)
    return target.text(figure.unit), "–" if met is None else "yes" if met else "NO"


HEAD = ["figure", "ours", "peer", "ratio", "asked", "met", "aimed at", "met", "note"]


def render(figures: Iterable[Figure]) -> str:
    """Return the table in Markdown, its columns aligned."""
    rows = [HEAD, *(cells(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)
