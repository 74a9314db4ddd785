"""Scoring a whole database: every text once, at any moment stoppable, one process at a time."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy
import pytest

from hhtui.dialogue import pair_up, prompt_text, response_text
from hhtui.hashing import text_hash
from hhtui.score import gently, process, text_run
from hhtui.score import run as run_module
from hhtui.score.progress import Meter, ScoreProgress
from hhtui.score.run import run
from hhtui.score.scorer import Options, Scored, ScoreError
from hhtui.store import scorers, scores
from hhtui.store.columns import Columns
from hhtui.store.database import Database
from tests.store.filled import add_pairs, new_database, read_transcripts
from tests.store.made_scorer import MadeScorer, expected
from tests.transcripts import dialogue

PAIRS = [(dialogue(f"ask {at % 90}", f"yes {at % 70}"), dialogue(f"ask {at % 90}", f"no {at}")) for at in range(400)]
PAIRS.append((dialogue("say nothing", ""), dialogue("say nothing", "nothing")))


def texts_of(pairs: list[tuple[str, str]]) -> list[str]:
    """Return the prompt, chosen and rejected texts of `pairs`, one after the other."""
    texts = []
    for sides in (pair_up(*both) for both in pairs):
        texts += [prompt_text(sides.prompt), response_text(sides.chosen), response_text(sides.rejected)]
    return texts


def content(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Return everything that scoring stores, in a fixed order."""
    queries = {
        "scorer": "SELECT id, name, fingerprint FROM scorer ORDER BY id",
        "done": "SELECT * FROM scored_unit ORDER BY scorer_id, unit",
        "score": "SELECT text_hash, scorer_id, numbers, windows FROM score ORDER BY text_hash, scorer_id",
        "pair_text": "SELECT * FROM pair_text ORDER BY pair_id",
        "packed": 'SELECT name, pairs, percentiles, "values" FROM packed_column ORDER BY name',
    }
    return {name: database.reader().execute(query).fetchall() for name, query in queries.items()}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A database of 401 pairs, in which texts stand at many places."""
    with new_database(tmp_path / "a.db", PAIRS) as database:
        yield database


@pytest.fixture(params=[1, 7, 50, 5000])
def windows(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Windows of several sizes after a small first one."""
    monkeypatch.setattr(text_run, "FIRST_WINDOW", 3)
    monkeypatch.setattr(text_run, "WINDOW", request.param)
    monkeypatch.setattr(gently, "PAUSE_SECONDS", 0)
    return int(request.param)


def test_a_distinct_text_is_scored_once_and_an_empty_one_never(database: Database, windows: int) -> None:
    scorer = MadeScorer(batch=20)
    distinct = {text for text in texts_of(PAIRS) if text}
    assert run(database, [scorer], lambda progress: None) == len(distinct) == len(scorer.seen)
    assert set(scorer.seen) == distinct
    stored = dict(database.reader().execute("SELECT text_hash, numbers FROM score"))
    assert stored.keys() == {text_hash(text) for text in distinct}
    for text in distinct:
        assert json.loads(stored[text_hash(text)]) == pytest.approx(expected(text), rel=1e-6)


def test_columns_hold_every_side_of_every_pair(database: Database, windows: int) -> None:
    run(database, [MadeScorer()], lambda progress: None)
    reader, texts = database.reader(), texts_of(PAIRS)
    for offset, side in enumerate(("prompt", "chosen", "rejected")):
        wanted = numpy.array(
            [expected(text)[0] if text else numpy.nan for text in texts[offset::3]], dtype=numpy.float32
        )
        packed = reader.execute(
            'SELECT "values", pairs FROM packed_column WHERE name = ?', (f"made.size.{side}",)
        ).fetchone()
        numpy.testing.assert_array_equal(numpy.frombuffer(packed[0], dtype="<f4"), wanted)
        numpy.testing.assert_array_equal(Columns().get(reader, f"made.size.{side}"), wanted)
        ranks = json.loads(
            reader.execute("SELECT percentiles FROM packed_column WHERE name = ?", (f"made.size.{side}",)).fetchone()[0]
        )
        pooled = texts[0::3] if side == "prompt" else texts[1::3] + texts[2::3]
        sizes = numpy.array([expected(text)[0] for text in pooled if text], dtype=numpy.float32)
        numpy.testing.assert_allclose(ranks, numpy.percentile(sizes, range(101), method="inverted_cdf"), rtol=1e-6)


def test_running_again_computes_nothing_and_changes_nothing(database: Database) -> None:
    run(database, [MadeScorer()], lambda progress: None)
    before, again = content(database), MadeScorer()
    assert run(database, [again], lambda progress: None) == 0
    assert (again.batches_scored, content(database)) == (0, before)


def test_pairs_that_come_later_are_scored_and_packed(database: Database) -> None:
    run(database, [MadeScorer()], lambda progress: None)
    add_pairs(database, [PAIRS[5], (dialogue("ask 1", "brand new"), dialogue("ask 1", "no 5"))])
    again = MadeScorer()
    assert run(database, [again], lambda progress: None) == 1
    assert again.seen == ["brand new"]
    sizes = Columns().get(database.reader(), "made.size.chosen")
    assert len(sizes) == len(PAIRS) + 2
    assert sizes[len(PAIRS)] == sizes[5]
    assert scores.progress(database.reader())[0].complete


def test_a_second_scorer_stands_beside_the_first(database: Database) -> None:
    other = MadeScorer(name="other", columns=["other"], units=("response",))
    run(database, [MadeScorer(), other], lambda progress: None)
    reader = database.reader()
    assert {scorer.name: scorers.done(reader, scorer) for scorer in scorers.known(reader)} == {
        "made": {"response": len(PAIRS), "prompt": len(PAIRS)},
        "other": {"response": len(PAIRS)},
    }
    assert {text for text in texts_of(PAIRS) if text.startswith("ask")}.isdisjoint(other.seen)
    names = {name for (name,) in reader.execute("SELECT name FROM packed_column")}
    assert {"other.other.chosen", "other.other.rejected", "made.size.prompt", "made.letters.chosen"} <= names
    assert "other.other.prompt" not in names


def test_a_reader_sees_the_numbers_as_they_come(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_run, "FIRST_WINDOW", 10)
    monkeypatch.setattr(text_run, "WINDOW", 100)
    columns, seen = Columns(), []

    def look(batches: int) -> None:
        found = columns.get(database.reader(), "made.size.rejected")
        seen.append((len(found), int((~numpy.isnan(found)).sum())))

    run(database, [MadeScorer(batch=5000, before=look, units=("response",))], lambda progress: None)
    assert seen == [(len(PAIRS), count) for count in (0, 10, 110, 210, 310)]


def test_progress_rises_to_the_whole(database: Database) -> None:
    heard: list[ScoreProgress] = []
    run(database, [MadeScorer(batch=30)], heard.append)
    assert [heard[0].state, heard[1].state, heard[-1].state] == ["starting", "scoring", "done"]
    for unit in ("response", "prompt"):
        places = [progress.pairs for progress in heard[1:] if progress.unit == unit]
        assert places == sorted(places)
        assert places[-1] == len(PAIRS) == heard[-1].pairs_total
    left = [progress.seconds_left or 0 for progress in heard[1:]]
    assert heard[-1].computed == len({text for text in texts_of(PAIRS) if text})
    assert all(
        seconds >= 0 and progress.texts_per_second > 0 for seconds, progress in zip(left, heard[1:], strict=True)
    )
    assert [ScoreProgress.from_json(json.loads(json.dumps(one.to_json()))) for one in heard] == heard


def test_an_error_of_the_scorer_keeps_what_was_scored(database: Database) -> None:
    def fail(batches: int) -> None:
        if batches == 3:
            raise ScoreError("no more")

    with pytest.raises(ScoreError, match="no more"):
        run(database, [MadeScorer(batch=20, before=fail)], lambda progress: None)
    assert database.reader().execute("SELECT count(*) FROM score").fetchone() == (60,)
    scorer = MadeScorer(batch=20)
    run(database, [scorer], lambda progress: None)
    assert len(scorer.seen) == len({text for text in texts_of(PAIRS) if text}) - 60


def test_a_scorer_of_other_units_is_refused(database: Database) -> None:
    with pytest.raises(ScoreError, match="reads turn, not response or prompt"):
        run(database, [MadeScorer(units=("turn",))], lambda progress: None)
    assert scorers.known(database.reader()) == []


KILLED_RUN = """
import sys, threading
from pathlib import Path
sys.path.insert(0, {root!r})
from tests.store.made_scorer import MadeScorer
from hhtui.score import gently, text_run
from hhtui.score import run as run_module, text_run
from hhtui.store.database import Database

text_run.FIRST_WINDOW, text_run.WINDOW = 40, 90

def stop(batches):
    if batches == {batches}:
        print("here", flush=True)
        threading.Event().wait()

with Database.open(Path({path!r})) as database:
    run_module.run(database, [MadeScorer(batch=25, before=stop)], lambda progress: None)
"""


@pytest.mark.parametrize("batches", [0, 1, 4, 9])
def test_killed_in_the_middle_it_goes_on_where_it_was(database: Database, tmp_path: Path, batches: int) -> None:
    root = str(Path(__file__).resolve().parents[2])
    program = KILLED_RUN.format(root=root, path=str(database.path), batches=batches)
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"here\n"
        child.kill()
    kept = database.reader().execute("SELECT count(*) FROM score").fetchone()[0]
    assert kept <= 25 * batches
    assert (kept > 0) == (batches > 0)

    scorer = MadeScorer(batch=25)
    run(database, [scorer], lambda progress: None)
    assert Counter(scorer.seen).most_common(1)[0][1] == 1
    assert kept + len(scorer.seen) == len({text for text in texts_of(PAIRS) if text})
    with new_database(tmp_path / "unbroken.db", PAIRS) as unbroken:
        run(unbroken, [MadeScorer()], lambda progress: None)
        assert content(database) == content(unbroken)


def test_another_process_that_scores_is_named_or_waited_for(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_module, "WAIT_SECONDS", 0.01)
    begun, go_on, waiting = threading.Event(), threading.Event(), threading.Event()

    def hold(batches: int) -> None:
        begun.set()
        assert go_on.wait(60)

    first, second = MadeScorer(before=hold), MadeScorer()

    def score(scorer: MadeScorer) -> None:
        with Database.open(database.path) as mine:
            run(mine, [scorer], lambda progress: waiting.set() if progress.state == "waiting" else None)

    threads = [threading.Thread(target=score, args=(first,)), threading.Thread(target=score, args=(second,))]
    threads[0].start()
    assert begun.wait(60)
    with pytest.raises(ScoreError, match="being scored by another process"):
        run(database, [MadeScorer()], lambda progress: None, wait=False)
    threads[1].start()
    assert waiting.wait(60)
    go_on.set()
    for thread in threads:
        thread.join(60)
    assert len(first.seen) == len({text for text in texts_of(PAIRS) if text})
    assert second.seen == []


@pytest.fixture
def real_database(tmp_path: Path, real_file: Path) -> Iterator[Database]:
    """The real file as a database."""
    with new_database(tmp_path / "real.db", read_transcripts(real_file)) as database:
        yield database


def test_the_child_stores_what_predict_prob_gives(real_database: Database, real_file: Path) -> None:
    from profanity_check import predict_prob

    heard: list[ScoreProgress] = []
    scored = process.start(real_database.path, ["alt-profanity"], heard.append, options=Options(threads=1)).wait()
    texts = texts_of(read_transcripts(real_file))
    distinct = sorted({text for text in texts if text})
    assert scored == len(distinct) == heard[-1].computed
    assert heard[-1].state == "done"
    stored = dict(real_database.reader().execute("SELECT text_hash, numbers FROM score"))
    assert len(stored) == len(distinct)
    found = numpy.array([json.loads(stored[text_hash(text)])[0] for text in distinct])
    assert numpy.abs(found - predict_prob(distinct)).max() <= 1e-6

    reader = real_database.reader()
    empty = numpy.flatnonzero(numpy.isnan(Columns().get(reader, "alt_profanity.toxicity.chosen")))
    assert empty.tolist() == [86, 516, 925, 1103]
    assert not numpy.isnan(Columns().get(reader, "alt_profanity.toxicity.rejected")).any()
    assert scorers.resolve(reader, "toxicity").title == "toxicity (alt-profanity 1.9)"
    assert scorers.harm_column(reader) == "alt_profanity.toxicity"


def test_a_killed_child_is_one_line_and_the_next_one_goes_on(real_database: Database, tmp_path: Path) -> None:
    loading = threading.Event()
    child = process.start(real_database.path, ["alt-profanity"], report=lambda progress: loading.set())
    assert loading.wait(60)
    os.kill(child.pid, signal.SIGKILL)
    with pytest.raises(ScoreError, match=r"ended by SIGKILL; .* the same command goes on") as error:
        child.wait()
    assert "\n" not in str(error.value)
    kept = real_database.reader().execute("SELECT count(*) FROM score").fetchone()[0]
    assert process.start(real_database.path, ["alt-profanity"]).wait() + kept == 6873

    with new_database(tmp_path / "unbroken.db", []) as unbroken:
        add_pairs(unbroken, real_database.reader().execute("SELECT prompt || chosen, prompt || rejected FROM body"))
        process.start(unbroken.path, ["alt-profanity"]).wait()
        assert content(real_database) == content(unbroken)


def test_two_children_at_once_score_every_text_once(real_database: Database) -> None:
    children = [process.start(real_database.path, ["alt-profanity"]) for _ in range(2)]
    assert sum(child.wait() for child in children) == 6873
    assert real_database.reader().execute("SELECT count(*) FROM score").fetchone() == (6873,)


def test_a_stopped_child_is_an_interruption(real_database: Database) -> None:
    started = threading.Event()
    child = process.start(real_database.path, ["alt-profanity"], report=lambda progress: started.set())
    assert started.wait(60)
    assert child.running
    child.stop()
    assert not child.running
    with pytest.raises(KeyboardInterrupt):
        child.wait()


def test_a_child_ends_when_nobody_listens(real_database: Database) -> None:
    command = [sys.executable, "-m", "hhtui.score.child", str(real_database.path), "--scorer", "alt-profanity"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdout is not None and child.stderr is not None
        child.stdout.close()
        assert child.wait(60) == 1
        assert b"Traceback" not in child.stderr.read()


def test_what_the_child_cannot_do_is_one_line(database: Database) -> None:
    with pytest.raises(ScoreError, match="no scorer 'unknown'") as error:
        process.start(database.path, ["unknown"]).wait()
    assert "\n" not in str(error.value)


def test_a_file_that_is_no_database_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ScoreError, match="there is no database"):
        process.start(tmp_path / "absent.db").wait()


def test_turns_are_scored_on_request_and_once(database: Database, windows: int) -> None:
    scorer = MadeScorer(units=("response", "prompt", "turn"))
    run(database, [scorer], lambda progress: None)
    reader = database.reader()
    assert scores.progress(reader)[0].turns_of == 0
    longer = (dialogue("one", "two", "three", "four"), dialogue("one", "two", "three", "five"))
    add_pairs(database, [longer])
    run(database, [scorer], lambda progress: None, more=["turn"])
    assert Counter(scorer.seen).most_common(1)[0][1] == 1
    assert {"one", "two", "three", "four", "five"} <= set(scorer.seen)
    assert scores.progress(reader)[0].turns_of == len(PAIRS) + 1
    (stored,) = scorers.known(reader)
    assert scores.of_text(reader, stored, text_hash("two")) is not None
    before = len(scorer.seen)
    run(database, [scorer], lambda progress: None, more=["turn"])
    assert len(scorer.seen) == before


def test_a_scorer_of_responses_alone_is_not_asked_for_turns(database: Database) -> None:
    scorer = MadeScorer(units=("response",))
    run(database, [scorer], lambda progress: None, more=["turn"])
    assert set(scorer.seen) == {text for offset in (1, 2) for text in texts_of(PAIRS)[offset::3] if text}


def test_batches_may_come_in_any_order_and_windows_are_stored(database: Database) -> None:
    class Backwards(MadeScorer):
        def batches(self, texts: Sequence[str]) -> Iterator[Sequence[int]]:
            order = sorted(range(len(texts)), key=lambda at: -len(texts[at]))
            return (order[at : at + 3] for at in range(0, len(order), 3))

        def score(self, texts: Sequence[str]) -> Scored:
            counts = numpy.array([len(text) for text in texts], dtype=numpy.int32)
            return super().score(texts)._replace(windows=counts, tokens=int(counts.sum()))

    heard: list[ScoreProgress] = []
    run(database, [Backwards()], heard.append)
    stored = {
        digest: (json.loads(numbers), windows)
        for digest, numbers, windows in database.reader().execute("SELECT text_hash, numbers, windows FROM score")
    }
    for text in {text for text in texts_of(PAIRS) if text}:
        numbers, count = stored[text_hash(text)]
        assert numbers == pytest.approx(expected(text), rel=1e-6)
        assert count == len(text)
    assert heard[-1].tokens_per_second > heard[-1].texts_per_second > 0


def test_the_time_left_counts_characters_of_all_that_is_to_come() -> None:
    heard: list[ScoreProgress] = []
    meter = Meter("made", {"response": 30.0, "prompt": 10.0}, heard.append)
    meter.begin({"response": 0, "prompt": 0, "turn": 7})
    meter._began -= 30.0
    meter.window("response", 0, 100, 200)
    meter.scored(5, 0, 0.5)
    done, left = 50 * 30.0, 150 * 30.0 + 200 * 10.0
    assert heard[-1].seconds_left == pytest.approx(30.0 * left / done, rel=0.01)
    assert heard[-1].pairs == 50
