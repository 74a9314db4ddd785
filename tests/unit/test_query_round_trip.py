"""What is parsed can be printed and parsed again, and no text makes the parser fail in another way than its own."""

import sqlite3

from hypothesis import given, settings
from hypothesis import strategies as st

from hhtui.model import SIDES, ScoreField
from hhtui.query.errors import QueryError
from hhtui.query.highlights import highlighter
from hhtui.query.nodes import All, Any, Match, Node, Not
from hhtui.query.parser import parse
from hhtui.query.planner import plan
from hhtui.query.tree import Query
from tests.query_trees import queries

_WORDS = ["a", "b*", '"c d"', '"', "x", "C++", "😀", "日本", "don’t", "\x00", "/e.f/", "/", "\\", "~", "~g", "*"]
_SIGNS = ["(", ")", "OR", "AND", "NOT", ":", ":>", ">", "..", "0.5", "-", "-1", ",", "none"]
_FIELDS = ["chosen:", "response:(", "harm:", "harm.min:", "sort:", "sort:row-", "flag:yes", "preference:"]
_MORE_FIELDS = ["is:empty", "note:", "by:me", "key:a/*", "family:*"]
_pieces = st.sampled_from([*_WORDS, *_SIGNS, *_FIELDS, *_MORE_FIELDS])
_near_queries = st.lists(st.one_of(_pieces, st.just(" ")), max_size=14).map("".join)


@given(queries)
@settings(max_examples=400)
def test_a_printed_tree_parses_to_itself(query: Query) -> None:
    assert parse(str(query)) == query


@given(st.one_of(st.text(max_size=40), st.binary(max_size=40).map(lambda raw: raw.decode("latin-1")), _near_queries))
@settings(max_examples=600)
def test_any_text_parses_or_is_refused_and_never_breaks_the_index(text: str) -> None:
    try:
        query = parse(text)
    except QueryError as error:
        assert 0 <= error.position <= len(text)
        assert error.message
        return
    assert parse(str(query)) == query
    highlighter(query).spans("chosen", text)
    try:
        planned = plan(query, {"toxicity": ScoreField("made.toxicity", SIDES)}, "toxicity")
    except QueryError as error:
        assert 0 <= error.position <= len(text)
        return
    connection = sqlite3.connect(":memory:")
    connection.execute(
        "CREATE VIRTUAL TABLE pair_fts USING fts5(prompt, chosen, rejected, tokenize='unicode61 remove_diacritics 2')"
    )
    connection.execute("INSERT INTO pair_fts VALUES ('a', 'b', 'c')")
    for expression in _expressions(planned.filter):
        connection.execute("SELECT rowid FROM pair_fts WHERE pair_fts MATCH ?", (expression,)).fetchall()
    connection.close()


def _expressions(node: Node | None) -> list[str]:
    match node:
        case Match(expression):
            return [expression]
        case All(nodes) | Any(nodes):
            return [one for child in nodes for one in _expressions(child)]
        case Not(child):
            return _expressions(child)
    return []
