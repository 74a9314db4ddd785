"""Queries beside the screen: stale ones are dropped, running ones interrupted, errors delivered."""

import queue
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hhtui.query.tree import Query
from hhtui.store.connection import Connection, snapshot
from hhtui.store.database import Database
from hhtui.store.results import Result
from hhtui.tui import workers
from hhtui.tui.workers import Answer, QueryRunner, Showing

PATIENCE = 20.0


@pytest.fixture
def database(made: Path) -> Iterator[Database]:
    with Database.open(made) as opened:
        yield opened


@pytest.fixture
def answers() -> "queue.Queue[Answer]":
    return queue.Queue()


@pytest.fixture
def runner(database: Database, answers: "queue.Queue[Answer]") -> Iterator[QueryRunner]:
    made_runner = QueryRunner(database, answers.put)
    yield made_runner
    made_runner.close()


def test_an_answer_carries_its_number_text_result_and_highlights(
    runner: QueryRunner, answers: "queue.Queue[Answer]"
) -> None:
    number = runner.ask("chosen:bank")
    answer = answers.get(timeout=PATIENCE)
    assert (answer.request, answer.text, answer.error) == (number, "chosen:bank", None)
    assert answer.result is not None and len(answer.result.ids) == 16
    assert answer.highlighter is not None and list(answer.highlighter.spans("chosen", "a bank")) == [(2, 6)]


def test_an_error_of_the_query_is_an_answer(runner: QueryRunner, answers: "queue.Queue[Answer]") -> None:
    runner.ask("foo:1")
    answer = answers.get(timeout=PATIENCE)
    assert answer.error is not None and answer.error.position == 0
    assert answer.result is None


def test_a_failure_of_the_search_is_an_answer(
    runner: QueryRunner, answers: "queue.Queue[Answer]", monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_arguments: object) -> Result:
        raise RuntimeError("no such luck")

    monkeypatch.setattr(workers, "search", failing)
    runner.ask("bank")
    answer = answers.get(timeout=PATIENCE)
    assert answer.error is not None and "no such luck" in str(answer.error)


def test_what_will_be_shown_is_read_before_the_answer(
    runner: QueryRunner, answers: "queue.Queue[Answer]", monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[tuple[int, list[int]]] = []
    monkeypatch.setattr(workers, "read_ahead", lambda _connection, pair, page: read.append((pair, list(page))))
    runner.ask("chosen:bank", showing=Showing((2, 13), rows=4))
    answer = answers.get(timeout=PATIENCE)
    assert answer.result is not None
    ids = list(answer.result.ids)
    at = ids.index(13)
    assert 2 not in ids
    assert read == [(13, ids[at - 2 : at + 2])]


def test_an_answer_comes_also_where_what_it_shows_cannot_be_read_ahead(
    runner: QueryRunner, answers: "queue.Queue[Answer]", monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise sqlite3.DatabaseError("a page is damaged")

    monkeypatch.setattr(workers, "read_ahead", failing)
    runner.ask("chosen:bank", showing=Showing((13,), rows=4))
    answer = answers.get(timeout=PATIENCE)
    assert answer.error is None and answer.result is not None and 13 in answer.result.ids


class Slow:
    """A search that runs in SQLite until it is interrupted."""

    def __init__(self) -> None:
        self.started = threading.Event()
        self.ran: list[Query] = []

    def __call__(self, connection: Connection, query: Query, _among: object = None) -> Result:
        self.ran.append(query)
        if str(query) == "fast":
            return Result([1])
        endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
        with snapshot(connection):
            self.started.set()
            connection.execute(endless).fetchone()
        raise AssertionError("it was not interrupted")


def test_a_new_query_interrupts_the_running_one_and_skips_those_between(
    runner: QueryRunner, answers: "queue.Queue[Answer]", monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow()
    monkeypatch.setattr(workers, "search", slow)
    runner.ask("slow")
    assert slow.started.wait(PATIENCE)
    for _ in range(5):
        runner.ask("overtaken")
    last = runner.ask("fast")
    answer = answers.get(timeout=PATIENCE)
    assert (answer.request, answer.text) == (last, "fast")
    assert answers.empty()
    assert [str(query) for query in slow.ran][-1] == "fast"
    assert len(slow.ran) <= 3


@pytest.mark.parametrize("stop", ["cancel", "close"])
def test_what_was_cancelled_is_stopped_and_not_answered(
    runner: QueryRunner, answers: "queue.Queue[Answer]", monkeypatch: pytest.MonkeyPatch, stop: str
) -> None:
    slow = Slow()
    monkeypatch.setattr(workers, "search", slow)
    runner.ask("slow")
    assert slow.started.wait(PATIENCE)
    getattr(runner, stop)()
    if stop == "cancel":
        runner.ask("fast")
        assert answers.get(timeout=PATIENCE).text == "fast"
    assert answers.empty()
