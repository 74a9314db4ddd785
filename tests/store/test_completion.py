"""What a database completes a query with, counted as a loop over the pairs counts it, and the queries kept before."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hhtui.query import tokens
from hhtui.query.candidates import candidates
from hhtui.query.parser import parse
from hhtui.query.writing import writing
from hhtui.store import completion, history, text_copy
from hhtui.store.columns import Columns
from hhtui.store.completion import Count
from hhtui.store.database import Database
from hhtui.store.errors import StoreError
from tests.store.filled import read_transcripts
from tests.store.obvious import Row, answer
from tests.store.real_rows import new_database, rows_of

Real = tuple[Database, list[Row]]
PAIRS = 400


@pytest.fixture(scope="module")
def real(real_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Real]:
    transcripts = read_transcripts(real_file)[:PAIRS]
    with new_database(tmp_path_factory.mktemp("real") / "a.db", transcripts) as database:
        yield database, rows_of(database, transcripts)


@pytest.mark.parametrize(
    "written", ["flag:", "preference:", "label:", "label.rejected:", "is:", "is:role_leak", "by:", "has:"]
)
def test_each_value_is_counted_as_a_loop_counts_it(real: Real, written: str) -> None:
    database, rows = real
    at = writing(written, len(written))
    assert at is not None
    offered = candidates(at, completion.names(database.reader()))
    assert offered
    for one in offered:
        assert completion.counted(database.reader(), one.query) == Count(len(answer(rows, parse(one.query))))


def test_what_is_in_many_texts_is_counted_only_where_there_is_a_copy_of_them(
    real: Real, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, rows = real
    monkeypatch.setattr(text_copy, "FEW_PAIRS", PAIRS - 1)
    assert completion.counted(database.reader(), "has:email") is None
    assert text_copy.make(database)
    assert completion.counted(database.reader(), "has:email") == Count(len(answer(rows, parse("has:email"))))


@pytest.mark.parametrize("side", ["", "chosen"])
@pytest.mark.parametrize("typed", ["ban", "Mon", "the"])
def test_words_are_those_of_the_texts_with_the_most_frequent_first(real: Real, typed: str, side: str) -> None:
    database, rows = real
    found = completion.words(database.reader(), typed, side, 5)

    assert found
    pairs = []
    for one, count in found:
        looked_up = len(answer(rows, parse(one.query)))
        assert one.text.startswith(typed.lower())
        assert count == (None if side else Count(looked_up))
        assert completion.counted(database.reader(), one.query) == Count(looked_up)
        pairs.append(looked_up)
    assert side or pairs == sorted(pairs, reverse=True)


@pytest.mark.parametrize("typed", ["", "ba", "ban-", "c++", "銀行", "ban k"])
def test_what_the_index_has_no_word_for_is_not_completed(real: Real, typed: str) -> None:
    assert completion.words(real[0].reader(), typed, "", 5) == []


def test_a_number_is_told_with_its_least_and_greatest_value(real: Real) -> None:
    connection = real[0].reader()
    lengths = Columns().get(connection, "length.chosen")

    assert completion.extent(connection, "length.chosen") == (lengths.min(), lengths.max())
    assert completion.extent(connection, "toxicity.min") is not None
    assert completion.extent(connection, "flag") is None and completion.extent(connection, "nonsense") is None


def test_names_of_a_database_are_its_own(real: Real) -> None:
    names = completion.names(real[0].reader())

    assert names.values["subset"] == ("harmless-base",) and names.values["key"] == ("harmless-base/test/*",)
    assert names.values["by"] == ("ann", "bob")
    assert {"toxicity", "made.toxicity", "refusal"} <= set(names.columns)


def test_what_every_text_needs_is_built_before_the_first_is_looked_for(tmp_path: Path) -> None:
    built = (tokens._member, tokens._rest, tokens._between, tokens._dropped, tokens._token, tokens._folding)
    for one in built:
        one.cache_clear()
    with Database.create(tmp_path / "a.db") as database:
        completion.prepare(database.reader())
    assert [one.cache_info().currsize for one in built] == [1] * len(built)


def test_what_cannot_be_counted_here_has_no_count(tmp_path: Path) -> None:
    with Database.create(tmp_path / "a.db") as database:
        assert completion.counted(database.reader(), "harm:*") is None
        assert completion.counted(database.reader(), "flag:yes") == Count(0)
        assert completion.extent(database.reader(), "length") is None


def test_kept_queries_come_back_newest_first_each_once_for_their_annotator(tmp_path: Path) -> None:
    with Database.create(tmp_path / "a.db") as database:
        for query in ("bank", "money", "  ", "bank", "x" * (history.LONGEST + 1)):
            history.remember(database, "anna", query)
        history.remember(database, "bert", "flag:yes")

        assert history.earlier(database.reader(), "anna") == ("bank", "money")
        assert history.earlier(database.reader(), "bert") == ("flag:yes",)
        for number in range(history.KEPT + 5):
            history.remember(database, "anna", f"row:{number}")
        kept = history.earlier(database.reader(), "anna")
        assert (len(kept), kept[0]) == (history.KEPT, f"row:{history.KEPT + 4}")


def test_a_database_that_cannot_be_written_to_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    Database.create(path).close()
    with Database.open(path, read_only=True) as database, pytest.raises(StoreError, match="read-only"):
        history.remember(database, "anna", "bank")
