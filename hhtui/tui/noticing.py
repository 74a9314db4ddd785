"""The notice about the content: what it says, to whom, and that it has been seen."""

from typing import TYPE_CHECKING

from hhtui.store import settings
from hhtui.store.connection import Connection
from hhtui.tui.drawn import Drawn
from hhtui.tui.key_names import shown_key
from hhtui.tui.keys import Keys
from hhtui.tui.widgets.notice import Notice

if TYPE_CHECKING:
    from hhtui.tui.screens.browse import Browse

_CONTENT = "What people wrote here can be violent, sexual, hateful, or about abuse and self-harm."
_BY_DESIGN = "In hh-rlhf red-team dialogues are there by design: people tried to make the model say what it should not."
_BRIEF = "Can be violent, sexual or hateful; in hh-rlhf red-team data is there by design."


class Noticing:
    """Shows the notice on a Browse screen once to each annotator of a database, but not over the shipped sample.

    It takes lines of its own above the pair and goes with the first key after it was painted, which works as always.
    Under a dialog, such as the card of queues, nobody has seen it: it then stays until the first key after that.
    """

    def __init__(self, screen: "Browse") -> None:
        self._screen = screen
        self._notice: Notice | None = None
        self._remembered = False
        if _is_due(screen.connection, screen.annotator.name):
            self._notice = Notice(forms(screen.app.keys), id="notice")

    def widgets(self) -> list[Notice]:
        """Return the notice, where there is one to be shown."""
        return [] if self._notice is None else [self._notice]

    def drawn(self, drawn: Drawn) -> None:
        """A frame has been drawn: the notice may have been in it."""
        if self._notice is not None:
            self._notice.drawn(drawn)

    def covered(self) -> None:
        """A dialog is over the screen: what was not taken away by a key is still to be read."""
        if self._notice is not None and not self._remembered:
            self._notice.covered()

    def key_read(self) -> None:
        """Take the notice away, where it has been seen."""
        if self._notice is not None and self._notice.display and self._notice.painted:
            self._notice.display = False

    def remember(self) -> None:
        """Write down, once, that the notice has been seen; raises StoreError where that fails."""
        if self._notice is None or not self._notice.painted or self._remembered:
            return
        with self._screen.database.writing(durable=False) as connection:
            settings.put(connection, _name(self._screen.annotator.name), True)
        self._remembered = True


def forms(keys: Keys) -> tuple[str, ...]:
    """Return the notice, from its longest form to its shortest."""
    masks, blanks = (shown_key(next(iter(keys[action]), "colon")) for action in ("shield", "blank"))
    ways = f"{masks} masks words, {blanks} blanks the screen."
    return f"{_CONTENT} {_BY_DESIGN} {ways}", f"{_BRIEF} {ways}", f"{_BRIEF} {masks} masks, {blanks} blanks.", _BRIEF


def _is_due(connection: Connection, annotator: str) -> bool:
    return not (settings.get(connection, _name(annotator)) or settings.get(connection, "sample"))


def _name(annotator: str) -> str:
    return f"notice:{annotator}"
