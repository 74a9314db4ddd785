"""The spans of a text that a query found."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hhtui.model import SIDES, Side
from hhtui.query.highlights import highlighter
from hhtui.query.parser import parse

TEXT = "How do you rob a Bank? The banker won’t say: C++ is élan. Banks, how do"


def marked(query: str, side: Side, text: str = TEXT) -> list[str]:
    return [text[start:end] for start, end in highlighter(parse(query)).spans(side, text)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("bank", ["Bank"]),
        ("bank*", ["Bank", "banker", "Banks"]),
        ('"how do"', ["How do", "how do"]),
        ("how do", ["How", "do", "how", "do"]),
        ("'won't'", ["won’t"]),
        ("ELAN", ["élan"]),
        ("c++", ["C++"]),
        ("/a b/", ["a B"]),
        ("/n't/c", ["n’t"]),
        ("/bank/c", ["bank"]),
        ("/b\\w+k/", ["Bank", "bank", "Bank"]),
        (r"/\p{Lu}\w+/c", ["How", "Bank", "The", "Banks"]),
        ("-bank harm:>.5", []),
        ("-(-bank)", ["Bank"]),
        ("bank* OR banker", ["Bank", "banker", "Banks"]),
        ("", []),
    ],
)
def test_positive_texts_are_marked(query: str, found: list[str]) -> None:
    assert marked(query, "chosen") == found


def test_words_that_are_like_a_word_are_marked_where_it_is_looked_for() -> None:
    found = highlighter(parse('chosen:~bnak ~"dont syay C++"'), {"bnak": ("bank", "banks"), "dont syay C++": ("say",)})
    assert [TEXT[start:end] for start, end in found.spans("chosen", TEXT)] == ["Bank", "say", "C++", "Banks"]
    assert [TEXT[start:end] for start, end in found.spans("prompt", TEXT)] == ["say", "C++"]
    assert not found.leaves_out("chosen")
    assert highlighter(parse("~bnak")).leaves_out("chosen")
    assert not highlighter(parse("-~bnak"), {"bnak": ("bank",)})


def test_each_side_has_its_own() -> None:
    query = "chosen:bank response:banker prompt:elan how"
    assert marked(query, "chosen") == ["How", "Bank", "banker", "how"]
    assert marked(query, "rejected") == ["How", "banker", "how"]
    assert marked(query, "prompt") == ["How", "élan", "how"]


def test_a_highlighter_is_true_where_it_could_mark_something() -> None:
    assert highlighter(parse("chosen:a"))
    assert not highlighter(parse("-a harm:>.5"))


@pytest.mark.parametrize("pattern", ["([^z]*x)*y", "[^z]*x[^z]*y"])
def test_no_pattern_and_text_take_long(pattern: str) -> None:
    assert highlighter(parse(f"/{pattern}/")).spans("chosen", "x" * 20_000 + " xy") == [(0, 20_003)]


def test_likeness_has_no_place_and_says_so() -> None:
    found = highlighter(parse("chosen:~bank rejected:bank"))
    assert [found.leaves_out(side) for side in SIDES] == [False, True, False]
    assert found.spans("chosen", TEXT) == []


@given(st.text(max_size=60), st.lists(st.sampled_from(["a", "b*", '"a b"', "/a/", "/[ab]+/", "+", "-c"]), min_size=1))
def test_spans_ascend_within_the_text(text: str, terms: list[str]) -> None:
    found = highlighter(parse(" ".join(terms)))
    for side in SIDES:
        spans = found.spans(side, text)
        assert all(0 <= start < end <= len(text) for start, end in spans)
        assert all(left[1] <= right[0] for left, right in pairwise(spans))
