"""Records that follow each other in a source become a batch of pairs and refused rows."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from hhtui.dialogue import shape
from hhtui.hashing import hash_of_parts
from hhtui.ingest.containers import Record
from hhtui.ingest.errors import Unreadable
from hhtui.ingest.formats import FORMATS, pairs_of
from hhtui.ingest.opening import Opening, value_of
from hhtui.ingest.parsing import extra_json
from hhtui.jsonstyle import writer
from hhtui.store.loading import Batch, NewPair, RefusedRow

KEPT_CHARACTERS = 2000


class Block(NamedTuple):
    """Records that follow each other in a source: `row` come before them, and line `line` is done after them."""

    row: int
    line: int
    records: Sequence[Record]


class Conversion:
    """Makes batches of the blocks of one source, in any order."""

    def __init__(self, opening: Opening, name: str, *, strict: bool = False) -> None:
        """Prepare for the source `name`; raises LoadError where its format holds no pairs.

        `strict` ends a block at its first record that cannot be read.
        """
        self.opening, self.name, self.strict = opening, name, strict
        self._convert = pairs_of(next(one for one in FORMATS if one.name == opening.format), name)
        self._write = writer(opening.style, opening.columns) if opening.style else None

    def __call__(self, block: Block) -> Batch:
        """Return the pairs and the refused rows of a block; of a strict one, those up to the first refused."""
        pairs: list[NewPair] = []
        refused: list[RefusedRow] = []
        for row, record in enumerate(block.records, block.row):
            try:
                pairs.append(self._pair(record, row))
            except Unreadable as error:
                refused.append(RefusedRow(record.line, row, str(error), _shown(record)))
                if self.strict:
                    return Batch(pairs, refused, row, record.line - 1)
        return Batch(pairs, refused, block.row + len(block.records), block.line)

    def _pair(self, record: Record, row: int) -> NewPair:
        """Return the pair of a record; raises Unreadable where it has none."""
        value = value_of(record)
        chosen, rejected, extra = self._convert(value)
        form = shape(chosen, rejected)
        try:
            texts = form.prompt.encode(), form.chosen.encode(), form.rejected.encode()
        except UnicodeEncodeError:
            raise Unreadable("a lone surrogate, which no UTF-8 text can hold") from None
        extra_text = extra_json(extra) if extra else None
        raw_line = self._raw_line(record.raw, value)
        numbers = form.turns, form.lengths, form.divergence, int(form.bits)
        return NewPair(row, hash_of_parts(*texts), *numbers, *texts, raw_line, extra_text)

    def _raw_line(self, raw: bytes | None, value: Mapping[str, Any]) -> bytes | None:
        """Return the line where writing its row anew would not give the same bytes."""
        if raw is None or self._write is None:
            return None
        try:
            return None if self._write(value) == raw else raw
        except RecursionError:
            return raw


def _shown(record: Record) -> str:
    """Return the beginning of a refused record as text."""
    if record.raw is not None:
        return record.raw[: 4 * KEPT_CHARACTERS].decode("utf-8", "replace")[:KEPT_CHARACTERS]
    return json.dumps(record.value, default=str)[:KEPT_CHARACTERS]
