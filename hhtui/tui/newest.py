"""A thread beside the screen that reads for the newest request alone."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from hhtui.store.connection import Connection
from hhtui.store.database import Database

Given = TypeVar("Given")


class NewestOnly:
    """Works on one request after another in a thread of its own; a new one stops what runs and drops what waits."""

    def __init__(self, database: Database, name: str) -> None:
        """Read from `database` in a thread with this name."""
        self._database = database
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._mutex = threading.Lock()
        self._newest = 0
        self._running: Connection | None = None

    def cancel(self) -> int:
        """Stop what runs; nothing asked before is answered. Return the number of the request that may follow."""
        with self._mutex:
            self._newest += 1
            if self._running is not None:
                self._running.interrupt()
            return self._newest

    def close(self) -> None:
        """Stop what runs, and deliver nothing more."""
        self.cancel()
        self._thread.shutdown(wait=True)

    def _submit(self, request: int, work: Callable[[Connection], Given], deliver: Callable[[Given], object]) -> None:
        """Have `work` done in the thread, and what it returned handed to `deliver` there, while `request` is newest.

        `work` answers for its own errors.
        """
        self._thread.submit(self._run, request, work, deliver)

    def _run(self, request: int, work: Callable[[Connection], Given], deliver: Callable[[Given], object]) -> None:
        connection = self._database.reader()
        with self._mutex:
            if request != self._newest:
                return
            self._running = connection
        try:
            given = work(connection)
        finally:
            with self._mutex:
                self._running = None
        if request == self._newest:
            deliver(given)
