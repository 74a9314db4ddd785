"""Wrapping keeps every character in its place and every line within its width."""

import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len, get_character_cell_size

from hhtui.text import clean
from hhtui.tui.glyphs import cells_of, continues, drawn, fit, graphemes, plain, snap
from hhtui.tui.wrap import Line, line_at, overlapping, wrap

FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467"
THUMB = "\U0001f44d\U0001f3fd"
HEART = "\u2764\ufe0f"
FLAG = "\U0001f1eb\U0001f1f7"
MARKS = ("e\u0301", "\u0301", "\u200b", "\u200d", "\u00ad", "\U000e0041", "\u0e33", "\u0915\u094d\u0937")
OTHERS = ("\u4e16", "\u3042", "\u2019", "\uf04a", "\u3000", " ", "   ", "\n", "\t", "word", "longer-words", "\x1b[2J")
STRANGE = st.sampled_from((FAMILY, THUMB, HEART, FLAG, *MARKS, *OTHERS))
TEXTS = st.one_of(st.text(max_size=120), st.lists(STRANGE, max_size=40).map("".join)).map(clean)


@given(TEXTS, st.integers(2, 30))
@example("\u0301" * 5, 2)
@example("\u0301\u200d" + FAMILY * 20, 2)
@example(" " * 50, 7)
@example("a" + " " * 50 + "b", 7)
def test_lines_cover_the_text_within_the_width(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert lines
    before = 0
    for line in lines:
        assert text[before : line.start].strip(" \n") == ""
        assert line.start >= before and line.end >= line.start
        assert "\n" not in text[line.start : line.end]
        assert line.cells <= width
        assert cell_len(drawn(text[line.start : line.end])) == line.cells
        before = line.end
    assert text[before:].strip(" \n") == ""


@given(TEXTS, st.integers(10, 30))
def test_lines_never_split_a_grapheme(text: str, width: int) -> None:
    for line in wrap(text, width):
        kept = text[line.start : line.end]
        if kept and continues(text, line.start):
            chain = snap(text, line.start, line.end)
            assert sum(map(cells_of, text[slice(*chain)])) > width


@given(st.text("a \n", max_size=200), st.integers(2, 40))
def test_plain_text_wraps_as_other_text_does(text: str, width: int) -> None:
    accented = text.replace("a", "a\u0301")
    assert plain(text) and plain(accented) is ("a" not in text)
    assert [line.cells for line in wrap(text, width)] == [line.cells for line in wrap(accented, width)]


def test_words_break_at_spaces_and_long_words_anywhere() -> None:
    assert [line[:2] for line in wrap("hello   world", 8)] == [(0, 5), (8, 13)]
    assert [line[:2] for line in wrap("a bcdefghijk", 4)] == [(0, 1), (2, 6), (6, 10), (10, 12)]
    assert [line[:2] for line in wrap("  indented", 20)] == [(0, 10)]
    assert wrap("", 10) == (Line(0, 0, 0),)
    assert [line[:2] for line in wrap("a\n\nb\n", 10)] == [(0, 1), (2, 2), (3, 4), (5, 5)]
    assert [line.cells for line in wrap("\u4e16" * 5, 4)] == [4, 4, 2]


def test_joined_emoji_stay_on_one_line() -> None:
    text = f"aaa {FAMILY} bbb {FAMILY}"
    assert [text[line.start : line.end] for line in wrap(text, 10)] == [f"aaa {FAMILY}", f"bbb {FAMILY}"]
    assert graphemes(FAMILY, 20) == [(0, 5, 6)]
    assert graphemes(FLAG * 2, 20) == [(0, 2, 4), (2, 4, 4)]
    assert snap(f"a{THUMB}b", 2, 2) == (1, 3)
    assert snap("xe\u0301y", 0, 2) == (0, 3)


def test_what_terminals_disagree_about_is_drawn_alike() -> None:
    assert drawn(FAMILY) == FAMILY.replace("\u200d", "")
    assert drawn(HEART) == "\u2764"
    assert drawn(FLAG) == "\uff26\uff32"
    assert drawn(THUMB) == "\U0001f44d\u2592"
    assert drawn("\u200b\u202ea\u00ad") == "a\u2010"
    assert drawn("\u0301") == "\u25cc\u0301"


@given(TEXTS)
def test_drawn_text_has_nothing_to_disagree_about(text: str) -> None:
    shown = drawn(text.replace("\n", " "))
    assert not {"\u200d", "\ufe0f"} & set(shown)
    assert cell_len(shown) == sum(map(get_character_cell_size, shown))
    if plain(text):
        assert all(cells_of(character) == 1 for character in text if character != "\n")
        assert shown == text.replace("\n", " ")


@given(TEXTS, st.integers(0, 40))
def test_fit_takes_exactly_the_width(text: str, width: int) -> None:
    line = text.replace("\n", " ")
    assert cell_len(fit(line, width)) == width
    if cell_len(drawn(line)) > width > 0:
        assert "\u2026" in fit(line, width)


@given(TEXTS, st.integers(2, 20), st.data())
def test_line_at_finds_the_line_of_a_position(text: str, width: int, data: st.DataObject) -> None:
    lines = wrap(text, width)
    position = data.draw(st.integers(0, len(text)))
    line = lines[line_at(lines, position)]
    shown = [one for one in lines if one.start <= position < one.end]
    assert not shown or shown == [line]


def test_overlapping_cuts_spans_to_the_line() -> None:
    spans = ((0, 3), (5, 9), (12, 20))
    assert list(overlapping(spans, 2, 14)) == [(2, 3), (5, 9), (12, 14)]
    assert list(overlapping(spans, 3, 5)) == []
    assert list(overlapping((), 0, 5)) == []


@pytest.mark.parametrize("width", [2, 17, 40])
def test_naughty_strings_wrap(shared_data: Path, width: int) -> None:
    for text in json.loads((shared_data / "nasty" / "blns" / "blns.json").read_text(encoding="utf-8")):
        cleaned = clean(text)
        for line in wrap(cleaned, width):
            assert cell_len(drawn(cleaned[line.start : line.end])) == line.cells <= width
