"""The bytes of a file: what compresses them, and whether they are JSON lines or one JSON array."""

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple, cast

from hhtui.ingest.errors import LoadError, Unreadable
from hhtui.ingest.parsing import BYTE_ORDER_MARK, check_object, parse, parse_object

BUFFER = 1024 * 1024
ZSTANDARD = b"\x28\xb5\x2f\xfd"
DAMAGED = (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile)


class Record(NamedTuple):
    """One record of a source: the physical line where it begins, from 1, its bytes, and its value or what is wrong.

    `raw` has no line end, and is None where the record was not a line of its own. `blank` lines are no records.
    """

    line: int
    raw: bytes | None
    value: dict[str, object] | Unreadable


@dataclass(frozen=True, slots=True)
class Layout:
    """What a file holds: JSON lines, or one array; the end of its lines; whether a byte order mark begins it."""

    array: bool
    newline: str


def decompressed(file: BinaryIO, name: str) -> BinaryIO:
    """Return a stream of what `file` holds once decompressed; its first bytes decide, not its name."""
    head = file.read(6)
    file.seek(0)
    if head.startswith(b"\x1f\x8b"):
        return _buffered(gzip.GzipFile(fileobj=file))
    if head.startswith(b"BZh"):
        return _buffered(bz2.BZ2File(file))
    if head.startswith(b"\xfd7zXZ\x00"):
        return _buffered(lzma.LZMAFile(file))
    if head.startswith(ZSTANDARD):
        return _zstandard(file, name)
    return file


def layout_of(stream: BinaryIO) -> Layout:
    """Return what a fresh decompressed stream holds; reads from it, so open it again for the records.

    A stream that begins with a bracket and is not one JSON array as a whole is taken for lines.
    """
    first = stream.readline().removeprefix(BYTE_ORDER_MARK)
    newline = "\r\n" if first.endswith(b"\r\n") else "\n"
    while first and not first.strip():
        first = stream.readline()
    if not first.lstrip().startswith(b"["):
        return Layout(False, newline)
    try:
        return Layout(isinstance(parse(first + stream.read()), list), newline)
    except Unreadable:
        return Layout(False, newline)


def read_lines(stream: BinaryIO, done: int) -> Iterator[Record]:
    """Yield the records of JSON lines, after the first `done` physical lines; blank lines are left out."""
    for number, line in enumerate(stream, 1):
        if number <= done:
            continue
        if number == 1:
            line = line.removeprefix(BYTE_ORDER_MARK)
        raw = line.removesuffix(b"\n").removesuffix(b"\r")
        if not raw or raw.isspace():
            continue
        value: dict[str, object] | Unreadable
        try:
            value = parse_object(raw)
        except Unreadable as error:
            value = error
        yield Record(number, raw, value)


def read_array(stream: BinaryIO, done: int) -> Iterator[Record]:
    """Yield the elements of one JSON array after the first `done`; `line` counts the elements from 1.

    The whole array is held in memory.
    """
    for number, element in enumerate(parse(stream.read().removeprefix(BYTE_ORDER_MARK)), 1):
        if number <= done:
            continue
        value: dict[str, object] | Unreadable
        try:
            value = check_object(element)
        except Unreadable as error:
            value = error
        yield Record(number, None, value)


def _buffered(stream: object) -> BinaryIO:
    return cast(BinaryIO, io.BufferedReader(stream, BUFFER))


def _zstandard(file: BinaryIO, name: str) -> BinaryIO:
    try:
        from compression import zstd  # type: ignore[import-not-found, unused-ignore]

        return _buffered(zstd.ZstdFile(file))
    except ImportError:
        pass
    try:
        import zstandard  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        raise LoadError(
            f"{name} is compressed with zstd, which this Python cannot read; "
            f"decompress it first: zstd -dc {name} | hhtui load - --db DB"
        ) from None
    return _buffered(zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True))
