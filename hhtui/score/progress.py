"""How far a run of a scorer has come, as it travels between two processes."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, Self

State = Literal["waiting", "starting", "scoring", "done"]


@dataclass(frozen=True, slots=True)
class ScoreProgress:
    """How far a run of one scorer has come.

    `texts` and `texts_total` count places in pairs, an empty text or one that stands at several places at each;
    `computed` counts the distinct texts that this run has scored, `texts_per_second` their rate since the
    scorer was ready. `seconds_left` is None while nothing is known. `waiting` is for another process that scores.
    """

    scorer: str
    state: State
    texts: int = 0
    texts_total: int = 0
    computed: int = 0
    texts_per_second: float = 0.0
    seconds_left: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the fields in JSON's types."""
        return asdict(self)

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Self:
        """Return the progress that `to_json` made `fields` from."""
        return cls(**fields)


Report = Callable[[ScoreProgress], None]


class Meter:
    """Counts and times a run of one scorer, and reports after every step."""

    def __init__(self, scorer: str, sides: int, pairs_done: int, pairs: int, report: Report) -> None:
        """Start at `pairs_done` of `pairs` pairs with `sides` texts each."""
        self._report = report
        self._sides = sides
        self._window = (pairs_done, pairs_done)
        self._first = pairs_done * sides
        self._began = time.monotonic()
        self.now = ScoreProgress(scorer, "starting", self._first, pairs * sides)
        report(self.now)

    def ready(self) -> None:
        """Start the clock: weights are loaded."""
        self._began = time.monotonic()

    def window(self, after: int, upto: int, pairs: int) -> None:
        """Go to the pairs with `after` < id ≤ `upto`, of `pairs` by now."""
        self._window = (after, upto)
        self.now = replace(self.now, texts=after * self._sides, texts_total=pairs * self._sides)

    def scored(self, texts: int, share: float) -> None:
        """Count `texts` more; `share` of what the window lacked is scored now."""
        after, upto = self._window
        places = round((after + (upto - after) * share) * self._sides)
        seconds = max(time.monotonic() - self._began, 1e-6)
        computed = self.now.computed + texts
        self.now = replace(
            self.now,
            state="scoring",
            texts=places,
            computed=computed,
            texts_per_second=computed / seconds,
            seconds_left=seconds * (self.now.texts_total - places) / max(places - self._first, 1),
        )
        self._report(self.now)

    def done(self) -> None:
        """Everything is scored."""
        self.now = replace(self.now, state="done", texts=self.now.texts_total, seconds_left=0.0)
        self._report(self.now)
