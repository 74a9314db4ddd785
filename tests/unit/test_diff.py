"""The word diff marks the words that differ, and nothing else."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hhtui.tui import diff
from hhtui.tui.diff import Difference, word_diff

WORDS = st.lists(st.sampled_from(["alpha", "beta", "gamma", "delta", "don\u2019t", "a", ",", ".", "\n"]), max_size=40)


def without(text: str, spans: tuple[tuple[int, int], ...]) -> str:
    kept = "".join(character for at, character in enumerate(text) if not any(start <= at < end for start, end in spans))
    return "".join(kept.split())


@given(WORDS, WORDS)
def test_what_is_left_over_is_equal(left: list[str], right: list[str]) -> None:
    one, other = " ".join(left), " ".join(right)
    found = word_diff(one, other)
    assert without(one, found.left()) == without(other, found.right())
    for spans in (found.left(), found.right()):
        assert all(start < end for start, end in spans)
        assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert 0 <= found.similarity <= 1


@given(WORDS)
def test_equal_texts_have_no_difference(words: list[str]) -> None:
    text = " ".join(words)
    assert word_diff(text, text) == diff.WordDiff((), 1.0)


def test_similarity_is_the_share_of_common_words() -> None:
    found = word_diff("one two three four", "one two three five")
    assert found.similarity == 12 / 14
    assert found.differences == (Difference((14, 18), (14, 18)),)
    assert found.shows_itself
    assert not word_diff("one two", "three four five six").shows_itself


def test_short_equal_runs_are_merged() -> None:
    assert word_diff("red is apple", "blue is berry").differences == (Difference((0, 12), (0, 13)),)
    assert len(word_diff("red something apple", "blue something berry").differences) == 2


def test_an_insertion_has_an_empty_span_at_its_place() -> None:
    assert word_diff("one two", "one more two").differences[0].right == (4, 8)
    assert word_diff("", "words").differences == (Difference((0, 0), (0, 5)),)
    assert word_diff("", "words").similarity == 0


def test_white_space_alone_is_a_difference() -> None:
    assert word_diff("one two", "one\n\ntwo").differences == (Difference((3, 4), (3, 5)),)


def test_apostrophes_stay_in_words() -> None:
    assert word_diff("I don\u2019t know", "I do know").differences == (Difference((2, 7), (2, 4)),)


def test_very_long_texts_are_compared_at_their_ends() -> None:
    middle = " ".join(f"w{number}" for number in range(diff.MOST_TOKENS))
    one, other = f"first words {middle} last", f"first words {middle[::-1]} last"
    found = word_diff(one, other)
    assert found.differences == (Difference((12, 12 + len(middle)), (12, 12 + len(middle))),)
    assert 0 < found.similarity < 0.01
