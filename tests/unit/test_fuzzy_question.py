"""What `~text` asks a text for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hhtui.query.fuzzy import MOST_WORDS, asked, edits


@pytest.mark.parametrize(
    ("text", "words", "literals"),
    [
        ("wrod", ("wrod",), ()),
        ("WRÖD, Wrod!", ("wrod",), ()),
        ("how to stael a car", ("how", "stael", "car"), ()),
        ("of it", ("of", "it"), ()),
        ("well-known don’t", ("well", "known", "don"), ()),
        ("hello/ $100", ("hello", "100"), ()),
        ("C++ porgram", ("porgram",), ("C++",)),
        ("$5", (), ("$5",)),
        ("🙂", (), ("🙂",)),
        ("今天 wether", ("wether",), ("今天",)),
        ("wrod … ?! - ++", ("wrod",), ()),
        ("?!", (), ()),
        ("", (), ()),
    ],
)
def test_words_are_folded_and_what_has_no_word_is_a_literal(
    text: str, words: tuple[str, ...], literals: tuple[str, ...]
) -> None:
    assert asked(text) == (words, literals)
    assert bool(asked(text)) == bool(words or literals)


def test_of_many_words_the_longest_are_asked_for() -> None:
    words = [f"w{'o' * size}rd" for size in range(30)]
    assert asked(" ".join(words)).words == tuple(words[-MOST_WORDS:])


@given(st.text(max_size=80))
def test_any_text_asks_for_a_few_words(text: str) -> None:
    found = asked(text)
    assert len(found.words) <= MOST_WORDS
    assert len(found.literals) <= MOST_WORDS
    assert all(found.words)
    assert all(found.literals)


def test_longer_words_may_differ_in_more_letters() -> None:
    assert [edits("x" * size) for size in range(1, 8)] == [0, 0, 1, 1, 1, 2, 2]
