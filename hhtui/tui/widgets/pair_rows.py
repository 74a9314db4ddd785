"""What is written in the rows of the list of pairs, asked for a page at a time."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol, SupportsInt

from textual.cache import LRUCache

from hhtui.store.pairs import Heading
from hhtui.text import clean_line

KEPT_ROWS = 1024
TURN_BREAK = " ⏎ "
GONE = "(no longer in the database)"

_FLAG, _DROP, _LABELLED, _SOMETHING = "⚑", "✗", "#", "  • "
_PREFERENCES = {"": " ", "chosen": "c", "rejected": "r", "equal": "=", "unsure": "?"}


class Ids(Protocol):
    """A result: local pair ids in order; a list, an array or a numpy array, of which only slices are read."""

    def __len__(self) -> int: ...

    def __getitem__(self, key: slice, /) -> Iterable[SupportsInt]: ...


class Marks(NamedTuple):
    """What was decided about a pair; `preference` is one of `hhtui.model.PREFERENCES`, or "".

    Of a pair that is read blind it says no more than that something was.
    """

    flag: bool = False
    drop: bool = False
    preference: str = ""
    something: bool = False
    labelled: bool = False


UNMARKED = Marks()
Percentiles = tuple[float | None, float | None]


class Row(NamedTuple):
    """What is written in one row, apart from the cursor."""

    marks: str
    percentiles: str
    text: str


class Rows:
    """The rows that were asked for last, by pair id; `headings`, `marks` and `percentiles` get many ids at once."""

    def __init__(
        self,
        headings: Callable[[Sequence[int]], Sequence[Heading]],
        marks: Callable[[Sequence[int]], Mapping[int, Marks]],
        percentiles: Callable[[Sequence[int]], Mapping[int, Percentiles]],
    ) -> None:
        self._headings, self._marks, self._percentiles = headings, marks, percentiles
        self._rows: LRUCache[int, Row] = LRUCache(KEPT_ROWS)

    def __getitem__(self, pair_id: int) -> Row:
        return self._rows[pair_id]

    def get(self, pair_id: int) -> Row | None:
        """Return the row of a pair, or None where it must be fetched."""
        return self._rows.get(pair_id)

    def fetch(self, ids: Sequence[int]) -> None:
        """Ask for the rows of these pairs that are not kept."""
        self._rows.grow(2 * len(ids))
        wanted = [one for one in ids if self._rows.get(one) is None]
        headings = {heading.id: heading for heading in self._headings(wanted)}
        marks, percentiles = self._marks(wanted), self._percentiles(wanted)
        for one in wanted:
            shares = percentiles.get(one, (None, None))
            self._rows[one] = _row_of(headings.get(one), marks.get(one, UNMARKED), shares)

    def forget(self, ids: Iterable[int]) -> None:
        """Drop the rows of these pairs."""
        for one in ids:
            self._rows.discard(one)

    def clear(self) -> None:
        """Drop every row."""
        self._rows.clear()


def _row_of(heading: Heading | None, marks: Marks, percentiles: Percentiles) -> Row:
    signs = f"{_FLAG if marks.flag else ' '}{_DROP if marks.drop else ' '}{_PREFERENCES[marks.preference]}"
    signs += _LABELLED if marks.labelled else " "
    if marks.something:
        signs = _SOMETHING
    shares = f"{_percent(percentiles[0]):>2}▕{_percent(percentiles[1]):<2}"
    if heading is None:
        return Row(signs, shares, GONE)
    parts = [part for part in (heading.earlier, heading.last_human) if part]
    return Row(signs, shares, " ".join(clean_line(TURN_BREAK.join(parts)).split()))


def _percent(share: float | None) -> str:
    return "–" if share is None else str(min(99, int(share)))
