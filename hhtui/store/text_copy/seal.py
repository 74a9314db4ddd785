"""A checksum at the end of a file of the copy: Arrow trusts what it maps, and a damaged file may end the process."""

import contextlib
import os
import zlib
from pathlib import Path
from typing import BinaryIO, NamedTuple, Self

MARK = b"hhtui crc32 "
SEAL_BYTES = len(MARK) + 4
READ_BYTES = 1 << 20


class FileIdentity(NamedTuple):
    """What tells a file from every other that was or will be at its path."""

    device: int
    inode: int
    size: int
    changed: int

    @classmethod
    def of(cls, found: os.stat_result) -> Self:
        """Return the identity of the file that `found` describes."""
        return cls(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


_whole: set[FileIdentity] = set()
"""The files that this process has read to their end and found whole."""


def seal(path: Path) -> None:
    """Append the checksum of what is in the file."""
    with open(path, "r+b") as file:
        checksum = _checksum(file, os.fstat(file.fileno()).st_size)
        file.seek(0, os.SEEK_END)
        file.write(MARK + checksum)


def is_whole(file: BinaryIO) -> bool:
    """Tell whether a file is as it was when it was sealed; each is read once in a process, without keeping it."""
    found = FileIdentity.of(os.fstat(file.fileno()))
    if found not in _whole:
        if found.size < SEAL_BYTES:
            return False
        file.seek(0)
        checksum = _checksum(file, found.size - SEAL_BYTES)
        if file.read(SEAL_BYTES) != MARK + checksum:
            return False
        _whole.add(found)
    return True


def is_damaged(path: Path) -> bool:
    """Tell whether a file is there and is not as it was when it was sealed; one that may not be read is no such."""
    try:
        with open(path, "rb") as file:
            return not is_whole(file)
    except OSError:
        return False


def discard(*damaged: Path) -> None:
    """Remove damaged files, so that they are made anew; what may not be removed stays, and is not used."""
    for path in damaged:
        with contextlib.suppress(OSError):
            path.unlink()


def _checksum(file: BinaryIO, size: int) -> bytes:
    """Return the CRC-32 of the next `size` bytes."""
    checksum = 0
    while size > 0 and (read := file.read(min(size, READ_BYTES))):
        checksum = zlib.crc32(read, checksum)
        size -= len(read)
    return checksum.to_bytes(4, "little")
