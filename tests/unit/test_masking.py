"""Masks: nothing of a word is left, and every line stays as wide as it was."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hhtui.text import clean
from hhtui.tui.glyphs import drawn
from hhtui.tui.masking import MASK, WIDE_MASK, mask
from hhtui.tui.wrap import wrap

FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467"
PIECES = st.sampled_from(
    (
        *(
            FAMILY,
            "\U0001f44d\U0001f3fd",
            "\u2764\ufe0f",
            "\U0001f1eb\U0001f1f7",
            "e\u0301",
            "\u0301",
            "\u200b",
            "\u00ad",
        ),
        *(
            "\u4e16",
            "\u3042\u3002",
            "\u05d0\u05d1",
            "\u200f",
            "\u0627\u064e",
            "\u3000",
            " ",
            "  ",
            "\n",
            "\t",
            "plum, 2",
        ),
        *("[b]plum[/b]", "don\u2019t", "\x1b[2J", "\u202eplum", "\u0915\u094d\u0937", "_a_", "\uff0a", "*"),
    )
)
TEXTS = st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=20).map("".join))


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Plums, don't you? It's 5$!", "*****, ***'* ***? **'* **!"),
        ("two\nlines \u2026 and more", "***\n***** \u2026 *** ****"),
        ("  spaces stay \n", "  ****** **** \n"),
        ("e\u0301te\u0301", "***"),
        ("\u4e16\u754c\uff0c\u3042", f"{WIDE_MASK}{WIDE_MASK}\uff0c{WIDE_MASK}"),
        ("\u05e9\u05dc\u05d5\u05dd, x", "****, *"),
        ("[bold]plum[/bold] [/] [link=x]y[/]", "[****]****[/****] [/] [******]*[/]"),
        ("a_b <i>$HOME</i>", "*** *********/**"),
        ("a\tb", "*   *"),
        ("\x1b[31mplum\x1b[0m", "*[********[**"),
        ("", ""),
    ],
)
def test_words_are_masked_and_spaces_and_punctuation_stay(text: str, masked: str) -> None:
    assert mask(text) == masked


def test_a_joined_emoji_is_masked_by_as_many_cells_as_it_takes() -> None:
    assert drawn(mask(f"{FAMILY}!")) == f"{WIDE_MASK * 3}!"
    assert drawn(mask("\U0001f44d\U0001f3fd")) == f"{WIDE_MASK}{MASK}"


@given(TEXTS, st.integers(2, 30))
@example("a\u0301 \u4e16\u754c", 2)
@example(f"{FAMILY} {FAMILY}{FAMILY}", 9)
def test_the_lines_of_a_masked_text_are_as_wide_as_those_of_the_text(text: str, width: int) -> None:
    before, after = clean(text.strip()), clean(mask(text).strip())
    assert [line.cells for line in wrap(after, width)] == [line.cells for line in wrap(before, width)]


@given(TEXTS)
def test_no_letter_digit_or_symbol_is_left(text: str) -> None:
    left = set(mask(text)) - {MASK, WIDE_MASK, *"\u200b\u200d"}
    assert not any(one.isalnum() for one in left)
    assert mask(mask(text)) == mask(text)
