"""Turns as one cleaned text for the screen, with the place of every turn in it."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from hhtui.model import ASSISTANT, HUMAN, Turn
from hhtui.text import clean, clean_line

Span = tuple[int, int]

EMPTY = "(empty)"


class ShownTurn(NamedTuple):
    """One turn in a transcript: the spans of its label, which is not data, and of its text; either may be empty."""

    role: str
    label: Span
    text: Span


class Transcript(NamedTuple):
    """A text that is safe to draw, and the turns in it; what belongs to no turn's text is not data."""

    text: str
    turns: tuple[ShownTurn, ...]

    @property
    def last_human(self) -> ShownTurn | None:
        """The last Human turn, or None."""
        return next((turn for turn in reversed(self.turns) if turn.role == HUMAN), None)


@lru_cache(maxsize=128)
def response_transcript(turns: tuple[Turn, ...]) -> Transcript:
    """Return a response for the screen; a single Assistant turn, which most responses are, needs no label."""
    return transcript(turns, labelled=[turn.role for turn in turns] != [ASSISTANT])


def transcript(turns: Sequence[Turn], labelled: bool = True) -> Transcript:
    """Join turns to one text, each stripped, cleaned and on a line of its own behind its role.

    An empty turn's label says so.
    """
    text = ""
    shown: list[ShownTurn] = []
    for turn in turns:
        if shown:
            text += "\n"
        start = len(text)
        if labelled and turn.role:
            text += f"{clean_line(turn.role)}: "
        stripped = clean(turn.text.strip())
        if not stripped:
            text += EMPTY
        label = (start, len(text))
        text += stripped
        shown.append(ShownTurn(turn.role, label, (label[1], len(text))))
    return Transcript(text, tuple(shown))
