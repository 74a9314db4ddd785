"""How far a run of a scorer has come, as it travels between two processes."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, Self

from hhtui.model import Unit

State = Literal["waiting", "starting", "scoring", "learning", "writing", "merging", "done", "skipped"]


@dataclass(frozen=True, slots=True)
class ScoreProgress:
    """How far a run of one scorer has come.

    `unit` is the kind of text that is being scored, `pairs` of `pairs_total` have their scores of it. `computed` counts
    the distinct texts that this run has scored, `texts_per_second` and `tokens_per_second` (0 for a scorer
    without tokens) their rate since the scorer was ready. `seconds_left` is for all kinds of text that are to be
    scored, at the rate in characters so far; None while nothing is known. `waiting` is for another process
    that scores, `learning` reads and learns from all pairs; a scorer that was `skipped` says why in `note`. Where
    texts go out to be scored elsewhere, `writing` and `merging` are the steps before and after, and `shards` of
    `shards_total` (0 while that is not known) count instead of pairs.
    """

    scorer: str
    state: State
    unit: Unit = "response"
    pairs: int = 0
    pairs_total: int = 0
    computed: int = 0
    texts_per_second: float = 0.0
    tokens_per_second: float = 0.0
    seconds_left: float | None = None
    note: str = ""
    shards: int = 0
    shards_total: int = 0

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

    def __init__(self, scorer: str, characters: Mapping[Unit, float], report: Report) -> None:
        """Measure a scorer's work; `characters` are how many a pair has, by the kind of text."""
        self._report = report
        self._characters = dict(characters)
        self._first: dict[Unit, float] = dict.fromkeys(characters, 0.0)
        self._reached = self._first
        self._window = (0, 0)
        self._began = time.monotonic()
        self._tokens = 0
        self.now = ScoreProgress(scorer, "starting")
        report(self.now)

    def begin(self, done: Mapping[Unit, int]) -> None:
        """Go on where so many pairs have their scores, by the kind of text."""
        self._first = self._reached = {unit: float(done[unit]) for unit in self._characters}

    def ready(self) -> None:
        """Start the clock: weights are loaded."""
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        """The time since the scorer was ready."""
        return max(time.monotonic() - self._began, 1e-6)

    def window(self, unit: Unit, after: int, upto: int, pairs: int) -> None:
        """Go to this kind of text of the pairs with `after` < id ≤ `upto`, of `pairs` by now."""
        self._window = (after, upto)
        self._reached = {**self._reached, unit: after}
        self.now = replace(self.now, unit=unit, pairs=after, pairs_total=pairs)

    def scored(self, texts: int, tokens: int, share: float) -> None:
        """Count `texts` more; `share`, of their characters, of what the window lacked is scored now."""
        after, upto = self._window
        reached = after + (upto - after) * share
        self._reached = {**self._reached, self.now.unit: reached}
        self._tokens += tokens
        computed = self.now.computed + texts
        self.now = replace(
            self.now,
            state="scoring",
            pairs=round(reached),
            computed=computed,
            texts_per_second=computed / self.seconds,
            tokens_per_second=self._tokens / self.seconds,
            seconds_left=self._seconds_left(),
        )
        self._report(self.now)

    def learning(self, pairs: int) -> None:
        """A scorer of pairs reads and learns from this many."""
        self.now = replace(self.now, state="learning", unit="pair", pairs_total=pairs)
        self._report(self.now)

    def skipped(self, note: str) -> None:
        """The scorer cannot do its work here, which is no error."""
        self.now = replace(self.now, state="skipped", note=note)
        self._report(self.now)

    def done(self) -> None:
        """Everything is scored."""
        self.now = replace(self.now, state="done", pairs=self.now.pairs_total, seconds_left=0.0)
        self._report(self.now)

    def _seconds_left(self) -> float:
        done = sum((self._reached[unit] - self._first[unit]) * each for unit, each in self._characters.items())
        left = sum(max(self.now.pairs_total - self._reached[unit], 0) * each for unit, each in self._characters.items())
        return self.seconds * left / max(done, 1.0)
