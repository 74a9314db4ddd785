"""How far shards have come on their way through Ray."""

import time
from collections.abc import Sequence
from dataclasses import replace

from hhtui.score.progress import Report, ScoreProgress
from hhtui.score.ray.manifest import Shard


class ShardMeter:
    """Counts and times shards as their scores come back, and reports after every one."""

    def __init__(self, scorer: str, report: Report, lacking: Sequence[Shard], shards: int) -> None:
        """Start where the scores of `lacking` are missing, out of so many `shards`."""
        self._report = report
        self._characters_left = sum(shard.characters for shard in lacking)
        self._characters = self._tokens = 0
        self._began = time.monotonic()
        self._now = ScoreProgress(scorer, "starting", shards=shards - len(lacking), shards_total=shards)
        report(self._now)

    def ready(self) -> None:
        """Start the clock: Ray runs."""
        self._began = time.monotonic()
        self._say(replace(self._now, state="scoring"))

    def scored(self, shard: Shard, tokens: int) -> None:
        """Count one more shard, in which so many tokens were read."""
        seconds = max(time.monotonic() - self._began, 1e-6)
        self._characters += shard.characters
        self._characters_left -= shard.characters
        self._tokens += tokens
        computed = self._now.computed + shard.rows
        self._say(
            replace(
                self._now,
                shards=self._now.shards + 1,
                computed=computed,
                texts_per_second=computed / seconds,
                tokens_per_second=self._tokens / seconds,
                seconds_left=seconds * self._characters_left / max(self._characters, 1),
            )
        )

    def _say(self, now: ScoreProgress) -> None:
        self._now = now
        self._report(now)
