"""What to open with."""

from typing import NamedTuple


class Start(NamedTuple):
    """A query and a pair's key; None is what the annotator left."""

    query: str | None = None
    key: str | None = None
