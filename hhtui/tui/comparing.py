"""Similar pairs on the Browse screen: they are looked for beside it, gone to, and come back from."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from hhtui.store.connection import SqliteError
from hhtui.store.errors import StoreError
from hhtui.tui.beside import Beside
from hhtui.tui.view import View

if TYPE_CHECKING:
    from hhtui.store.dupes.similar import Similar
    from hhtui.tui.screens.browse import Browse

MOST = 12
"""Pairs that are offered for each reason."""


class _Left(NamedTuple):
    """A view that was left for similar pairs, at the pair with this key."""

    view: View
    key: str


class Comparing:
    """Offers the pairs that are similar to the current one, and remembers the way back."""

    def __init__(self, screen: "Browse") -> None:
        self._screen = screen
        self._beside = Beside("similar")
        self._left: list[_Left] = []
        self._given_up = ""

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what each action of this part does, by the action's id."""
        return {"similar": self.choose}

    def choose(self) -> None:
        """Look for the pairs that are similar to the current one, while keys wait, and show them."""
        current = self._screen.view.current
        if current is None:
            self._screen.say("there is no pair here", error=True)
            return
        self._screen.gate.hold("similar")
        self._screen.run_worker(self._look(current), group="similar", exclusive=True)

    def go_back(self) -> None:
        """Show what was left for similar pairs; once another query was asked, say that there is no way back."""
        if self._left:
            left = self._left.pop()
            self._screen.finding.return_to(left.view)
            self._screen.say(f"back at {left.key}")
        elif self._given_up:
            self._screen.say(f"the way back to {self._given_up} ended when other pairs were asked for")
        self._given_up = ""

    def give_up(self) -> None:
        """Other pairs were asked for: what was left is not come back to."""
        if self._left:
            self._given_up = self._left[-1].key
            self._left.clear()

    def close(self) -> None:
        """Look no further."""
        self._screen.database.interrupt()
        self._beside.close()

    async def _look(self, pair_id: int) -> None:
        try:
            found = await self._beside.run(partial(self._find, pair_id))
        except KeyError:
            self._screen.say("this pair is gone", error=True)
        except (StoreError, SqliteError) as error:
            self._screen.say(str(error), error=True)
        else:
            self._offer(found)
        finally:
            self._screen.gate.release("similar")

    def _find(self, pair_id: int) -> "Similar":
        from hhtui.store.dupes.similar import similar

        return similar(self._screen.database.reader(), pair_id, MOST)

    def _offer(self, found: "Similar") -> None:
        from hhtui.tui.screens.similar_pairs import SimilarPairs

        if not found.kin:
            nothing = "nothing is similar to this pair"
            shorter = f"{nothing}; hhtui dupes DB looks for more" if found.note else nothing
            self._screen.say(f"{nothing}. {found.note}".rstrip(), shorter)
            return
        ids = sorted({alike.pair_id for kin in found.kin for alike in kin.pairs})
        headings = {heading.id: heading for heading in self._screen.reader.headings(ids)}
        self._screen.ask(SimilarPairs(found, headings), partial(self._go, found))

    def _go(self, found: "Similar", given: str | None) -> None:
        from hhtui.tui.screens.similar_pairs import chosen

        if given is None:
            return
        gone, finding = chosen(found, given), self._screen.finding
        self._left.append(_Left(finding.kept_view(), found.key))
        finding.show_query(gone.query, None, gone.pair_id)
        self._screen.say(f"similar to {found.key}; Esc goes back to it")
