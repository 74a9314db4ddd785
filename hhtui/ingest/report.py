"""What a load did, in numbers and lines for the user."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hhtui.store.loading import RefusedRow


@dataclass(frozen=True, slots=True)
class SourceReport:
    """One source after a load.

    `read`, `pairs` and `refused` count the source as a whole, `added` the pairs of this load. `refusals` are the
    first refused rows. `complete` is false where a limit stopped the load. `replaced` is the revision or
    hash that this one replaces, and `unmatched` the keys of decided pairs that it no longer has.
    """

    uri: str
    subset: str
    split: str
    format: str
    sha256: str
    revision: str | None
    read: int
    pairs: int
    refused: int
    added: int
    complete: bool
    refusals: Sequence[RefusedRow] = ()
    replaced: str | None = None
    unmatched: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class LoadReport:
    """All sources of one load, the seconds that it took with the text index, and notes on what was left out."""

    sources: Sequence[SourceReport]
    seconds: float
    notes: Sequence[str] = ()

    @property
    def read(self) -> int:
        """How many records the sources have, refused ones included."""
        return sum(source.read for source in self.sources)

    @property
    def pairs(self) -> int:
        """How many pairs of the sources the database holds."""
        return sum(source.pairs for source in self.sources)

    @property
    def refused(self) -> int:
        """How many rows could not be read."""
        return sum(source.refused for source in self.sources)

    @property
    def added(self) -> int:
        """How many pairs this load added."""
        return sum(source.added for source in self.sources)

    def to_json(self) -> dict[str, Any]:
        """Return the report as `load --json` prints it; `subset` and `split` are there where one source was loaded."""
        report: dict[str, Any] = {
            "read": self.read,
            "pairs": self.pairs,
            "refused": self.refused,
            "added": self.added,
            "seconds": round(self.seconds, 3),
        }
        if len(self.sources) == 1:
            report |= {"subset": self.sources[0].subset, "split": self.sources[0].split}
        report["sources"] = [_source(source) for source in self.sources]
        report["notes"] = list(self.notes)
        return report


def _source(source: SourceReport) -> dict[str, Any]:
    names = ("uri", "subset", "split", "format", "sha256", "revision", "read", "pairs", "refused", "added", "complete")
    return {
        **{name: getattr(source, name) for name in names},
        "refusals": [{"line": row.line, "row": row.row, "reason": row.reason} for row in source.refusals],
        "replaced": source.replaced,
        "unmatched": list(source.unmatched),
    }
