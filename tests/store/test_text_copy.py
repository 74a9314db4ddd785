"""Searching in the copy of the texts finds exactly what searching in the database does."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy
import pyarrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import compute

from hhtui.progress import Progress
from hhtui.query.errors import QueryError
from hhtui.query.nodes import Regex
from hhtui.query.parser import parse
from hhtui.store import text_copy
from hhtui.store.bodies import Bodies
from hhtui.store.connection import kept_by
from hhtui.store.database import Database
from hhtui.store.results import search
from hhtui.store.search_progress import Searched, SearchProgress
from hhtui.store.text_copy.literals import LONGEST_LITERAL, pattern_of
from hhtui.text import fold
from tests.store.asking import ids
from tests.store.filled import add_pairs, new_database, read_transcripts
from tests.transcripts import dialogue

_awkward = st.text(
    st.one_of(st.sampled_from("aAkK\u212aiI\u0130ıſsSßẞéÉ’'`\"“%_\\ \n:-^]\0σςΣ."), st.characters(codec="utf-8")),
    min_size=1,
    max_size=5,
)
QUERIES = (
    *("/the /", "/The /c", "/i'm/", "/kill|steal/", "/[aeiou]{3}/", "/\\?$/c", "-/you/", "/human:/", "/ant: /"),
    *("prompt:/how/", "chosen:/sorry/ -rejected:/sorry/", "row:<40 /you/", "row:250.. /you/", "/ing\\b.*\\bi\\b/"),
    *("has:*", "has:url,phone", "has:email.chosen OR /https?:/", "%", "//none//"),
)


def unlink_copy(database: Database) -> None:
    """Take the copy of the texts away."""
    for ending in (".texts", ".words"):
        Path(f"{database.path}{ending}").unlink()


def said(*texts: str) -> list[tuple[str, str]]:
    """Return a pair for each text, which is its chosen response."""
    return [(dialogue("question", text), dialogue("question", "no")) for text in texts]


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Database]:
    with new_database(tmp_path / "a.db", said("bank", "money", "Bank’s")) as database:
        yield database


@given(literal=_awkward, texts=st.lists(_awkward, max_size=4), case_sensitive=st.booleans())
@settings(max_examples=400, deadline=None)
def test_a_literal_becomes_the_pattern_of_all_that_folds_alike(
    literal: str, texts: list[str], case_sensitive: bool
) -> None:
    every = [*texts, *(one + literal for one in texts), literal.upper(), literal.lower(), fold(literal)]
    pattern = pattern_of(literal, case_sensitive=case_sensitive)
    found = compute.match_substring_regex(pyarrow.array(every), pattern).to_pylist()
    if case_sensitive:
        kinds = str.maketrans(dict.fromkeys("‘’‚‛′´`", "'") | dict.fromkeys("“”„‟″«»", '"'))
        assert found == [literal.translate(kinds) in text.translate(kinds) for text in every]
    else:
        assert found == [fold(literal) in fold(text) for text in every]


def test_the_copy_finds_what_the_database_does(real_file: Path, tmp_path: Path) -> None:
    with new_database(tmp_path / "a.db", read_transcripts(real_file, 300)) as database:
        text_copy.make(database)
        copied = {query: ids(database, query) for query in QUERIES}
        assert text_copy.opened(database.reader()) is not None
        unlink_copy(database)
        assert text_copy.opened(database.reader()) is None
        assert copied == {query: ids(database, query) for query in QUERIES}
        assert len(copied["/the /"]) > 100


def test_only_pairs_that_the_copy_lacks_are_read_from_the_database(small: Database) -> None:
    text_copy.make(small)
    with small.writing() as connection:
        connection.execute("UPDATE body SET chosen = 'hidden'")
    add_pairs(small, said("BANK", "mo\0ney"))
    assert ids(small, "/bank/") == [1, 3, 4]
    assert ids(small, "/ba[n]k/") == [1, 3, 4]
    assert ids(small, "/bank's/") == [3]
    assert ids(small, "/money/") == [2]
    assert ids(small, "/mo\0ney/") == [5]
    assert ids(small, "/hidden/") == []
    unlink_copy(small)
    assert ids(small, "/hidden/") == [1, 2, 3]


def test_a_literal_longer_than_a_pattern_may_be_is_found_whole(tmp_path: Path) -> None:
    beginning = "ab " * LONGEST_LITERAL
    with new_database(tmp_path / "a.db", said(f"{beginning}C", f"{beginning}d", "c")) as database:
        text_copy.make(database)
        add_pairs(database, said(f"{beginning}c"))
        assert ids(database, f"/{beginning}c/") == [1, 4]


def test_the_copy_of_another_database_is_not_used(tmp_path: Path) -> None:
    for name, text in (("a", "bank"), ("b", "money")):
        with new_database(tmp_path / f"{name}.db", said(text)) as database:
            text_copy.make(database)
    for ending in (".texts", ".words"):
        shutil.copy(tmp_path / f"b.db{ending}", tmp_path / f"a.db{ending}")
    with Database.open(tmp_path / "a.db") as database:
        assert text_copy.opened(database.reader()) is None
        assert ids(database, "/bank/") == [1]
        text_copy.make(database)
        assert text_copy.opened(database.reader()) is not None


@pytest.mark.parametrize("content", [b"", b"no arrow file", b"ARROW1\0\0" + b"\0" * 40 + b"ARROW1"])
def test_a_file_that_is_no_copy_is_not_used(small: Database, content: bytes) -> None:
    Path(f"{small.path}.texts").write_bytes(content)
    assert text_copy.opened(small.reader()) is None
    assert ids(small, "/bank/") == [1, 3]


def test_words_of_another_making_are_not_used(small: Database) -> None:
    text_copy.make(small)
    words = Path(f"{small.path}.words").read_bytes()
    text_copy.make(small)
    Path(f"{small.path}.words").write_bytes(words)
    assert not text_copy.is_current(small.reader())
    assert "bank" in text_copy.words(small.reader()).terms


def test_a_copy_is_current_until_pairs_come_or_go(small: Database) -> None:
    assert not text_copy.is_current(small.reader())
    text_copy.make(small)
    assert text_copy.is_current(small.reader())
    add_pairs(small, said("more"))
    assert not text_copy.is_current(small.reader())
    text_copy.make(small)
    with small.writing() as connection:
        connection.execute("DELETE FROM pair WHERE id = 2")
        connection.execute("DELETE FROM body WHERE id = 2")
    assert not text_copy.is_current(small.reader())
    assert ids(small, "/o/") == [1, 3, 4]


def test_a_copy_that_was_stopped_leaves_the_one_before(small: Database) -> None:
    text_copy.make(small)
    before = Path(f"{small.path}.texts").read_bytes()
    add_pairs(small, said("more"))

    def stop(progress: Progress) -> None:
        assert (progress.phase, progress.done, progress.total) == ("copying", 4, 4)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        text_copy.make(small, stop)
    assert Path(f"{small.path}.texts").read_bytes() == before
    assert [name for name in os.listdir(small.path.parent) if name.endswith(".draft")] == []


def test_a_folder_that_may_not_be_written_gets_no_copy(small: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert not text_copy.make(small)
    assert sorted(one.suffix for one in small.path.parent.glob("a.db.*")) == [".lock"]


@pytest.mark.parametrize("text", ["/bank/", "/ba(n)k/"])
def test_a_search_in_the_copy_can_be_interrupted(small: Database, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    text_copy.make(small)
    connection, begin = small.reader(), SearchProgress.begin

    def begin_and_interrupt(progress: SearchProgress, total: int) -> None:
        begin(progress, total)
        connection.interrupt()

    with monkeypatch.context() as patched:
        patched.setattr(SearchProgress, "begin", begin_and_interrupt)
        with pytest.raises(sqlite3.OperationalError, match="interrupted"):
            search(connection, parse(text))
    assert kept_by(connection, SearchProgress).searched is None
    assert ids(small, text) == [1, 3]


def test_several_patterns_are_looked_for_at_once(small: Database) -> None:
    everyone = numpy.ones(3, dtype=numpy.bool_)
    patterns = [Regex(("chosen",), pattern) for pattern in ("^ ban", "money$", "x|y")]
    for copied in (False, True):
        assert not copied or text_copy.make(small)
        found = Bodies().with_any_pattern(small.reader(), patterns, everyone)
        assert found.tolist() == [True, True, True]
        with pytest.raises(QueryError) as caught:
            Bodies().with_any_pattern(
                small.reader(), [*patterns, Regex(("chosen",), "\\p{Nothing}", position=7)], everyone
            )
        assert caught.value.position == 7


@pytest.mark.parametrize("copied", [True, False])
@pytest.mark.parametrize("text", ["/bank/", "/ba(n)k/"])
def test_a_search_tells_how_far_it_is(
    small: Database, copied: bool, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not copied or text_copy.make(small)
    told: list[Searched | None] = []
    advance = SearchProgress.advance

    def tell(progress: SearchProgress, pairs: int) -> None:
        advance(progress, pairs)
        told.append(progress.searched)

    monkeypatch.setattr(SearchProgress, "advance", tell)
    assert ids(small, text) == [1, 3]
    assert told[-1] == Searched(3, 3)
    assert kept_by(small.reader(), SearchProgress).searched is None


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="the system does not tell what is mapped")
def test_what_was_read_of_the_copy_does_not_stay_in_memory(tmp_path: Path) -> None:
    texts = said(*(f"the bank {number}" if number % 3 else f"money {number}" for number in range(9_000)))
    with new_database(tmp_path / "a.db", texts) as database:
        text_copy.make(database)
        connection = database.reader()
        found = search(connection, parse("/the bank/"))
        mask = numpy.zeros(9_000, dtype=numpy.bool_)
        mask[numpy.asarray(found.ids) - 1] = True
        assert text_copy.words(connection).counts(mask).sum() > 8_000
        del mask, found
        assert mapped_kilobytes(f"{database.path}.texts") == 0


def mapped_kilobytes(file: str) -> int:
    """Return how much of a mapped file is in this process's memory."""
    maps = Path("/proc/self/smaps").read_text().split("VmFlags:")
    (resident,) = (one.split("Rss:")[1].split()[0] for one in maps if file in one)
    return int(resident)


def test_searching_and_counting_do_without_pandas(small: Database) -> None:
    script = (
        "import sys; from pathlib import Path; from hhtui import api\n"
        "with api.open(Path(sys.argv[1])) as database:\n"
        "    for query in ('/ba.k/', 'row:1.. /m.ney/', '/b.*’s/'):\n"
        "        assert api.facets(database, query).pairs in (1, 2), query\n"
        "assert 'pyarrow' in sys.modules; print('pandas' in sys.modules)"
    )
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", script, str(small.path)], capture_output=True, text=True)
        assert (done.stdout, done.stderr) == ("False\n", "")
        text_copy.make(small)


@pytest.mark.parametrize("ending", [".texts", ".words"])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.5, 0.7, 0.9, 1.0])
def test_a_damaged_copy_is_removed_and_made_anew(tmp_path: Path, ending: str, share: float) -> None:
    texts = said(*(f"bank w{number}" for number in range(30)))
    with new_database(tmp_path / "a.db", texts) as database:
        text_copy.make(database)
        file = Path(f"{database.path}{ending}")
        content = bytearray(file.read_bytes())
        content[int(share * (len(content) - 1))] ^= 0x55
        file.write_bytes(content)
        connection = database.reader()

        assert (text_copy.opened(connection) is None) == (ending == ".texts")
        assert ids(database, "/w7\\b/") == [8]
        words = text_copy.words(connection)
        assert int(words.pairs[words.terms.index("bank")]) == 30
        assert not text_copy.is_current(connection)
        text_copy.make(database)
        assert text_copy.is_current(connection) and text_copy.opened(connection) is not None
