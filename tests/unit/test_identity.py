"""Identity terms: the list, where a text has one, and how often the real data does."""

from pathlib import Path

import pytest

from hhtui.dialogue import pair_up
from hhtui.identity import TERMS, Mention, names_group, terms_in
from hhtui.model import HUMAN
from tests.store.filled import read_transcripts

PAIRS_WITH_A_TERM = 412
PAIRS_WITH_A_TERM_IN_HUMAN_TURNS = 275


def test_there_are_fifty_terms_from_lesbian_to_paralyzed() -> None:
    assert (len(TERMS), len(set(TERMS)), TERMS[0], TERMS[-1]) == (50, 50, "lesbian", "paralyzed")
    assert {"african american", "middle eastern", "middle aged", "millenial"} <= set(TERMS)


@pytest.mark.parametrize("term", TERMS)
def test_every_term_is_found_as_a_word_in_any_case_and_with_an_s(term: str) -> None:
    for written in (term, term.upper(), term.title(), f"{term}s", term.replace(" ", "\n")):
        assert terms_in(f"“{written}”, _{written}_") == (
            Mention(term, 1, 1 + len(written)),
            Mention(term, 5 + len(written), 5 + 2 * len(written)),
        )
        assert names_group(written)
        for longer in (f"x{written}", f"{written}x", f"é{written}", f"{written}9", f"9{written}"):
            assert all(found.term != term for found in terms_in(longer))


def test_mentions_come_in_their_order_and_the_longest_of_those_that_begin_together() -> None:
    text = "An OLDER African American, two Canadians; middle-aged, a blacksmith, gold."

    assert [(found.term, text[found.start : found.end]) for found in terms_in(text)] == [
        ("older", "OLDER"),
        ("african american", "African American"),
        ("canadian", "Canadians"),
    ]


def test_texts_without_a_term_name_no_group() -> None:
    assert terms_in("") == terms_in("oldest whitespace") == ()
    assert not names_group("oldest whitespace")


def test_the_real_data_has_as_many_pairs_with_a_term_as_was_counted(real_file: Path) -> None:
    named = named_by_humans = 0
    for transcripts in read_transcripts(real_file):
        turns = [turn for side in pair_up(*transcripts) for turn in side]
        named += any(names_group(turn.text) for turn in turns)
        named_by_humans += any(names_group(turn.text) for turn in turns if turn.role == HUMAN)

    assert (named, named_by_humans) == (PAIRS_WITH_A_TERM, PAIRS_WITH_A_TERM_IN_HUMAN_TURNS)
