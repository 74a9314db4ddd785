"""The text index in chunks, families, openings and packed columns, over the whole database."""

import json
import random
import re
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import closing
from itertools import combinations
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from hhtui.dialogue import first_human_turn, pair_up, parse
from hhtui.ingest.load import Options, load
from hhtui.model import RESPONSES, Bit, Dialogues, bits_named
from hhtui.progress import Progress
from hhtui.store import growing, index, loading, relations, settings
from hhtui.store.database import Database
from hhtui.store.errors import StoreError
from tests.store.contents import contents
from tests.transcripts import dialogue

Transcripts = tuple[str, str]


def write(path: Path, pairs: list[Transcripts]) -> Path:
    path.write_text("".join(json.dumps({"chosen": one, "rejected": other}) + "\n" for one, other in pairs))
    return path


def add(database: Database, pairs: list[Transcripts], subset: str = "x", *, indexed: bool = True) -> None:
    file = write(database.path.with_name("rows.jsonl"), pairs)
    load(database, [file], Options(subset=subset, index=indexed))


def related(database: Database) -> list[tuple[int, int | None, int | None]]:
    """Return the continued bits, family and opening of each pair."""
    query = f"SELECT bits & {relations.CONTINUED}, family, opening FROM pair ORDER BY id"
    return [(bits, family, opening) for bits, family, opening in database.reader().execute(query)]


def matches(database: Database, query: str) -> set[int]:
    found = database.reader().execute("SELECT rowid FROM pair_fts WHERE pair_fts MATCH ?", (query,))
    return {number for (number,) in found}


def conversations(seed: int, count: int) -> list[Transcripts]:
    """Make pairs of few words, many of which go on where another one's reply ended."""
    drawn = random.Random(seed)
    made: list[Transcripts] = []
    for _ in range(count):
        start: list[str] = []
        if made and drawn.random() < 0.6:
            start = [turn.text.strip() for turn in parse(drawn.choice(drawn.choice(made)))]
        turns = [*start, *(drawn.choice("abc") for _ in range(2 * drawn.randint(0, 1)))]
        turns.append(drawn.choice(["how", "why"]))
        made.append((dialogue(*turns, drawn.choice("xyz")), dialogue(*turns, drawn.choice("xyz"))))
    return made


def obvious_relations(pairs: list[Transcripts]) -> list[tuple[int, int | None, int | None]]:
    """Compare every pair with every other, turn by turn."""
    found: list[Dialogues] = [pair_up(*pair) for pair in pairs]
    bits, links = [Bit(0)] * len(pairs), set()
    for place, one in enumerate(found):
        for other_place, other in enumerate(found):
            for side in RESPONSES:
                whole = one.prompt + one.side(side)
                if place != other_place and other.prompt[: len(whole)] == whole:
                    bits[place] |= bits_named("continued", side)
                    links.add((place, other_place))
    family = list(range(len(pairs)))
    for _ in pairs:
        for one_place, other_place in links:
            family[one_place] = family[other_place] = min(family[one_place], family[other_place])
    openings = [first_human_turn(one.prompt + one.chosen) for one in found]
    return [
        (
            bits[place].value,
            family[place] + 1 if family.count(family[place]) > 1 else None,
            openings.index(openings[place]) + 1 if openings.count(openings[place]) > 1 else None,
        )
        for place in range(len(pairs))
    ]


@pytest.mark.parametrize("seed", range(6))
def test_relations_agree_with_comparing_every_pair_with_every_other(database: Database, seed: int) -> None:
    pairs = conversations(seed, 60)
    add(database, pairs)
    expected = obvious_relations(pairs)
    assert related(database) == expected
    assert len({family for _, family, _ in expected if family}) >= 2


def test_relations_reach_over_sources_and_follow_later_loads(database: Database) -> None:
    first = (dialogue("q", "good"), dialogue("q", "bad"))
    add(database, [first], "first")
    assert related(database) == [(0, None, None)]
    add(database, [(dialogue("q", "bad", "more", "a"), dialogue("q", "bad", "more", "b"))], "second")
    assert related(database) == [(Bit.CONTINUED_REJECTED.value, 1, 1), (0, 1, 1)]


def test_a_prompt_that_begins_with_the_characters_but_not_the_turns_does_not_continue(database: Database) -> None:
    add(
        database,
        [
            (dialogue("q", "good"), dialogue("q", "bad")),
            (dialogue("q", "badly put", "more", "a"), dialogue("q", "badly put", "more", "b")),
        ],
    )
    assert [(bits, family) for bits, family, _ in related(database)] == [(0, None), (0, None)]


def test_texts_with_the_same_hash_are_still_told_apart(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relations, "hash", lambda text: len(text) % 3 + 1, raising=False)
    pairs = conversations(1, 40)
    add(database, pairs)
    assert related(database) == obvious_relations(pairs)


def test_dialogues_without_a_human_turn_share_no_opening(database: Database) -> None:
    add(database, [("\n\nAssistant: a", "\n\nAssistant: b"), ("\n\nAssistant: a", "\n\nAssistant: c"), ("", "x")])
    assert related(database) == [(0, None, None)] * 3


def test_other_structure_bits_stay(database: Database) -> None:
    first = (dialogue("q", " "), dialogue("q", "bad"))
    second = (dialogue("q", "bad", "more", "a"), dialogue("q", "bad", "more", "b"))
    add(database, [first, second])
    bits = [bits for (bits,) in database.reader().execute("SELECT bits FROM pair ORDER BY id")]
    assert bits == [(Bit.EMPTY_CHOSEN | Bit.CONTINUED_REJECTED).value, 0]


def test_words_are_found_by_side_and_roles_are_not(database: Database) -> None:
    add(
        database,
        [(dialogue("bank", "Crème brûlée"), dialogue("bank", "don't")), (dialogue("a", "b"), dialogue("a", "c"))],
    )
    assert matches(database, "bank") == {1}
    assert matches(database, "prompt : bank") == {1}
    assert matches(database, "chosen : bank") == set()
    assert matches(database, "chosen : creme") == {1}
    assert matches(database, '"don t"') == {1}
    assert matches(database, "human OR assistant") == set()


def test_the_real_index_agrees_with_a_loop_over_the_rows(real_file: Path, database: Database) -> None:
    load(database, [real_file])
    words = re.compile(r"[a-z0-9]+")
    texts: dict[int, dict[str, set[str]]] = {}
    query = "SELECT id, prompt, chosen, rejected FROM body"
    for number, *sides in database.reader().execute(query):
        texts[number] = {
            name: {word for turn in parse(text) for word in words.findall(turn.text.lower())}
            for name, text in zip(("prompt", "chosen", "rejected"), sides, strict=True)
        }
    for word in ("bank", "police", "water", "zebra"):
        for side in ("prompt", "chosen", "rejected"):
            expected = {number for number, sides in texts.items() if word in sides[side]}
            assert matches(database, f"{side} : {word}") == expected
    bank = {number for number, sides in texts.items() if "bank" in sides["chosen"] - sides["rejected"]}
    assert len(bank) == 11


def test_extending_twice_changes_nothing(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    add(database, conversations(2, 30))
    before = contents(database.path)
    told: list[Progress] = []
    index.extend(database, told.append)
    assert told == []
    assert contents(database.path) == before


def test_the_index_comes_after_the_bodies_when_asked_to(database: Database) -> None:
    add(database, conversations(3, 30), indexed=False)
    connection = database.reader()
    assert matches(database, "how OR why") == set()
    assert settings.get(connection, loading.INDEXED) is None
    assert connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'pair_hash'").fetchone() == (0,)
    index.extend(database)
    assert matches(database, "how OR why") == set(range(1, 31))
    assert settings.get(connection, loading.INDEXED) == 30
    assert connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'pair_hash'").fetchone() == (1,)
    assert connection.execute("SELECT DISTINCT pairs FROM packed_column").fetchall() == [(30,)]


@pytest.mark.parametrize("chunk", [1, 7, 29, 30, 1000])
def test_chunks_of_any_size_make_the_same_index(
    tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    pairs = conversations(4, 30)
    add(database, pairs)
    monkeypatch.setattr(growing, "CHUNK", chunk)
    (tmp_path / "other").mkdir()
    with Database.create(tmp_path / "other" / "a.db") as other:
        add(other, pairs)
        assert contents(other.path)["pair_fts"] == contents(database.path)["pair_fts"]


def segments(database: Database) -> list[int]:
    """Return the segments of the text index, the largest first."""
    found = database.reader().execute("SELECT segid FROM pair_fts_idx GROUP BY segid ORDER BY max(pgno) DESC, segid")
    return [number for (number,) in found]


def test_many_segments_are_merged_and_a_few_new_pairs_do_not_make_the_whole_index_anew(
    tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(growing, "CHUNK", 16)
    monkeypatch.setattr(growing, "MOST_SEGMENTS", 31)
    monkeypatch.setattr(growing, "MERGE_PAGES", 1)
    pairs = [(dialogue(f"how {row}", "a"), dialogue("how", "b")) for row in range(32 * 16)]
    add(database, pairs, indexed=False)
    index.extend(database)
    (large,) = segments(database)
    monkeypatch.setattr(growing, "CHUNK", 1)
    monkeypatch.setattr(growing, "MOST_SEGMENTS", 8)
    for seed, count, name in ((5, 3, "second"), (6, 30, "third")):
        add(database, conversations(seed, count), name, indexed=False)
        index.extend(database)
        assert segments(database)[0] == large
        assert 2 <= len(segments(database)) <= 8
    monkeypatch.undo()
    with Database.create(tmp_path / "other.db") as other:
        add(other, pairs)
        add(other, conversations(5, 3), "second")
        add(other, conversations(6, 30), "third")
        assert contents(other.path)["pair_fts"] == contents(database.path)["pair_fts"]


class AtOnce(Executor):
    """Runs what it is given before it goes on."""

    def __init__(self, **_: object) -> None:
        pass

    def submit(self, call: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(call(*arguments, **named))
        return done


def test_texts_can_be_searched_while_others_are_loaded(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(growing, "ThreadPoolExecutor", AtOnce)
    file = write(tmp_path / "many.jsonl", [(dialogue("how", str(row)), dialogue("how", "no")) for row in range(4700)])
    reached: list[tuple[int, int]] = []

    def look(progress: Progress) -> None:
        if progress.phase == "loading":
            found = matches(database, "how")
            assert found == set(range(1, loading.watermark(database.reader()) + 1))
            reached.append((progress.rows, len(found)))

    load(database, [file], observer=look)
    assert reached == [(500, 0), (1500, 500), (2500, 1500), (3500, 1500), (4500, 3500), (4700, 3500)]
    assert len(matches(database, "how")) == 4700


def test_long_texts_are_indexed_fewer_at_once(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growing, "CHUNK_CHARACTERS", 3000)
    monkeypatch.setattr(growing, "PORTION", 2)
    said = [10, 10, 2000, 10, 4000, 10, 4000, 4000, 10]
    add(database, [(dialogue("how", "a" * length), dialogue("how", "b")) for length in said], indexed=False)
    told: list[Progress] = []
    index.extend(database, told.append)
    assert [one.done for one in told if one.phase == "indexing"] == [6, 8, 9]
    assert len(matches(database, "how")) == 9


def next_chunk(database: Database) -> growing.Chunk:
    with closing(sqlite3.connect(":memory:", uri=True, isolation_level=None)) as beside:
        chunk = growing.build(beside, database.uri)
    assert chunk is not None
    return chunk


DELETE_FIRST = (
    "INSERT INTO pair_fts (pair_fts, rowid, prompt, chosen, rejected) VALUES ('delete', 1, ' how', ' a', ' b')"
)


def delete_in_place(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(DELETE_FIRST)


def revise(database: Database) -> None:
    """Let the pairs that were loaded first, which are not indexed yet, be replaced by one other pair."""
    file = write(database.path.with_name("revised.jsonl"), [(dialogue("where", "c"), dialogue("where", "d"))])
    load(database, [file], Options(subset="second", as_revision="r2", index=False))


@pytest.mark.parametrize(("change", "missing"), [(index.extend, []), (delete_in_place, [(1,)]), (revise, [])])
def test_a_chunk_is_not_moved_into_what_has_changed_meanwhile(
    database: Database, change: Callable[[Database], object], missing: list[tuple[int]]
) -> None:
    add(database, [(dialogue("how", "a"), dialogue("how", "b"))])
    add(database, conversations(7, 30), "second", indexed=False)
    chunk = next_chunk(database)
    assert (chunk.first, chunk.last) == (2, 31)
    change(database)
    before = contents(database.path)
    with database.writing() as connection:
        growing.move_in(connection, chunk)
    assert contents(database.path) == before
    index.extend(database)
    connection, indexed = database.reader(), "SELECT id FROM pair_fts_docsize"
    assert connection.execute(f"SELECT id FROM pair WHERE id NOT IN ({indexed})").fetchall() == missing
    assert connection.execute(f"{indexed} WHERE id NOT IN (SELECT id FROM pair)").fetchall() == []


def test_what_the_writer_knew_of_the_index_does_not_harm_it(database: Database) -> None:
    add(database, [(dialogue("how", "a"), dialogue("how", "b"))])
    add(database, conversations(4, 10), "second", indexed=False)
    chunk = next_chunk(database)
    with database.writing() as connection:
        assert connection.execute("SELECT rowid FROM pair_fts WHERE pair_fts MATCH 'how'").fetchall() == [(1,)]
        growing.move_in(connection, chunk)
        connection.execute(DELETE_FIRST)
        connection.execute("INSERT INTO pair_fts (pair_fts, rank) VALUES ('integrity-check', 0)")
    assert matches(database, "how OR why") == set(range(2, 12))


def test_ids_without_a_pair_take_no_chunk(database: Database) -> None:
    add(database, conversations(5, 30), "second", indexed=False)
    revise(database)
    told: list[Progress] = []
    index.extend(database, told.append)
    assert [one.done for one in told if one.phase == "indexing"] == [31]
    assert matches(database, "where") == {31}


@pytest.mark.parametrize("moment", [(relations, "relations"), (index, "read_structure")])
def test_what_another_process_finishes_meanwhile_stays_as_it_is(
    database: Database, monkeypatch: pytest.MonkeyPatch, moment: tuple[Any, str]
) -> None:
    read = getattr(*moment)
    alike = [(dialogue("how", "a"), dialogue("how", "b"))]

    def slow(connection: sqlite3.Connection) -> Any:
        found = read(connection)
        monkeypatch.undo()
        with Database.open(database.path) as other:
            add(other, alike, "second")
        return found

    monkeypatch.setattr(*moment, slow)
    add(database, alike)
    assert related(database) == [(0, None, 1)] * 2
    assert index.is_finished(database.reader())
    assert database.reader().execute("SELECT DISTINCT pairs FROM packed_column").fetchall() == [(2,)]


def test_relations_are_of_one_moment(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    continued = relations._continued

    def slow(connection: sqlite3.Connection, hashes: Any) -> Any:
        monkeypatch.undo()
        with Database.open(database.path) as other:
            revise(other)
        return continued(connection, hashes)

    add(database, conversations(5, 30), "second", indexed=False)
    monkeypatch.setattr(relations, "_continued", slow)
    index.extend(database)
    assert not index.is_finished(database.reader())
    index.extend(database)
    assert related(database) == [(0, None, None)]


def test_an_index_whose_tables_are_shut_is_filled_by_fts5(
    tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(growing, "_tables_are_shut", lambda _: True)
    add(database, conversations(8, 30), indexed=False)
    assert not next_chunk(database).tables
    index.extend(database)
    monkeypatch.undo()
    with Database.create(tmp_path / "other.db") as other:
        add(other, conversations(8, 30))
        assert contents(other.path)["pair_fts"] == contents(database.path)["pair_fts"]


def test_a_chunk_that_is_being_built_does_not_hold_up_the_end(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    started, enough = Event(), time.monotonic() + 60

    def go_on() -> bool:
        started.set()
        return time.monotonic() < enough

    def build(beside: sqlite3.Connection, uri: str) -> None:
        beside.create_function("go_on", 0, go_on)
        ones = "WITH RECURSIVE ones(n) AS (SELECT 1 UNION ALL SELECT 1 FROM ones WHERE go_on()) SELECT n FROM ones"
        beside.execute(f"{ones} LIMIT 1 OFFSET 1000000000")

    monkeypatch.setattr(growing, "build", build)
    add(database, conversations(9, 30), indexed=False)
    monkeypatch.setattr(growing, "FIRST_CHUNK", 30)
    with pytest.raises(KeyboardInterrupt), growing.Growing(database) as text_index:
        text_index.grow()
        assert started.wait(60)
        chunk = text_index._chunk
        raise KeyboardInterrupt
    assert chunk is not None and isinstance(chunk.exception(), sqlite3.OperationalError)


def test_a_database_that_is_gone_is_told_of_as_a_failure_of_the_store(database: Database) -> None:
    add(database, conversations(9, 30), indexed=False)
    database.reader().execute("SELECT count(*) FROM pair")
    for one in database.path.parent.glob(f"{database.path.name}*"):
        one.rename(one.with_name(f"away-{one.name}"))
    with pytest.raises(StoreError, match=re.escape(str(database.path))):
        index.extend(database)


def test_no_empty_pages_are_left(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growing, "CHUNK", 5)
    add(database, [(dialogue(f"how {row}" * 90, "a"), dialogue(f"how {row}" * 90, "b")) for row in range(300)])
    with database.writing() as connection:
        connection.execute("CREATE TABLE room AS SELECT zeroblob(9000000)")
        connection.execute("DROP TABLE room")
        settings.put(connection, index.FINISHED, None)
    assert database.reader().execute("PRAGMA freelist_count").fetchone() > (300,)
    index.extend(database)
    assert database.reader().execute("PRAGMA freelist_count").fetchone() == (0,)
    assert len(matches(database, "how")) == 300


def test_an_index_that_another_process_extends_too_has_every_pair_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(growing, "CHUNK", 1000)
    pairs = conversations(5, 2500)
    add(database, pairs, indexed=False)
    with Database.open(database.path) as other:
        meddled: list[bool] = []

        def meddle(progress: Progress) -> None:
            if progress.phase == "indexing" and not meddled:
                meddled.append(True)
                index.extend(other)

        index.extend(database, meddle)
    sizes = database.reader().execute("SELECT count(*), max(id) FROM pair_fts_docsize").fetchone()
    assert sizes == (2500, 2500)
    with database.writing() as connection:
        connection.execute("INSERT INTO pair_fts (pair_fts, rank) VALUES ('integrity-check', 0)")


def test_progress_of_the_index_is_told(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growing, "CHUNK", 10)
    add(database, conversations(6, 95), indexed=False)
    told: list[Progress] = []
    index.extend(database, told.append)
    assert [one.done for one in told if one.phase == "indexing"] == [*range(10, 100, 10), 95]
    assert {one.total for one in told if one.phase == "indexing"} == {95}
    assert {one.phase for one in told} == {"indexing", "relating"}


def test_the_settings_of_bulk_loading_do_not_come_along(database: Database) -> None:
    add(database, conversations(7, 10))
    assert database.reader().execute("SELECT k FROM pair_fts_config").fetchall() == [("version",)]


def test_an_empty_database_has_nothing_to_extend(database: Database) -> None:
    index.extend(database)
    assert settings.get(database.reader(), index.FINISHED) in (None, [0, 0])


def test_texts_with_nul_are_indexed_whole(database: Database) -> None:
    add(database, [(dialogue("q", "before\x00after"), dialogue("q", "b"))])
    assert matches(database, "before AND after") == {1}
    with sqlite3.connect(database.path) as connection:
        connection.execute("INSERT INTO pair_fts (pair_fts, rank) VALUES ('integrity-check', 0)")


def test_groups_join_what_belongs_together() -> None:
    for order in combinations([[1, 2], [4, 5], [2, 4], [7, 8]], 4):
        groups = relations._Groups()
        for members in order:
            groups.join(members)
        assert groups.smallest() == {1: 1, 2: 1, 4: 1, 5: 1, 7: 7, 8: 7}
