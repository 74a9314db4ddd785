"""What became of a file of decisions, and its form in JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from hhtui.audit.problems import MEANINGS, Problem, Reason
from hhtui.audit.statements import Match


class Saved(NamedTuple):
    """What was saved for one annotator: the step ("" where nothing was stored), decisions by kind, how many pairs."""

    annotator: str
    step: str
    decisions: Mapping[str, int]
    pairs: int


@dataclass(frozen=True, slots=True)
class Import:
    """What became of a file of decisions.

    `by` is what named the pairs. Of its `rows`, `silent` ones decide nothing. Of the decisions in the others, `saved`
    tells of the new ones, `already` counts those that stood here or came from this file before, `repeated` those that
    the file says twice, and `problems` are what was not taken. With `dry_run` nothing was stored.
    """

    path: Path
    sha256: str
    by: tuple[Match, ...]
    rows: int
    silent: int
    saved: tuple[Saved, ...]
    already: int
    repeated: int
    problems: tuple[Problem, ...]
    unread_fields: tuple[str, ...]
    dry_run: bool

    @property
    def new(self) -> int:
        """How many decisions are new."""
        return sum(sum(one.decisions.values()) for one in self.saved)

    @property
    def matched(self) -> int:
        """How many decisions are about pairs here, new or not."""
        return self.new + self.already

    def reasons(self) -> dict[Reason, list[Problem]]:
        """Return what was not taken by its reason, the most frequent first."""
        found: dict[Reason, list[Problem]] = {}
        for problem in self.problems:
            found.setdefault(problem.reason, []).append(problem)
        return dict(sorted(found.items(), key=lambda one: -len(one[1])))

    def to_json(self) -> dict[str, Any]:
        """Return it in JSON's types."""
        return {
            "file": str(self.path),
            "sha256": self.sha256,
            "match": list(self.by),
            "rows": self.rows,
            "silent": self.silent,
            "matched": self.matched,
            "new": self.new,
            "already": self.already,
            "repeated": self.repeated,
            "saved": [{**one._asdict(), "decisions": dict(one.decisions)} for one in self.saved],
            "unmatched": len(self.problems),
            "reasons": {
                reason.value: {
                    "count": len(problems),
                    "meaning": MEANINGS[reason],
                    "lines": [{"line": one.line, "detail": one.detail} for one in problems],
                }
                for reason, problems in self.reasons().items()
            },
            "unread_fields": list(self.unread_fields),
            "dry_run": self.dry_run,
        }
