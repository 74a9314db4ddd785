"""The words of the texts are those of the text index, from the copy and without it."""

import sqlite3
from collections import Counter
from pathlib import Path

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hhtui.dialogue import without_markers
from hhtui.query.tokens import tokenise
from hhtui.store import index, text_copy
from hhtui.store.database import Database
from hhtui.store.errors import StoreError
from hhtui.store.text_copy import Words, counting
from hhtui.store.text_copy.terms import Vocabulary
from tests.store.filled import add_pairs, new_database, read_transcripts
from tests.transcripts import dialogue

_awkward = st.text(
    st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("aZ09 -'’éÉe\u0301İıKſßẞΣ\0\n日本語\u0301")),
    max_size=40,
)


def made_of(found: Words) -> dict[str, int]:
    """Return in how many pairs each word stands."""
    return dict(zip(found.terms, found.pairs.tolist(), strict=True))


def words_of_pairs(database: Database) -> dict[int, set[str]]:
    """Return the distinct words of every pair, by the emulated tokeniser."""
    rows = database.reader().execute("SELECT id, prompt, chosen, rejected FROM body").fetchall()
    return {
        pair_id: {token.term for text in texts for token in tokenise(without_markers(text))} for pair_id, *texts in rows
    }


@given(texts=st.lists(_awkward, max_size=4))
@settings(max_examples=300)
def test_the_distinct_words_of_a_text_are_its_tokens(texts: list[str]) -> None:
    vocabulary = Vocabulary(["known"])
    for text in [*texts, *texts]:
        terms = {vocabulary.terms[number].decode() for number in vocabulary.numbers(text)}
        assert terms == {token.term for token in tokenise(text)}
    assert len(set(vocabulary.terms)) == len(vocabulary.terms)


def test_the_words_of_the_real_file_are_those_of_the_index(real_file: Path, tmp_path: Path) -> None:
    with new_database(tmp_path / "a.db", read_transcripts(real_file)) as database:
        index.extend(database)
        connection = sqlite3.connect(database.path)
        connection.execute("CREATE VIRTUAL TABLE temp.stored USING fts5vocab(main, pair_fts, row)")
        expected = dict(connection.execute("SELECT term, doc FROM temp.stored").fetchall())
        connection.close()

        in_memory = text_copy.words(database.reader())
        assert made_of(in_memory) == expected

        assert text_copy.make(database)
        copied = text_copy.words(database.reader())
        assert made_of(copied) == expected
        for pair_id in (1, 1000, 2312):
            assert set(copied.of(pair_id)) == set(in_memory.of(pair_id))


@pytest.mark.parametrize("copied", [True, False])
def test_words_are_counted_over_any_pairs(tmp_path: Path, copied: bool) -> None:
    pairs = [(dialogue(f"Bank {row % 3}", "été"), dialogue(f"bank {row % 3}", f"ete w{row}")) for row in range(20)]
    with new_database(tmp_path / "a.db", pairs) as database:
        assert not copied or text_copy.make(database)
        add_pairs(database, [(dialogue("bank", "newer"), dialogue("bank", "b"))])
        found, of_pair = text_copy.words(database.reader()), words_of_pairs(database)
        for share in (0.0, 0.2, 0.7, 1.0):
            mask = numpy.random.default_rng(0).random(21) < share
            expected = Counter(word for place in mask.nonzero()[0] for word in of_pair[int(place) + 1])
            counted = dict(zip(found.terms, found.counts(mask).tolist(), strict=True))
            assert {word: pairs for word, pairs in counted.items() if pairs} == expected
        assert [found.terms[number] for number in found.of(22)] == []
        for pair_id, words in of_pair.items():
            assert {found.terms[number] for number in found.of(pair_id)} == words


def test_a_mask_may_be_shorter_or_longer_than_the_words(tmp_path: Path) -> None:
    with new_database(tmp_path / "a.db", [(dialogue("bank", "b"), dialogue("bank", "c"))] * 4) as database:
        found = text_copy.words(database.reader())
        bank = found.terms.index("bank")
        for size in (2, 9):
            assert found.counts(numpy.ones(size, dtype=numpy.bool_))[bank] == min(size, 4)


def test_the_words_of_many_pairs_wait_for_the_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "FEW_PAIRS", 3)
    with new_database(tmp_path / "a.db", [(dialogue("bank", "b"), dialogue("bank", "c"))] * 4) as database:
        with pytest.raises(StoreError, match=r"hhtui .*a\.db"):
            text_copy.words(database.reader())
        text_copy.make(database)
        assert text_copy.words(database.reader()).upto == 4
        add_pairs(database, [(dialogue("new", "b"), dialogue("new", "c"))] * 4)
        assert text_copy.words(database.reader()).upto == 4
        text_copy.make(database)
        assert text_copy.words(database.reader()).upto == 8


def test_words_of_pairs_that_are_gone_are_not_counted(tmp_path: Path) -> None:
    pairs = [(dialogue(f"w{row}", "b"), dialogue(f"w{row}", "c")) for row in range(4)]
    with new_database(tmp_path / "a.db", pairs) as database:
        text_copy.make(database)
        assert made_of(text_copy.words(database.reader()))["w1"] == 1
        with database.writing() as connection:
            connection.execute("DELETE FROM pair WHERE id = 2")
            connection.execute("DELETE FROM body WHERE id = 2")
        assert "w1" not in made_of(text_copy.words(database.reader()))


def test_an_empty_database_has_no_words(tmp_path: Path) -> None:
    with Database.create(tmp_path / "a.db") as database:
        assert text_copy.make(database)
        found = text_copy.words(database.reader())
        assert (found.terms, found.upto) == ([], 0)
        assert found.counts(numpy.zeros(0, dtype=numpy.bool_)).tolist() == []
