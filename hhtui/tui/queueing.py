"""What to read next: the card of queues, orders of the result, and a triage that was begun."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from hhtui.store import triage as triages
from hhtui.store.connection import SqliteError
from hhtui.store.errors import StoreError
from hhtui.store.triage import Triage
from hhtui.tui import triage_words

if TYPE_CHECKING:
    from hhtui.query.queues import Queue
    from hhtui.store.lanes import Wanted
    from hhtui.tui.screens.browse import Browse
    from hhtui.tui.screens.queue_card import Offered, QueueCard, QueuesAndOrders

Found = TypeVar("Found")


class Queueing:
    """Offers queues on a Browse screen, and begins to read what is chosen."""

    def __init__(self, screen: "Browse") -> None:
        self._screen = screen
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="queues")

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what each action of this part does, by the action's id."""
        return {"order": self.choose}

    def at_start(self) -> None:
        """Show the card where it was asked for, else say in a line what was begun and is not finished."""
        start = self._screen.app.start
        if start.triage is not None:
            return
        if start.wanted is not None:
            self.offer_card()
        else:
            begun = self._in_words(self._begun())
            if begun:
                self._screen.say(f"{begun}: O 0 resumes it, or hhtui triage --resume")

    def offer_card(self) -> None:
        """Show the queues."""
        from hhtui.tui.screens.queue_card import QueueCard

        offered = self._offered()
        dialog = QueueCard(offered)
        self._screen.ask(dialog, self._chosen)
        self._count(dialog, offered)

    def choose(self) -> None:
        """Show the queues, and the orders for this result."""
        from hhtui.tui.screens.dialogs import Choice
        from hhtui.tui.screens.queue_card import ORDER, QueuesAndOrders

        offered = self._offered()
        orders = [
            Choice(ORDER, "row", "the order of the source"),
            *(Choice(f"{ORDER}{order}", order, brings) for order, brings in self._screen.reader.orders()),
        ]
        dialog = QueuesAndOrders(offered, orders)
        self._screen.ask(dialog, self._chosen)
        self._count(dialog, offered)

    def close(self) -> None:
        """Count no further."""
        self._screen.database.interrupt()
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _offered(self) -> "Offered":
        from hhtui.store.queueing import queues_here
        from hhtui.tui.screens.queue_card import Offered

        queues = queues_here(self._screen.connection, self._wanted().seed)
        return Offered(queues, self._in_words(self._begun()), self._screen.database.path.name)

    def _count(self, dialog: "QueueCard | QueuesAndOrders", offered: "Offered") -> None:
        """Count what waits in each queue, behind the dialog, and show it as it comes."""
        from hhtui.store.queueing import waiting

        screen = self._screen

        def counted(queue: "Queue") -> str:
            try:
                return f"{waiting(screen.database.reader(), screen.annotator.name, queue):,}"
            except (StoreError, SqliteError) as error:
                return f"({error})"

        async def work() -> None:
            for queue in offered.queues:
                if queue.missing is None and dialog.is_attached:
                    offered.counts[queue.name] = await self._in_thread(partial(counted, queue))
                    dialog.show_counts()

        screen.run_worker(work(), group="queues", exclusive=True)

    def _chosen(self, chosen: str | None) -> None:
        from hhtui.tui.screens.queue_card import ORDER, QUEUE, QUIT, RESUME

        if chosen is None:
            return
        if chosen == QUIT:
            self._screen.app.quit_browsing()
        elif chosen == RESUME:
            begun = self._begun()
            if begun is not None:
                self._screen.triaging.begin(begun)
        elif chosen.startswith(ORDER):
            self._screen.finding.order_by(chosen.removeprefix(ORDER))
        else:
            self._begin(chosen.removeprefix(QUEUE))

    def _begin(self, name: str) -> None:
        """Draw pairs of the queue of this name and show them, while keys wait."""
        from hhtui.store.queueing import begin_named

        screen = self._screen
        screen.gate.hold("drawing")
        draw = partial(begin_named, screen.database, screen.annotator.name, name, self._wanted())

        async def work() -> None:
            from hhtui.query.errors import QueryError

            try:
                begun = await self._in_thread(draw)
            except (StoreError, QueryError, SqliteError) as error:
                screen.say(str(error), error=True)
            else:
                screen.triaging.begin(begun)
            finally:
                screen.gate.release("drawing")

        screen.run_worker(work(), group="drawing")

    def _wanted(self) -> "Wanted":
        from hhtui.store.lanes import Wanted

        return self._screen.app.start.wanted or Wanted(())

    def _begun(self) -> Triage | None:
        return triages.unfinished(self._screen.connection, self._screen.annotator.name)

    def _in_words(self, begun: Triage | None) -> str:
        """Return what is left of a triage that was begun, "" where nothing is."""
        if begun is None:
            return ""
        from hhtui.store.queueing import how_many_left

        left = how_many_left(self._screen.connection, begun)
        return triage_words.begun(left, begun) if left else ""

    async def _in_thread(self, find: Callable[[], Found]) -> Found:
        return await asyncio.get_running_loop().run_in_executor(self._thread, find)
