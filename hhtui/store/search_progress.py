"""How far a search through the texts has come, for whoever waits for it in another thread."""

from typing import NamedTuple


class Searched(NamedTuple):
    """How many pairs' texts have been looked at, `done` of `total`."""

    done: int
    total: int


class SearchProgress:
    """What a connection's search tells; there is one for each connection, see `kept_by`."""

    def __init__(self) -> None:
        self.searched: Searched | None = None
        """How far the search has come, None while none runs."""

    def begin(self, total: int) -> None:
        """A search through `total` pairs begins."""
        self.searched = Searched(0, total)

    def advance(self, pairs: int) -> None:
        """So many more pairs have been looked at."""
        if self.searched is not None:
            self.searched = self.searched._replace(done=self.searched.done + pairs)

    def end(self) -> None:
        """The search has ended."""
        self.searched = None
