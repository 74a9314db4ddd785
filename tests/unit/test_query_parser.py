"""The grammar of the query language, and what is said about a text that is not of it."""

import pytest

from hhtui.query.errors import QueryError
from hhtui.query.parser import parse
from hhtui.query.tree import (
    And,
    Comparison,
    Field,
    Fuzzy,
    Item,
    Items,
    Missing,
    Node,
    Not,
    Or,
    Phrase,
    Present,
    Query,
    Range,
    Regex,
    Side,
    SortKey,
    Word,
)

A, B, C = Word("a"), Word("b"), Word("c")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", A),
        ("a*", Word("a", prefix=True)),
        ("*", Word("*")),
        ("**", Word("*", prefix=True)),
        ("a b c", And((A, B, C))),
        ("a AND b", And((A, B))),
        ("a b OR c", Or((And((A, B)), C))),
        ("a (b OR c)", And((A, Or((B, C))))),
        ("(a b) c", And((And((A, B)), C))),
        ("-a", Not(A)),
        ("NOT a", Not(A)),
        ("--a", Not(Not(A))),
        ("-NOT a", Not(Not(A))),
        ("-(a b)", Not(And((A, B)))),
        ("a AND NOT b", And((A, Not(B)))),
        ("or and not", And((Word("or"), Word("and"), Word("not")))),
        ("foo-bar", Word("foo-bar")),
        ('"two words"', Phrase("two words")),
        ('"http://x.y"', Phrase("http://x.y")),
        ("/a b/", Regex("a b")),
        ("/a\\/b/c", Regex("a/b", case_sensitive=True)),
        ("/a/b/ c", And((Regex("a/b"), C))),
        ("(/a/)", Regex("a")),
        ("chosen:/a/", Side("chosen", Regex("a"))),
        ("~word", Fuzzy("word")),
        ('~"two words"', Fuzzy("two words", quoted=True)),
        ("chosen:a", Side("chosen", A)),
        ("Response:(a OR -b)", Side("response", Or((A, Not(B))))),
        ('chosen:bank -rejected:"a b"', And((Side("chosen", Word("bank")), Not(Side("rejected", Phrase("a b")))))),
        ("harm:>.5", Field("harm", "", Comparison(">", 0.5))),
        ("harm.min:>=1e-3", Field("harm", "min", Comparison(">=", 0.001))),
        ("gap:-.5..-.1", Field("gap", "", Range(-0.5, -0.1))),
        ("gap:<-.5", Field("gap", "", Comparison("<", -0.5))),
        ("turns:4..", Field("turns", "", Range(4, None))),
        ("turns:..4", Field("turns", "", Range(None, 4))),
        ("row:7", Field("row", "", Comparison("=", 7))),
        ("harm:none", Field("harm", "", Missing())),
        ("toxicity.chosen:*", Field("toxicity", "chosen", Present())),
        ("Severe-Toxicity:=1", Field("severe_toxicity", "", Comparison("=", 1))),
        ("flag:YES", Field("flag", "", Items((Item("yes"),)))),
        ("preference:none,equal", Field("preference", "", Items((Item("none"), Item("equal"))))),
        ("note:none", Field("note", "", Missing())),
        ('note:"none"', Field("note", "", Items((Item("none", quoted=True),)))),
        ('key:a/b/1,"c d/e/*"', Field("key", "", Items((Item("a/b/1"), Item("c d/e/*", quoted=True))))),
        ("is:role-leak.prompt,empty", Field("is", "", Items((Item("role_leak.prompt"), Item("empty"))))),
    ],
)
def test_a_text_becomes_its_tree(text: str, expected: Node) -> None:
    assert parse(text) == Query(expected)


@pytest.mark.parametrize("text", ["", "  ", "\t\n", "\u3000"])
def test_white_space_is_the_query_of_everything(text: str) -> None:
    assert parse(text) == Query()


def test_sort_keys_are_collected_wherever_they_stand_at_the_top() -> None:
    found = parse("a sort:harm.min-,row+ OR b sort:random(7)")
    keys = (SortKey("harm", "min", descending=True), SortKey("row"), SortKey("random", seed=7))
    assert found == Query(Or((A, B)), keys)


def test_nodes_know_where_they_stand() -> None:
    found = parse("a harm:>1 -chosen:b").expression
    assert isinstance(found, And)
    field, negated = found.operands[1:]
    assert isinstance(field, Field)
    assert isinstance(negated, Not)
    assert isinstance(negated.operand, Side)
    assert (field.position, negated.operand.position) == (2, 11)


@pytest.mark.parametrize(
    ("text", "position", "said"),
    [
        ("http://x.y", 0, 'quote it: "http://x.y"'),
        ("12:30", 0, 'expected "12:30"'),
        (":a", 0, "quote it"),
        ("chosen:http://x", 7, "must be quoted"),
        ("flg:yes", 0, "Did you mean “flag”?"),
        ("flag:maybe", 5, "expected yes or no"),
        ("preference:choosen", 11, "Did you mean “chosen”?"),
        ("is:rolelek", 3, "Did you mean “role_leak”?"),
        ("is:empty.prompt", 8, "no side “prompt”"),
        ("is:tie.chosen", 6, "no side “chosen”"),
        ("harm.mni:>1", 5, "Did you mean “min”?"),
        ("gap.min:>1", 3, "no sides"),
        ("flag.chosen:yes", 4, "no sides"),
        ("harm:", 5, "no value after harm:"),
        ("harm:high", 5, "no number"),
        ("harm:>", 6, "expected a number"),
        ("harm:>>1", 6, "expected a number"),
        ("harm:0.6..0.4", 5, "expected 0.4..0.6"),
        ("harm:..", 5, "no end"),
        ("harm:>1e999", 6, "too large"),
        ("flag:", 5, "no value after flag:"),
        ("key:a,", 6, "after the comma"),
        ("key:none,", 9, "after the comma"),
        ('"open', 0, "no closing quote"),
        ('""', 0, "empty"),
        ("/open", 0, "never closes"),
        ("// x", 0, "empty"),
        ("/a(/", 3, "open ("),
        ("a /(?=b)/", 3, "Lookahead"),
        ("(a", 0, "never closed"),
        ("a)", 1, "closes nothing"),
        ("()", 1, "empty"),
        ("chosen:()", 8, "empty"),
        ("a OR", 4, "nothing after OR"),
        ("OR a", 0, "nothing before OR"),
        ("a AND AND b", 6, "nothing before AND"),
        ("AND a", 0, "nothing before AND"),
        ("a AND", 5, "nothing after AND"),
        ("a NOT", 5, "nothing after NOT"),
        ("- a", 1, "nothing after -"),
        ("-", 1, "nothing after -"),
        ("chosen: a", 7, "no text right after chosen:"),
        ("chosen:-a", 7, "expected -chosen:a"),
        ("chosen:OR", 7, "is an operator"),
        ("chosen:(flag:yes)", 8, "cannot stand inside chosen:"),
        ("chosen:(rejected:a)", 8, "cannot stand inside chosen:"),
        ("a(b)", 1, "no space before ("),
        ('"a"b', 3, "no space before b"),
        ("(sort:row)", 1, "not inside parentheses"),
        ("-sort:row", 1, "not inside parentheses"),
        ("sort:", 5, "no column"),
        ("sort:random", 5, "random(7)"),
        ("sort:harm(3)", 5, "random(7)"),
        ("sort:harm.foo", 5, "no side"),
        ("~", 1, "no word after ~"),
        ("label.min:x", 6, "chosen, rejected"),
        ("a\ud800b", 1, "half a character"),
    ],
)
def test_an_error_says_where_and_what_was_expected(text: str, position: int, said: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert said in str(caught.value)
    assert caught.value.position == position


def test_depth_and_length_have_a_limit() -> None:
    with pytest.raises(QueryError, match="nested more than"):
        parse("(" * 10_000)
    with pytest.raises(QueryError, match="longer than"):
        parse("a " * 10_000)
