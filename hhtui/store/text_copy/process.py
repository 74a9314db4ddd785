"""The copy of the texts made in a process of its own: its memory ends with it, and it can be stopped at any time."""

import json
import signal
import subprocess
import sys
from pathlib import Path

from hhtui.processes import environment
from hhtui.progress import Observer, Progress
from hhtui.store.errors import StoreError
from hhtui.store.text_copy.child import INTERRUPTED

PATIENCE_SECONDS = 5.0


def start(database: Path, *, listening: bool = False) -> "subprocess.Popen[str]":
    """Start a process that copies the texts of `database` where that has to be done, and return it at once."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "hhtui.store.text_copy.child", str(database)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if listening else subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(),
        start_new_session=True,
        text=True,
        encoding="utf-8",
    )


def make_apart(database: Path, observer: Observer) -> None:
    """Copy the texts of `database` in a process of its own, and wait for it.

    Raises StoreError where that fails, and KeyboardInterrupt where it is interrupted; there is no copy then, or the
    one before.
    """
    process, error = start(database, listening=True), ""
    assert process.stdout is not None
    try:
        with process.stdout as lines:
            for line in lines:
                said = json.loads(line)
                error = said.get("error", error)
                if "done" in said:
                    observer(Progress("copying", said["done"], said["total"], "pairs"))
        code = process.wait()
    except BaseException:
        stop(process)
        raise
    if code in (INTERRUPTED, -signal.SIGINT):
        raise KeyboardInterrupt
    if code:
        raise StoreError(error or f"the process that copies the texts ended with exit status {code}")


def stop(process: "subprocess.Popen[str]") -> None:
    """Interrupt the process and wait until it is gone; what it has not finished goes with it."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    try:
        process.wait(PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
