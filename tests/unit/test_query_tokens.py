"""The emulated tokeniser agrees with SQLite's own."""

import json
import sqlite3
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hhtui.query.tokens import FoldedText, Sequence, tokenise


class Index:
    """SQLite's tokeniser, one text at a time."""

    def __init__(self) -> None:
        self.connection = sqlite3.connect(":memory:")
        self.connection.execute("CREATE VIRTUAL TABLE texts USING fts5(body, tokenize='unicode61 remove_diacritics 2')")
        self.connection.execute("CREATE VIRTUAL TABLE terms USING fts5vocab(texts, 'instance')")

    def terms(self, text: str) -> list[str]:
        self.connection.execute("DELETE FROM texts")
        self.connection.execute("INSERT INTO texts VALUES (?)", (text,))
        return [term for (term,) in self.connection.execute("SELECT term FROM terms ORDER BY offset")]


@pytest.fixture(scope="module")
def index() -> Iterator[Index]:
    found = Index()
    yield found
    found.connection.close()


@pytest.mark.parametrize(
    "text",
    [
        "don't don’t DON'T",
        "C++ C# foo_bar foo-bar",
        "Élan re\u0301sume\u0301 A\u030angstro\u0308m Å naïve",
        "ǅ ß ẞ İstanbul ıI Σίσυφος ΣΑΣ",
        "日本語 ひらがな ไทย ကမ္ဘာ",
        "a\x00b \ue000x ½ ² Ⅷ",
        "😀 👍🏽 e\u0301\u0301 \u0301x x\u0333y",
        "\u212a \u017f ﬁ",
    ],
)
def test_terms_are_those_of_the_index(index: Index, text: str) -> None:
    assert [token.term for token in tokenise(text)] == index.terms(text)


@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
@settings(max_examples=300)
def test_terms_of_any_text_are_those_of_the_index(index: Index, text: str) -> None:
    assert [token.term for token in tokenise(text)] == index.terms(text)


def test_terms_of_naughty_strings_are_those_of_the_index(index: Index, shared_data: Path) -> None:
    texts = json.loads((shared_data / "nasty" / "blns" / "blns.json").read_text(encoding="utf-8"))
    assert len(texts) > 400
    for text in texts:
        assert [token.term for token in tokenise(text)] == index.terms(text)


_letters = st.text(st.sampled_from("aAbBé\u0301\u0323 -'"), max_size=20)


@given(_letters, st.lists(st.sampled_from(["a", "b", "ab", "ae", "e"]), min_size=1, max_size=3), st.booleans())
@settings(max_examples=400)
def test_a_sequence_is_found_where_its_tokens_stand(text: str, terms: list[str], prefix: bool) -> None:
    tokens = tokenise(text)
    expected = []
    for at in range(len(tokens) - len(terms) + 1):
        here = [token.term for token in tokens[at : at + len(terms)]]
        last = here[-1].startswith(terms[-1]) if prefix else here[-1] == terms[-1]
        if here[:-1] == terms[:-1] and last:
            expected.append((tokens[at].start, tokens[at + len(terms) - 1].end))
    assert list(Sequence(tuple(terms), prefix=prefix).spans(FoldedText(text))) == expected


def test_folding_keeps_positions_where_no_mark_is_dropped() -> None:
    text = unicodedata.normalize("NFC", "Élan über Straße")
    assert FoldedText(text).tokens is None
    assert list(Sequence(("elan", "uber")).spans(FoldedText(text))) == [(0, 9)]
