"""What a plan is made of: conditions on pairs and orders, said in the store's terms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from hhtui.model import Side


@dataclass(frozen=True, slots=True)
class All:
    """Pairs that meet all conditions."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """Pairs that meet any of the conditions."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Pairs that do not meet the condition."""

    node: Node


@dataclass(frozen=True, slots=True)
class Match:
    """Pairs that the text index finds; `expression` is for FTS5's MATCH, all text in it quoted."""

    expression: str


@dataclass(frozen=True, slots=True)
class Substring:
    """Pairs with `literal` in any of the columns, folded as text.fold does; with `case_sensitive`, as it stands.

    Typographic quotes equal plain ones either way.
    """

    columns: tuple[Side, ...]
    literal: str
    case_sensitive: bool = False


@dataclass(frozen=True, slots=True)
class Regex:
    """Pairs with a match of `pattern`, in RE2's syntax, in any of the columns.

    `position` is where the pattern begins in the query.
    """

    columns: tuple[Side, ...]
    pattern: str
    case_sensitive: bool = False
    position: int = 0


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """Pairs with words like those of `text` in any of the columns; see `store.fuzzy` for what is like."""

    columns: tuple[Side, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Column:
    """A number of each pair: a scorer's column, or turns, length, row.

    `part` is "" for the larger of the two sides (or where there are no sides), else chosen, rejected, min,
    prompt, gap (chosen less rejected) or ratio (chosen divided by rejected).
    """

    name: str
    part: str = ""

    def __str__(self) -> str:
        return f"{self.name}.{self.part}" if self.part else self.name


@dataclass(frozen=True, slots=True)
class NumberRange:
    """Pairs whose number lies between the bounds, of which None is no bound; a missing number never does."""

    column: Column
    low: float | None = None
    high: float | None = None
    low_included: bool = True
    high_included: bool = True


@dataclass(frozen=True, slots=True)
class IsMissing:
    """Pairs without a number in the column."""

    column: Column


@dataclass(frozen=True, slots=True)
class Bits:
    """Pairs with any of the structure bits in `mask`."""

    mask: int


@dataclass(frozen=True, slots=True)
class Decided:
    """Pairs with a current decision of `kind` whose value is one of `values` (() is any value but "" and no).

    `kind` is flag, drop, preference or note, None for any; `annotators` are those whose decisions count, None
    for everyone.
    """

    kind: str | None
    values: tuple[str, ...] = ()
    annotators: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Labelled:
    """Pairs with a current label that is one of `labels` (() is any) on one of the responses `sides`."""

    labels: tuple[str, ...]
    sides: tuple[Side, ...]
    annotators: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Disputed:
    """Pairs about which annotators differ now in a decision of one of `kinds`."""

    kinds: tuple[str, ...]
    annotators: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Noted:
    """Pairs with a current note that contains `text`, both folded."""

    text: str
    annotators: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """Pairs whose `field` (key, subset or split) is one of `names`, or begins with one of `beginnings`."""

    field: str
    names: tuple[str, ...] = ()
    beginnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Grouped:
    """Pairs in the group (`family` or `opening`) of one of these pairs, given by key or by the group's id."""

    group: str
    keys: tuple[str, ...] = ()
    ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Shared:
    """Pairs in a `family` or `opening` of two or more."""

    group: str


@dataclass(frozen=True, slots=True)
class Duplicated:
    """Pairs of which a text in any of the columns is nearly the same as another pair's.

    With `keys` or `ids`, those in a group with a text of one of these pairs, or in the group of this number.
    """

    columns: tuple[Side, ...]
    keys: tuple[str, ...] = ()
    ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    """Pairs with these local ids."""

    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """An order by a column; missing numbers come last either way."""

    column: Column
    descending: bool = False


@dataclass(frozen=True, slots=True)
class KeyOrder:
    """The order of the keys, subset and split by name and rows by number."""

    descending: bool = False


@dataclass(frozen=True, slots=True)
class Shuffle:
    """An order drawn at random, the same for the same seed and database."""

    seed: int
    descending: bool = False


@dataclass(frozen=True, slots=True)
class UndecidedFirst:
    """Pairs that nobody decided about before the others."""

    descending: bool = False


@dataclass(frozen=True, slots=True)
class Relevance:
    """The best matches of any of the FTS5 `expressions` first, by BM25; only of few pairs, see `store.ranking`."""

    expressions: tuple[str, ...]
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Likeness:
    """The pairs most like all of these texts first."""

    texts: tuple[Fuzzy, ...]
    descending: bool = False


Node: TypeAlias = (
    All
    | Any
    | Not
    | Match
    | Substring
    | Regex
    | Fuzzy
    | NumberRange
    | IsMissing
    | Bits
    | Decided
    | Labelled
    | Disputed
    | Noted
    | Named
    | Grouped
    | Shared
    | Duplicated
    | Listed
)
Ordering: TypeAlias = Order | KeyOrder | Shuffle | UndecidedFirst | Relevance | Likeness


@dataclass(frozen=True, slots=True)
class Plan:
    """What to find, None for every pair, and the order, () for the order of the rows, which also breaks ties."""

    filter: Node | None = None
    order: tuple[Ordering, ...] = ()
