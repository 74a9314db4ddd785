"""The keys of the shield: how much is masked, and what is revealed."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from hhtui.config import SHIELD_LEVELS, Config, ShieldLevel
from hhtui.store import settings
from hhtui.store.connection import Connection
from hhtui.store.errors import StoreError
from hhtui.tui.key_names import shown_key
from hhtui.tui.shield import Shield, Shielded, counted

if TYPE_CHECKING:
    from hhtui.tui.screens.browse import Browse

SCORE_TURNS = "hhtui score DB --unit turn"
PATIENCE = 1.0
"""Seconds to wait for another writer before the level is not remembered."""


def begin(connection: Connection, annotator: str, config: Config) -> Shield:
    """Return the shield as the annotator left it in this database, else as it is configured."""
    left = settings.get(connection, _name(annotator))
    level: ShieldLevel = next((known for known in SHIELD_LEVELS if known == left), config.shield)
    return Shield(connection, level, config.shield_threshold)


class Shielding:
    """Changes the shield of a Browse screen, and says of a pair what it did."""

    def __init__(self, screen: "Browse") -> None:
        self._screen = screen

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what each action of this part does, by the action's id."""
        return {"shield": self._cycle, "reveal": self._reveal}

    def forms(self, numbers: tuple[str, ...]) -> tuple[str, ...]:
        """Return `numbers`, what the header says at its right end, with the shield's state before it."""
        shield, shown = self._screen.shield, self._screen.shown
        if shield.level == "off":
            return numbers
        if shown is not None and shield.reveals_pair(shown.pair.id):
            brief = words = f"shield {shield.level}: revealed"
        else:
            words, brief = _counts(shield.level, shown, "without a score"), _counts(shield.level, shown, "unscored")
        first, *others = numbers
        return (f"{words}  {first}", *(f"{brief}  {other}" for other in others), brief, f"shield: {shield.level}")

    def look_again(self) -> None:
        """Scores may have come: mask the current pair anew, where that makes a difference."""
        before, current = self._screen.shown, self._screen.view.current
        if self._screen.shield.level != "profanity" or before is None or current is None:
            return
        now = self._screen.reader.shown(current)
        if now is not None and now.pair != before.pair:
            self._show_anew()
        else:
            self._screen.shown = now

    def _cycle(self) -> None:
        level = self._screen.shield.cycle()
        self._show_anew()
        trouble = self._remember(level)
        self._screen.say(*((trouble,) if trouble else self._explained()), error=bool(trouble))

    def _reveal(self) -> None:
        screen, current = self._screen, self._screen.view.current
        if screen.shield.level == "off":
            screen.say(f"the shield is off; {shown_key(self._key('shield'))} switches it on")
        elif current is None or not (screen.shield.reveals_pair(current) or (screen.shown and screen.shown.masked)):
            screen.say("nothing is masked here")
        else:
            revealed = screen.shield.reveal(current)
            self._show_anew()
            screen.say(f"revealed; {shown_key(self._key('reveal'))} hides it again" if revealed else "hidden again")

    def _show_anew(self) -> None:
        """Show list and pair again, each text at its place: masks are as wide as what they hide."""
        screen = self._screen
        tops = {part: pane.top for part, pane in screen.pair.panes.items()}
        screen.list.update_marks()
        screen.show_pair()
        for part, top in tops.items():
            screen.pair.panes[part].move_to(top)

    def _remember(self, level: ShieldLevel) -> str:
        """Store the level; return what kept it from being stored, else ""."""
        screen = self._screen
        if screen.database.read_only:
            return ""
        try:
            with screen.database.writing(durable=False, timeout=PATIENCE) as connection:
                settings.put(connection, _name(screen.annotator.name), level)
        except StoreError as error:
            return str(error)
        return ""

    def _explained(self) -> tuple[str, ...]:
        """Return what the shield does now, from the longest form to the shortest."""
        shield, shown = self._screen.shield, self._screen.shown
        if shield.level == "off":
            return ("shield off: nothing is masked",)
        if shield.level == "everything":
            return (f"shield: every turn is masked; {shown_key(self._key('reveal'))} reveals a pair",)
        title = shield.goes_by()
        if title is None:
            brief = "shield: no scores here: hhtui score DB"
            return "shield: profanity masks nothing here, for there are no scores: hhtui score DB", brief
        words = brief = "shield: profanity catches swearing, not meaning"
        if not self._screen.pair.presentation.blind:
            words += f"; it masks from {shield.threshold:g} in {title}"
        unscored = sum(shown.unscored.values()) if shown else 0
        if not unscored:
            return words, brief
        without = f"{counted(unscored, 'turn')} without a score: {SCORE_TURNS}"
        return f"{words}; {without}", f"{brief}; {without}", f"shield: {without}", SCORE_TURNS

    def _key(self, action: str) -> str:
        return next(iter(self._screen.app.keys[action]), "colon")


def _counts(level: ShieldLevel, shown: Shielded | None, unscored: str) -> str:
    hidden = sum(shown.hidden.values()) if shown else 0
    lacking = sum(shown.unscored.values()) if shown else 0
    words = f"shield {level}: {hidden} masked"
    return f"{words}, {lacking} {unscored}" if lacking else words


def _name(annotator: str) -> str:
    return f"shield:{annotator}"
