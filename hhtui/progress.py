"""How far loading has come, told to whoever waits for it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Phase = Literal[
    "reading",
    "loading",
    "indexing",
    "relating",
    "replacing",
    "writing",
    "copying",
    "signing",
    "comparing",
]
Unit = Literal["bytes", "pairs", "bands"]


@dataclass(frozen=True, slots=True)
class Progress:
    """A moment of a long piece of work.

    `phase`: "reading" (a source is read once for its hash, or fetched), "loading" (its pairs are stored),
    "indexing" (the text index), "relating" (families and openings), "replacing" (an earlier
    revision is taken out), "writing" (pairs are written to a file), "copying" (the texts are copied for searching).
    `done` of `total` are counted in `unit`; `total` is 0 where it is not known. `rows` is how many records of this
    source have been read so far, 0 outside "loading"; `name` is the source, "" where the work is about the whole
    database.
    """

    phase: Phase
    done: int
    total: int
    unit: Unit
    rows: int = 0
    name: str = ""


Observer = Callable[[Progress], None]
"""Is called often, from the thread that works, and returns quickly."""


def unobserved(progress: Progress) -> None:
    """Let nobody know."""
