"""What leaves the screen: exports, copies, and the place to come back to."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hhtui import paths
from hhtui.store import results, settings
from hhtui.tui import clipboard, shell_words

if TYPE_CHECKING:
    from hhtui.tui.screens.browse import Browse


class Leaving:
    """Exports and copies for a Browse screen, and saves its place."""

    def __init__(self, screen: "Browse") -> None:
        self._screen = screen
        self._saved_place: settings.Place | None = None

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what each action of this part does, by the action's id."""
        return {
            "export": self._begin_export,
            "copy_key": lambda: self._copy(self._screen.pair.key, self._screen.pair.key),
            "copy_pair": lambda: self._copy(self._screen.reader.as_json(self._screen.view.current), "the pair"),
            "copy_command": lambda: self._copy(self.command(), "the command"),
        }

    def command(self) -> str:
        """Return the command that opens this view at this pair, or goes on with the triage."""
        if self._screen.triaging.on:
            return self._screen.triaging.left_command()
        view, by = self._screen.view, self._screen.app.start.by
        listed = None if view.list_file is None else str(view.list_file.absolute())
        given = (
            ("--ids", listed),
            ("--query", view.text),
            ("--at", self._screen.pair.key or None),
            ("--by", by or None),
        )
        return shell_words.command("hhtui", self._screen.database.path, *shell_words.options(given))

    def save_place(self) -> None:
        """Remember the place where it has changed, and that the notice was seen; raises StoreError where that fails."""
        if self._screen.database.read_only or not self._screen.finding.begun:
            return
        place = self._screen.place()
        browsing = not (self._screen.triaging.on or self._screen.finding.choosing)
        if place != self._saved_place and browsing:
            settings.save_place(self._screen.database, self._screen.annotator.name, place)
            self._saved_place = place
        self._screen.noticing.remember()

    def _begin_export(self) -> None:
        self._screen.gate.hold("dialog")
        self._screen.run_worker(self._export(), exclusive=True, group="export")

    async def _export(self) -> None:
        from hhtui.tui.screens.export import ask_for_export

        screen = self._screen
        flagged = results.count(screen.connection, "flag:yes")
        shown = None if screen.triaging.on else len(screen.view.ids)
        try:
            request = await ask_for_export(
                screen.app.push_screen_wait, screen.database.path.stem, screen.view.text, flagged, shown
            )
        finally:
            screen.gate.release("dialog")
        if request is None:
            return
        listed = screen.view.listed
        if request.query is not None and listed is not None and not isinstance(listed, Path):
            request = replace(request, listed=listed)
        screen.say("exporting …")
        work = screen.run_worker(lambda: screen.app.export(screen.database, request), thread=True, exit_on_error=False)
        try:
            screen.say(await work.wait())
        except Exception as error:
            screen.say(str(error.__cause__ or error), error=True)

    def _copy(self, text: str, name: str) -> None:
        screen = self._screen
        if not text:
            screen.say("there is no pair to copy", error=True)
            return
        try:
            path = clipboard.save(text, paths.data_folder())
        except OSError as error:
            where = f"it could not be written to a file ({error.strerror})"
        else:
            where = f"also in {path}"
        screen.app.write_to_terminal(clipboard.sequence(text))
        screen.say(f"copied {name}; {where}")
