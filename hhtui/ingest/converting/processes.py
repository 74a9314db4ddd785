"""Blocks of lines are converted by processes of their own, some at once, and come back in their order."""

import os
import subprocess
import sys
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, islice
from queue import SimpleQueue
from typing import Self

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
"""Processes: converting takes about one and a half times as much work as the rest, which is left to this one."""


def sensible() -> int:
    """Return how many processes convert fastest on this machine, 0 where that is this process alone."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, MOST) if cores > 1 and sys.executable else 0


def convert(blocks: Iterator[Block], conversion: Conversion, processes: int) -> Generator[Batch, None, None]:
    """Yield the batches of blocks, in their order; once there are enough of them, so many processes convert them.

    What `blocks` raises is raised after the batches of what it gave before.
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


class _Process:
    """A process that converts blocks: it reads `questions`, and `answers` are what it writes."""

    def __init__(self) -> None:
        """Start it, in a session of its own, which Ctrl-C does not reach; raises OSError where the system does not."""
        answers, theirs = os.pipe()
        self.answers = os.fdopen(answers, "rb")
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "hhtui.ingest.converting.child", str(theirs)],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=environment(),
                start_new_session=True,
                pass_fds=[theirs],
            )
        except OSError:
            self.answers.close()
            raise
        finally:
            os.close(theirs)
        assert self._process.stdin is not None
        self.questions = self._process.stdin

    def kill(self) -> None:
        """End it: what it holds is not stored yet, and is read again."""
        self._process.kill()

    def close(self) -> None:
        """Wait until it is gone."""
        self._process.communicate()
        self.answers.close()


class _Processes:
    """Places for processes that convert blocks, and a thread for each that talks to the one that is there.

    Where a process cannot be started or ends, its place is empty: the thread converts blocks itself.
    """

    def __init__(self, conversion: Conversion, number: int) -> None:
        """Start so many processes."""
        self._conversion = conversion
        self._all: list[_Process] = []
        self._places = SimpleQueue[_Process | None]()
        for _ in range(number):
            self._places.put(self._started())
        self._threads = ThreadPoolExecutor(number, thread_name_prefix="converting")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        for process in self._all:
            process.kill()
        self._threads.shutdown(cancel_futures=True)
        for process in self._all:
            process.close()

    def convert(self, blocks: Iterable[Block]) -> Iterator[Future[Batch]]:
        """Yield the batch of each block to come, and at last the error that ended the blocks, where one did."""
        try:
            for block in blocks:
                yield self._threads.submit(self._convert, block)
        except LoadError as error:
            failed = Future[Batch]()
            failed.set_exception(error)
            yield failed

    def _started(self) -> _Process | None:
        try:
            process = _Process()
            self._all.append(process)
            send_conversion(process.questions, self._conversion)
        except OSError:
            return None
        return process

    def _convert(self, block: Block) -> Batch:
        process = self._places.get()
        try:
            if process is not None:
                send_block(process.questions, block)
                return receive_batch(process.answers)
        except (EOFError, OSError):
            process = None
        finally:
            self._places.put(process)
        return self._conversion(block)
