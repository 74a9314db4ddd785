"""The copy of the texts is made while somebody reads, where a database with many pairs has none."""

import signal
import threading
from typing import TYPE_CHECKING

from hhtui.store.connection import SqliteError
from hhtui.store.database import Database

if TYPE_CHECKING:
    import subprocess


class Copying:
    """Starts the process that copies the texts, and stops it with the screen."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._mutex = threading.Lock()
        self.process: subprocess.Popen[str] | None = None
        """The process, None where there is nothing to copy."""
        self._closed = False

    def begin(self) -> None:
        """Look in a thread whether there is something to copy; a process does so at low priority.

        While a load goes on there is not: it copies the texts itself at its end.
        """
        threading.Thread(target=self._begin, name="copying", daemon=True).start()

    def close(self) -> None:
        """Interrupt the process; what it has not finished goes with it."""
        with self._mutex:
            self._closed = True
            if self.process is not None and self.process.poll() is None:
                self.process.send_signal(signal.SIGINT)

    def _begin(self) -> None:
        try:
            wanted = _wanted(self._database)
        except SqliteError:
            if self._closed:
                return
            raise
        if wanted:
            from hhtui.store.text_copy.process import start

            with self._mutex:
                if not self._closed:
                    self.process = start(self._database.path)


def _wanted(database: Database) -> bool:
    from hhtui.store import text_copy
    from hhtui.store.index import is_finished
    from hhtui.store.pairs import count

    connection = database.reader()
    return count(connection) > text_copy.FEW_PAIRS and is_finished(connection) and not text_copy.is_current(connection)
