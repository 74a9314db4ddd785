"""Facets of results of the real file: every count is that of a loop over plain rows, every row is a query."""

import math
from collections import Counter as Tally
from collections.abc import Iterator
from pathlib import Path

import numpy
import pytest

from hhtui.query.parser import parse
from hhtui.query.toggling import toggle
from hhtui.query.tokens import tokenise
from hhtui.store import index, text_copy
from hhtui.store.database import Database
from hhtui.store.errors import StoreError
from hhtui.store.facets import Facets, Overtaken, gather
from hhtui.store.facets.histogram import histogram, offered
from hhtui.store.facets.ranges import number, steps
from hhtui.store.facets.words import LEAST_PAIRS, LEAST_Z, PRIOR, z_scores
from hhtui.store.results import count, search
from hhtui.store.text_copy import counting
from tests.store.filled import add_pairs, read_transcripts
from tests.store.filled import new_database as new_filled
from tests.store.obvious import Row, answer
from tests.store.real_rows import new_database, rows_of
from tests.store.scored import NONE, column, give
from tests.transcripts import dialogue

Real = tuple[Database, list[Row]]
QUERIES = ("bank", "", "harm:>.5 sort:gap-", "flag:yes OR preference:rejected", "by:none")
BEYOND_THE_LOOP = {"group", "family", "opening", "conflict"}
Met = dict[str, list[int]]


@pytest.fixture(scope="module")
def real(real_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Real]:
    transcripts = read_transcripts(real_file)
    with new_database(tmp_path_factory.mktemp("real") / "a.db", transcripts) as database:
        yield database, rows_of(database, transcripts)


def facets(database: Database, query: str) -> Facets:
    connection = database.reader()
    return gather(connection, query, search(connection, parse(query)).ids)


@pytest.fixture(scope="module")
def met() -> Met:
    """What the loop found for each term."""
    return {}


@pytest.mark.parametrize("query", QUERIES)
def test_each_row_counts_what_a_loop_over_the_pairs_counts(real: Real, met: Met, query: str) -> None:
    database, rows = real
    inside = set(answer(rows, parse(query)))
    found = facets(database, query)
    assert (found.pairs, found.total) == (len(inside), len(rows))
    looped = 0
    for group in found.groups:
        for row in group.rows:
            if row.of_all is None or row.z is not None or row.term.partition(":")[0] in BEYOND_THE_LOOP:
                continue
            ids = met.setdefault(row.term, []) or answer(rows, parse(row.term))
            met[row.term] = ids
            if not (row.term.startswith("by:") and "flag" in query):
                assert (row.pairs, row.of_all) == (len(inside.intersection(ids)), len(ids)), row
                looped += 1
    assert looped > 60


@pytest.mark.parametrize("query", ["bank", "-bank sort:row-", "flag:yes OR bank", "by:ann bank", "-drop:yes"])
def test_each_row_toggles_into_a_query_that_finds_as_many_pairs_as_it_counts(real: Real, query: str) -> None:
    connection = real[0].reader()
    rows = [row for group in facets(real[0], query).groups for row in group.rows]
    assert {row.term.partition(":")[0] for row in rows} >= {
        *BEYOND_THE_LOOP,
        "subset",
        "is",
        "toxicity.chosen",
        "turns",
    }
    for row in rows:
        if not row.on:
            assert count(connection, toggle(query, row.term)) == row.pairs, row


@pytest.mark.parametrize("query", ["by:ann preference:chosen", "by:ann,bob -flag:yes", "drop:no by:bob", "-by:ann"])
def test_people_beside_decisions_are_exchanged_and_what_is_excluded_is_let_in(real: Real, query: str) -> None:
    connection = real[0].reader()
    groups = {group.name: group for group in facets(real[0], query).groups}
    people = {row.term: row for row in groups["decisions"].rows}
    assert {"by:ann", "by:bob"} <= people.keys()
    for row in people.values():
        if not row.on:
            assert count(connection, toggle(query, row.term)) == row.pairs, row
    assert people["by:ann"].pairs and people["by:bob"].pairs


def test_what_no_query_can_ask_for_is_left_out_and_told(real: Real) -> None:
    groups = {group.name: group for group in facets(real[0], "by:ann by:bob").groups}
    assert {row.term.partition(":")[0] for row in groups["decisions"].rows} == {"by"}
    assert "by: would stand twice beside decisions" in groups["decisions"].note


def test_the_conditions_of_the_query_are_rows_that_take_them_out(real: Real) -> None:
    found = facets(real[0], "bank is:none harm:>.2 sort:gap-")
    first = found.groups[0]
    assert [(row.term, row.pairs, row.on) for row in first.rows] == [
        *(("bank", found.pairs, True), ("is:none", found.pairs, True), ("harm:>0.2", found.pairs, True))
    ]
    elsewhere = {row.term for group in found.groups[1:] for row in group.rows if row.on}
    assert elsewhere == {"bank", "is:none"}
    assert [group.name for group in facets(real[0], "").groups][:4] == ["words", "subset", "split", "decisions"]


def test_ranges_of_one_number_take_each_others_place(real: Real) -> None:
    connection = real[0].reader()
    found = facets(real[0], "bank turns:..2")
    (turns,) = (group for group in found.groups if group.name == "turns")
    assert "another one takes the place" in turns.note
    assert toggle("bank turns:..2", "turns:3..4") == "bank turns:3..4"
    rows = {row.term: row.pairs for row in turns.rows}
    assert rows["turns:3..4"] == count(connection, "bank turns:3..4") > 0
    assert toggle("turns:2..10", "turns:3..4") == "turns:2..10 turns:3..4"
    assert toggle("turns.chosen:..2", "turns:3..4") == "turns.chosen:..2 turns:3..4"


def test_sides_of_the_structure_that_the_result_has_none_of_are_left_out(real: Real) -> None:
    for query in ("bank", "row:1"):
        (structure,) = (group for group in facets(real[0], query).groups if group.name == "structure")
        assert all(row.pairs or "." not in row.term for row in structure.rows)
        assert len(structure.rows) > 1


def test_words_are_those_of_a_plain_count(real: Real) -> None:
    database, rows = real
    inside = set(answer(rows, parse("money")))
    everyone: Tally[str] = Tally()
    here: Tally[str] = Tally()
    for row in rows:
        held = {token.term for text in row.texts.values() for token in tokenise(text)}
        everyone.update(held)
        here.update(held if row.id in inside else ())
    scores = {word: plain_z(here[word], everyone[word], len(inside), len(rows)) for word in here}
    best = sorted((word for word in here if here[word] >= LEAST_PAIRS), key=lambda word: (-scores[word], word))

    (words,) = (group for group in facets(database, "money").groups if group.name == "words")

    assert [row.term for row in words.rows] == best[: len(words.rows)] and len(words.rows) == 20
    for word in words.rows:
        assert (word.pairs, word.of_all) == (here[word.term], everyone[word.term])
        assert word.z == pytest.approx(scores[word.term]) and word.z is not None and word.z >= LEAST_Z
    assert [row.on for row in words.rows if row.term == "money"] == [True]


def plain_z(here: int, everywhere: int, pairs: int, total: int) -> float:
    """Return the z-score of one word, after Monroe, Colaresi, Quinn 2008."""
    prior = PRIOR * everywhere / total
    counts = (here + prior, pairs - here + PRIOR - prior)
    rest = (everywhere - here + prior, total - pairs - (everywhere - here) + PRIOR - prior)
    difference = math.log(counts[0] / counts[1]) - math.log(rest[0] / rest[1])
    return difference / math.sqrt(sum(1 / one for one in (*counts, *rest)))


def test_a_word_that_stands_everywhere_or_as_expected_has_no_score() -> None:
    scores = z_scores(numpy.array([10, 5, 9]), numpy.array([100, 50, 20]), 10, 100)
    assert scores[0] == 0 and scores[1] == pytest.approx(0) and scores[2] > LEAST_Z


def test_without_a_rest_or_a_pair_there_are_no_words(real: Real) -> None:
    for query, why in (("", "every pair"), ("bank -bank", "no pair")):
        (words,) = (group for group in facets(real[0], query).groups if group.name == "words")
        assert words.rows == () and why in words.note


def test_words_are_told_of_the_pairs_alone_whose_words_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "FEW_PAIRS", 3)
    texts = [(f"bank money w{row}" if row % 3 == 0 else f"river w{row}", "no") for row in range(300)]
    pairs = [(dialogue("ask", one), dialogue("ask", other)) for one, other in texts]
    with new_filled(tmp_path / "a.db", pairs) as database:
        index.extend(database)
        text_copy.make(database)
        (whole,) = (group for group in facets(database, "bank").groups if group.name == "words")
        add_pairs(database, [*pairs, (dialogue("ask", "later bank"), dialogue("ask", "later"))])
        index.extend(database)
        connection = database.reader()
        (partly,) = (group for group in facets(database, "bank").groups if group.name == "words")
        (later,) = (group for group in gather(connection, "later", [601]).groups if group.name == "words")

    assert {row.term: (row.pairs, row.of_all) for row in whole.rows} == {"bank": (100, 100), "money": (100, 100)}
    assert partly.rows == whole.rows
    assert "in the 300 of 601 pairs whose words are counted" in partly.note
    assert (later.rows, later.note[:44]) == ((), "the result has none of the 300 of 601 pairs ")


def test_terms_are_counted_in_the_index_alone_and_shares_are_of_all(tmp_path: Path) -> None:
    pairs = [(dialogue("ask", f"an old man {row}"), dialogue("ask", "no")) for row in range(4)]
    with new_filled(tmp_path / "a.db", pairs) as database:
        index.extend(database)
        add_pairs(database, pairs)
        found = facets(database, "row:..2 OR row:5..")
    (groups,) = (group for group in found.groups if group.name == "groups")
    assert (found.pairs, found.total) == (6, 8)
    assert [(row.label, row.pairs, row.of_all) for row in groups.rows] == [("old", 3, 4)]
    assert groups.note.endswith("; 4 pairs are not in the text index yet, and count as without any")


def test_counts_follow_what_people_decide(real: Real) -> None:
    from hhtui.store.decisions import Annotator

    database, _ = real

    def flagged() -> int:
        groups = {group.name: group.rows for group in facets(database, "bank").groups}
        return next(row.pairs for row in groups["decisions"] if row.term == "flag:yes")

    before = flagged()
    free = search(database.reader(), parse("bank flag:no")).ids[0]
    person = Annotator.begin(database, "cleo")
    person.decide([int(free)], "flag", "yes")
    assert flagged() == before + 1
    person.undo()
    assert flagged() == before


def test_nothing_more_is_counted_once_nobody_waits(real: Real) -> None:
    asked: list[bool] = []

    def goes_on(so_far: Facets) -> bool:
        assert len(so_far.groups) == len(asked) + 1
        asked.append(len(asked) < 2)
        return asked[-1]

    with pytest.raises(Overtaken):
        gather(real[0].reader(), "bank", [1, 2, 3], goes_on)
    assert asked == [True, True, False]


@pytest.mark.parametrize("name", ["harm.chosen", "gap", "turns", "length.rejected", "length.ratio", "row", "harm.min"])
def test_each_bin_counts_what_its_query_finds(real: Real, name: str) -> None:
    database, _ = real
    connection = database.reader()
    ids = search(connection, parse("money")).ids
    found = histogram(connection, ids, name)

    assert 2 <= len(found.bins) <= 20
    for one in found.bins:
        assert (count(connection, one.term), count(connection, f"money {one.term}")) == (one.of_all, one.pairs)
    assert count(connection, found.missing_term) == found.missing_of_all
    assert count(connection, f"money {found.missing_term}") == found.missing
    twice = 0 if found.whole else sum(count(connection, f"{name}:{number(one.high)}") for one in found.bins[:-1])
    assert sum(one.of_all for one in found.bins) + found.missing_of_all == found.of_all + twice


def test_the_pair_is_in_the_bin_of_its_number(real: Real) -> None:
    connection = real[0].reader()
    found = histogram(connection, [1, 2], "length.chosen")
    (pair_id,) = search(connection, parse("key:harmless-base/test/86")).ids
    assert (found.value(int(pair_id)), found.place(int(pair_id))) == (0, 0)
    assert found.value(10**9) is None and found.place(10**9) is None


def test_every_offered_number_has_a_histogram_and_words_have_none(real: Real) -> None:
    connection = real[0].reader()
    names = offered(connection)
    assert {"harm", "gap", "turns.chosen", "made.toxicity.min"} <= set(names)
    for name in names:
        assert histogram(connection, range(1, 3), name).column == name
    with pytest.raises(StoreError, match=r"did you mean length"):
        histogram(connection, [1], "lenght")
    with pytest.raises(StoreError, match="flag is no number"):
        histogram(connection, [1], "flag")


def test_columns_without_an_end_or_a_number_have_bins_too(tmp_path: Path) -> None:
    rows = [("\n\nHuman: One?\n\nAssistant: A.", "\n\nHuman: One?\n\nAssistant: B.")]
    with new_database(tmp_path / "a.db", rows) as database:
        give(
            database,
            "open",
            [column("drift", -math.inf, math.inf)],
            {f"drift.{s}": [7.25] for s in ("chosen", "rejected")},
        )
        give(database, "none", [column("absent", 0, math.inf)], {f"absent.{s}": [NONE] for s in ("chosen", "rejected")})
        connection = database.reader()
        drift, absent = (histogram(connection, [1], name) for name in ("drift.chosen", "absent.chosen"))
        found = gather(connection, "", [1])
    assert sum(one.pairs for one in drift.bins) == 1 and drift.place(1) is not None
    assert (absent.missing, sum(one.pairs for one in absent.bins), absent.place(1)) == (1, 0, None)
    names = {group.name: group.rows for group in found.groups}
    assert sum(row.pairs for row in names["drift.chosen"]) == 1
    assert names["absent.chosen"][-1][:4] == ("none", "absent.chosen:none", 1, 1)


@pytest.mark.parametrize(
    ("low", "high", "most", "whole", "first", "second", "last"),
    [
        (0, 1, 20, False, 0, 0.05, 1),
        (0, 1, 5, False, 0, 0.2, 1),
        (-1, 1, 20, False, -1, -0.9, 1),
        (0.03, 0.031, 5, False, 0.03, 0.0302, 0.031),
        (2, 37, 20, True, 2, 4, 38),
        (0, 3, 20, True, 0, 1, 3),
        (7.25, 7.25, 5, False, 7.2, 7.3, 7.3),
        (0, 42537, 20, True, 0, 5000, 45000),
    ],
)
def test_ranges_have_easy_ends(
    low: float, high: float, most: int, whole: bool, first: float, second: float, last: float
) -> None:
    found = steps(low, high, most, whole=whole)
    assert found[0] == first and found[1] == second and found[-1] >= high and len(found) <= most + 1
    if low < high:
        assert found[-1] == last
