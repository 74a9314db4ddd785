"""Scorers and scores as a database keeps them and the screen reads them."""

import subprocess
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy
import pytest

from hhtui.dialogue import pair_up, prompt_text, response_text
from hhtui.model import RESPONSES, SIDES, Side
from hhtui.query.parser import parse
from hhtui.score.run import run
from hhtui.score.scorer import ScoreError
from hhtui.store import results, scorers, scores, scoring
from hhtui.store.columns import Columns, percentiles
from hhtui.store.database import Database
from hhtui.store.errors import StoreError
from hhtui.store.scorers import StoredScorer
from hhtui.tui.orders import orders
from tests.store.filled import add_pairs, new_database, read_transcripts
from tests.store.made_scorer import NOT_FINITE, MadeScorer, expected
from tests.transcripts import dialogue

WORDS = ["one", "two words", "three more words", "here are four words", "e" * 30, "eel", "see", "a tree", "bee", "fee"]
PAIRS = [
    (dialogue(f"ask {at}", answer), dialogue(f"ask {at}", f"{answer} and {other}"))
    for at, (answer, other) in enumerate(product(WORDS, WORDS))
]
EMPTY = (dialogue("an empty answer", "  "), dialogue("an empty answer", "something"))
INFINITE = (dialogue("a strange answer", NOT_FINITE), dialogue("a strange answer", "fine"))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A hundred pairs, one with an empty response and one whose scores are not finite."""
    with new_database(tmp_path / "a.db", [*PAIRS, EMPTY, INFINITE]) as database:
        yield database


def registered(database: Database, scorer: MadeScorer) -> StoredScorer:
    with database.writing() as connection:
        return scorers.register(
            connection,
            name=scorer.name,
            version=scorer.version,
            fingerprint=scorer.fingerprint,
            columns=scorer.columns,
            units=scorer.units,
            parameters=scorer.parameters,
        )


def test_a_scorer_is_known_by_its_fingerprint(database: Database) -> None:
    first = registered(database, MadeScorer())
    assert registered(database, MadeScorer()) == first
    second = registered(database, MadeScorer(revision="2"))
    assert scorers.known(database.reader()) == [first, second]
    assert first.title("size") == "size (made 1.2)"


def versions(database: Database) -> dict[str, str]:
    return {name: column.scorer.version for name, column in scorers.score_columns(database.reader()).items()}


def test_a_newer_scorer_of_a_name_is_seen_once_it_has_its_scores(database: Database) -> None:
    first, second = MadeScorer(columns=["size"]), MadeScorer(revision="2", columns=["size"])
    run(database, [first], lambda progress: None)
    before = Columns().get(database.reader(), "made.size.chosen").tolist()
    registered(database, second)
    assert versions(database) == {"made.size": "1.2.3"}
    assert Columns().get(database.reader(), "made.size.chosen").tolist() == pytest.approx(before, nan_ok=True)
    run(database, [second], lambda progress: None)
    assert versions(database) == {"made.size": "2.2.3"}
    newer = scorers.resolve(database.reader(), "size").scorer
    packed = "SELECT DISTINCT scorer_id FROM packed_column WHERE name LIKE 'made.%'"
    assert database.reader().execute(packed).fetchall() == [(newer.id,)]


def test_a_scorer_that_one_goes_back_to_is_seen_again(database: Database) -> None:
    first, second = MadeScorer(columns=["size"]), MadeScorer(revision="2", columns=["size", "letters"])
    for scorer in (first, second, first):
        run(database, [scorer], lambda progress: None)
        assert set(versions(database).values()) == {scorer.version}
    assert run(database, [first, second], lambda progress: None) == 0
    assert versions(database) == {"made.size": "2.2.3", "made.letters": "2.2.3"}
    assert not numpy.isnan(Columns().get(database.reader(), "made.letters.rejected")).any()


def test_a_scorer_that_cannot_be_loaded_leaves_everything_as_it_was(database: Database) -> None:
    class Broken(MadeScorer):
        def load(self) -> None:
            raise ScoreError("no such device")

    run(database, [MadeScorer()], lambda progress: None)
    with pytest.raises(ScoreError, match="no such device"):
        run(database, [Broken(revision="2")], lambda progress: None)
    assert set(versions(database).values()) == {"1.2.3"}
    assert len(scorers.known(database.reader())) == 1


def test_the_view_of_scores_shows_only_sides_that_a_scorer_reads(database: Database) -> None:
    run(database, [MadeScorer(units=("response", "turn"))], lambda progress: None, more=["turn"])
    prompts = database.reader().execute("SELECT count(prompt), count(rejected) FROM pair_scores").fetchone()
    assert prompts == (0, 2 * (len(PAIRS) + 1) + 2)


def test_a_short_name_is_that_of_the_first_scorer_that_has_such_a_column(database: Database) -> None:
    registered(database, MadeScorer(name="first:one", columns=["size"]))
    registered(database, MadeScorer(name="second", columns=["size", "letters"]))
    reader = database.reader()
    named = scorers.named_columns(reader)
    assert set(named) == {"size", "letters", "first_one.size", "second.size", "second.letters"}
    assert named["size"] == named["first_one.size"]
    for name in ("size", "first_one.size", "first:one.size", "First-One.size"):
        assert scorers.resolve(reader, name).name == "first_one.size"
    with pytest.raises(StoreError, match=r"did you mean second\.letters"):
        scorers.resolve(reader, "second.leters")


@pytest.mark.parametrize("column", ["Toxic", "", "a-b", "harm", "gap", "length", "row", "x.chosen", "min"])
def test_a_column_must_have_a_name_that_a_query_can_use(database: Database, column: str) -> None:
    with pytest.raises(ValueError, match="cannot be a column's name"):
        registered(database, MadeScorer(columns=[column]))
    assert scorers.known(database.reader()) == []


def test_harm_is_the_first_column_until_another_is_chosen(database: Database) -> None:
    assert scorers.harm_column(database.reader()) is None
    registered(database, MadeScorer())
    registered(database, MadeScorer(name="other", columns=["other"]))
    assert scorers.harm_column(database.reader()) == "made.size"
    with database.writing() as connection:
        scorers.choose_harm_column(connection, "other")
    assert scorers.harm_column(database.reader()) == "other.other"
    with pytest.raises(StoreError, match=r"made\.size, made\.letters, other\.other"), database.writing() as connection:
        scorers.choose_harm_column(connection, "toxicity")


def test_a_pair_has_a_value_for_every_column_and_side(database: Database) -> None:
    run(database, [MadeScorer()], lambda progress: None)
    found = {
        (column, side): score
        for column in ("size", "letters")
        for side, score in scores.of_pair(database.reader(), 12, f"made.{column}").items()
    }
    assert set(found) == {(column, side) for column in ("size", "letters") for side in SIDES}
    sides = pair_up(*PAIRS[11])
    texts = {
        "prompt": prompt_text(sides.prompt),
        "chosen": response_text(sides.chosen),
        "rejected": response_text(sides.rejected),
    }
    for (column, side), score in found.items():
        assert score.value == pytest.approx(expected(texts[side])[column == "letters"], rel=1e-6)


def test_empty_unscored_and_not_finite_are_told_apart(database: Database) -> None:
    registered(database, MadeScorer())
    reader = database.reader()
    assert {
        (score.value, score.percentile, score.scored) for score in scores.of_pair(reader, 1, "made.size").values()
    } == {(None, None, False)}
    run(database, [MadeScorer()], lambda progress: None)
    empty, infinite = len(PAIRS) + 1, len(PAIRS) + 2
    for column in ("size", "letters"):
        for pair_id in (empty, infinite):
            score = scores.of_pair(reader, pair_id, f"made.{column}")["chosen"]
            assert (score.value, score.percentile, score.scored) == (None, None, True)
            assert numpy.isnan(Columns().get(reader, f"made.{column}.chosen")[pair_id - 1])
    assert reader.execute("SELECT count(*) FROM score WHERE numbers = '[null, null]'").fetchone() == (1,)
    assert reader.execute("SELECT chosen FROM pair_text WHERE pair_id = ?", (empty,)).fetchone() == (None,)


def test_a_percentile_is_the_share_of_values_at_most_this_one(database: Database) -> None:
    run(database, [MadeScorer()], lambda progress: None)
    reader = database.reader()
    for column, sides in product(("size", "letters"), (RESPONSES, ("prompt",))):
        pooled = numpy.concatenate([Columns().get(reader, f"made.{column}.{side}") for side in sides])
        pooled = pooled[~numpy.isnan(pooled)]
        side: Side
        for side in sides:
            assert len(percentiles(reader, f"made.{column}.{side}") or []) == 101
            for pair_id in range(1, len(PAIRS) + 1):
                score = scores.of_pair(reader, pair_id, f"made.{column}")[side]
                assert score.value is not None
                share = 100 * int((pooled <= numpy.float32(score.value)).sum()) // len(pooled)
                assert score.percentile == share


@pytest.mark.parametrize(("value", "rank"), [(-1.0, 0), (0.0, 49), (0.5, 49), (1.0, 100), (2.0, 100)])
def test_a_percentile_outside_and_between_the_ranks(value: float, rank: float) -> None:
    assert scores.percentile([0.0] * 50 + [1.0] * 51, value) == rank
    assert scores.percentile([], value) is None


def test_a_page_has_the_scores_of_both_responses(database: Database) -> None:
    run(database, [MadeScorer()], lambda progress: None)
    reader = database.reader()
    page = scores.of_page(reader, [7, len(PAIRS) + 1, 3], "made.letters")
    assert list(page) == [7, len(PAIRS) + 1, 3]
    for pair_id, sides in page.items():
        whole = scores.of_pair(reader, pair_id, "made.letters")
        assert sides == {side: whole[side] for side in RESPONSES}
    with pytest.raises(KeyError):
        scores.of_page(reader, [1], "unknown")


def test_a_side_that_a_scorer_does_not_read_is_left_out(database: Database) -> None:
    run(database, [MadeScorer(units=("response",))], lambda progress: None)
    found = scores.of_pair(database.reader(), 1, "made.size")
    assert set(found) == set(RESPONSES)
    assert all(score.value is not None for score in found.values())


def test_progress_counts_the_pairs_that_are_there(database: Database) -> None:
    registered(database, MadeScorer())
    total = len(PAIRS) + 2
    (before,) = scores.progress(database.reader())
    assert (before.pairs, before.pairs_total, before.complete) == (0, total, False)
    run(database, [MadeScorer()], lambda progress: None)
    add_pairs(database, [PAIRS[0]])
    with database.writing() as connection:
        connection.execute("DELETE FROM pair WHERE id = 1")
    (after,) = scores.progress(database.reader())
    assert (after.pairs, after.pairs_total, after.complete) == (total - 1, total, False)


def test_missing_keeps_the_order_of_what_it_was_asked(database: Database) -> None:
    scorer = registered(database, MadeScorer())
    hashes = [number.to_bytes(16) for number in range(2500)]
    with database.writing() as connection:
        scoring.insert_texts(
            connection, scoring.text_rows(scorer, hashes[::2], numpy.ones((1250, 2), dtype=numpy.float32))
        )
    assert scoring.missing(database.reader(), scorer, hashes[::-1]) == hashes[1::2][::-1]


def test_a_text_keeps_its_first_scores(database: Database) -> None:
    scorer = registered(database, MadeScorer())
    for value in (0.1, 0.2):
        with database.writing() as connection:
            scoring.insert_texts(
                connection, scoring.text_rows(scorer, [b"text"], numpy.full((1, 2), value, dtype=numpy.float32))
            )
    assert database.reader().execute("SELECT numbers FROM score").fetchall() == [("[0.1, 0.1]",)]


def test_texts_are_those_of_the_whole_dialogues(tmp_path: Path, real_file: Path) -> None:
    transcripts = read_transcripts(real_file)
    with new_database(tmp_path / "real.db", transcripts) as database:
        scorer = registered(database, MadeScorer())
        found = list(scoring.lacking(database.reader(), scorer, "response", 0, len(transcripts)))
        turns = list(scoring.lacking(database.reader(), scorer, "turn", 0, len(transcripts)))
    assert len(found) == len(turns) == len(transcripts) == 2312
    for lacking, all_turns, pair in zip(found, turns, map(lambda both: pair_up(*both), transcripts), strict=True):
        chosen, rejected = response_text(pair.chosen), response_text(pair.rejected)
        assert lacking.unlinked == (prompt_text(pair.prompt), chosen, rejected)
        assert lacking.texts == tuple(text for text in (chosen, rejected) if text)
        whole = (*pair.prompt, *pair.chosen, *pair.rejected)
        assert all_turns.texts == tuple(text for turn in whole if (text := turn.text.strip()))


def test_reading_scores_loads_no_numpy(database: Database) -> None:
    run(database, [MadeScorer()], lambda progress: None)
    program = (
        "import sys; from pathlib import Path; from hhtui.store import database, scores, scorers\n"
        f"with database.Database.open(Path({str(database.path)!r})) as opened:\n"
        "    reader = opened.reader()\n"
        "    harm = scorers.harm_column(reader)\n"
        "    assert scores.of_pair(reader, 1, harm) and scores.of_page(reader, [1, 2], harm)\n"
        "    assert scores.progress(reader)[0].complete\n"
        "assert 'numpy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_pairs_that_are_gone_count_in_no_percentile(database: Database, tmp_path: Path) -> None:
    run(database, [MadeScorer()], lambda progress: None)
    with database.writing() as connection:
        connection.execute("DELETE FROM pair WHERE id <= 60")
    add_pairs(database, [(dialogue("later", "an answer"), dialogue("later", "another"))])
    run(database, [MadeScorer()], lambda progress: None)
    with new_database(tmp_path / "rest.db", [*PAIRS[60:], EMPTY, INFINITE]) as rest:
        add_pairs(rest, [(dialogue("later", "an answer"), dialogue("later", "another"))])
        run(rest, [MadeScorer()], lambda progress: None)
        for name in ("made.size.chosen", "made.letters.prompt"):
            assert percentiles(database.reader(), name) == percentiles(rest.reader(), name)


def test_an_order_is_by_the_scorer_whose_numbers_are_shown(database: Database) -> None:
    first, second = MadeScorer(columns=["size"]), MadeScorer(name="other:one", columns=["size", "letters"])
    run(database, [first, second], lambda progress: None)
    of_size = ["size.min-", "size-", "size.chosen-", "size.rejected-", "gap-"]
    assert [order.sort(turned=False) for order in orders(database.reader(), "")][1:6] == of_size
    with database.writing() as connection:
        scorers.choose_harm_column(connection, "other_one.size")
    found = {order.sort(turned=False): order.brings(turned=False) for order in orders(database.reader(), "")}
    assert list(found)[1:3] == ["other_one.size.min-", "other_one.size-"]
    assert "size (other:one 1.2)" in found["other_one.size.min-"]
    assert {"size.min-", "letters.min-", "letters.prompt-", "length.ratio-"} <= set(found)
    for order, turned in product(orders(database.reader(), "answer"), (False, True)):
        sort = f"sort:{order.sort(turned)}" if order.name else ""
        assert len(results.search(database.reader(), parse(sort)).ids if order.name != "relevance" else (1,))
