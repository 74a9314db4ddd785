"""Words behind linear scores: their weights, and the process that finds them."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy
import pytest

from hhtui import api
from hhtui.model import Side
from hhtui.processes import environment
from hhtui.score import scorer as scorer_module
from hhtui.score.explain import explainer as explain_module
from hhtui.score.explain.child import answer
from hhtui.score.explain.explainer import Explainer, explained_by, is_linear, words_of_pair
from hhtui.score.explain.process import Explaining, explain
from hhtui.score.explain.words import strongest
from hhtui.score.run import run
from hhtui.score.scorer import Options, ScoreError, WordWeight, create
from hhtui.score.toxicity import AltProfanity
from hhtui.store.database import Database
from tests.store.made_pair_scorer import MadePairScorer
from tests.store.made_scorer import MadeScorer
from tests.store.scored import new_database
from tests.transcripts import dialogue

MILD = [
    "A kind word costs nothing, and a dumb joke is soon forgotten.",
    "Calling someone stupid is never kind; calling a plan stupid may be fair.",
    "The weather in the valley is lovely today.",
    "ünïcode ’quotes’ and numbers 12 34",
]
PAIRS = [
    (dialogue("Was my plan stupid?", MILD[0]), dialogue("Was my plan stupid?", "Stupid plans can be mended.")),
    (dialogue("How is it?", ""), dialogue("How is it?", MILD[2])),
]
EVERY = 10_000
DEADLINE_SECONDS = 60.0

Heard = list[tuple[str, Side, Sequence[WordWeight] | str]]


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of two pairs with scores by alt-profanity, refusal, and a scorer that is in no registry."""
    path = tmp_path_factory.mktemp("scored") / "a.db"
    with new_database(path, PAIRS) as database:
        run(database, [create("alt-profanity"), create("refusal"), MadeScorer()], lambda progress: None)
    return path


@pytest.fixture
def database(scored: Path) -> Iterator[Database]:
    with Database.open(scored) as database:
        yield database


def within(holds: Callable[[], bool]) -> bool:
    """Return whether something comes to hold."""
    until = time.monotonic() + DEADLINE_SECONDS
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


def is_gone(pid: int) -> bool:
    """Return whether no process of this number runs any more; one that is dead and waited for by nobody has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


@pytest.mark.parametrize("text", MILD)
def test_all_weights_and_the_intercept_are_the_decision_function(text: str) -> None:
    from profanity_check.profanity_check import model, vectorizer

    svms = [one.estimator for one in model.calibrated_classifiers_]
    decision = numpy.mean([svm.decision_function(vectorizer.transform([text])) for svm in svms])
    intercept = numpy.mean([svm.intercept_ for svm in svms])
    weights = AltProfanity().words(text, EVERY)
    assert sum(one.weight for one in weights) + intercept == pytest.approx(decision, abs=1e-9)
    assert {one.words for one in weights} <= set(vectorizer.build_analyzer()(text))


def test_the_strongest_words_come_first_and_say_up_or_down() -> None:
    scorer = AltProfanity()
    weights = scorer.words(MILD[1], EVERY)
    assert weights[0].words == "stupid"
    assert weights[0].weight > 0 > min(one.weight for one in weights)
    assert [abs(one.weight) for one in weights] == sorted((abs(one.weight) for one in weights), reverse=True)
    assert scorer.words(MILD[1], 2) == weights[:2]
    assert scorer.words("", 5) == scorer.words("Qwrtz xkcdq", 5) == []


def test_equal_weights_are_in_the_order_of_words_and_none_is_zero() -> None:
    some = [WordWeight("b", -1.0), WordWeight("c", 0.0), WordWeight("a", 1.0), WordWeight("d", 2.0)]
    assert [one.words for one in strongest(some, EVERY)] == ["d", "a", "b"]


def test_scorers_are_linear_or_not() -> None:
    assert is_linear("alt-profanity")
    assert not is_linear("refusal")
    assert not is_linear("detoxify:original")
    assert not is_linear("nobody's")


def test_the_words_are_those_of_the_side(database: Database) -> None:
    explainer, scorer = Explainer(database), AltProfanity()
    assert explainer.words("alt-profanity", 1, "chosen") == scorer.words(MILD[0], 8)
    assert explainer.words("alt-profanity", 1, "prompt", 1) == scorer.words("Was my plan stupid?", 1)
    assert explainer.words("alt-profanity", 2, "chosen") == []


def test_whoever_cannot_be_asked_says_why(database: Database) -> None:
    explainer = Explainer(database)
    with pytest.raises(ScoreError, match="no scores by 'toxicitty'; it has those by alt-profanity, refusal, made"):
        explainer.words("toxicitty", 1, "chosen")
    for name in ("refusal", "made"):
        with pytest.raises(ScoreError, match=f"{name} is not linear"):
            explainer.words(name, 1, "chosen")
    with pytest.raises(KeyError):
        explainer.words("alt-profanity", 99, "chosen")


def test_another_version_of_a_scorer_explains_no_scores_of_this_one(tmp_path: Path) -> None:
    with new_database(tmp_path / "a.db", PAIRS) as database:
        run(database, [create("alt-profanity")], lambda progress: None)
        with database.writing() as connection:
            connection.execute("UPDATE scorer SET fingerprint = 'another'")
        with pytest.raises(ScoreError, match="another than the one that gave these scores"):
            Explainer(database).words("alt-profanity", 1, "chosen")


class LinearPairScorer(MadePairScorer):
    """Gives each word of a text its length; remembers what it was asked with."""

    asked: list[tuple[bytes, bytes]]

    def __init__(self, name: str = "", options: Options | None = None) -> None:
        super().__init__()
        self.asked = []

    def words(self, model: bytes, group: bytes, text: str, most: int) -> list[WordWeight]:
        self.asked.append((model, group))
        return [WordWeight(word, float(len(word))) for word in text.split()][:most]


def test_a_scorer_of_pairs_is_asked_with_its_model_and_the_family_of_the_pair(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = {"made-pairs": f"{__name__}:{LinearPairScorer.__name__}"}
    monkeypatch.setattr(explain_module, "REGISTRY", registry)
    monkeypatch.setattr(scorer_module, "REGISTRY", registry)
    with new_database(tmp_path / "a.db", PAIRS) as database:
        with database.writing() as connection:
            connection.execute("UPDATE pair SET family = 1")
        run(database, [LinearPairScorer()], lambda progress: None)
        assert explained_by(database) == [("made-pairs", "chosen"), ("made-pairs", "rejected")]
        explainer = Explainer(database)
        assert explainer.words("made-pairs", 2, "rejected", 2) == [("The", 3.0), ("weather", 7.0)]
        scorer: Any = explainer._scorers["made-pairs"]
        first = database.reader().execute("SELECT hash FROM pair WHERE id = 1").fetchone()[0]
        assert scorer.asked == [(b"model", first)]
        with database.writing() as connection:
            connection.execute("DELETE FROM scorer_model")
        with pytest.raises(ScoreError, match="not in this database any more"):
            explainer.words("made-pairs", 2, "rejected")
        assert words_of_pair(database, 2)["made-pairs", "chosen"] == []


def test_python_gets_the_same_words(database: Database) -> None:
    found = api.words(database, "made/test/0", 3)
    assert list(found) == [("alt-profanity", side) for side in ("prompt", "chosen", "rejected")]
    assert found["alt-profanity", "chosen"] == AltProfanity().words(MILD[0], 3)
    assert api.score_details(database, "made/test/0").key == "made/test/0"


def request(**more: object) -> str:
    return json.dumps({"scorer": "alt-profanity", "pair": 1, "side": "chosen", **more})


@pytest.mark.parametrize("line", ["", "{", "[]", "1", "{}", request(side="left"), '{"scorer": "x", "pair": 1}'])
def test_a_line_that_is_no_request_is_answered_so(database: Database, line: str) -> None:
    assert "no request" in answer(Explainer(database), line)["error"]


def talk(path: Path, lines: Sequence[str]) -> "tuple[int, list[dict[str, Any]], str]":
    """Give lines to the child, end its input, and return its exit status, its answers and what it narrates."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "hhtui.score.explain.child", str(path)],
        input="".join(f"{line}\n" for line in lines),
        env=environment(),
        capture_output=True,
        text=True,
        timeout=DEADLINE_SECONDS,
    )
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_the_child_answers_every_line_and_ends_with_its_input(scored: Path) -> None:
    lines = [request(most=2), request(scorer="nobody's"), "{", request(pair=99), request(side="rejected")]
    status, answers, _ = talk(scored, lines)
    assert status == 0
    assert [(one.get("scorer"), one.get("side"), sorted(one)[0]) for one in answers] == [
        ("alt-profanity", "chosen", "scorer"),
        ("nobody's", "chosen", "error"),
        (None, None, "error"),
        ("alt-profanity", "chosen", "error"),
        ("alt-profanity", "rejected", "scorer"),
    ]
    assert answers[0]["words"] == [list(one) for one in AltProfanity().words(MILD[0], 2)]
    assert answers[3]["error"] == "there is no pair 99"


def test_the_child_says_in_one_line_why_a_database_cannot_be_opened(tmp_path: Path) -> None:
    status, answers, narration = talk(tmp_path / "none.db", [request()])
    assert (status, answers) == (1, [])
    assert len(narration.splitlines()) == 1 and "there is no database" in narration


class Listener:
    """Remembers what is delivered, and can be waited for."""

    def __init__(self, most: int) -> None:
        self.heard: Heard = []
        self._most = most
        self._full = threading.Event()

    def __call__(self, scorer: str, side: Side, words: Sequence[WordWeight] | str) -> None:
        self.heard.append((scorer, side, words))
        if len(self.heard) == self._most:
            self._full.set()

    def wait(self) -> Heard:
        assert self._full.wait(DEADLINE_SECONDS), self.heard
        return self.heard


def test_an_explanation_delivers_every_side_and_its_process_ends(database: Database) -> None:
    listener = Listener(3)
    explaining = explain(database, 2, listener)
    assert explaining.asked == tuple(("alt-profanity", side) for side in ("prompt", "chosen", "rejected"))
    assert listener.wait() == [
        ("alt-profanity", "prompt", AltProfanity().words("How is it?", 8)),
        ("alt-profanity", "chosen", []),
        ("alt-profanity", "rejected", AltProfanity().words(MILD[2], 8)),
    ]
    pid = explaining.pid
    assert pid is not None and within(lambda: is_gone(pid))
    explaining.close()


def test_scikit_learn_does_not_come_into_the_asking_process(scored: Path) -> None:
    program = (
        "import sys, threading\nfrom pathlib import Path\nfrom hhtui.store.database import Database\n"
        "from hhtui.score.explain.process import explain\n"
        "done = threading.Event()\n"
        "with Database.open(Path(sys.argv[1])) as database:\n"
        "    explaining = explain(database, 1, lambda scorer, side, words: side == 'rejected' and done.set())\n"
        f"    assert done.wait({DEADLINE_SECONDS})\n"
        "    explaining.close()\n"
        "print('sklearn' in sys.modules, 'numpy' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", program, str(scored)], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False", "False"]


def test_closing_ends_the_process_and_nothing_is_delivered_any_more(database: Database) -> None:
    listener = Listener(1)
    explaining = explain(database, 1, listener)
    assert within(lambda: explaining.pid is not None)
    explaining.close()
    explaining.close()
    assert explaining.pid is not None and is_gone(explaining.pid)
    assert within(lambda: threads() == [])
    assert listener.heard == []


def test_what_is_closed_before_it_started_starts_nothing(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    begin = threading.Event()
    start = Explaining._start

    def waits(explaining: Explaining, command: Sequence[str]) -> "subprocess.Popen[str] | None":
        assert begin.wait(DEADLINE_SECONDS)
        return start(explaining, command)

    monkeypatch.setattr(Explaining, "_start", waits)
    listener = Listener(1)
    explaining = explain(database, 1, listener)
    explaining.close()
    begin.set()
    assert within(lambda: threads() == [])
    assert (explaining.pid, listener.heard) == (None, [])


def test_without_a_linear_scorer_no_process_is_started(tmp_path: Path) -> None:
    with new_database(tmp_path / "a.db", PAIRS) as database:
        run(database, [create("refusal")], lambda progress: None)
        explaining = explain(database, 1, Listener(1))
        assert (explaining.asked, explaining.pid, threads()) == ((), None, [])
        explaining.close()


def test_a_process_that_fails_is_an_answer_to_every_request(database: Database) -> None:
    asked: Collection[tuple[str, Side]] = [("alt-profanity", "chosen"), ("alt-profanity", "rejected")]
    listener = Listener(2)
    explaining = Explaining(database, 1, asked, listener)
    assert within(lambda: explaining.pid is not None)
    assert explaining.pid is not None
    os.kill(explaining.pid, signal.SIGKILL)
    assert listener.wait() == [(*one, "the process that explains scores failed") for one in asked]


def test_a_process_that_cannot_be_started_is_an_answer_too(
    database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
    listener = Listener(3)
    explain(database, 1, listener)
    assert {words for _, _, words in listener.wait() if isinstance(words, str)} == {
        "no process can be started (No such file or directory)"
    }


def test_the_process_ends_with_whoever_asked_even_where_that_is_killed(scored: Path) -> None:
    program = (
        "import sys, time\nfrom pathlib import Path\nfrom hhtui.store.database import Database\n"
        "from hhtui.score.explain.process import explain\n"
        "database = Database.open(Path(sys.argv[1]))\n"
        "explaining = explain(database, 1, lambda *words: None)\n"
        "while explaining.pid is None:\n    time.sleep(0.001)\n"
        "print(explaining.pid, flush=True)\n"
        "sys.stdin.read()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program, str(scored)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    with parent:
        pid = int(parent.stdout.readline())
        parent.kill()
    assert within(lambda: is_gone(pid))


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "hhtui-explaining"]
