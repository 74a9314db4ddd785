"""What is said about a query that cannot be read or run."""

from collections.abc import Iterable

from hhtui.text import shortened

LONGEST_QUOTED = 60
"""Characters of a text that is quoted in a message."""


class QueryError(ValueError):
    """A query that is not of the language, or that cannot be run on this database.

    `message` is one sentence for people, `position` the offset into the query where it went wrong (counted in
    characters from 0), `expected` what could have stood there, or "".
    """

    def __init__(self, message: str, position: int = 0, expected: str = "") -> None:
        self.message = message
        self.position = position
        self.expected = expected
        tail = f", expected {expected}" if expected else ""
        super().__init__(f"{message} (at character {position + 1}{tail})")


def quoted(text: str) -> str:
    """Return a text in the quotes of messages, its beginning alone where it is longer than `LONGEST_QUOTED`."""
    return f"“{shortened(text, LONGEST_QUOTED)}”"


def nearest(name: str, known: Iterable[str]) -> str:
    """Return " Did you mean “…”?" with the known name closest to `name`, or "" where none is close."""
    from difflib import get_close_matches

    close = get_close_matches(name, sorted(known), n=1, cutoff=0.6)
    return f" Did you mean “{close[0]}”?" if close else ""
