"""The rows of a CSV file or of JSON lines, also compressed with gzip; the content decides, not the file's name."""

import csv
import gzip
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from hhtui.audit.errors import AuditError

GZIP = b"\x1f\x8b"
BYTE_ORDER_MARK = "\ufeff"
LONGEST_FIELD = 64 * 1024 * 1024


class Row(NamedTuple):
    """One record: the physical line where it begins, from 1, and its values; a field that is not there is unknown."""

    line: int
    values: Mapping[str, Any]


def read(path: Path) -> list[Row]:
    """Return the rows of the file at `path`; raises AuditError that names the line where it cannot be read."""
    with path.open("rb") as file:
        lines = _decoded(_decompressed(file, path), path)
        first = next((line for line in lines if line[1].strip()), None)
        if first is None:
            raise AuditError(f"{path} is empty; it needs a CSV header or JSON lines")
        if first[1].lstrip().startswith("["):
            raise AuditError(f"{path} holds a JSON array; write one object a line: jq -c '.[]' FILE > LABELS.jsonl")
        reader = _objects if first[1].lstrip().startswith("{") else _cells
        found = list(reader(chain([first], lines), path))
    if not found:
        raise AuditError(f"{path} has a header and no rows")
    return found


def fields(rows: Sequence[Row]) -> list[str]:
    """Return the names of the fields of all rows, in the order in which they first come."""
    return list(dict.fromkeys(name for row in rows for name in row.values))


def _decompressed(file: BinaryIO, path: Path) -> Iterator[bytes]:
    head = file.read(len(GZIP))
    file.seek(0)
    if head != GZIP:
        yield from file
        return
    try:
        with gzip.GzipFile(fileobj=file) as stream:
            yield from stream
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise AuditError(f"{path} is damaged: {error}; get it again") from None


def _decoded(lines: Iterator[bytes], path: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(lines, 1):
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError as error:
            raise AuditError(f"{path}, line {number}: bad UTF-8 at byte {error.start}; save it as UTF-8") from None
        yield number, text.removeprefix(BYTE_ORDER_MARK) if number == 1 else text


def _objects(lines: Iterator[tuple[int, str]], path: Path) -> Iterator[Row]:
    for number, line in lines:
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except RecursionError:
            raise AuditError(f"{path}, line {number}: nested too deep") from None
        except ValueError as error:
            reason = error.msg if isinstance(error, json.JSONDecodeError) else error
            raise AuditError(f"{path}, line {number}: not JSON: {reason}") from None
        if not isinstance(value, dict):
            raise AuditError(f"{path}, line {number}: not an object; write one object a line")
        yield Row(number, value)


def _cells(lines: Iterator[tuple[int, str]], path: Path) -> Iterator[Row]:
    first, header = next(lines)
    delimiter = "\t" if "\t" in header and "," not in header else ","
    reader = csv.reader(chain([header], (text for _, text in lines)), delimiter=delimiter, strict=True)
    with _long_fields():
        names: list[str] | None = None
        while True:
            line = first + reader.line_num
            try:
                cells = next(reader, None)
            except csv.Error as error:
                raise AuditError(f"{path}, line {line}: not CSV: {error}") from None
            if cells is None:
                return
            if names is None:
                names = _checked_header(cells, path)
            elif cells:
                if len(cells) > len(names):
                    raise AuditError(f"{path}, line {line}: {len(cells)} cells under {len(names)} names; quote commas")
                yield Row(line, dict(zip(names, cells, strict=False)))


def _checked_header(cells: Sequence[str], path: Path) -> list[str]:
    names = [cell.strip() for cell in cells]
    for name in names:
        if names.count(name) > 1:
            raise AuditError(f"{path}: the header names {name!r} twice; rename one")
    return names


@contextmanager
def _long_fields() -> Iterator[None]:
    """Let cells be longer than the 131,072 characters that the csv module allows at first."""
    before = csv.field_size_limit(LONGEST_FIELD)
    try:
        yield
    finally:
        csv.field_size_limit(before)
