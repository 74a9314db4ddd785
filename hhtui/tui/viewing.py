"""Saved views on the Browse screen: what `S` opens, saves, replaces, renames and takes away."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from hhtui.store import views
from hhtui.store.connection import Connection, SqliteError
from hhtui.store.database import explain
from hhtui.store.errors import StoreError
from hhtui.tui.beside import Beside

if TYPE_CHECKING:
    from hhtui.store.views import SavedView
    from hhtui.tui.screens.browse import Browse
    from hhtui.tui.screens.saved_views import Counts, SavedViews

Written = TypeVar("Written")


class Viewing:
    """Opens and keeps saved views for a Browse screen."""

    def __init__(self, screen: "Browse") -> None:
        self._screen = screen
        self._beside = Beside("views")
        self._counting: Connection | None = None

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what each action of this part does, by the action's id."""
        return {"views": self.choose}

    def choose(self) -> None:
        """Show the saved views, and count behind them what each finds."""
        from hhtui.tui.screens.saved_views import Counts, SavedViews

        found, counts = views.saved(self._screen.connection), Counts()
        dialog = SavedViews(found, self._this(), counts)
        self._screen.ask(dialog, self._chosen)
        self._screen.run_worker(self._count(dialog, counts, found), group="views", exclusive=True)

    def close(self) -> None:
        """Count no further."""
        self._stop()
        self._beside.close()

    def _this(self) -> str:
        """Return in words what is on the screen, and that a list is not saved."""
        view = self._screen.finding.kept_view()
        listed = f" (without its list, {view.list_file.name})" if view.list_file else ""
        return f"{view.text or 'all pairs'}   order: {view.order}{listed}"

    async def _count(self, dialog: "SavedViews", counts: "Counts", found: "list[SavedView]") -> None:
        for view in found:
            if dialog.is_attached:
                work = partial(_count_into, counts, view, self._connected)
                await self._beside.run(work)
            if dialog.is_attached:
                dialog.show_counts()

    def _connected(self) -> Connection:
        self._counting = self._screen.database.reader()
        return self._counting

    def _stop(self) -> None:
        if self._counting is not None:
            self._counting.interrupt()

    def _chosen(self, chosen: str | None) -> None:
        from hhtui.tui.screens.saved_views import DELETE, OPEN, RENAME, REPLACE, SAVE

        self._stop()
        if chosen is None:
            return
        what, _, name = chosen.partition(":")
        what = f"{what}:"
        if what == OPEN:
            self._try(lambda: self._screen.finding.begin_anew(self._view(name).query))
        elif what == SAVE:
            self._save(name)
        elif what == RENAME:
            self._rename(name)
        elif what in (REPLACE, DELETE):
            self._try(lambda: self._ask_first(what, name))

    def _view(self, name: str) -> "SavedView":
        return views.get(self._screen.connection, name)

    def _save(self, name: str, *, replace: bool = False) -> None:
        save = partial(views.save, self._screen.database, name, self._screen.finding.kept_view().text, replace=replace)
        self._write(save, lambda saved: f"saved as “{saved.name}”; hhtui view list shows all")

    def _ask_first(self, what: str, name: str) -> None:
        from hhtui.tui.screens.dialogs import Confirm
        from hhtui.tui.screens.saved_views import REPLACE, question

        def answered(agreed: bool | None) -> None:
            if not agreed:
                self.choose()
            elif what == REPLACE:
                self._save(name, replace=True)
            else:
                self._delete(name)

        asked = question(what, self._view(name), self._screen.finding.kept_view().text)
        self._screen.ask(Confirm(asked), answered)

    def _delete(self, name: str) -> None:
        self._write(
            partial(views.delete, self._screen.database, name),
            lambda deleted: f"deleted “{deleted.name}”, which was: {deleted.query or 'all pairs'}",
        )

    def _rename(self, name: str) -> None:
        from hhtui.tui.screens.dialogs import AskText

        def answered(new: str | None) -> None:
            if new is None:
                self.choose()
            else:
                self._write(partial(views.rename, self._screen.database, name, new), "renamed to “{}”".format)

        self._screen.ask(AskText(f"New name of “{name}”", name), answered)

    def _write(self, work: Callable[[], Written], told: Callable[[Written], str]) -> None:
        """Change the saved views beside the screen, while keys wait, and say what was done or why not."""
        screen = self._screen

        async def write() -> None:
            try:
                done = await self._beside.run(work)
            except StoreError as error:
                screen.say(str(error), error=True)
            else:
                screen.say(told(done))
            finally:
                screen.gate.release("views")

        screen.gate.hold("views")
        screen.say("saving …", quiet=True)
        screen.run_worker(write(), group="saving views")

    def _try(self, act: Callable[[], object]) -> None:
        try:
            act()
        except StoreError as error:
            self._screen.say(str(error), error=True)


def _count_into(counts: "Counts", view: "SavedView", connect: Callable[[], Connection]) -> None:
    """Count what a view finds now, or note why it cannot be run."""
    from hhtui.query.errors import QueryError
    from hhtui.store.results import count

    try:
        counts.pairs[view.name] = count(connect(), view.query)
    except QueryError as error:
        counts.errors[view.name] = str(error)
    except SqliteError as error:
        counts.errors[view.name] = explain(error)
