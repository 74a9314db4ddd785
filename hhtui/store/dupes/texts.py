"""Reads the texts that are to be compared, and keeps the last of them as far as memory is given for it."""

import sqlite3
from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hhtui.dialogue import without_markers
from hhtui.store.dupes.signatures import LONGEST, comparable

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

MOST_CHARACTERS = 192 * 1024 * 1024
"""Of all texts that are kept at once."""
AT_ONCE = 500
SIDES = 3


class Texts:
    """The comparable texts of a database by number; `numbers` says which pairs have them."""

    def __init__(self, connection: sqlite3.Connection, numbers: "NDArray[numpy.int32]", texts: int) -> None:
        """Note for each text the first place where it stands; those of pairs that are gone have none."""
        import numpy

        self._connection = connection
        flat = numbers.ravel()
        self._places = numpy.full(texts + 1, -1, dtype=numpy.int64)
        self._places[flat[::-1]] = numpy.arange(len(flat) - 1, -1, -1)
        self._places[0] = -1
        self._kept: OrderedDict[int, str] = OrderedDict()
        self._characters = 0

    @property
    def there(self) -> "NDArray[numpy.bool_]":
        """Which texts can be read; the text number 1 comes first."""
        found: NDArray[numpy.bool_] = self._places[1:] >= 0
        return found

    def of(self, numbers: Sequence[int]) -> list[str]:
        """Return these texts as they are compared."""
        wanted = set(numbers)
        self._read(sorted(number for number in wanted if number not in self._kept))
        for number in wanted:
            self._kept.move_to_end(number)
        found = [self._kept[number] for number in numbers]
        while self._characters > MOST_CHARACTERS:
            _, text = self._kept.popitem(last=False)
            self._characters -= len(text)
        return found

    def _read(self, numbers: Sequence[int]) -> None:
        wanted: dict[int, list[tuple[int, int]]] = {}
        for number in numbers:
            pair, side = divmod(int(self._places[number]), SIDES)
            wanted.setdefault(pair + 1, []).append((side, number))
        ids = list(wanted)
        for start in range(0, len(ids), AT_ONCE):
            some = ids[start : start + AT_ONCE]
            marks = ", ".join("?" * len(some))
            sql = f"SELECT id, prompt, chosen, rejected FROM body WHERE id IN ({marks})"
            for pair_id, *texts in self._connection.execute(sql, some):
                for side, number in wanted[pair_id]:
                    text = comparable(without_markers(texts[side]))[:LONGEST]
                    self._kept[number] = text
                    self._characters += len(text)
