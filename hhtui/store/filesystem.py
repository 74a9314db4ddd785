"""What kind of file system a path lies on, and which files a database is made of."""

import errno
import os
import re
from pathlib import Path

NETWORK_TYPES = frozenset(
    {
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "smbfs",
        "ncpfs",
        "afs",
        "9p",
        "ceph",
        "glusterfs",
        "lustre",
        "beegfs",
        "gpfs",
        "fuse.sshfs",
        "fuse.glusterfs",
        "fuse.ceph",
        "fuse.s3fs",
        "fuse.rclone",
        "fuse.gcsfuse",
    }
)


def network_type(path: Path, mounts: Path = Path("/proc/mounts")) -> str | None:
    """Return the type of the network file system that holds `path`, or None where it is a local one.

    Reads the kernel's table of mounts; where there is none (not Linux), the answer is None.
    """
    try:
        lines = mounts.read_bytes().split(b"\n")
    except OSError:
        return None
    place = os.fsencode(path.resolve()) + b"/"
    longest, kind = b"", b""
    for line in lines:
        fields = line.split(b" ")
        if len(fields) < 3:
            continue
        point = _unescaped(fields[1]).rstrip(b"/") + b"/"
        if place.startswith(point) and len(point) >= len(longest):
            longest, kind = point, fields[2]
    name = os.fsdecode(kind)
    return name if name in NETWORK_TYPES else None


def _unescaped(point: bytes) -> bytes:
    """Return a mount point of the kernel's table, in which white space and backslashes are octal, as `\\040`."""
    if b"\\" not in point:
        return point
    return re.sub(rb"\\([0-7]{3})", lambda octal: bytes([int(octal[1], 8) & 0xFF]), point)


def unlink_database(path: Path) -> None:
    """Take a database away with the files that SQLite keeps beside it; one that is not there is no error."""
    for ending in ("", "-journal", "-wal", "-shm"):
        Path(f"{path}{ending}").unlink(missing_ok=True)


def log_size(path: Path) -> int:
    """Return the bytes of a database's write-ahead log, 0 where it has none."""
    try:
        return os.stat(f"{path}-wal").st_size
    except FileNotFoundError:
        return 0


def move_database(path: Path, target: Path) -> None:
    """Give a database that nobody has open the name `target`.

    Raises OSError where its log could not be moved into it when it was closed, because the disk is full: without that
    log it would be damaged.
    """
    if log_size(path):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
    os.replace(path, target)
