"""What to read next: the card of queues, orders of the result, and a triage that was begun."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from hhtui.store import triage as triages
from hhtui.store.connection import SqliteError
from hhtui.store.errors import StoreError
from hhtui.store.triage import Triage
from hhtui.tui import triage_words
from hhtui.tui.beside import Beside

if TYPE_CHECKING:
    from hhtui.query.queues import Queue
    from hhtui.store.lanes import Wanted
    from hhtui.tui.screens.browse import Browse
    from hhtui.tui.screens.orders import QueuesAndOrders
    from hhtui.tui.screens.queue_card import Offered, QueueCard

Found = TypeVar("Found")


class Begun(NamedTuple):
    """A triage that was begun and is not finished, and in words what is left of it; None and "" where there is none."""

    triage: Triage | None
    words: str


NOTHING_BEGUN = Begun(None, "")


class Queueing:
    """Offers queues on a Browse screen, and begins to read what is chosen."""

    def __init__(self, screen: "Browse") -> None:
        self._screen = screen
        self._beside = Beside("queues")
        self._begun = NOTHING_BEGUN

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what each action of this part does, by the action's id."""
        return {"order": self.choose}

    def at_start(self) -> None:
        """Show the card where it was asked for, else say in a line what was begun and is not finished."""
        start = self._screen.app.start
        if start.triage is None and start.wanted is not None:
            self.offer_card()
        else:
            self._behind("unfinished", self._unfinished, self._tell_of)

    def offer_card(self) -> None:
        """Show the queues."""
        from hhtui.tui.screens.queue_card import QueueCard

        self._offer(QueueCard)

    def choose(self) -> None:
        """Show the queues, and the orders for this result."""
        from hhtui.tui.orders import orders, why_not
        from hhtui.tui.screens.orders import QueuesAndOrders

        view, connection = self._screen.view, self._screen.connection
        offers = orders(connection, view.text, view.listed)
        self._offer(
            lambda offered: QueuesAndOrders(offered, offers, view.order, partial(why_not, connection, view.text))
        )

    def close(self) -> None:
        """Count no further."""
        self._screen.database.interrupt()
        self._beside.close()

    def _offer(self, dialog_of: "Callable[[Offered], QueueCard | QueuesAndOrders]") -> None:
        """Show a dialog with the queues, once it is known what there is, and count what waits in them."""

        def show(offered: "Offered") -> None:
            dialog = dialog_of(offered)
            self._screen.ask(dialog, self._chosen)
            self._count(dialog, offered)

        self._screen.gate.hold("queues")
        self._behind("offering", self._offered, show, then=partial(self._screen.gate.release, "queues"))

    def _offered(self) -> "Offered":
        from hhtui.store.queueing import queues_here
        from hhtui.tui.screens.queue_card import Offered

        queues = queues_here(self._screen.database.reader(), self._wanted().seed)
        self._begun = self._unfinished()
        return Offered(queues, self._begun.words, self._screen.database.path.name)

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
                    offered.counts[queue.name] = await self._beside.run(partial(counted, queue))
                    dialog.show_counts()

        screen.run_worker(work(), group="queues", exclusive=True)

    def _chosen(self, chosen: str | None) -> None:
        from hhtui.tui.screens.queue_card import ORDER, QUEUE, QUIT, RESUME

        if chosen is None:
            if self._screen.finding.choosing:
                self._screen.finding.go_back()
            return
        if chosen == QUIT:
            self._screen.app.quit_browsing()
        elif chosen == RESUME:
            if self._begun.triage is not None:
                self._read(self._begun.triage)
        elif chosen.startswith(ORDER):
            self._screen.finding.order_by(chosen.removeprefix(ORDER))
        else:
            self._begin(chosen.removeprefix(QUEUE))

    def _begin(self, name: str) -> None:
        """Draw pairs of the queue of this name and show them, while keys wait."""
        from hhtui.store.queueing import begin_named

        self._screen.gate.hold("drawing")
        draw = partial(begin_named, self._screen.database, self._screen.annotator.name, name, self._wanted())
        self._behind("drawing", draw, self._read_new, then=partial(self._screen.gate.release, "drawing"))

    def _read_new(self, begun: Triage) -> None:
        self._read(begun)
        self._behind("unfinished", self._unfinished, self._tell_of)

    def _read(self, begun: Triage) -> None:
        """Read a triage; the place of browsing is kept to come back to."""
        try:
            self._screen.leaving.save_place()
            self._screen.triaging.begin(begun)
        except StoreError as error:
            self._screen.say(str(error), error=True)

    def _tell_of(self, begun: Begun) -> None:
        """Say in a line what else can be resumed, where nothing else has been said."""
        if begun.triage is None:
            return
        if self._screen.triaging.on:
            self._screen.say(f"{begun.words}, too: hhtui triage --resume goes on with it once this is read")
        elif not self._screen.said:
            self._screen.say(f"{begun.words}: O 0 resumes it, or hhtui triage --resume")

    def _wanted(self) -> "Wanted":
        from hhtui.store.lanes import Wanted

        return self._screen.app.start.wanted or Wanted(())

    def _unfinished(self) -> Begun:
        """Return what else the annotator began last and has not finished; it may take long, so not on the screen's."""
        connection, current = self._screen.database.reader(), self._screen.triaging.triage
        begun = triages.unfinished(connection, self._screen.annotator.name, besides=current.id if current else "")
        return (
            NOTHING_BEGUN if begun is None else Begun(begun, triage_words.begun(triages.left(connection, begun), begun))
        )

    def _behind(
        self,
        group: str,
        find: Callable[[], Found],
        show: Callable[[Found], None],
        then: Callable[[], object] = lambda: None,
    ) -> None:
        """Find something in the thread and show it, or say why not; `then` is called in any case."""

        async def work() -> None:
            from hhtui.query.errors import QueryError

            try:
                found = await self._beside.run(find)
            except (StoreError, QueryError, SqliteError) as error:
                self._screen.say(str(error), error=True)
            else:
                show(found)
            finally:
                then()

        self._screen.run_worker(work(), group=group, exclusive=True)
