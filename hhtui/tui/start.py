"""What to open with."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Start:
    """A query and a pair's key; None is what the annotator left."""

    query: str | None = None
    key: str | None = None
