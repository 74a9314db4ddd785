"""One writer of JSON lines serves rows of different keys."""

import json
from typing import Any

import pytest
from hypothesis import given, strategies

from hhtui.jsonstyle import CANDIDATES, JsonStyle, render, writer

texts = strategies.text(alphabet=strategies.characters(exclude_categories=["Cs"]), max_size=4)
rows = strategies.dictionaries(strategies.sampled_from(["a", "b", "é", "%b"]) | texts, texts | strategies.integers())


@given(strategies.lists(rows, max_size=6), strategies.sampled_from(CANDIDATES))
def test_a_writer_writes_each_row_as_the_standard_library_does(some: list[dict[str, Any]], style: JsonStyle) -> None:
    write = writer(style, ["b", "a"])
    for row in some:
        first = {key: row[key] for key in ("b", "a") if key in row}
        separators = (style.item_separator, style.key_separator)
        expected = json.dumps({**first, **row}, ensure_ascii=style.ascii_only, separators=separators).encode()
        assert write(row) == render(style, ["b", "a"], row) == expected


def test_a_column_that_cannot_be_written_harms_only_the_rows_that_have_it() -> None:
    write = writer(JsonStyle(), ("a", "\ud800"))
    assert write({"a": "b"}) == b'{"a": "b"}'
    with pytest.raises(TypeError):
        write({"a": "b", "\ud800": "c"})
    assert write({"a": "d"}) == b'{"a": "d"}'
