"""How long the disk itself takes to keep a page, measured beside a program that waits for it."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import RawIOBase
from pathlib import Path

PAGE = bytes(16_384)
PAGES = 64
EVERY = 0.2
QUIET_SECONDS = 10.0
QUIET_MILLISECONDS = 10.0


def settle(folder: Path, most: float = 120.0) -> None:
    """Wait until what was written before is on the disk, and the disk has kept pages in `folder` at once for a while.

    For ten seconds each fsync takes under 10 ms then; after `most` seconds it is given up.
    """
    os.sync()
    give_up = time.monotonic() + most
    quiet_since = time.monotonic()
    with _room(folder) as file:
        while time.monotonic() < min(give_up, quiet_since + QUIET_SECONDS):
            if kept_after(file) > QUIET_MILLISECONDS:
                quiet_since = time.monotonic()
            time.sleep(EVERY)


@contextmanager
def _room(folder: Path) -> Iterator[RawIOBase]:
    """Open a file whose pages have their place on the disk already, as a write-ahead log's do that is written over."""
    with (folder / "disk-probe").open("wb", buffering=0) as file:
        file.write(PAGE * PAGES)
        os.fsync(file.fileno())
        yield file


def kept_after(file: RawIOBase) -> float:
    """Write a page of 16 KB over the next one of `file`, and return the milliseconds until it was on the disk."""
    if file.tell() >= PAGES * len(PAGE):
        file.seek(0)
    file.write(PAGE)
    before = time.perf_counter()
    os.fsync(file.fileno())
    return 1000 * (time.perf_counter() - before)


@contextmanager
def watched(folder: Path) -> Iterator[list[float]]:
    """Write a page of 16 KB into a file in `folder` five times a second while the block runs, each time to the disk.

    Gives the milliseconds that each fsync took; they are all there when the block is left.
    """
    taken: list[float] = []
    done = threading.Event()

    def measure() -> None:
        with _room(folder) as file:
            while not done.wait(EVERY):
                taken.append(kept_after(file))

    thread = threading.Thread(target=measure)
    thread.start()
    try:
        yield taken
    finally:
        done.set()
        thread.join()
