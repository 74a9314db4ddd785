"""Pairs as the source's own JSON lines, and the same with decisions and scores added under a key of their own."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hhtui.jsonstyle import JsonStyle, render
from hhtui.store.records import Original, Record

ADDED = "hhtui"


def originals(rows: Iterable[Original]) -> Iterator[bytes]:
    """Yield each pair as the line that its source had, with the source's end of line."""
    for row in rows:
        yield _line(row) + _style(row).newline.encode()


def with_decisions(rows: Iterable[tuple[Original, Record]]) -> Iterator[bytes]:
    """Yield each pair as its source's line with the key `hhtui` at the end: key, hash, scores, decisions.

    Where the source has a column of that name, it is replaced.
    """
    for row, record in rows:
        style = _style(row)
        added = _rendered(style, {ADDED: _told(record)})
        if ADDED in row.fields:
            line = _rendered(style, {**row.fields, ADDED: _told(record)}, row.columns)
        else:
            line = _line(row).rstrip().removesuffix(b"}") + style.item_separator.encode() + added[1:]
        yield line + style.newline.encode()


def told_decisions(record: Record) -> list[dict[str, str]]:
    """Return what annotators say of a pair, also a no, as `hhtui import` reads it; what is "" is left out."""
    return [
        {
            name: value
            for name in ("annotator", "kind", "value", "side", "label", "made_at")
            if (value := getattr(decision, name))
        }
        for decision in (*record.decisions, *record.said_no)
    ]


def objects(rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """Yield each row as one JSON object on a line of its own, in UTF-8."""
    import orjson

    for row in rows:
        yield orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)


def _line(row: Original) -> bytes:
    return row.raw_line if row.raw_line is not None else _rendered(_style(row), row.fields, row.columns)


def _style(row: Original) -> JsonStyle:
    return JsonStyle.from_json(row.json_style) if row.json_style else JsonStyle()


def _rendered(style: JsonStyle, fields: dict[str, Any], columns: Iterable[str] = ()) -> bytes:
    return render(style, list(columns), fields)


def _told(record: Record) -> dict[str, Any]:
    return {
        "key": record.pair.key,
        "hash": record.pair.hash.hex(),
        "scores": {name: dict(sides) for name, sides in record.scores.items()},
        "decisions": told_decisions(record),
    }
