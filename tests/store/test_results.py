"""Results of queries: what they find in any texts, what they see while a database changes, what stops them."""

import sqlite3
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hhtui.query.errors import QueryError
from hhtui.query.nodes import Plan, Substring
from hhtui.query.parser import parse
from hhtui.query.tree import Query
from hhtui.store import index
from hhtui.store.bodies import Bodies
from hhtui.store.connection import Connection
from hhtui.store.database import Database
from hhtui.store.decisions import Annotator
from hhtui.store.pairs import count as count_pairs
from hhtui.store.results import count, run, search
from hhtui.text import fold
from tests.store.asking import ids
from tests.store.filled import add_pairs
from tests.store.filled import new_database as bare_database
from tests.store.real_rows import fill
from tests.transcripts import dialogue

_awkward = st.text(st.sampled_from("aAkK\u212aiI\u0130ıſsSéÉ’'`\"“%_\\ \n:n\0σςΣ"), min_size=1, max_size=5)


@given(literal=_awkward, texts=st.lists(_awkward, min_size=3, max_size=3), case_sensitive=st.booleans())
@settings(max_examples=300, deadline=None)
def test_a_substring_is_found_in_any_text(literal: str, texts: list[str], case_sensitive: bool) -> None:
    connection = sqlite3.connect(":memory:", factory=Connection)
    connection.execute("CREATE TABLE body (id INTEGER PRIMARY KEY, prompt TEXT, chosen TEXT, rejected TEXT)")
    spoken = [*texts, *(one + literal for one in texts)]
    for number, text in enumerate(spoken, 1):
        connection.execute("INSERT INTO body VALUES (?, '', ?, '')", (number, f"\n\nAssistant:{text}"))
    import numpy

    wanted = Substring(("prompt", "chosen"), literal, case_sensitive)
    found = Bodies().with_substring(connection, wanted, numpy.ones(len(spoken), dtype=numpy.bool_))
    if case_sensitive:
        plain = str.maketrans({"’": "'", "`": "'", "“": '"'})
        expected = [literal.translate(plain) in text.translate(plain) for text in spoken]
    else:
        expected = [fold(literal) in fold(text) for text in spoken]
    assert found.tolist() == expected
    connection.close()


def test_role_markers_are_no_text(tmp_path: Path) -> None:
    texts = [("human: x", "an", "b"), ("hello", "Assistant: no", "n:\n\nb"), ("x", "one\n\nhuman", "two")]
    pairs = [(dialogue(prompt, chosen), dialogue(prompt, rejected)) for prompt, chosen, rejected in texts]
    with Database.create(tmp_path / "a.db") as database:
        fill(database, pairs, "made", "test")
        assert ids(database, "/human:/") == [1]
        assert ids(database, "human") == [1, 3]
        assert ids(database, "/assistant/") == [2]
        assert ids(database, "/man:/") == [1]
        assert ids(database, "/tant/") == [2]
        assert ids(database, "/sistant: /") == [2]
        assert ids(database, "/Assistant:/c") == [2]


def test_only_the_empty_query_leaves_numpy_alone(tmp_path: Path) -> None:
    bare_database(tmp_path / "a.db", [(dialogue("a", "b"), dialogue("a", "c"))] * 3).close()
    program = (
        "import sys; from pathlib import Path; from hhtui.store.database import Database\n"
        "from hhtui.store import results; from hhtui.query.parser import parse\n"
        "found = results.search(Database.open(Path(sys.argv[1])).reader(), parse(''))\n"
        "assert found.ids == range(1, 4) and found.total == 3, found\n"
        "heavy = {'numpy', 'pyarrow', 'pandas', 'sqlite_utils', 'rapidfuzz'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "a.db")], check=True)


def test_what_is_not_indexed_yet_is_not_searched(tmp_path: Path) -> None:
    pairs = [(dialogue("bank", "b"), dialogue("bank", "c"))] * 3
    with bare_database(tmp_path / "a.db", pairs) as database:
        index.extend(database)
        add_pairs(database, pairs)
        for text in ("bank", "-money", "bank OR row:>1"):
            found = search(database.reader(), parse(text))
            assert (found.total, found.searched) == (6, 3)
            assert max(found.ids) <= 3
        assert ids(database, "/bank/") == [1, 2, 3, 4, 5, 6]
        assert search(database.reader(), parse("/bank/")).searched == 6
        index.extend(database)
        assert ids(database, "bank") == [1, 2, 3, 4, 5, 6]
        assert ids(database, "-money sort:row-") == [6, 5, 4, 3, 2, 1]


def test_ids_that_are_gone_are_never_found(tmp_path: Path) -> None:
    pairs = [(dialogue("bank", "b"), dialogue("bank", "c"))] * 4
    with bare_database(tmp_path / "a.db", pairs) as database:
        assert search(database.reader(), Query()).ids == range(1, 5)
        with database.writing() as connection:
            connection.execute("DELETE FROM pair WHERE id = 2")
            connection.execute("DELETE FROM body WHERE id = 2")
        for text in ("", "-/money/", "row:>=0", "/bank/", "flag:no"):
            assert ids(database, text) == [1, 3, 4]
        assert search(database.reader(), Query()).total == 3


def test_pairs_are_counted_again_only_once_the_database_has_changed(tmp_path: Path) -> None:
    pairs = [(dialogue("bank", "b"), dialogue("bank", "c"))] * 4
    with bare_database(tmp_path / "a.db", pairs) as database:
        reader, asked = database.reader(), list[str]()
        reader.set_trace_callback(asked.append)
        assert [count_pairs(reader) for _ in range(3)] == [4, 4, 4]
        assert [one for one in asked if "count(*)" in one] == ["SELECT count(*) FROM pair"]
        with database.writing() as connection:
            assert count_pairs(connection) == 4
            connection.execute("DELETE FROM pair WHERE id = 2")
            assert (count_pairs(connection), count_pairs(reader)) == (3, 4)
        assert count_pairs(reader) == 3
        with suppress(KeyError), database.writing() as connection:
            connection.execute("DELETE FROM pair")
            assert count_pairs(connection) == 0
            raise KeyError
        assert (count_pairs(connection), count_pairs(reader)) == (3, 3)


def test_an_empty_database_answers_every_kind_of_query(tmp_path: Path) -> None:
    with Database.create(tmp_path / "a.db") as database:
        for text in ("", "a", "-a", "/a/", "/a+/", "flag:no", "row:>1", "is:empty", "key:a*", "sort:row-", "family:*"):
            assert ids(database, text) == []
        with pytest.raises(QueryError, match="no scores"):
            search(database.reader(), parse("harm:>1"))


def test_a_result_shows_decisions_made_since(tmp_path: Path) -> None:
    with bare_database(tmp_path / "a.db", [(dialogue("a", "b"), dialogue("a", "c"))] * 3) as database:
        person = Annotator.begin(database, "ann")
        assert count(database.reader(), "flag:yes") == 0
        person.decide([2], "flag", "yes")
        assert ids(database, "flag:yes") == [2]
        assert ids(database, "by:ann") == [2]
        person.decide([3], "skip", "yes")
        assert ids(database, "by:ann") == [2]
        person.undo()
        person.undo()
        assert ids(database, "flag:yes OR by:*") == []


def test_a_pattern_that_re2_refuses_says_where(tmp_path: Path) -> None:
    with bare_database(tmp_path / "a.db", [(dialogue("a", "b"), dialogue("a", "c"))]) as database:
        with pytest.raises(QueryError) as caught:
            search(database.reader(), parse("row:0 /\\p{Nothing}/"))
        assert caught.value.position == 6
        assert ids(database, "/a/") == [1]


@pytest.mark.parametrize("text", ["/[ab]+c/", "/ab/", "-/x/"])
def test_a_query_can_be_interrupted(tmp_path: Path, text: str) -> None:
    pairs = [(dialogue("a" * 2000, "b"), dialogue("a" * 2000, "c"))] * 400
    with bare_database(tmp_path / "a.db", pairs) as database:
        connection = database.reader()
        at_work = threading.Event()
        connection.set_progress_handler(lambda: at_work.set(), 100)

        def interrupt() -> None:
            at_work.wait()
            connection.interrupt()

        interrupter = threading.Thread(target=interrupt)
        interrupter.start()
        with pytest.raises(sqlite3.OperationalError, match="interrupted"):
            while True:
                search(connection, parse(text))
        interrupter.join()
        connection.set_progress_handler(None, 0)
        assert not connection.in_transaction
        assert run(connection, Plan()).ids == range(1, 401)
