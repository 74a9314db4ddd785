"""Scorers that learn from all pairs: fitted once, anew when the pairs change, one fit at a time."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from sqlite3 import Connection

import numpy
import pytest

from hhtui.dialogue import pair_up, response_text
from hhtui.query.parser import parse
from hhtui.score import gently
from hhtui.score.progress import ScoreProgress
from hhtui.score.run import run
from hhtui.score.scorer import TooFewPairsError
from hhtui.store import results, scorers, scores, scoring
from hhtui.store.columns import Columns
from hhtui.store.database import Database
from hhtui.store.errors import StoreError
from hhtui.store.records import records
from hhtui.store.statistics import gather
from tests.store.filled import add_pairs, new_database
from tests.store.made_pair_scorer import MadePairScorer
from tests.store.made_scorer import MadeScorer
from tests.transcripts import dialogue

PAIRS = [(dialogue(f"ask {at}", "yes " * (at % 7 + 1)), dialogue(f"ask {at}", "no " * (at % 5))) for at in range(120)]


def quiet(progress: ScoreProgress) -> None:
    """Hear nothing."""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """120 pairs, in every fifth of which the rejected response is empty."""
    with new_database(tmp_path / "a.db", PAIRS) as database:
        yield database


def lengths(pairs: list[tuple[str, str]]) -> numpy.ndarray:
    sides = [pair_up(*both) for both in pairs]
    found = [[len(response_text(one.chosen)), len(response_text(one.rejected))] for one in sides]
    array = numpy.array(found, dtype=numpy.float32)
    array[array == 0] = numpy.nan
    return array


def test_every_number_is_stored_packed_and_read(database: Database) -> None:
    assert run(database, [MadePairScorer()], quiet) == len(PAIRS)
    wanted = lengths(PAIRS)
    wanted -= numpy.nanmean(wanted)
    reader, columns = database.reader(), Columns()
    numpy.testing.assert_allclose(columns.get(reader, "made_pairs.above.chosen"), wanted[:, 0], atol=1e-5)
    numpy.testing.assert_allclose(columns.get(reader, "made_pairs.above.rejected"), wanted[:, 1], atol=1e-5)
    numpy.testing.assert_allclose(columns.get(reader, "made_pairs.longer"), wanted[:, 0] - wanted[:, 1], atol=1e-5)
    numpy.testing.assert_allclose(columns.get(reader, "made_pairs.above.min"), wanted.min(axis=1), atol=1e-5)
    assert columns.get(reader, "made_pairs.above")[0] == pytest.approx(wanted[0, 0])
    with pytest.raises(KeyError):
        columns.get(reader, "made_pairs.unknown.chosen")
    sides = scores.of_pair(reader, 8, "made_pairs.above")
    assert [sides[side].value for side in ("chosen", "rejected")] == pytest.approx(list(wanted[7]), abs=1e-5)
    assert sides["chosen"].percentile is not None
    empty = scores.of_page(reader, [1], "made_pairs.above")[1]["rejected"]
    assert (empty.value, empty.scored) == (None, True)
    assert scores.progress(reader)[0].complete


def test_the_view_of_scores_has_them_too(database: Database) -> None:
    run(database, [MadeScorer(), MadePairScorer()], quiet)
    rows = database.reader().execute(
        'SELECT scorer, "column", chosen, rejected, of_pair FROM pair_scores '
        "WHERE key = (SELECT key FROM pairs WHERE id = 3)"
    )
    found = {(scorer, column): numbers for scorer, column, *numbers in rows}
    assert set(found) == {("made", "size"), ("made", "letters"), ("made-pairs", "above"), ("made-pairs", "longer")}
    chosen, rejected, of_pair = found["made-pairs", "above"]
    assert of_pair is None
    assert found["made-pairs", "longer"] == [None, None, pytest.approx(chosen - rejected, abs=1e-5)]


def test_queries_exports_and_statistics_know_a_number_of_the_pair(database: Database) -> None:
    run(database, [MadePairScorer()], quiet)
    reader = database.reader()
    values = Columns().get(reader, "made_pairs.longer")
    assert len(results.search(reader, parse("longer:>3")).ids) == int((values > 3).sum())
    assert len(results.search(reader, parse("made-pairs.longer:none")).ids) == int(numpy.isnan(values).sum()) == 24
    first = results.search(reader, parse("sort:longer-")).ids[0]
    assert values[first - 1] == numpy.nanmax(values)
    (record,) = records(reader, [3])
    assert record.scores["made_pairs.longer"] == {"pair": pytest.approx(float(values[2]))}
    histograms = {(one.column, one.side): one for one in gather(reader).scores}
    assert set(histograms) == {("above", "chosen"), ("above", "rejected"), ("longer", "pair")}
    assert histograms["longer", "pair"].missing == 24
    with pytest.raises(StoreError, match="a number of the pair"), database.writing() as connection:
        scorers.choose_harm_column(connection, "longer")


def test_harm_never_stands_for_a_number_of_the_pair(database: Database) -> None:
    run(database, [MadePairScorer()], quiet)
    assert scorers.harm_column(database.reader()) == "made_pairs.above"


def test_it_learns_once_and_anew_when_pairs_have_come(database: Database) -> None:
    scorer = MadePairScorer()
    assert run(database, [scorer], quiet) == len(PAIRS)
    assert run(database, [scorer], quiet) == 0
    assert len(scorer.fitted) == 1
    (before,) = scorers.known(database.reader())
    add_pairs(database, [(dialogue("new", "a long answer"), dialogue("new", "short"))])
    assert not scores.progress(database.reader())[0].complete
    assert run(database, [scorer], quiet) == len(PAIRS) + 1
    (after,) = scorers.known(database.reader())
    assert after.fingerprint != before.fingerprint
    assert after.findings["summary"] == "121 pairs"
    assert database.reader().execute("SELECT scorer_id, count(*) FROM pair_score GROUP BY 1").fetchall() == [
        (after.id, len(PAIRS) + 1)
    ]
    assert scoring.model_of(database.reader(), after) == b"model"
    assert scoring.model_of(database.reader(), before) is None


def test_what_an_older_fit_left_is_taken_away_in_small_steps(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(database, [MadePairScorer()], quiet)
    monkeypatch.setattr(gently, "MOST_ROWS", 50)
    add_pairs(database, [PAIRS[0]])
    run(database, [MadePairScorer()], quiet)
    assert database.reader().execute("SELECT count(DISTINCT scorer_id), count(*) FROM pair_score").fetchone() == (
        1,
        121,
    )


def test_a_fit_that_was_not_stored_whole_is_done_again(database: Database) -> None:
    run(database, [MadePairScorer()], quiet)
    with database.writing() as connection:
        connection.execute("DELETE FROM pair_score WHERE pair_id > 60")
        connection.execute("DELETE FROM scored_unit")
        connection.execute("DELETE FROM packed_column WHERE scorer_id IS NOT NULL")
    assert run(database, [MadePairScorer()], quiet) == len(PAIRS)
    reader = database.reader()
    assert reader.execute("SELECT count(*) FROM pair_score").fetchone() == (len(PAIRS),)
    assert not numpy.isnan(Columns().get(reader, "made_pairs.above.chosen")).any()


def test_pairs_that_come_while_it_begins_are_left_to_the_next_run(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole_digest = scoring.pairs_digest

    def digest_and_load(connection: Connection) -> str:
        found = whole_digest(connection)
        add_pairs(database, [(dialogue("new", "a long answer"), dialogue("new", "short"))])
        return found

    with monkeypatch.context() as patch:
        patch.setattr(scoring, "pairs_digest", digest_and_load)
        assert run(database, [MadePairScorer()], quiet) == len(PAIRS)
    assert database.reader().execute("SELECT count(*), max(pair_id) FROM pair_score").fetchone() == (120, 120)
    assert run(database, [MadePairScorer()], quiet) == len(PAIRS) + 1


def test_rows_that_a_killed_run_left_are_those_of_the_next(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def write_some(database: Database, store: Callable[..., object], rows: Iterable[object]) -> None:
        with database.writing() as connection:
            store(connection, list(islice(rows, 50)))
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(gently, "write", write_some)
        with pytest.raises(KeyboardInterrupt):
            run(database, [MadePairScorer()], quiet)
    left = database.reader().execute("SELECT * FROM pair_score").fetchall()
    assert len(left) == 50 and scores.progress(database.reader())[0].complete is False
    scorer = MadePairScorer()
    assert run(database, [scorer], quiet) == len(scorer.fitted[0]) == len(PAIRS)
    with database.writing() as connection:
        connection.execute("DELETE FROM pair_score WHERE pair_id <= 50")
        connection.execute("DELETE FROM scored_unit")
    run(database, [MadePairScorer()], quiet)
    assert database.reader().execute("SELECT * FROM pair_score WHERE pair_id <= 50").fetchall() == left


def test_the_same_pairs_under_other_ids_are_another_fit(tmp_path: Path) -> None:
    with new_database(tmp_path / "1.db", PAIRS) as one, new_database(tmp_path / "2.db", PAIRS[::-1]) as other:
        assert scoring.pairs_digest(one.reader()) != scoring.pairs_digest(other.reader())
    with new_database(tmp_path / "3.db", PAIRS) as one, new_database(tmp_path / "4.db", PAIRS) as other:
        assert scoring.pairs_digest(one.reader()) == scoring.pairs_digest(other.reader())


def test_a_model_is_stored_in_a_step_of_its_own(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_model, before = scoring.keep_model, []

    def keep(connection: Connection, scorer: scorers.StoredScorer, model: bytes) -> None:
        before.extend(scorers.known(database.reader()))
        keep_model(connection, scorer, model)

    monkeypatch.setattr(scoring, "keep_model", keep)
    run(database, [MadePairScorer()], quiet)
    assert [scorer.name for scorer in before] == ["made-pairs"]


def test_too_few_pairs_are_an_error_or_a_note(database: Database) -> None:
    with pytest.raises(TooFewPairsError, match="120 pairs are too few"):
        run(database, [MadePairScorer(least=1000)], quiet)
    heard: list[ScoreProgress] = []
    assert run(database, [MadePairScorer(least=1000)], heard.append, lenient=True) == 0
    assert (heard[-1].state, heard[-1].note) == ("skipped", "120 pairs are too few, 1000 are needed")
    assert scorers.known(database.reader()) == []


def test_families_share_a_group_and_ties_are_not_labelled(tmp_path: Path) -> None:
    continued = dialogue("ask", "no", "go on", "fine")
    pairs = [(dialogue("ask", "yes"), dialogue("ask", "no")), (continued, dialogue("ask", "no", "go on", "bad"))]
    with new_database(tmp_path / "f.db", pairs) as database:
        with database.writing() as connection:
            connection.execute("UPDATE pair SET family = 1")
            connection.execute("UPDATE pair SET bits = bits | 4096 WHERE id = 2")
        first, second = scoring.learning_pairs(database.reader())
        assert first.group == second.group
        assert (first.labelled, second.labelled) == (True, False)
        assert first.prompt != second.prompt
        assert (first.chosen, first.rejected, second.chosen) == ("yes", "no", "fine")


def test_pairs_of_one_prompt_share_its_hash_and_no_prompt_has_none(tmp_path: Path) -> None:
    pairs = [*((dialogue("ask", f"yes {at}"), dialogue("ask", f"no {at}")) for at in range(2)), ("yes", "no")]
    with new_database(tmp_path / "p.db", pairs) as database:
        first, second, bare = scoring.learning_pairs(database.reader())
        assert first.prompt == second.prompt != b""
        assert bare.prompt == b""
