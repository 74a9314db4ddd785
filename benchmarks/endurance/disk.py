"""How long the disk itself takes to keep a page, measured beside a program that waits for it."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PAGE = bytes(16_384)
EVERY = 0.2


@contextmanager
def watched(folder: Path) -> Iterator[list[float]]:
    """Append a page of 16 KB to a file in `folder` five times a second while the block runs, each time to the disk.

    Gives the milliseconds that each fsync took; they are all there when the block is left.
    """
    taken: list[float] = []
    done = threading.Event()

    def measure() -> None:
        with (folder / "disk-probe").open("wb", buffering=0) as file:
            while not done.wait(EVERY):
                file.write(PAGE)
                before = time.perf_counter()
                os.fsync(file.fileno())
                taken.append(1000 * (time.perf_counter() - before))

    thread = threading.Thread(target=measure)
    thread.start()
    try:
        yield taken
    finally:
        done.set()
        thread.join()
