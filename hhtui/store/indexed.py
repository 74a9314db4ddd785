"""What the text index finds, and how far it reaches."""

import sqlite3
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Mask = NDArray[numpy.bool_]
    Packed = NDArray[numpy.uint8]

KEPT_ANSWERS = 16


def reach(connection: sqlite3.Connection) -> int:
    """Return the greatest pair id whose text is in the index, 0 where it is empty; it grows in order of the ids."""
    greatest: int = connection.execute("SELECT coalesce(max(id), 0) FROM pair_fts_docsize").fetchone()[0]
    return greatest


def mask_from(joined: str | int | None, size: int) -> "Mask":
    """Return which of the pair ids from 1 to `size` stand in the comma-separated text `joined`."""
    import numpy

    mask = numpy.zeros(size, dtype=numpy.bool_)
    if joined is not None:
        ids = numpy.fromstring(str(joined), dtype=numpy.int64, sep=",")
        mask[ids[(ids > 0) & (ids <= size)] - 1] = True
    return mask


class TextIndex:
    """Answers of the text index, the last few of them kept until the index grows, eight pairs a byte."""

    def __init__(self) -> None:
        self._answers: OrderedDict[tuple[str, int, int], Packed] = OrderedDict()

    def matching(self, connection: sqlite3.Connection, expression: str, size: int) -> "Mask":
        """Return which of the pair ids from 1 to `size` match the FTS5 `expression`."""
        import numpy

        question = (expression, size, reach(connection))
        answer = self._answers.get(question)
        if answer is None:
            sql = "SELECT group_concat(rowid) FROM pair_fts WHERE pair_fts MATCH ?"
            answer = numpy.packbits(mask_from(connection.execute(sql, (expression,)).fetchone()[0], size))
            self._answers[question] = answer
            while len(self._answers) > KEPT_ANSWERS:
                self._answers.popitem(last=False)
        self._answers.move_to_end(question)
        return numpy.unpackbits(answer, count=size).view(numpy.bool_)
