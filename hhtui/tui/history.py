"""Walks through the queries that were kept before, as those of a shell."""

from collections.abc import Sequence

from hhtui.store.history import with_newest


class History:
    """The queries of one annotator, newest first: those that begin with what was typed, all where nothing was."""

    def __init__(self) -> None:
        self._queries: tuple[str, ...] = ()
        self._own: tuple[str, ...] = ()
        self._found: tuple[str, ...] = ()
        self._typed = ""
        self._untouched = ""
        self._at = -1

    @property
    def walking(self) -> bool:
        """Whether an earlier query is shown in place of what was typed."""
        return self._at >= 0

    def take(self, queries: Sequence[str]) -> None:
        """Know these queries, newest first, behind those that were kept on this screen: they may not be stored yet."""
        self._queries = (*self._own, *(one for one in queries if one not in self._own))

    def add(self, query: str) -> None:
        """Know that `query` was kept on this screen."""
        self._own, self._queries = with_newest(self._own, query), with_newest(self._queries, query)

    @property
    def narrowed(self) -> bool:
        """Whether only queries with a certain beginning are walked through."""
        return self._typed not in ("", self._untouched)

    def begin(self, text: str) -> None:
        """The line is going to be edited, in which `text` stands."""
        self._untouched = text
        self.stop()

    def stop(self) -> None:
        """Begin anew with what is typed next."""
        self._at = -1

    def older(self, typed: str) -> str | None:
        """Return the query before the one that is shown, None where there is none; `typed` counts at the first step."""
        if not self.walking:
            self._typed = typed
            beginning = typed if self.narrowed else ""
            self._found = tuple(one for one in self._queries if one.startswith(beginning) and one != typed)
        if self._at + 1 >= len(self._found):
            return None
        self._at += 1
        return self._found[self._at]

    def newer(self) -> str | None:
        """Return the query after the one that is shown, at last what was typed; None where nothing is newer."""
        if not self.walking:
            return None
        self._at -= 1
        return self._found[self._at] if self._at >= 0 else self._typed
