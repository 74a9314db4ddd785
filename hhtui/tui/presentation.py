"""How a pair is presented: which response stands at the left, and whether it is read blind."""

import re
from typing import Literal, NamedTuple

Place = Literal["left", "right"]
PLACES: tuple[Place, ...] = ("left", "right")
Response = Literal["chosen", "rejected"]

_RESPONSE = re.compile(r"\b(chosen|rejected)\b")
_PREFERENCES = {"equal": "equal", "unsure": "can't tell"}


class Blind(NamedTuple):
    """That a pair is read blind: the `seed` of the order of its responses, such as the id of the triage.

    Decisions made before `since` (UTC in ISO form, as an event's `made_at`) are not shown.
    """

    seed: str
    since: str = ""


def read_openly(_pair_id: int) -> Blind | None:
    """Say of every pair that it is read as usual."""
    return None


class Presentation(NamedTuple):
    """The responses at the left and at the right; `blind` hides which is which, and all that could tell."""

    left: Response = "chosen"
    right: Response = "rejected"
    blind: bool = False

    @property
    def sides(self) -> tuple[Response, Response]:
        """The responses as they are shown, from the left."""
        return self.left, self.right

    @property
    def names(self) -> tuple[str, str]:
        """What the responses are called on the screen, from the left."""
        return ("A", "B") if self.blind else self.sides

    def at(self, place: Place) -> Response:
        """Return the response at a place."""
        return self.left if place == "left" else self.right

    def name_of(self, side: str) -> str:
        """Return what a response is called on the screen; what is no response keeps its name."""
        return self.names[self.sides.index(side)] if side in self.sides else side

    def preference_words(self, value: str) -> str:
        """Return a preference in words: `preference: chosen`, or in a blind pair `A is better`."""
        if not self.blind:
            return f"preference: {value}"
        return _PREFERENCES.get(value) or f"{self.name_of(value)} is better"

    def step_words(self, summary: str) -> str:
        """Return the summary of a step in the words of this presentation; only ours are in it, none of the data."""
        if not self.blind:
            return summary
        before, preferred, value = summary.partition("preference: ")
        if preferred:
            return f"{before}{self.preference_words(value)}"
        return _RESPONSE.sub(lambda found: self.name_of(found[0]), summary).replace("B and A", "A and B")


OPEN = Presentation()
"""Ordinary reading."""


def presented(pair_hash: bytes, seed: str) -> Presentation:
    """Return the presentation of a pair that is read blind; over pairs, each order comes up half of the time.

    It is the lowest bit of BLAKE2b over the seed, a zero byte and the pair's hash: the same for the same triage, and
    another one where the pair is read again in another triage, or by somebody else.
    """
    from hashlib import blake2b

    digest = blake2b(seed.encode() + b"\0" + pair_hash, digest_size=8).digest()
    return Presentation("rejected", "chosen", True) if digest[-1] & 1 else Presentation(blind=True)
