"""What the screen knows of explanations: which words move a score, found by somebody else while it goes on."""

from collections.abc import Callable, Collection, Sequence
from typing import Protocol

from hhtui.model import Side
from hhtui.store.database import Database

Words = Sequence[tuple[str, float]]
"""Words and the weight of each in a score, the strongest first."""

Asked = tuple[str, Side]
"""A scorer's name and a side of a pair."""

Deliver = Callable[[str, Side, Words | str], object]
"""Takes the words for what was asked, or why there are none to be had; called from any thread."""


class Explanation(Protocol):
    """Something that finds words, until it is closed."""

    @property
    def asked(self) -> Collection[Asked]:
        """What it looks for; each is delivered once."""

    def close(self) -> None:
        """Stop, and deliver nothing more."""


Explain = Callable[[Database, int, Deliver], Explanation]
"""Begins to look for the words that move the scores of a pair, by its id."""


class NoExplanation:
    """Looks for nothing."""

    asked: tuple[Asked, ...] = ()

    def close(self) -> None:
        """Nothing to stop."""


def no_explanation(_database: Database, _pair_id: int, _deliver: Deliver) -> Explanation:
    """Explain nothing."""
    return NoExplanation()
