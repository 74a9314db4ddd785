"""Blocks of lines are converted by processes of their own, some at once, and come back in their order."""

import os
import subprocess
import sys
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from itertools import chain, islice
from queue import SimpleQueue
from typing import IO, Self

from hhtui.ingest.converting.conversion import Block, Conversion
from hhtui.ingest.converting.messages import receive_batch, send_block, send_conversion
from hhtui.ingest.errors import LoadError
from hhtui.processes import environment
from hhtui.store.loading import Batch

ALONE = 4
"""Blocks that are converted here before it is worth it to start processes."""
AHEAD = 2
"""Blocks for each process that are being converted or wait to be used."""
MOST = 3
"""Processes: converting takes one and a half times the processor time of the rest of a load, which has few threads."""


def sensible() -> int:
    """Return how many processes convert fastest on this machine, 0 where that is this process alone."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, MOST) if cores > 1 and sys.executable else 0


def convert(blocks: Iterator[Block], conversion: Conversion, processes: int) -> Generator[Batch, None, None]:
    """Yield the batches of blocks, in their order; once there are enough of them, so many processes convert them.

    What `blocks` raises is raised after the batches of what it gave before. Raises LoadError where a process ends.
    """
    yield from map(conversion, islice(blocks, ALONE) if processes else blocks)
    first = next(blocks, None)
    if first is not None:
        with _Processes(conversion, processes) as others:
            yield from _in_order(others.convert(chain([first], blocks)), AHEAD * processes)


def _in_order(futures: Iterator[Future[Batch]], ahead: int) -> Iterator[Batch]:
    """Yield the results of futures in their order, so many of which are made before the first is needed."""
    begun = deque(islice(futures, ahead))
    while begun:
        yield begun.popleft().result()
        begun.extend(islice(futures, 1))


class _Processes:
    """Processes that convert blocks, and a thread for each that talks to it."""

    def __init__(self, conversion: Conversion, number: int) -> None:
        """Start so many processes, or as many as the system allows."""
        self._conversion = conversion
        self._all: list[subprocess.Popen[bytes]] = []
        self._idle = SimpleQueue[subprocess.Popen[bytes]]()
        with suppress(OSError):
            while len(self._all) < number:
                process = _start()
                self._all.append(process)
                self._idle.put(process)
                send_conversion(_questions(process), conversion)
        self._threads = ThreadPoolExecutor(number, thread_name_prefix="converting")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        """End the processes: what they hold is not stored yet, and is read again."""
        for process in self._all:
            process.kill()
        self._threads.shutdown(cancel_futures=True)
        for process in self._all:
            process.communicate()

    def convert(self, blocks: Iterable[Block]) -> Iterator[Future[Batch]]:
        """Yield the batch of each block to come, and at last the error that ended the blocks, where one did."""
        try:
            for block in blocks:
                yield self._threads.submit(self._ask if self._all else self._conversion, block)
        except LoadError as error:
            failed = Future[Batch]()
            failed.set_exception(error)
            yield failed

    def _ask(self, block: Block) -> Batch:
        process = self._idle.get()
        try:
            send_block(_questions(process), block)
            return receive_batch(_answers(process))
        except (EOFError, BrokenPipeError):
            raise LoadError(
                f"{self._conversion.name}: a process that parses its lines ended before line {block.records[0].line}; "
                "what stands before that is loaded, load it again to go on"
            ) from None
        finally:
            self._idle.put(process)


def _start() -> "subprocess.Popen[bytes]":
    """Start a process of a session of its own, which Ctrl-C does not reach: it ends with the load."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "hhtui.ingest.converting.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment(),
        start_new_session=True,
    )


def _questions(process: "subprocess.Popen[bytes]") -> IO[bytes]:
    assert process.stdin is not None
    return process.stdin


def _answers(process: "subprocess.Popen[bytes]") -> IO[bytes]:
    assert process.stdout is not None
    return process.stdout
