"""The tree that a query is parsed into; `str` of a tree is a query that parses to an equal tree."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Word:
    """A bare word; with `prefix`, any word that begins with it."""

    text: str
    prefix: bool = False
    position: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return self.text + ("*" if self.prefix else "")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that stand next to each other; the text has no `"` in it."""

    text: str
    position: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return f'"{self.text}"'


@dataclass(frozen=True, slots=True)
class Regex:
    """A regular expression in RE2's syntax, without its slashes."""

    pattern: str
    case_sensitive: bool = False
    position: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return f"/{_escape_slashes(self.pattern)}/{'c' if self.case_sensitive else ''}"


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """A word, or quoted words, to be found by likeness."""

    text: str
    quoted: bool = False
    position: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return f'~"{self.text}"' if self.quoted else f"~{self.text}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A number compared with a constant; `operator` is one of > >= < <= =."""

    operator: str
    number: float

    def __str__(self) -> str:
        return f"{self.operator}{_number(self.number)}"


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers between two bounds, both included; None is no bound, and not both are None."""

    low: float | None
    high: float | None

    def __str__(self) -> str:
        low, high = ("" if bound is None else _number(bound) for bound in (self.low, self.high))
        return f"{low}..{high}"


@dataclass(frozen=True, slots=True)
class Present:
    """`*`: there is a value."""

    def __str__(self) -> str:
        return "*"


@dataclass(frozen=True, slots=True)
class Missing:
    """`none`: there is no value."""

    def __str__(self) -> str:
        return "none"


@dataclass(frozen=True, slots=True)
class Item:
    """One of a list of words after a field's name."""

    text: str
    quoted: bool = False
    position: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return f'"{self.text}"' if self.quoted else self.text


@dataclass(frozen=True, slots=True)
class Items:
    """Words of which any may hold."""

    items: tuple[Item, ...]

    def __str__(self) -> str:
        return ",".join(map(str, self.items))


@dataclass(frozen=True, slots=True)
class Field:
    """A condition on a named field; `part` is the side after the dot, or "".

    `written` is the value as it was written, "" where it was not.
    """

    name: str
    part: str
    value: Value
    position: int = field(default=0, compare=False)
    written: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"{_dotted(self.name, self.part)}:{self.value}"


@dataclass(frozen=True, slots=True)
class Side:
    """Texts looked for on one side: prompt, chosen, rejected, or response for either of the two."""

    side: str
    expression: Node
    position: int = field(default=0, compare=False)

    def __str__(self) -> str:
        simple = isinstance(self.expression, Word | Phrase | Regex | Fuzzy)
        return f"{self.side}:{self.expression}" if simple else f"{self.side}:({self.expression})"


@dataclass(frozen=True, slots=True)
class Not:
    """Pairs that do not match the operand."""

    operand: Node

    def __str__(self) -> str:
        return f"-({self.operand})" if isinstance(self.operand, And | Or) else f"-{self.operand}"


@dataclass(frozen=True, slots=True)
class And:
    """Pairs that match all of two or more operands."""

    operands: tuple[Node, ...]

    def __str__(self) -> str:
        return " ".join(f"({one})" if isinstance(one, And | Or) else str(one) for one in self.operands)


@dataclass(frozen=True, slots=True)
class Or:
    """Pairs that match any of two or more operands."""

    operands: tuple[Node, ...]

    def __str__(self) -> str:
        return " OR ".join(f"({one})" if isinstance(one, Or) else str(one) for one in self.operands)


@dataclass(frozen=True, slots=True)
class SortKey:
    """A column that the result is ordered by; `seed` belongs to `random` alone."""

    name: str
    part: str = ""
    descending: bool = False
    seed: int | None = None
    position: int = field(default=0, compare=False)

    def __str__(self) -> str:
        seed = "" if self.seed is None else f"({self.seed})"
        return f"{_dotted(self.name, self.part)}{seed}{'-' if self.descending else ''}"


Text: TypeAlias = Word | Phrase | Regex | Fuzzy
Value: TypeAlias = Comparison | Range | Present | Missing | Items
Node: TypeAlias = Text | Field | Side | Not | And | Or


@dataclass(frozen=True, slots=True)
class Query:
    """A whole query: what to find, None for every pair, and the order, () for the order of the rows."""

    expression: Node | None = None
    sort: tuple[SortKey, ...] = ()

    def __str__(self) -> str:
        parts = [] if self.expression is None else [str(self.expression)]
        if self.sort:
            parts.append("sort:" + ",".join(map(str, self.sort)))
        return " ".join(parts)


def _dotted(name: str, part: str) -> str:
    return f"{name}.{part}" if part else name


def _number(number: float) -> str:
    return repr(number).removesuffix(".0")


def _escape_slashes(pattern: str) -> str:
    escaped, at = "", 0
    while at < len(pattern):
        width = 2 if pattern[at] == "\\" else 1
        escaped += "\\/" if pattern[at] == "/" else pattern[at : at + width]
        at += width
    return escaped
