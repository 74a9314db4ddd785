"""A thread beside the screen, for what a part of it has found or written."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Done = TypeVar("Done")


class Beside:
    """Does one thing after another in a thread, until it is closed."""

    def __init__(self, name: str) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._closed = False

    async def run(self, work: Callable[[], Done]) -> Done:
        """Do `work` in the thread and return what it returns; raises CancelledError once this is closed."""
        if self._closed:
            raise asyncio.CancelledError
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def close(self) -> None:
        """Wait for what is being done, and do nothing more."""
        self._closed = True
        self._thread.shutdown(wait=True, cancel_futures=True)
