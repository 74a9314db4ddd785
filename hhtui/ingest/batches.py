"""The records of a source become batches of pairs and refused rows."""

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import chain, islice

from hhtui.ingest.containers import Record
from hhtui.ingest.converting.conversion import Block, Conversion
from hhtui.ingest.converting.processes import convert
from hhtui.ingest.errors import LoadError
from hhtui.ingest.opening import Opening, head_of, opening_of
from hhtui.ingest.sources import Source
from hhtui.store.loading import Batch, RefusedRow

FIRST_BATCH = 500
LATER_BATCHES = 1000
BATCH_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Start:
    """Where to begin: lines and records that are done, and what was found when the source was begun, if it was."""

    lines: int = 0
    rows: int = 0
    opening: Opening | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """The source was read to its end, not stopped by a limit."""


def read(
    source: Source, start: Start, *, limit: int | None = None, strict: bool = False, processes: int = 0
) -> Generator[Opening | Batch | Ending, None, None]:
    """Yield the opening of a source, its batches, and at its end an Ending.

    At most `limit` records are read, counted from the beginning of the source. Lines of JSON are parsed by so many
    `processes` besides this one, once there are enough of them. Raises LoadError where the source has no known
    format or is damaged, after the pairs before that, and with `strict` at the first row that cannot be read.
    """
    records = source.records(start.lines)
    opening = start.opening
    if opening is None:
        head, records = head_of(records)
        opening = opening_of(head, source.name, source.newline)
        records = chain(head, records)
    yield opening
    wanted = None if limit is None else max(limit - start.rows, 0)
    blocks = _blocks(islice(records, wanted), start)
    conversion = Conversion(opening, source.name, strict=strict)
    with closing(convert(blocks, conversion, processes if source.newline else 0)) as batches:
        for batch in batches:
            if strict and batch.refused:
                (refused,) = batch.refused
                if refused.row > start.rows:
                    yield Batch(batch.pairs, (), batch.rows_read, batch.lines_done)
                raise _not_strict(source, refused)
            yield batch
    if next(records, None) is None:
        yield Ending()


def _blocks(records: Iterator[Record], start: Start) -> Iterator[Block]:
    """Yield the records in blocks, the first small, one at least; those before a damage come before its LoadError."""
    row, line, block, size = start.rows, start.lines, list[Record](), 0
    wanted = LATER_BATCHES if row else FIRST_BATCH
    try:
        for record in records:
            block.append(record)
            line, size = record.line, size + _size(record)
            if len(block) >= wanted or size > BATCH_BYTES:
                yield Block(row, line, block)
                row, block, size, wanted = row + len(block), [], 0, LATER_BATCHES
    except LoadError:
        if block:
            yield Block(row, line, block)
        raise
    if block or row == start.rows:
        yield Block(row, line, block)


def _size(record: Record) -> int:
    """Return about how many bytes a record takes."""
    if record.raw is not None:
        return len(record.raw)
    assert isinstance(record.value, dict)
    return sum(len(value) for value in record.value.values() if isinstance(value, str))


def _not_strict(source: Source, refused: RefusedRow) -> LoadError:
    before = "what stands before it is loaded; correct it and load with --as-revision NAME"
    return LoadError(
        f"{source.name}, line {refused.line}: {refused.reason}; {before if refused.row else 'correct it'}, "
        "or load without --strict to leave the line out"
    )
