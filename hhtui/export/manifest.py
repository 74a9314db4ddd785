"""What an export came from and what it promises, as one JSON object beside the file."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hhtui import __version__
from hhtui.store.scorers import StoredScorer
from hhtui.store.sources import StoredSource

PROMISES = {
    "ids": "keys: one a line, in the order of the selection",
    "csv": "values: a text that a spreadsheet would run as a formula has an apostrophe before it",
    "bytes": "bytes: every line is the source's own line",
    "values": "values: the source was no JSON lines, or wrote what its own style does not say; every value is equal",
    "added": "values: every line is the source's own with the key hhtui added",
    "clean_bytes": "bytes: what was left alone is the source's own line, a swapped one is written in the same style; "
    "blank lines, a byte order mark, mixed line ends and a missing end of the last line are not kept",
    "clean_values": "values: lines are written anew; every value is equal, those of a swapped pair change sides",
    "columns": "values: the source's columns; one whose values have no type in common holds them as JSON text",
    "trl": "values: transcripts, or their parts; the prompt is what both dialogues share in whole turns",
    "trl_messages": "values: turns without their markers, stripped; the prompt is what both dialogues share in turns",
}


@dataclass(frozen=True, slots=True)
class Selection:
    """Which pairs an export holds.

    `kind` is "flagged", "all" or "query"; `query` is the query's text, None for the other kinds. `listed` is the file
    with the list that the query was run on, None for every pair.
    """

    kind: str
    query: str | None = None
    listed: str | None = None


def manifest(
    *,
    form: str,
    promise: str,
    selection: Selection,
    origins: Mapping[int, StoredSource],
    taken: Counter[int],
    of: int,
    scorers: list[StoredScorer],
    harm_column: str | None,
    sample: bool,
    output: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the manifest of one export.

    `promise` is a key of `PROMISES`, `taken` counts the exported pairs by source id, `of` is how many pairs the
    database holds, `output` says the file's name, sha256 and bytes.
    """
    told: dict[str, Any] = {"SAMPLE": "pairs that were written as examples for hhtui; no real data"} if sample else {}
    return {
        **told,
        "hhtui": __version__,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "selection": selection.kind,
        "query": selection.query,
        **({} if selection.listed is None else {"list": selection.listed}),
        "format": form,
        "identity": PROMISES[promise].partition(":")[0],
        "promise": PROMISES[promise],
        "pairs": taken.total(),
        "of": of,
        "sources": [_source(origin, taken[number]) for number, origin in origins.items()],
        "scorers": [_scorer(scorer) for scorer in scorers],
        "harm_column": harm_column,
        "output": dict(output),
    }


def rendered(content: Mapping[str, Any]) -> bytes:
    """Return a manifest as it is written: JSON, indented by two, with a newline at the end."""
    return json.dumps(content, ensure_ascii=False, indent=2).encode() + b"\n"


def _source(origin: StoredSource, taken: int) -> dict[str, Any]:
    names = ("uri", "configuration", "data_dir", "split", "subset", "revision", "format", "sha256", "loaded_at")
    return {**{name: getattr(origin, name) for name in names}, "pairs": taken, "of": origin.pairs}


def _scorer(scorer: StoredScorer) -> dict[str, Any]:
    return {
        "name": scorer.name,
        "version": scorer.version,
        "fingerprint": scorer.fingerprint,
        "columns": [column.name for column in scorer.columns],
        "parameters": dict(scorer.parameters),
    }
