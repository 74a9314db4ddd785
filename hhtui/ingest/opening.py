"""The first records of a source say what it holds and how it is written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from hhtui.ingest.containers import Record
from hhtui.ingest.errors import LoadError, Unreadable
from hhtui.ingest.formats import FORMATS, recognise, unknown
from hhtui.ingest.parsing import parse_object
from hhtui.jsonstyle import JsonStyle, detect

HEAD = 100
LONGEST_HEAD = 10_000


@dataclass(frozen=True, slots=True)
class Opening:
    """What the first records say about a source: its format, the columns in their order, how it writes JSON."""

    format: str
    columns: Sequence[str]
    style: JsonStyle | None


def value_of(record: Record) -> dict[str, Any]:
    """Return the object that a record holds; raises Unreadable where it holds none."""
    if isinstance(record.value, Unreadable):
        raise record.value
    return parse_object(record.raw or b"") if record.value is None else record.value


def head_of(records: Iterator[Record]) -> tuple[list[Record], Iterator[Record]]:
    """Return the first records, parsed, enough of them to know the format, and an iterator over the rest.

    A damage after the first object is raised by the rest; raises LoadError where it comes before.
    """
    head: list[Record] = []
    objects = 0
    try:
        for record in records:
            head.append(_parsed(record))
            objects += not isinstance(head[-1].value, Unreadable)
            if (len(head) >= HEAD and objects) or len(head) >= LONGEST_HEAD:
                break
    except LoadError as damage:
        if not objects:
            raise
        return head, _raising(damage)
    return head, records


def opening_of(head: Sequence[Record], name: str, newline: str | None) -> Opening:
    """Return what the parsed `head` of the source `name` says; raises LoadError where it has no known format.

    `newline` ends its lines, and is None where its records are not lines of JSON.
    """
    if not head:
        raise LoadError(f"{name} holds no rows; name a source of pairs")
    read = [(record.raw or b"", record.value) for record in head if isinstance(record.value, dict)]
    if not read:
        if len(head) == LONGEST_HEAD:
            raise LoadError(
                f"{name} holds no JSON objects in its first {LONGEST_HEAD:,} lines (line {head[0].line}: "
                f"{head[0].value}); name a file of JSON lines"
            )
        return Opening(FORMATS[-1].name, (), None)
    rows = [row for _, row in read]
    found = next(((row, one) for row in rows if (one := recognise(row))), None)
    if found is None:
        raise unknown(name, rows)
    columns = tuple(found[0])
    style = None
    if newline is not None:
        style = detect(read, columns, newline)
    return Opening(found[1].name, columns, style)


def _parsed(record: Record) -> Record:
    try:
        return record._replace(value=value_of(record))
    except Unreadable as error:
        return record._replace(value=error)


def _raising(error: LoadError) -> Iterator[Record]:
    raise error
    yield
