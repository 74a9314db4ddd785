"""What people did, from the log: who read how many pairs and how, and what was decided about many pairs at once."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from hhtui.store.events import LIVE
from hhtui.store.imports import INTERFACE as IMPORT


class Reader(NamedTuple):
    """What one annotator did one pair at a time: pairs by how they were read, and the last decisions by what they say.

    `read` pairs have a decision that is neither a skip nor a note, `blind` of them one that was made blind; `skipped`
    ones only a skip. `median_ms` is the median over the `timed` pairs of the longest time until a decision.
    """

    annotator: str
    read: int
    blind: int
    skipped: int
    decisions: Mapping[str, int]
    median_ms: float | None
    timed: int
    first: str
    last: str


class Drawn(NamedTuple):
    """What one annotator read of one frame in one lane, asked one thing: pairs read, read blind and skipped.

    `size` is how many pairs of the frame's draw they were given so far, in any lane, from the first on; 0 without one.
    """

    lane: str
    frame: str
    what: str
    annotator: str
    read: int
    blind: int
    skipped: int
    size: int


class AtOnce(NamedTuple):
    """One live step about many pairs, or from a file: what it decided, about how many, and why.

    `rule` and `evidence` are of a rule that was checked, `file` and `sha256` of what was imported, else "" and {}.
    """

    step: str
    annotator: str
    made_at: str
    decisions: Mapping[str, int]
    pairs: int
    rule: str
    evidence: Mapping[str, Any]
    file: str
    sha256: str


class Work(NamedTuple):
    """Everything that is live in the log, what was taken back, and the versions that labels were given under."""

    readers: tuple[Reader, ...]
    drawn: tuple[Drawn, ...]
    at_once: tuple[AtOnce, ...]
    retracted: int
    elsewhere: int
    taxonomies: tuple[str, ...]
    versions: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was decided."""
        return not (self.readers or self.at_once)


class _Event(NamedTuple):
    annotator: str
    kind: str
    side: str
    label: str
    value: str
    pair: bytes
    step: str
    made_at: str
    shown_ms: int | None
    context: Mapping[str, Any]

    @property
    def said(self) -> str:
        """What was decided, as the query language writes it."""
        if self.kind == "label":
            return f"label.{self.side}:{self.label}{'' if self.value == 'yes' else ' taken off'}"
        return self.kind if self.kind in ("note", "skip") else f"{self.kind}:{self.value or 'none'}"

    @property
    def place(self) -> tuple[bytes, str, str, str]:
        """What it is about: of several decisions about one place the last counts."""
        return self.pair, self.kind, self.side, self.label

    @property
    def reads(self) -> bool:
        """Whether it says that the pair was read."""
        return self.kind not in ("skip", "note")


def work(connection: sqlite3.Connection, annotator: str = "") -> Work:
    """Return what the log tells of `annotator`, or of everybody."""
    own: dict[str, list[_Event]] = {}
    steps: dict[str, list[_Event]] = {}
    taxonomies: set[str] = set()
    for event in _live(connection, annotator):
        taxonomies.update([event.context["taxonomy"]] if event.kind == "label" and "taxonomy" in event.context else [])
        if event.context.get("bulk") or event.context.get("interface") == IMPORT:
            steps.setdefault(event.step, []).append(event)
        else:
            own.setdefault(event.annotator, []).append(event)
    retracted, elsewhere = connection.execute(
        f"SELECT count(*) FILTER (WHERE NOT {LIVE}), "
        f"count(*) FILTER (WHERE {LIVE} AND pair_hash NOT IN (SELECT hash FROM pair)) "
        "FROM event WHERE kind != 'retract' AND :by IN ('', annotator)",
        {"by": annotator},
    ).fetchone()
    versions = connection.execute(
        "SELECT DISTINCT version FROM session WHERE ? IN ('', annotator) ORDER BY 1", (annotator,)
    )
    return Work(
        tuple(_reader(name, events) for name, events in sorted(own.items())),
        tuple(drawn for name, events in sorted(own.items()) for drawn in _drawn(connection, name, events)),
        tuple(_at_once(step, events) for step, events in steps.items()),
        retracted,
        elsewhere,
        tuple(sorted(taxonomies)),
        tuple(version for (version,) in versions),
    )


def _live(connection: sqlite3.Connection, annotator: str) -> Iterator[_Event]:
    rows = connection.execute(
        "SELECT annotator, kind, side, label, value, pair_hash, step, made_at, shown_ms, context FROM event "
        f"WHERE kind != 'retract' AND :by IN ('', annotator) AND {LIVE} ORDER BY made_at, step, seq",
        {"by": annotator},
    )
    return (_Event._make([*rest, _context(context)]) for *rest, context in rows)


@lru_cache(maxsize=256)
def _context(text: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(text)
    return found


def _reader(annotator: str, events: list[_Event]) -> Reader:
    read = {event.pair for event in events if event.reads}
    shown: dict[bytes, int] = {}
    for event in events:
        if event.reads and event.shown_ms is not None:
            shown[event.pair] = max(event.shown_ms, shown.get(event.pair, 0))
    return Reader(
        annotator,
        len(read),
        len({event.pair for event in events if event.reads and event.context.get("blind")}),
        len({event.pair for event in events if event.kind == "skip"} - read),
        Counter(sorted({event.place: event.said for event in events}.values())),
        _median(list(shown.values())),
        len(shown),
        events[0].made_at,
        events[-1].made_at,
    )


def _drawn(connection: sqlite3.Connection, annotator: str, events: list[_Event]) -> Iterator[Drawn]:
    samples: dict[tuple[str, str, str], list[_Event]] = {}
    for event in events:
        lane, frame, what = (str(event.context.get(name) or "") for name in ("lane", "frame", "what"))
        if lane:
            samples.setdefault((lane, frame, what), []).append(event)
    for (lane, frame, what), some in sorted(samples.items()):
        read = {event.pair for event in some if event.reads}
        blind = {event.pair for event in some if event.reads and event.context.get("blind")}
        skipped = {event.pair for event in some if event.kind == "skip"} - read
        size = _given(connection, annotator, frame, some) if frame else 0
        yield Drawn(lane, frame, what, annotator, len(read), len(blind), len(skipped), size)


def _given(connection: sqlite3.Connection, annotator: str, frame: str, events: list[_Event]) -> int:
    """Return how many pairs of a frame's draw somebody was given: as far as triages and events reach."""
    last = connection.execute(
        "SELECT coalesce(max(draw), -1) FROM triage_item JOIN triage ON triage.id = triage_item.triage "
        "WHERE frame = ? AND annotator = ?",
        (frame, annotator),
    ).fetchone()[0]
    return 1 + max(int(last), *(int(event.context.get("draw") or 0) for event in events))


def _at_once(step: str, events: list[_Event]) -> AtOnce:
    first = events[0]
    return AtOnce(
        *(step, first.annotator, first.made_at, Counter(sorted(event.said for event in events))),
        pairs=len({event.pair for event in events}),
        rule=str(first.context.get("rule") or ""),
        evidence=first.context.get("evidence") or {},
        file=str(first.context.get("file") or ""),
        sha256=str(first.context.get("file_sha256") or ""),
    )


def _median(values: list[int]) -> float | None:
    from statistics import median

    return float(median(values)) if values else None
