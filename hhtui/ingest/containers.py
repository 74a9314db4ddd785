"""The bytes of a file: what compresses them, and whether they are JSON lines or one JSON array."""

import bz2
import gzip
import importlib
import io
import json
import lzma
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, NamedTuple, Protocol

from hhtui.ingest.errors import LoadError, Unreadable
from hhtui.ingest.parsing import BYTE_ORDER_MARK, check_object, parse

BUFFER = 1024 * 1024
ZSTANDARD = b"\x28\xb5\x2f\xfd"
DAMAGED = (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile)


class _Decompressor(Protocol):
    def read1(self, size: int, /) -> bytes: ...


class Record(NamedTuple):
    """One record of a source: the physical line where it begins, from 1, its bytes, and its value or what is wrong.

    `raw` has no line end, and is None for a readable record that was not a line of its own. `value` is None where it
    is still to be parsed from these bytes.
    """

    line: int
    raw: bytes | None
    value: dict[str, object] | Unreadable | None


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
        yield Record(number, raw, None)


def read_array(stream: BinaryIO, done: int) -> Iterator[Record]:
    """Yield the elements of one JSON array after the first `done`; `line` counts the elements from 1.

    The whole array is held in memory.
    """
    for number, element in enumerate(parse(stream.read().removeprefix(BYTE_ORDER_MARK)), 1):
        if number <= done:
            continue
        try:
            yield Record(number, None, check_object(element))
        except Unreadable as error:
            yield Record(number, _written(element), error)


def _written(element: Any) -> bytes:
    try:
        return json.dumps(element).encode()
    except RecursionError:
        return b"[..."


class _Blocks(io.RawIOBase):
    """A decompressed stream block by block, so that a buffer over it has all that comes before a damage."""

    def __init__(self, stream: _Decompressor) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        block = self._stream.read1(len(target))
        target[: len(block)] = block
        return len(block)


def _buffered(stream: _Decompressor) -> BinaryIO:
    return io.BufferedReader(_Blocks(stream), BUFFER)


def _zstandard(file: BinaryIO, name: str) -> BinaryIO:
    for module, reader in (("compression.zstd", _open_builtin_zstandard), ("zstandard", _open_zstandard)):
        try:
            return _buffered(reader(importlib.import_module(module), file))
        except ImportError:
            continue
    raise LoadError(
        f"{name} is compressed with zstd, which this Python cannot read; "
        f"decompress it first: zstd -dc {name} | hhtui load - --db DB"
    )


def _open_builtin_zstandard(module: Any, file: BinaryIO) -> _Decompressor:
    stream: _Decompressor = module.ZstdFile(file)
    return stream


def _open_zstandard(module: Any, file: BinaryIO) -> _Decompressor:
    stream: _Decompressor = module.ZstdDecompressor().stream_reader(file, read_across_frames=True, closefd=False)
    return stream
