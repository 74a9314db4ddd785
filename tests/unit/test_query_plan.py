"""A tree becomes questions that the store can answer."""

import pytest

from hhtui.model import PREFERENCES, RESPONSES, SIDES, Bit, ScoreField
from hhtui.query.errors import QueryError
from hhtui.query.nodes import (
    All,
    Any,
    Bits,
    Column,
    Decided,
    Grouped,
    IsMissing,
    KeyOrder,
    Labelled,
    Match,
    Named,
    Node,
    Not,
    Noted,
    NumberRange,
    Order,
    Plan,
    Regex,
    Shared,
    Shuffle,
    Substring,
)
from hhtui.query.parser import parse
from hhtui.query.planner import plan

ALL = {name: ScoreField(f"made.{name}", SIDES) for name in ("toxicity", "severe_toxicity")}
FIELDS = {
    **ALL,
    **{f"made.{name}": field for name, field in ALL.items()},
    "refusal": ScoreField("rules.refusal", RESPONSES),
    "disagreement": ScoreField("model.disagreement", ()),
}


def planned(text: str) -> Plan:
    return plan(parse(text), FIELDS, "made.toxicity")


HARMFUL = NumberRange(Column("made.toxicity"), low=0.5, low_included=False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bank", Match('"bank"')),
        ("Bank,", Match('"Bank"')),
        ("bank*", Match('"bank" *')),
        ("don't", Match('"don t"')),
        ("foo-bar*", Match('"foo bar" *')),
        ('"how do, i"', Match('"how do i"')),
        ("chosen:bank -rejected:bank", Match('(chosen : "bank" NOT rejected : "bank")')),
        ("response:a", Match('{chosen rejected} : "a"')),
        ("response:(a OR b) c", Match('(({chosen rejected} : "a" OR {chosen rejected} : "b") AND "c")')),
        ("-a -b", Not(Match('("a" OR "b")'))),
        ("a OR -b", Any((Match('"a"'), Not(Match('"b"'))))),
        ("-(a -b)", Not(Match('("a" NOT "b")'))),
        ("a harm:>.5 b", All((Match('("a" AND "b")'), HARMFUL))),
        ("C++", Substring(SIDES, "C++")),
        ("C++,", Substring(SIDES, "C++")),
        ("C++*", Substring(SIDES, "C++")),
        ("$100", Substring(SIDES, "$100")),
        ("...", Substring(SIDES, "...")),
        ("chosen:😀", Substring(("chosen",), "😀")),
        ("日本語", Substring(SIDES, "日本語")),
        ('response:"use C++ now"', Substring(RESPONSES, "use C++ now")),
        ("/foo bar/", Substring(SIDES, "foo bar")),
        ("/foo\\.bar/c", Substring(SIDES, "foo.bar", case_sensitive=True)),
        ("/fo+/", Regex(SIDES, "fo+", position=0)),
        ("a /fo+/c", All((Match('"a"'), Regex(SIDES, "fo+", case_sensitive=True, position=2)))),
        ("harm:<=.5", NumberRange(Column("made.toxicity"), high=0.5)),
        ("harm:.2...5", NumberRange(Column("made.toxicity"), 0.2, 0.5)),
        ("harm.min:none", IsMissing(Column("made.toxicity", "min"))),
        ("gap:*", Not(IsMissing(Column("made.toxicity", "gap")))),
        ("made.severe-toxicity.min:>1", NumberRange(Column("made.severe_toxicity", "min"), 1, low_included=False)),
        ("disagreement:>1", NumberRange(Column("model.disagreement"), 1, low_included=False)),
        ("refusal.chosen:1", NumberRange(Column("rules.refusal", "chosen"), 1, 1)),
        ("severe-toxicity.prompt:=1", NumberRange(Column("made.severe_toxicity", "prompt"), 1, 1)),
        ("row:3", NumberRange(Column("row"), 3, 3)),
        ("length.chosen:<20", NumberRange(Column("length", "chosen"), high=20, high_included=False)),
        ("is:empty", Bits(int(Bit.EMPTY_CHOSEN | Bit.EMPTY_REJECTED))),
        ("is:empty.chosen,identical", Bits(int(Bit.EMPTY_CHOSEN | Bit.IDENTICAL))),
        ("is:none", Not(Bits(int(sum(Bit))))),
        ("key:a/b/1,a/c/*", Named("key", ("a/b/1",), ("a/c/",))),
        ("subset:x", Named("subset", ("x",))),
        ("family:12,a/b/3", Grouped("family", ("a/b/3",), (12,))),
        ("opening:*", Shared("opening")),
        ("family:none", Not(Shared("family"))),
        ("flag:yes", Decided("flag", ("yes",))),
        ("flag:no", Not(Decided("flag", ("yes",)))),
        ("preference:equal,unsure", Decided("preference", ("equal", "unsure"))),
        ("preference:none", Not(Decided("preference", PREFERENCES))),
        ("preference:*", Decided("preference", PREFERENCES)),
        ("note:*", Decided("note")),
        ("note:none", Not(Decided("note"))),
        ("label:harmful", Labelled(("harmful",), RESPONSES)),
        ("label.chosen:self-harm,self_harm", Labelled(("self-harm", "self_harm"), ("chosen",))),
        ("label:*", Labelled((), RESPONSES)),
        ("-label.rejected:none", Labelled((), ("rejected",))),
        ("-label:pii", Not(Labelled(("pii",), RESPONSES))),
        ("by:ann label.rejected:theft", Labelled(("theft",), ("rejected",), ("ann",))),
        ('note:"a b",c', Any((Noted("a b"), Noted("c")))),
        ("by:ann", Decided(None, (), ("ann",))),
        ("by:none", Not(Decided(None))),
        ("by:ann,bob flag:yes", Decided("flag", ("yes",), ("ann", "bob"))),
        ("by:ann -flag:yes", Not(Decided("flag", ("yes",), ("ann",)))),
        ("by:ann (flag:yes OR note:x)", Any((Decided("flag", ("yes",), ("ann",)), Noted("x", ("ann",))))),
        ("by:ann OR flag:yes", Any((Decided(None, (), ("ann",)), Decided("flag", ("yes",))))),
        ("-by:ann flag:yes", All((Not(Decided(None, (), ("ann",))), Decided("flag", ("yes",))))),
        ("by:ann by:bob", All((Decided(None, (), ("ann",)), Decided(None, (), ("bob",))))),
    ],
)
def test_a_query_becomes_its_plan(text: str, expected: Node) -> None:
    assert planned(text).filter == expected


def test_orders_are_resolved_in_turn() -> None:
    order = (Order(Column("made.toxicity", "gap"), descending=True), KeyOrder(), Shuffle(3))
    assert planned("sort:gap-,key,random(3)") == Plan(None, order)
    assert planned("") == Plan()


@pytest.mark.parametrize(
    ("text", "position", "said"),
    [
        ("a toxicty:>1", 2, "Did you mean “toxicity”?"),
        ("made.toxcity:>1", 0, "Did you mean “made.toxicity”?"),
        ("refusal.prompt:1", 0, "no side “prompt”"),
        ("disagreement.chosen:1", 0, "no side “chosen”"),
        ("sort:disagreement.min-", 5, "no side “min”"),
        ("sort:hram-", 5, "Did you mean “harm”?"),
        ("sort:row.chosen", 5, "no sides"),
        ("family:x", 7, "a pair's key"),
        ("by:ann by:bob flag:yes", 7, "by:NAME,NAME"),
    ],
)
def test_what_cannot_run_says_why(text: str, position: int, said: str) -> None:
    with pytest.raises(QueryError) as caught:
        planned(text)
    assert said in str(caught.value)
    assert caught.value.position == position


@pytest.mark.parametrize("harm", [None, "toxicity"])
def test_a_database_without_scores_says_how_to_get_them(harm: str | None) -> None:
    with pytest.raises(QueryError, match="hhtui score"):
        plan(parse("harm:>.5"), {}, harm)


@pytest.mark.parametrize("query", ["foo:1", "foo:=1", "foo.min:0.50..1"])
def test_an_unknown_number_is_to_be_quoted_as_it_was_written(query: str) -> None:
    with pytest.raises(QueryError) as raised:
        plan(parse(f"bank {query} river"))
    assert f'quote it: "{query}"' in raised.value.message


@pytest.mark.parametrize(
    "text", ["{}:>1", "is:{}", "has:{}", "group:{}", "turns.{}:1", "sort:{}", "dupe:{}", "turns:{}", "{}:x"]
)
def test_a_long_word_is_not_repeated_whole(text: str) -> None:
    with pytest.raises(QueryError) as caught:
        planned(text.format("w" * 9_000))
    assert len(caught.value.message) + len(caught.value.expected) < 1_200 and "wwww" in caught.value.message


def test_a_sentence_ends_once() -> None:
    with pytest.raises(QueryError) as caught:
        planned("turns.ratio:>1")
    assert caught.value.message == "turns has no side “ratio”"
