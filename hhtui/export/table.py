"""Pairs as CSV (RFC 4180, UTF-8), in which no cell is run as a formula."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence

from hhtui.dialogue import rebuild
from hhtui.export.lines import told_decisions
from hhtui.model import Decision
from hhtui.store.records import Record

FORMULA = re.compile("[\\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2060\ufeff]*[-=+@＝＋－＠]")
PLACE = ("key", "hash", "uri", "revision", "data_dir", "split", "row", "subset")
DECIDED = ("flag", "drop", "preference", "labels.chosen", "labels.rejected", "note", "by")
EVERY_DECISION = "decisions"
TEXTS = ("prompt", "chosen", "rejected")


def lines(records: Iterable[Record], score_columns: Sequence[tuple[str, str]]) -> Iterator[bytes]:
    """Yield the heading and then one line a pair.

    `score_columns` are the (column, side) to write, each as `column.side`, or as `column` for a number of the pair,
    whose side is "pair"; an empty cell is no score. Where annotators decided differently, a cell holds `name: value;
    name: value`; `decisions` holds every decision as a JSON list, labels too, and each mark or label that somebody said
    no to. Prompt and responses are raw text with role markers: prompt + chosen is the chosen transcript.
    """
    buffer = io.StringIO(newline="")
    write = csv.writer(buffer).writerow
    numbers = [column if side == "pair" else f"{column}.{side}" for column, side in score_columns]
    write([*PLACE, *numbers, *DECIDED, EVERY_DECISION, *TEXTS])
    yield _taken(buffer)
    for record in records:
        write(_cells(record, score_columns))
        yield _taken(buffer)


def harmless(text: str) -> str:
    """Return `text` with an apostrophe before it where a spreadsheet would run it as a formula.

    Those are texts that begin, after white space and control characters, with = + - @ or a full-width form of them;
    see OWASP, "CSV Injection".
    """
    return f"'{text}" if FORMULA.match(text) else text


def _cells(record: Record, score_columns: Sequence[tuple[str, str]]) -> list[object]:
    pair, origin = record.pair, record.origin
    place = (
        *(pair.key, pair.hash.hex(), origin.uri, origin.revision or "", origin.data_dir or ""),
        *(pair.split, pair.row, pair.subset),
    )
    scores = (record.scores.get(column, {}).get(side) for column, side in score_columns)
    decided = (_said(record.decisions, kind) for kind in DECIDED[:-1])
    people = "; ".join(sorted({decision.annotator for decision in record.decisions}))
    texts = (rebuild(pair.dialogues.side(side)) for side in ("prompt", "chosen", "rejected"))
    told = told_decisions(record)
    every = json.dumps(told, ensure_ascii=False) if told else ""
    cells = [*place, *scores, *decided, people, every, *texts]
    return [harmless(cell) if isinstance(cell, str) else cell for cell in cells]


def _said(decisions: Sequence[Decision], name: str) -> str:
    kind, _, side = name.partition(".")
    if kind == "labels":
        said = _labels(decisions, side)
    else:
        said = {decision.annotator: decision.value for decision in decisions if decision.kind == kind}
    if len(set(said.values())) <= 1:
        return next(iter(said.values()), "")
    return "; ".join(f"{name}: {value}" for name, value in sorted(said.items()))


def _labels(decisions: Sequence[Decision], side: str) -> dict[str, str]:
    """Return the labels that each annotator gave a response, separated by a space."""
    slugs: dict[str, list[str]] = {}
    for decision in decisions:
        if decision.kind == "label" and decision.side == side:
            slugs.setdefault(decision.annotator, []).append(decision.label)
    return {name: " ".join(sorted(given)) for name, given in slugs.items()}


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()
