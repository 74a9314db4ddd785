"""What is being written in a query, what may follow, and what is merely not finished."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hhtui.model import ScoreField
from hhtui.query import fields
from hhtui.query.candidates import Names, candidates
from hhtui.query.errors import QueryError
from hhtui.query.parser import parse
from hhtui.query.planner import plan
from hhtui.query.unfinished import unfinished
from hhtui.query.writing import Piece, Writing, writing

HARM = ScoreField("made.toxicity", ("prompt", "chosen", "rejected"))
NAMES = Names(
    {"toxicity": HARM, "made.toxicity": HARM},
    {"toxicity": "how toxic"},
    {"label": ("harmful", "self-harm"), "subset": ("made", "a (b)"), "key": ("made/test/*",)},
)
PIECES = st.sampled_from(
    [
        *(f"{name}:" for name in fields.names()),
        *("harm", "bank", '"', "/", "~", "(", ")", " ", ",", "-", ".", ">", "0.5"),
        *("*", "OR", "yes", "toxicity.min:", "\\", "c", "ⅷ", "銀行", "foo:", "random(7)", "none", "empty"),
    ]
)
TEXTS = st.lists(PIECES, max_size=12).map("".join)


def offered(text: str) -> list[str]:
    """Return what may stand at the end of `text`."""
    at = writing(text, len(text))
    return [] if at is None else [one.text for one in candidates(at, NAMES)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", Writing(Piece.TERM, 0, "")),
        ("bank ha", Writing(Piece.TERM, 5, "ha")),
        ("-(ha", Writing(Piece.TERM, 2, "ha")),
        ("bank -fl", Writing(Piece.TERM, 6, "fl")),
        ('"a b" /c d/ ~e x', Writing(Piece.TERM, 15, "x")),
        ("harm.min:>", Writing(Piece.VALUE, 9, ">", "harm.min")),
        ("label:a,b", Writing(Piece.VALUE, 8, "b", "label", taken=("a",))),
        ("flag:yes", Writing(Piece.VALUE, 5, "yes", "flag")),
        ("Chosen:ba", Writing(Piece.TEXT, 7, "ba", side="chosen")),
        ("chosen:(a OR (b", Writing(Piece.TEXT, 14, "b", side="chosen")),
        ("chosen:(a OR b) fl", Writing(Piece.TERM, 16, "fl")),
        ("sort:harm-,ro", Writing(Piece.ORDER, 11, "ro", "sort", taken=("harm-",))),
    ],
)
def test_the_piece_before_the_cursor_is_what_is_being_written(text: str, found: Writing) -> None:
    assert writing(text, len(text)) == found


@pytest.mark.parametrize("text", ['"open ha', '"ha"', "/ha", "/a b", "/ha/", "~ha", '~"ha', 'chosen:"ha', 'group:"ha'])
def test_nothing_is_completed_in_quotes_regular_expressions_and_likenesses(text: str) -> None:
    assert writing(text, len(text)) is None


def test_nothing_is_completed_in_the_middle_of_a_word_but_before_a_space_or_parenthesis() -> None:
    assert writing("harm:", 2) is None
    assert writing("ha bank", 2) == Writing(Piece.TERM, 0, "ha")
    assert writing("(ha)", 3) == Writing(Piece.TERM, 1, "ha")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ha", ["harm:", "has:"]),
        ("TOX", ["toxicity:"]),
        ("harm", ["harm:", "harm.chosen:", "harm.rejected:", "harm.min:", "harm.prompt:"]),
        ("harm.m", ["harm.min:"]),
        ("made.", ["made.toxicity:"]),
        ("flag:", ["yes", "no"]),
        ("flag:yes", []),
        ("label.chosen:self_h", ["self-harm"]),
        ("label:harmful,", ["self-harm"]),
        ("subset:", ["made", '"a (b)"']),
        ("key:made/", ["made/test/*"]),
        ("is:emp", ["empty"]),
        ("is:empty.", ["empty.chosen", "empty.rejected"]),
        ("has:email.re", ["email.rejected", "email.response"]),
        ("group:afr", ["african", '"african american"']),
        ("toxicity.min:", ["*", "none"]),
        ("sort:toxicity.c", ["toxicity.chosen"]),
        ("chosen:ha", []),
        ("foo:", []),
    ],
)
def test_what_may_follow_begins_with_what_was_typed(text: str, found: list[str]) -> None:
    assert offered(text) == found


def test_every_value_that_is_offered_makes_a_query_that_can_be_planned() -> None:
    for name in [*fields.BY_NAME, "toxicity", "harm.min", "label.chosen"]:
        at = writing(f"{name}:", len(name) + 1)
        assert at is not None
        for one in candidates(at, NAMES):
            plan(parse(f"{name}:{one.text}"), NAMES.columns, "made.toxicity")
            assert one.query in ("", f"{name}:{one.text}")


@given(TEXTS, st.integers(0, 40))
def test_any_text_is_looked_at_without_an_error_and_completed_where_it_ends(text: str, cursor: int) -> None:
    at = writing(text, min(cursor, len(text)))
    if at is not None:
        assert text[at.start : at.start + len(at.typed)] == at.typed
        assert at.start + len(at.typed) == min(cursor, len(text))
        candidates(at, NAMES)


@given(TEXTS)
def test_whether_any_wrong_text_is_unfinished_can_be_told(text: str) -> None:
    try:
        parse(text)
    except QueryError as error:
        assert unfinished(text, error, NAMES) in (True, False)


UNFINISHED = (
    *("harm:", "harm:>", "harm:>-", "harm:..", '"open phrase', "/open", "/[a", "/(a|b", "-", "chosen:", "chosen:(a OR"),
    *("a OR", "a AND", "NOT", "sort:", "sort:harm-,", "sort:random", "sort:random(7", "by:", "preference:rej", "is:em"),
    *("is:empty.", "has:email.ch", "(bank", "((a OR (b", "~", '~"a', 'label:"a', "group:mus", "conflict:fl"),
)
WRONG = (
    *("foo:", "foo:x", "http://x", "gap:>x", "a) b", "harm:x", "preference:z", "is:foo", "/a**/", "/(?=a)/", "a )"),
    *("harm.mix:>1", "toxicity:yes", "bank foo:1"),
)


@pytest.mark.parametrize("text", [*UNFINISHED, *WRONG])
def test_what_is_merely_not_finished_is_told_from_what_is_wrong(text: str) -> None:
    with pytest.raises(QueryError) as caught:
        plan(parse(text), NAMES.columns, "made.toxicity")

    assert unfinished(text, caught.value, NAMES) is (text in UNFINISHED)


def test_a_query_of_a_database_without_scores_is_not_called_unfinished() -> None:
    with pytest.raises(QueryError) as caught:
        plan(parse("harm:>0.5"))

    assert not unfinished("harm:>0.5", caught.value, Names())
