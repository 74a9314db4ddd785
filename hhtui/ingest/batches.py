"""The records of a source become batches of pairs and refused rows."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from hhtui.dialogue import content_hash, shape
from hhtui.ingest.containers import Record
from hhtui.ingest.errors import LoadError, Unreadable
from hhtui.ingest.formats import FORMATS, Converted, Row, pairs_of, recognise, unknown
from hhtui.ingest.parsing import extra_json
from hhtui.ingest.sources import Source
from hhtui.jsonstyle import JsonStyle, Writer, detect, writer
from hhtui.store.loading import Batch, NewPair, RefusedRow

FIRST_BATCH = 500
LATER_BATCHES = 1000
BATCH_CHARACTERS = 8 * 1024 * 1024
HEAD = 100
LONGEST_HEAD = 10_000
KEPT_CHARACTERS = 2000


@dataclass(frozen=True, slots=True)
class Opening:
    """What the first records say about a source: its format, the columns in their order, how it writes JSON."""

    format: str
    columns: Sequence[str]
    style: JsonStyle | None


@dataclass(frozen=True, slots=True)
class Start:
    """Where to begin: lines and records that are done, and what was found when the source was begun, if it was."""

    lines: int = 0
    rows: int = 0
    opening: Opening | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """The source was read to its end, not stopped by a limit."""


@dataclass(slots=True)
class _Draft:
    pairs: list[NewPair] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)
    characters: int = 0

    def batch(self, rows_read: int, lines_done: int) -> Batch:
        return Batch(self.pairs, self.refused, rows_read, lines_done)


def read(
    source: Source, start: Start, *, limit: int | None = None, strict: bool = False
) -> Iterator[Opening | Batch | Ending]:
    """Yield the opening of a source, its batches, and at its end an Ending.

    At most `limit` records are read, counted from the beginning of the source. Raises LoadError where the source
    has no known format or is damaged, and with `strict` at the first row that cannot be read.
    """
    records = source.records(start.lines)
    opening = start.opening
    if opening is None:
        head = _head(records)
        opening = _open(source, head)
        records = chain(head, records)
    yield opening
    convert = _converter(opening, source.name)
    write = writer(opening.style, opening.columns) if opening.style else None
    draft, rows, line = _Draft(), start.rows, start.lines
    wanted = FIRST_BATCH if start.rows == 0 else LATER_BATCHES
    for record in records:
        if limit is not None and rows >= limit:
            yield draft.batch(rows, line)
            return
        try:
            pair = _pair(record, rows, convert, write)
        except Unreadable as error:
            if strict:
                if rows > start.rows:
                    yield draft.batch(rows, line)
                raise _not_strict(source, record, error, rows) from None
            draft.refused.append(RefusedRow(record.line, rows, str(error), _shown(record)))
        else:
            draft.pairs.append(pair)
            draft.characters += len(pair.prompt) + len(pair.chosen) + len(pair.rejected)
        rows, line = rows + 1, record.line
        if len(draft.pairs) + len(draft.refused) >= wanted or draft.characters > BATCH_CHARACTERS:
            yield draft.batch(rows, line)
            draft, wanted = _Draft(), LATER_BATCHES
    yield draft.batch(rows, line)
    yield Ending()


def _not_strict(source: Source, record: Record, error: Unreadable, rows: int) -> LoadError:
    before = "what stands before it is loaded; correct it and load with --as-revision NAME" if rows else "correct it"
    return LoadError(
        f"{source.name}, line {record.line}: {error}; {before}, or load without --strict to leave the line out"
    )


def _head(records: Iterator[Record]) -> list[Record]:
    """Return the first records: enough of them to know the format."""
    head: list[Record] = []
    objects = 0
    for record in records:
        head.append(record)
        objects += not isinstance(record.value, Unreadable)
        if (len(head) >= HEAD and objects) or len(head) >= LONGEST_HEAD:
            break
    return head


def _open(source: Source, head: Sequence[Record]) -> Opening:
    rows: list[Row] = [record.value for record in head if not isinstance(record.value, Unreadable)]
    if not head:
        raise LoadError(f"{source.name} holds no rows; name a source of pairs")
    if not rows:
        if len(head) == LONGEST_HEAD:
            raise LoadError(
                f"{source.name} holds no JSON objects in its first {LONGEST_HEAD:,} lines (line {head[0].line}: "
                f"{head[0].value}); name a file of JSON lines"
            )
        return Opening(FORMATS[-1].name, (), None)
    found = next(((row, one) for row in rows if (one := recognise(row))), None)
    if found is None:
        raise unknown(source.name, rows)
    columns = tuple(found[0])
    style = None
    if source.newline is not None:
        lines = [(record.raw or b"", record.value) for record in head if not isinstance(record.value, Unreadable)]
        style = detect(lines, columns, source.newline)
    return Opening(found[1].name, columns, style)


def _converter(opening: Opening, name: str) -> Callable[[Row], Converted]:
    return pairs_of(next(one for one in FORMATS if one.name == opening.format), name)


def _pair(record: Record, row: int, convert: Callable[[Row], Converted], write: Writer | None) -> NewPair:
    """Return the pair of a record; raises Unreadable where it has none."""
    value = record.value
    if isinstance(value, Unreadable):
        raise value
    chosen, rejected, extra = convert(value)
    try:
        digest = content_hash(chosen, rejected)
    except UnicodeEncodeError:
        raise Unreadable("a lone surrogate, which no UTF-8 text can hold") from None
    extra_text = extra_json(extra) if extra else None
    prompt, left, right, turns, lengths, divergence, bits = shape(chosen, rejected)
    raw_line = None if record.raw is None or write is None else _raw_line(record.raw, value, write)
    return NewPair(row, digest, turns, lengths, divergence, int(bits), prompt, left, right, raw_line, extra_text)


def _raw_line(raw: bytes, value: dict[str, Any], write: Writer) -> bytes | None:
    """Return the line where writing its row anew would not give the same bytes."""
    try:
        return None if write(value) == raw else raw
    except RecursionError:
        return raw


def _shown(record: Record) -> str:
    """Return the beginning of a refused record as text."""
    if record.raw is not None:
        return record.raw[: 4 * KEPT_CHARACTERS].decode("utf-8", "replace")[:KEPT_CHARACTERS]
    return json.dumps(record.value, default=str)[:KEPT_CHARACTERS]
