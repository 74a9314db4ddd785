"""Items made in a thread of their own, a few ahead of whoever uses them."""

import queue
import threading
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from typing import Generic, TypeVar

Item = TypeVar("Item")
PATIENCE = 0.1


class _Failure:
    def __init__(self, error: BaseException) -> None:
        self.error = error


class _End:
    pass


class _Producer(Generic[Item]):
    def __init__(self, items: Generator[Item, None, None], ahead: int) -> None:
        self._items = items
        self._queue: queue.Queue[Item | _Failure | _End] = queue.Queue(ahead)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="producer", daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[Item]:
        while True:
            item = self._queue.get()
            if isinstance(item, _End):
                return
            if isinstance(item, _Failure):
                raise item.error
            yield item

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            with closing(self._items):
                for item in self._items:
                    if not self._put(item):
                        return
        except BaseException as error:
            self._put(_Failure(error))
        else:
            self._put(_End())

    def _put(self, item: Item | _Failure | _End) -> bool:
        while not self._stopped.is_set():
            try:
                self._queue.put(item, timeout=PATIENCE)
                return True
            except queue.Full:
                continue
        return False


@contextmanager
def produced(items: Generator[Item, None, None], ahead: int = 4) -> Iterator[Iterator[Item]]:
    """Run the generator `items` in a thread, at most `ahead` items before the one in use.

    What it raises is raised where its item would have come. It is closed and the thread has ended when this returns.
    """
    producer = _Producer(items, ahead)
    try:
        yield iter(producer)
    finally:
        producer.stop()
