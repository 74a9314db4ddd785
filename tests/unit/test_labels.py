"""Files of labels: what each form says, what is counted, and which line of a wrong one is named."""

import csv
import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from hhtui.audit.errors import AuditError
from hhtui.audit.labels import By, Item, Labels, read_labels, shown
from hhtui.audit.rows import fields, read

ROWS: list[dict[str, Any]] = [{"key": "a/b/0", "label": 1}, {"key": "a/b/1", "label": 0}]


def write(tmp_path: Path, content: str | bytes, name: str = "labels") -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def lines(*rows: Mapping[str, Any]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def items(labels: Labels) -> dict[str, bool]:
    return {item.name: item.positive for item in labels.items}


def refused(path: Path, **how: Any) -> str:
    with pytest.raises(AuditError) as raised:
        read_labels(path, **how)
    assert "\n" not in str(raised.value)
    return str(raised.value).replace(str(path), "FILE")


@pytest.mark.parametrize(
    "content",
    [
        lines(*ROWS),
        "\n" + lines(*ROWS).replace("\n", "\r\n\r\n"),
        "\ufeff" + lines(*ROWS).strip(),
        "key,label\na/b/0,1\na/b/1,0\n",
        "\ufeffkey , label\r\na/b/0,yes\r\n\r\na/b/1,No",
        'other\tkey\tlabel\n"a\n1"\ta/b/0\tTRUE\n\ta/b/1\tfalse\n',
        gzip.compress(lines(*ROWS).encode(), mtime=0),
        gzip.compress(b"key,label\n a/b/0 , 1.0\na/b/1,0.0\n", mtime=0),
    ],
)
def test_every_form_says_the_same(tmp_path: Path, content: str | bytes) -> None:
    labels = read_labels(write(tmp_path, content))

    assert (labels.by, labels.field, labels.names, labels.rows) == ("key", "key", ("label",), 2)
    assert items(labels) == {"a/b/0": True, "a/b/1": False}
    assert (labels.unknown, labels.nameless, labels.repeated, labels.partial, labels.conflicting) == (0, 0, 0, 0, ())


@pytest.mark.parametrize(
    ("value", "meaning"),
    [
        *((1, True), (0, False), (1.0, True), (0.0, False), (True, True), (False, False)),
        *(("1", True), ("0", False), ("True", True), (" NO ", False), ("", None), (" ", None), (None, None)),
    ],
)
def test_what_a_label_may_say(tmp_path: Path, value: object, meaning: bool | None) -> None:
    labels = read_labels(write(tmp_path, lines({"key": "k", "label": value})))

    assert items(labels) == ({} if meaning is None else {"k": meaning})
    assert labels.unknown == (meaning is None)


@pytest.mark.parametrize("value", [2, -1, 0.5, "maybe", [], {}, "x" * 500, "\x1b[2J\u202e", float("nan")])
def test_any_other_label_is_named_with_its_line(tmp_path: Path, value: object) -> None:
    said = refused(write(tmp_path, lines(ROWS[0], {"key": "k", "label": value})))

    assert said.startswith("FILE, line 2: label is ")
    assert "1 or 0, true or false, yes or no" in said
    assert len(said) < 200
    assert "\x1b" not in said


def test_lines_of_csv_are_those_of_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, 'text,label\n"one\ntwo\n\nthree",1\n\n"four\r\nfive",0\nsix,perhaps\n')

    assert [(row.line, row.values["text"]) for row in read(path)] == [
        (2, "one\ntwo\n\nthree"),
        (7, "four\r\nfive"),
        (9, "six"),
    ]
    assert refused(path).startswith("FILE, line 9: label is 'perhaps'")


def test_long_cells_are_read_and_the_limit_of_others_stays(tmp_path: Path) -> None:
    before = csv.field_size_limit()

    labels = read_labels(write(tmp_path, f"text,label\n{'x' * 200_000},1\n"))

    assert [len(item.name) for item in labels.items] == [200_000]
    assert csv.field_size_limit() == before


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "FILE is empty"),
        (b" \n\n", "FILE is empty"),
        (b"key,label\n", "FILE has a header and no rows"),
        (b'[{"key": "k"}]', "FILE holds a JSON array; write one object a line"),
        (b'{"key": "k", "label": 1}\n{"key"\n', "FILE, line 2: not JSON: Expecting ':' delimiter"),
        (b'{"key": "k", "label": 1}\n[1]\n', "FILE, line 2: not an object"),
        (b'{"key": "k", "label": 1}\n{"x": ' + b"[" * 200_000, "FILE, line 2: nested too deep"),
        (b'{"key": "k", "label": 1}\n\xff\n', "FILE, line 2: bad UTF-8 at byte 0"),
        (b'{"key": ["k"], "label": 1}\n', "FILE, line 1: key is ['k'], not a text"),
        (b'{"key": 7, "label": 1}\n', "FILE, line 1: key is 7, not a text"),
        (b'{"text": "\\ud800", "label": 1}\n', "FILE, line 1: a lone surrogate"),
        (b"key,label,key\nk,1,k\n", "FILE: the header names 'key' twice"),
        (b"key,label\nk,1,2\n", "FILE, line 2: 3 cells under 2 names"),
        (b'key,label\nk,1\n"k,1\n', "FILE, line 3: not CSV: unexpected end of data"),
        (gzip.compress(b"key,label\nk,1\n", mtime=0)[:-9], "FILE is damaged"),
        (gzip.compress(b"key,label\nk,1\n", mtime=0)[:-8] + b"12345678", "FILE is damaged: CRC check failed"),
    ],
)
def test_what_cannot_be_read_is_one_line(tmp_path: Path, content: bytes, said: str) -> None:
    assert refused(write(tmp_path, content)).startswith(said)


@pytest.mark.parametrize(
    ("row", "how", "field", "by"),
    [
        ({"hash": "AB", "key": "k", "text": "t"}, {}, "hash", "hash"),
        ({"prompt": "p", "key": "k", "text": "t"}, {}, "key", "key"),
        ({"prompt": "p", "response": "r", "text": "t"}, {}, "text", "text"),
        ({"prompt": "p"}, {}, "prompt", "text"),
        ({"response": "r"}, {}, "response", "text"),
        ({"hash": "AB", "key": "k", "text": "t"}, {"by": "key"}, "key", "key"),
        ({"hash": "AB", "response": "r"}, {"by": "text"}, "response", "text"),
        ({"prompt": "p", "response": "r"}, {"field": "prompt"}, "prompt", "text"),
        ({"key": "k", "comment": "c"}, {"field": "comment"}, "comment", "text"),
        ({"pair": "k"}, {"field": "pair", "by": "key"}, "pair", "key"),
        ({"key": "k", "sha": "AB"}, {"field": "sha", "by": "hash"}, "sha", "hash"),
    ],
)
def test_which_field_names_an_item(
    tmp_path: Path, row: dict[str, str], how: dict[str, Any], field: str, by: By
) -> None:
    labels = read_labels(write(tmp_path, lines({**row, "label": 1})), **how)

    assert (labels.field, labels.by) == (field, by)
    assert labels.items == (Item(1, row[field].lower() if by == "hash" else row[field], True),)


def test_a_field_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    path = write(tmp_path, lines({"prompt": "p", "response": "r", "label": 1}, {"more": 1}))

    assert refused(path) == "FILE has a response and a prompt; say which was labelled: --field response"
    assert refused(path, field="key") == "FILE has no field 'key'; it has prompt, response, label, more"
    assert refused(path, by="hash").startswith("FILE has no field hash; it has prompt,")
    assert refused(write(tmp_path, "a,label\nx,1\n")).startswith("FILE has no field hash, key, text; it has a, label;")


def test_without_a_label_the_error_shows_the_command(tmp_path: Path) -> None:
    path = write(tmp_path, lines({"prompt": "p", "S": 1, "H": 0, "note": "some"}, {"prompt": "q", "V": 0, "S": None}))

    assert refused(path, command="hhtui eval a.db --labels FILE --column toxicity") == (
        "FILE has no field 'label'; it has prompt, S, H, note, V; name what says yes or no: "
        "hhtui eval a.db --labels FILE --column toxicity --label S --label H --label V"
    )
    assert refused(path, names=["S", "Z"]).startswith("FILE has no field 'Z'")


def test_several_labels_are_positive_where_any_says_so(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [{"text": "a", "S": 1, "H": 0}, {"text": "b", "S": 0, "H": 0}, {"text": "d"}]

    labels = read_labels(
        write(tmp_path, lines(*rows, {"text": "c", "H": 0}, {"text": "e", "H": 1})), names=["S", "H", "S"]
    )

    assert items(labels) == {"a": True, "b": False, "c": False, "e": True}
    assert (labels.names, labels.unknown, labels.partial) == (("S", "H"), 1, 1)


def test_an_item_stands_once_and_contradictions_are_left_out(tmp_path: Path) -> None:
    said = [("a", 1), ("b", 0), (" a ", 1), ("b", 1), ("b", 0), ("c", ""), ("c", 0), ("", 1), (None, 0), ("d", None)]

    labels = read_labels(write(tmp_path, lines(*({"key": key, "label": value} for key, value in said))))

    assert labels.items == (Item(1, "a", True), Item(7, "c", False))
    assert (labels.rows, labels.unknown, labels.nameless, labels.repeated) == (10, 2, 2, 2)
    assert labels.conflicting == (4,)


def test_fields_of_every_row_count(tmp_path: Path) -> None:
    assert fields(read(write(tmp_path, lines({"a": 1}, {"b": 2, "a": 3})))) == ["a", "b"]


def test_what_is_shown_of_a_value_is_short_and_harmless() -> None:
    assert (shown("x" * 60), shown("x" * 61)) == ("x" * 60, "x" * 59 + "…")
    assert shown("a\x1b[2J\n\u202e") == "a␛[2J ⇄"
    assert shown(True) == "True"
