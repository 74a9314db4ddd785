"""The first records of a source say what it holds and how it is written."""

from collections.abc import Iterable, Sequence
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


def head_of(records: Iterable[Record]) -> list[Record]:
    """Return the first records: enough of them to know the format."""
    head: list[Record] = []
    objects = 0
    for record in records:
        head.append(record)
        objects += _is_object(record)
        if (len(head) >= HEAD and objects) or len(head) >= LONGEST_HEAD:
            break
    return head


def opening_of(head: Sequence[Record], name: str, newline: str | None) -> Opening:
    """Return what the `head` of the source `name` says; raises LoadError where it has no known format.

    `newline` ends its lines, and is None where its records are not lines of JSON.
    """
    if not head:
        raise LoadError(f"{name} holds no rows; name a source of pairs")
    read = [(record, value_of(record)) for record in head if _is_object(record)]
    if not read:
        if len(head) == LONGEST_HEAD:
            raise LoadError(
                f"{name} holds no JSON objects in its first {LONGEST_HEAD:,} lines (line {head[0].line}: "
                f"{_reason(head[0])}); name a file of JSON lines"
            )
        return Opening(FORMATS[-1].name, (), None)
    rows = [row for _, row in read]
    found = next(((row, one) for row in rows if (one := recognise(row))), None)
    if found is None:
        raise unknown(name, rows)
    columns = tuple(found[0])
    style = None
    if newline is not None:
        style = detect([(record.raw or b"", row) for record, row in read], columns, newline)
    return Opening(found[1].name, columns, style)


def _is_object(record: Record) -> bool:
    return not _reason(record)


def _reason(record: Record) -> str:
    """Return why a record holds no object, "" where it holds one."""
    try:
        value_of(record)
    except Unreadable as error:
        return str(error)
    return ""
