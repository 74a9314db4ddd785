"""An advisory lock between the processes that write to one database."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hhtui.store.errors import StoreError

PAUSE = 0.0005


class FileLock:
    """An exclusive `flock` on a side file, `<database>.lock`; SQLite's own locks stay the last word."""

    def __init__(self, database: Path) -> None:
        """Prepare the lock of `database`; nothing is opened until it is first held."""
        self.path = database.with_name(database.name + ".lock")
        self._descriptor: int | None = None

    @contextmanager
    def held(self, timeout: float) -> Iterator[None]:
        """Hold the lock, waiting up to `timeout` seconds; raises StoreError where another process keeps it."""
        if self._descriptor is None:
            self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        self._acquire(self._descriptor, timeout)
        try:
            yield
        finally:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        """Close the side file; it stays on disk, where other processes may hold it."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _acquire(self, descriptor: int, timeout: float) -> None:
        give_up = time.monotonic() + timeout
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() > give_up:
                    raise StoreError(
                        f"{self.path.name[:-5]} is locked: another process has been writing to it for "
                        f"{timeout:.0f} s; nothing was saved, wait for it to end or stop it, then try again"
                    ) from None
                time.sleep(PAUSE)
