"""What an evaluation found, and its form in JSON."""

from dataclasses import dataclass
from typing import Any

from hhtui.audit.columns import SPOKEN, Column
from hhtui.audit.labels import Item, Labels
from hhtui.audit.ranking import CONFIDENCE, Interval, Ranking


@dataclass(frozen=True, slots=True)
class Evaluated:
    """How one column ranks the labelled items that have a number in it, and how length ranks the same ones.

    `above_length` is the difference of the two AUROCs, its interval taken draw by draw. `clusters` are the families,
    or the texts, that were drawn. `missing` items have no number and are left out of everything. For labelled texts,
    `stored` scores were in the database, and `scored_now` were made for this; for pairs both are None.
    """

    column: Column
    ranking: Ranking
    length: Ranking
    above_length: float
    above_length_interval: Interval | None
    clusters: int
    missing: int
    stored: int | None
    scored_now: int | None

    @property
    def length_name(self) -> str:
        """What the length beside it is called."""
        return SPOKEN.get(self.column.length, self.column.length)

    def to_json(self) -> dict[str, Any]:
        """Return it in JSON's types."""
        scorer = self.column.scored.scorer if self.column.scored else None
        return {
            "column": self.column.name,
            "scorer": scorer and {"name": scorer.name, "version": scorer.version, "fingerprint": scorer.fingerprint},
            **_ranking_json(self.ranking),
            "clusters": self.clusters,
            "missing": self.missing,
            "stored": self.stored,
            "scored_now": self.scored_now,
            "length": {"column": self.length_name, **_ranking_json(self.length)},
            "above_length": {"difference": self.above_length, "interval": _interval_json(self.above_length_interval)},
        }


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How columns rank the labelled items; `unmatched` items name pairs that are not in the database."""

    labels: Labels
    unmatched: tuple[Item, ...]
    columns: tuple[Evaluated, ...]
    resamples: int
    seed: int

    def to_json(self) -> dict[str, Any]:
        """Return it in JSON's types; what names an item is never in it."""
        labels = self.labels
        return {
            "labels": {
                "file": str(labels.path),
                "by": labels.by,
                "field": labels.field,
                "positive_where": list(labels.names),
                "rows": labels.rows,
                "items": len(labels.items),
                "unknown": labels.unknown,
                "nameless": labels.nameless,
                "repeated": labels.repeated,
                "partial": labels.partial,
                "conflicting": len(labels.conflicting),
                "conflicting_lines": list(labels.conflicting),
                "unmatched": len(self.unmatched),
                "unmatched_lines": [item.line for item in self.unmatched],
            },
            "confidence": CONFIDENCE,
            "resamples": self.resamples,
            "seed": self.seed,
            "columns": [column.to_json() for column in self.columns],
        }


def _ranking_json(ranking: Ranking) -> dict[str, Any]:
    return {
        "n": ranking.items,
        "positives": ranking.positives,
        "base_rate": ranking.base_rate,
        "auroc": ranking.auroc,
        "interval": _interval_json(ranking.interval),
        "precision": [{"first": one.asked, "of": one.of, "value": one.value} for one in ranking.precision],
    }


def _interval_json(interval: Interval | None) -> list[float] | None:
    return None if interval is None else list(interval)
