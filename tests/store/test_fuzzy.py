"""Words found by likeness: what counts as found, how alike it is, and what a typing error still finds."""

import math
import sqlite3
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz import fuzz

from benchmarks.typos import typed
from hhtui.query.fuzzy import asked, edits
from hhtui.query.tokens import tokenise
from hhtui.store import text_copy
from hhtui.store.database import Database
from hhtui.store.fuzzy import likeness
from hhtui.store.fuzzy.vocabulary import Vocabulary
from hhtui.store.results import Ranking
from hhtui.text import fold
from tests.store.asking import found, ids
from tests.store.filled import add_pairs, read_transcripts
from tests.store.obvious import SIDES_OF, texts_of
from tests.store.real_rows import fill
from tests.store.scored import new_database
from tests.transcripts import dialogue


class Row(NamedTuple):
    """A pair: its id, and the three texts that a query looks at."""

    id: int
    texts: dict[str, str]
    terms: dict[str, set[str]]


def terms_of(texts: dict[str, str]) -> dict[str, set[str]]:
    return {side: {token.term for token in tokenise(text)} for side, text in texts.items()}


@cache
def distance(one: str, other: str) -> int:
    """Return the optimal string alignment distance, by its recurrence."""
    rows = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for at in range(len(one) + 1):
        for to in range(len(other) + 1):
            if not at or not to:
                rows[at][to] = at + to
                continue
            changed = one[at - 1] != other[to - 1]
            best = min(rows[at - 1][to] + 1, rows[at][to - 1] + 1, rows[at - 1][to - 1] + changed)
            if at > 1 and to > 1 and one[at - 2 : at] == other[to - 2 : to][::-1]:
                best = min(best, rows[at - 2][to - 2] + 1)
            rows[at][to] = best
    return rows[len(one)][len(other)]


def closest(word: str, row: Row, side: str) -> float:
    """Return the likeness of the closest word that is near enough, NaN where there is none."""
    near = [
        100 * (1 - distance(word, term) / max(len(word), len(term)))
        for one in SIDES_OF[side]
        for term in row.terms[one]
        if abs(len(term) - len(word)) <= edits(word) and distance(word, term) <= edits(word)
    ]
    return max(near, default=math.nan)


def holds(text: str, row: Row, side: str) -> bool:
    words, literals = asked(text)
    every = all(not math.isnan(closest(word, row, side)) for word in words)
    return every and all(any(fold(one) in fold(row.texts[column]) for column in SIDES_OF[side]) for one in literals)


def passage(text: str, row: Row, side: str) -> float:
    """Return the likeness of the closest passage of any column."""
    question = fold(text)
    texts = [fold(row.texts[column]) for column in SIDES_OF[side]]
    return max((fuzz.partial_ratio if len(one) >= len(question) else fuzz.ratio)(question, one) for one in texts)


@pytest.fixture(scope="module")
def real(real_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with Database.create(tmp_path_factory.mktemp("fuzzy") / "a.db") as database:
        fill(database, read_transcripts(real_file), "harmless-base", "test")
        yield database


@pytest.fixture(scope="module")
def some_real(real_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, list[Row]]]:
    transcripts = read_transcripts(real_file, 60)
    with Database.create(tmp_path_factory.mktemp("some") / "a.db") as database:
        fill(database, transcripts, "harmless-base", "test")
        texts = [texts_of(*pair) for pair in transcripts]
        yield database, [Row(number, one, terms_of(one)) for number, one in enumerate(texts, 1)]


_words = st.sampled_from(
    ["whta", "yuo", "teh", "becuase", "dont", "polcie", "peopel", "like", "a", "hwo", "zzzqq", "?"]
)
_texts = st.lists(_words, min_size=1, max_size=3).map(" ".join)
_sides = st.sampled_from(["", "chosen", "rejected", "prompt", "response"])


@given(text=_texts, side=_sides)
@settings(max_examples=60, deadline=None)
def test_found_and_how_alike_as_a_plain_loop_says(some_real: tuple[Database, list[Row]], text: str, side: str) -> None:
    database, rows = some_real
    query = f'{side}:~"{text}"' if side else f'~"{text}"'
    expected = {row.id for row in rows if asked(text) and holds(text, row, side)}
    result = found(database, query)
    assert set(map(int, result.ids)) == expected
    assert set(ids(database, f"-{query}")) == {row.id for row in rows} - expected
    assert set(ids(database, f"row:10..19 {query}")) == expected & set(range(11, 21))
    assert set(ids(database, f"row:10..19 OR {query}")) == expected | set(range(11, 21))
    ranking = result.ranking
    assert ranking is not None
    assert ranking.name == "likeness"
    one_word = len(text.split()) == 1
    alike = {row.id: closest(text, row, side) if one_word else passage(text, row, side) for row in rows}
    order = sorted(expected, key=lambda one: (-round(alike[one], 3), one))
    assert list(map(int, result.ids)) == order
    assert list(ranking.values) == pytest.approx([alike[one] for one in order], rel=1e-5)


def test_errors_of_typing_leave_the_source_among_the_first_ten(real: Database) -> None:
    queries = typed(real.path, 7)
    hits = [one.pair_id in ids(real, one.query)[:10] for one in queries]
    assert sum(hits) >= 38, f"{sum(hits)} of {len(queries)}"


def test_of_very_many_pairs_those_with_words_side_by_side_get_a_likeness(
    real: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = '~"whta yuo shuold"'
    whole = found(real, query)
    assert isinstance(whole.ranking, Ranking)
    assert not whole.note
    monkeypatch.setattr(likeness, "MOST_PAIRS", 50)
    part = found(real, query)
    assert isinstance(part.ranking, Ranking)
    known = [value for value in part.ranking.values if not math.isnan(value)]
    assert 0 < len(known) <= 50
    assert known == sorted(known, reverse=True)
    assert part.ids[0] == whole.ids[0]
    numbers = dict(zip(map(int, whole.ids), whole.ranking.values, strict=True))
    assert known == [numbers[int(one)] for one in part.ids[: len(known)]]
    assert sorted(map(int, part.ids)) == sorted(map(int, whole.ids))
    others = list(map(int, part.ids[len(known) :]))
    assert others == sorted(others)
    assert (
        part.note
        == f"Only the first {len(known)} of these {len(whole.ids):,} pairs are by likeness, the others by row."
    )


def test_several_texts_are_ranked_by_their_mean(tmp_path: Path) -> None:
    texts = ["a bank", "some money", "money in a bank", "nothing"]
    with new_database(tmp_path / "a.db", [(dialogue("x", one), dialogue("x", "y")) for one in texts]) as database:
        both = found(database, "~bnak ~mony")
        assert list(both.ids) == [3]
        either = found(database, "~bnak OR ~mony")
        assert list(either.ids) == [3, 2, 1]
        assert either.ranking is not None
        assert list(either.ranking.values) == pytest.approx([(75 + 80) / 2, 80 / 2, 75 / 2])
        other = found(database, "~bnak OR row:3")
        assert list(other.ids) == [1, 3, 4]
        assert other.ranking is not None
        assert other.ranking.told(0) == "likeness 75"
        assert other.ranking.told(2) == "likeness –"
        assert other.note == "Only the first 2 of these 3 pairs are by likeness, the others by row."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("~🙂", [1]),
        ("~今天", [2]),
        ('~"今天 wether"', [2]),
        ("~C++", [3]),
        ('~"?!"', []),
        ("~" + "x" * 9_000, []),
        ('~"' + "nothing weather " * 600 + '"', []),
        ('~"a\' OR 1=1 --"', []),
        ("~NEAR", [2]),
        ('~"NEAR( { } : ^ *"', [2]),
    ],
    ids=range(10),
)
def test_any_text_is_safe(tmp_path: Path, text: str, expected: Sequence[int]) -> None:
    texts = ["so 🙂 it is", "今天 is weather near", "C++ and c", "nothing else"]
    with new_database(tmp_path / "a.db", [(dialogue("x", one), dialogue("x", "")) for one in texts]) as database:
        assert ids(database, text) == expected


def test_what_finds_nothing_says_why(tmp_path: Path) -> None:
    with new_database(tmp_path / "a.db", [(dialogue("x", "a bank"), dialogue("x", "y"))]) as database:
        assert found(database, "~bnak").note == ""
        assert found(database, '~"bnak zzzqqq"').note == "No word in the texts is like “zzzqqq”."
        assert found(database, '~"?!"').note == "~ asks for nothing: “?!” has neither a letter nor a symbol."
        assert found(database, "~bnak sort:row").ranking is None


def test_a_result_tells_what_a_word_stands_for(tmp_path: Path) -> None:
    with new_database(tmp_path / "a.db", [(dialogue("bank", "bänk banks"), dialogue("x", "y"))]) as database:
        assert dict(found(database, "~bnak").alike) == {"bnak": ("bank",)}
        assert set(found(database, "~banka").alike["banka"]) == {"bank", "banks"}


def test_new_words_are_found_once_they_are_indexed(tmp_path: Path) -> None:
    from hhtui.store import index

    with new_database(tmp_path / "a.db", [(dialogue("x", "bank"), dialogue("x", "y"))]) as database:
        assert ids(database, "~mony") == []
        add_pairs(database, [(dialogue("x", "money"), dialogue("x", "y"))])
        assert found(database, "~mony").searched == 1
        index.extend(database)
        assert ids(database, "~mony") == [2]


def test_the_words_of_the_copy_are_those_of_the_index(some_real: tuple[Database, list[Row]]) -> None:
    database, _ = some_real
    connection = database.reader()
    words = ("teh", "becuase", "polcie", "a")
    from_index = [Vocabulary().near(connection, word) for word in words]
    assert text_copy.make(database)
    assert text_copy.opened(connection) is not None
    assert [Vocabulary().near(connection, word) for word in words] == from_index
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.execute("DELETE FROM pair")


def test_a_fuzzy_query_can_be_interrupted(some_real: tuple[Database, list[Row]]) -> None:
    database, _ = some_real
    connection = database.reader()
    connection.set_progress_handler(lambda: 1, 10)
    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        found(database, '~"peopel lkie"')
    connection.set_progress_handler(None, 0)
    assert ids(database, '~"peopel lkie"')
