"""Which format a row is of, how it becomes a pair, and how JSON is read and written again."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies

from hhtui.ingest.errors import LoadError, Unreadable
from hhtui.ingest.formats import FORMATS, kind_of, pairs_of, recognise, unknown
from hhtui.ingest.parsing import extra_json, parse, parse_object
from hhtui.jsonstyle import CANDIDATES, JsonStyle, detect, render

CHOSEN = "\n\nHuman: a\n\nAssistant: b"
REJECTED = "\n\nHuman: a\n\nAssistant: c"
PAIR: dict[str, Any] = {"chosen": CHOSEN, "rejected": REJECTED}

json_values = strategies.recursive(
    strategies.none()
    | strategies.booleans()
    | strategies.integers(-(2**63), 2**64 - 1)
    | strategies.floats(allow_nan=False, allow_infinity=False)
    | strategies.text(alphabet=strategies.characters(exclude_categories=["Cs"])),
    lambda inner: strategies.lists(inner, max_size=3) | strategies.dictionaries(strategies.text(max_size=3), inner),
    max_leaves=6,
)
rows = strategies.dictionaries(
    strategies.text(alphabet=strategies.characters(exclude_categories=["Cs"]), max_size=8), json_values, max_size=5
)


def rows_of(path: Path) -> Iterator[Any]:
    for line in path.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def test_a_pair_of_transcripts_is_hh() -> None:
    found = recognise({**PAIR, "id": 7})
    assert found is not None and found.name == "hh-rlhf"
    assert pairs_of(found, "x")({**PAIR, "id": 7}) == (CHOSEN, REJECTED, {"id": 7})


def test_a_prompt_of_its_own_needs_markers_in_the_sides() -> None:
    assert recognise({"prompt": "The sky is", "chosen": " blue.", "rejected": " green."}) is None
    found = recognise({"prompt": "a", **PAIR})
    assert found is not None and found.name == "hh-rlhf"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"rejected": "b"}, "no chosen"),
        ({"chosen": "a"}, "no rejected"),
        ({"chosen": None, "rejected": "b"}, "chosen is null, not a string"),
        ({"chosen": "a", "rejected": 5}, "rejected is a number, not a string"),
        ({"chosen": "a", "rejected": ["b"]}, "rejected is a list, not a string"),
        ({"chosen": True, "rejected": "b"}, "chosen is a boolean, not a string"),
        ({"chosen": {}, "rejected": "b"}, "chosen is an object, not a string"),
    ],
)
def test_a_row_without_both_sides_is_refused_with_the_reason(row: dict[str, Any], reason: str) -> None:
    convert = pairs_of(next(one for one in FORMATS if one.name == "hh-rlhf"), "x")
    with pytest.raises(Unreadable) as caught:
        convert(row)
    assert str(caught.value) == reason


def test_red_team_records_are_known_and_are_no_pairs(shared_data: Path) -> None:
    for row in rows_of(shared_data / "hh-rlhf" / "red-team-attempts" / "sample_5.jsonl"):
        found = recognise(row)
        assert found is not None and found.name == "red-team-attempts"
        with pytest.raises(LoadError, match="single dialogues with ratings, not pairs"):
            pairs_of(found, "sample_5.jsonl")


def test_a_source_of_no_known_format_is_told_its_columns_and_the_nearest_format() -> None:
    message = str(unknown("x.jsonl", [{"question": "q", "chosen": "a", "rank": 1}]))
    assert message.startswith(
        "x.jsonl is of no known format; its columns: question (a string), chosen (a string), rank"
    )
    assert message.index("hh-rlhf needs chosen and rejected") < message.index("red-team-attempts needs")
    assert "\n" not in message


def test_other_formats_are_not_taken_for_hh(shared_data: Path) -> None:
    files = sorted((shared_data / "trl-zen").glob("*.jsonl"))
    assert files
    for file in files:
        row = next(rows_of(file))
        found = recognise(row)
        hh = isinstance(row.get("chosen"), str) and isinstance(row.get("rejected"), str) and "prompt" not in row
        assert (found is not None) is hh, file.name
        if found is None:
            assert all(column in str(unknown(file.name, [row])) for column in row)


@pytest.mark.parametrize(
    ("value", "words"),
    [(None, "null"), (True, "a boolean"), (1, "a number"), (1.5, "a number"), ("", "a string"), ([], "a list")],
)
def test_kinds_in_words(value: object, words: str) -> None:
    assert kind_of(value) == words


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "not JSON"),
        (b"", "not JSON"),
        (b'{"a": "\xff"}', "bad UTF-8 at byte 7"),
        (b"[1]", "not an object but a list"),
        (b"3", "not an object but a number"),
        (b"null", "not an object but null"),
        (b'{"a": "\x00"}', "not JSON"),
        (b"[" * 100_000, "not JSON: nested too deep"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not JSON"),
    ],
)
def test_a_line_that_is_no_object_is_refused_with_the_reason(line: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as caught:
        parse_object(line)
    assert str(caught.value).startswith(reason)


def test_what_orjson_refuses_is_asked_of_the_standard_parser() -> None:
    assert parse(b'{"a": NaN, "b": "\\ud800"}') == {"a": None, "b": "\ud800"}
    assert parse_object(b'{"a": "\\u0000"}') == {"a": "\0"}


def test_extra_columns_that_no_utf8_can_hold_are_refused() -> None:
    with pytest.raises(Unreadable, match="lone surrogate"):
        extra_json({"note": "\udc00"})
    with pytest.raises(Unreadable, match="lone surrogate"):
        extra_json({"\udc00": 1})


def test_extra_columns_may_hold_numbers_of_any_size() -> None:
    assert json.loads(extra_json({"n": 10**40, "f": 1.5, "t": "é"})) == {"n": 10**40, "f": 1.5, "t": "é"}


@given(rows, strategies.sampled_from(CANDIDATES))
def test_render_writes_what_the_standard_library_writes(row: dict[str, Any], style: JsonStyle) -> None:
    expected = json.dumps(
        row, ensure_ascii=style.ascii_only, separators=(style.item_separator, style.key_separator)
    ).encode()
    assert render(style, list(row), row) == expected


@given(rows, strategies.sampled_from(CANDIDATES))
def test_the_style_of_a_source_is_found_from_its_rows(row: dict[str, Any], style: JsonStyle) -> None:
    sample = {"é": "ü", "b": [1, 2], **row}
    line = render(style, list(sample), sample)
    assert detect([(line, sample)], list(sample), style.newline) == style


def test_render_keeps_the_order_of_columns_and_puts_others_last() -> None:
    assert render(JsonStyle(), ("b", "a", "absent"), {"a": 1, "z": 2, "b": 3}) == b'{"b": 3, "a": 1, "z": 2}'


def test_a_style_survives_being_stored() -> None:
    style = JsonStyle(True, ",", ": ", "\r\n")
    assert JsonStyle.from_json(style.to_json()) == style


@pytest.mark.parametrize("code", [*range(0x20), 0x7F, 0x80, 0x2028, 0xFFFD, 0x10FFFF])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_every_control_is_escaped_as_the_standard_library_does(code: int, ascii_only: bool) -> None:
    row = {"a": chr(code)}
    assert render(JsonStyle(ascii_only), ["a"], row) == json.dumps(row, ensure_ascii=ascii_only).encode()
