"""Merging logs: in any order, any number of times, the same events and current decisions; what is no log is refused."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hhtui.model import Kind
from hhtui.store import frames, log, triage
from hhtui.store.database import Database
from hhtui.store.decisions import Annotator, Conditions
from hhtui.store.errors import StoreError
from hhtui.store.events import rebuild
from hhtui.store.merging import merge, unmatched
from hhtui.store.results import count
from hhtui.store.triage import Item, Plan
from tests.store.filled import add_pairs, new_database
from tests.transcripts import dialogue

PAIRS = [(dialogue(f"q{at}", "yes"), dialogue(f"q{at}", "no")) for at in range(5)]
ORDERS = ((0, 1, 2, 3, 4, 0), (4, 0, 2, 0), (1, 0, 3, 2))
"""Which pairs each of three databases holds, in which order; the first and second hold one text twice."""

Rows = list[tuple[object, ...]]
Move = tuple[int, str, str, str, int]


EARLY = "2024-01-01T00:00:00+00:00"


def add_frame(connection: sqlite3.Connection, made_at: str) -> None:
    """Add an empty frame that was made at this time."""
    identity = frames.identity("", 7, [], b"")
    connection.execute("INSERT INTO frame VALUES (?, '', 7, '[]', 0, x'', ?)", (identity, made_at))


def events(database: Database) -> Rows:
    """Return the log without the local order."""
    rows = database.reader().execute("SELECT * FROM event ORDER BY uuid").fetchall()
    return [row[1:] for row in rows]


def decisions(database: Database) -> Rows:
    """Return the current decisions, the pairs by their keys and hashes."""
    return (
        database.reader()
        .execute("SELECT hash, key, decision.* FROM decision JOIN pairs ON id = pair_id ORDER BY 1, 2, 4, 5, 6, 7")
        .fetchall()
    )


def everything(database: Database) -> tuple[Rows, Rows]:
    """Return what a merge must make the same in databases with the same pairs, with local ids left out."""
    return events(database), [(*row[:2], *row[3:]) for row in decisions(database)]


def records(database: Database) -> list[Rows]:
    connection = database.reader()
    tables = ("session", "frame", "triage", "triage_item")
    return [connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in tables]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three databases without decisions; they share most pairs, in different places and under different keys."""
    folder = tmp_path_factory.mktemp("empty")
    paths = [folder / f"{number}.db" for number in range(len(ORDERS))]
    for path, order in zip(paths, ORDERS, strict=True):
        new_database(path, [PAIRS[at] for at in order]).close()
    return paths


def copies(paths: Sequence[Path], folder: Path) -> list[Path]:
    """Return copies of databases that nobody has open, in a new folder."""
    folder = folder / uuid.uuid4().hex
    folder.mkdir()
    for path in paths:
        shutil.copy(path, folder / path.name)
    return [folder / path.name for path in paths]


def play(paths: Sequence[Path], moves: Sequence[Move]) -> None:
    """Let two people, anna in all databases, decide, undo and redo; each database has a session of each."""
    opened = [Database.open(path) for path in paths]
    people: dict[tuple[int, str], Annotator] = {}
    for at, name, what, value, pair in moves:
        person = people.setdefault((at, name), Annotator.begin(opened[at], name))
        if what == "undo":
            person.undo()
        elif what == "redo":
            person.redo()
        else:
            size = len(ORDERS[at])
            person.decide([1 + pair % size, 1 + (pair + pair // size) % size], what, value)  # type: ignore[arg-type]
    for person in people.values():
        person.end()
    for database in opened:
        database.checkpoint()
        database.close()


_values: st.SearchStrategy[tuple[str, str]] = st.sampled_from(
    [
        *(("flag", "yes"), ("flag", "no"), ("drop", "yes"), ("preference", "chosen"), ("preference", "")),
        *(("undo", ""), ("undo", ""), ("redo", "")),
    ]
)
_moves = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(["anna", "bob"]), _values, st.integers(0, 30)).map(
        lambda move: (move[0], move[1], *move[2], move[3])
    ),
    min_size=4,
    max_size=14,
)


@given(moves=_moves, early=_moves)
@settings(max_examples=12)
def test_any_order_of_merges_gives_the_same(
    empty: list[Path], tmp_path_factory: pytest.TempPathFactory, moves: list[Move], early: list[Move]
) -> None:
    folder = tmp_path_factory.mktemp("merges")
    started = copies(empty, folder)
    play(started, early)
    with Database.open(started[0]) as first:
        merge(first, [started[1]])
    play(started, moves)

    def merged(into: int, *steps: Sequence[int]) -> tuple[tuple[Rows, Rows], list[Rows], bool]:
        """Merge the others into copies in this order; a step of several is merged among themselves first."""
        here = copies(started, folder)
        with Database.open(here[into]) as database:
            for step in steps:
                with Database.open(here[step[0]]) as other:
                    merge(other, [here[at] for at in step[1:]])
                merge(database, [here[step[0]]])
            derived = decisions(database)
            with database.writing() as connection:
                rebuild(connection)
            return everything(database), records(database), derived == decisions(database)

    straight, together, twice = merged(0, [1], [2]), merged(0, [1, 2]), merged(0, [2], [1], [2], [1, 2])
    assert straight == together == twice
    assert straight[2]
    for into, others in ((1, (0, 2)), (2, (1, 0))):
        (log, current), told, derived_well = merged(into, *([one] for one in others))
        assert log == straight[0][0]
        assert told == straight[1]
        assert derived_well
        texts = {row[0] for row in current} & {row[0] for row in straight[0][1]}
        once = [digest for digest in texts if _count(started[into], digest) == _count(started[0], digest) == 1]
        assert _by_text(current, once) == _by_text(straight[0][1], once)


def _count(path: Path, digest: object) -> int:
    connection = sqlite3.connect(path)
    found: int = connection.execute("SELECT count(*) FROM pair WHERE hash = ?", (digest,)).fetchone()[0]
    connection.close()
    return found


def _by_text(rows: Rows, hashes: Sequence[object]) -> set[tuple[object, ...]]:
    return {(row[0], *row[2:]) for row in rows if row[0] in hashes}


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Database, Database]]:
    with new_database(tmp_path / "a.db", PAIRS) as ours, new_database(tmp_path / "b.db", PAIRS[::-1]) as theirs:
        yield ours, theirs


def test_pairs_are_matched_by_text_and_the_other_is_only_read(two: tuple[Database, Database]) -> None:
    ours, theirs = two
    bob = Annotator.begin(theirs, "bob")
    bob.decide([1, 2], "flag", "yes")
    bob.decide([3], "drop", "yes")
    bob.undo()
    bob.end()
    before = everything(theirs)
    told = merge(ours, [theirs.path])
    assert [(one.events, one.added, dict(one.by), one.pairs, one.elsewhere) for one in told] == [
        (4, 4, {"bob": 4}, 3, 0)
    ]
    found = ours.reader().execute("SELECT pair_id, kind FROM decision ORDER BY 1").fetchall()
    assert found == [(4, "flag"), (5, "flag")]
    again = merge(ours, [theirs.path, theirs.path])
    assert [(one.added, one.pairs) for one in again] == [(0, 0), (0, 0)]
    assert everything(theirs) == before
    assert records(ours)[0] == records(theirs)[0] != []


def test_an_undo_that_comes_later_takes_back_what_came_before(two: tuple[Database, Database]) -> None:
    ours, theirs = two
    bob = Annotator.begin(theirs, "bob")
    bob.decide([5], "flag", "yes")
    merge(ours, [theirs.path])
    for undone, left in ((bob.undo, []), (bob.redo, [(1,)])):
        undone()
        merge(ours, [theirs.path])
        assert ours.reader().execute("SELECT pair_id FROM decision").fetchall() == left


def test_undo_goes_back_through_a_merged_log(two: tuple[Database, Database]) -> None:
    ours, theirs = two
    Annotator.begin(ours, "anna").decide([1], "flag", "yes")
    Annotator.begin(theirs, "anna").decide([1], "drop", "yes")
    Annotator.begin(ours, "anna").decide([2], "flag", "yes")
    merge(ours, [theirs.path])
    anna = Annotator.begin(ours, "anna")
    undone = [anna.undo(), anna.undo(), anna.undo(), anna.undo()]
    assert [list(step.pair_ids) for step in undone if step is not None] == [[2], [5], [1]]
    assert undone[3] is None


def test_events_about_absent_pairs_are_kept_listed_and_count_later(tmp_path: Path) -> None:
    with new_database(tmp_path / "a.db", PAIRS[:2]) as ours, new_database(tmp_path / "b.db", PAIRS) as theirs:
        bob = Annotator.begin(theirs, "bob")
        bob.decide([1, 4, 5], "flag", "yes")
        bob.decide([5], "note", "a note")
        for _ in range(2):
            (told,) = merge(ours, [theirs.path])
            assert (told.elsewhere, told.about_pairs) == (3, 4)
            listed = [(one.key, one.events) for one in unmatched(ours.reader())]
            assert listed == [("made/test/3", 1), ("made/test/4", 2)]
        add_pairs(ours, PAIRS[2:])
        with ours.writing() as connection:
            rebuild(connection)
        assert unmatched(ours.reader()) == []
        assert everything(ours)[1] == everything(theirs)[1]


def test_triages_and_frames_come_along(two: tuple[Database, Database]) -> None:
    ours, theirs = two
    for database in two:
        with database.writing() as connection:
            connection.execute("UPDATE source SET complete = 1, sha256 = 'same'")
    frame = frames.frame_of(theirs, "row:<9", 7)
    begun = triage.begin(theirs, "bob", Plan("", "", question="drop:yes"), [Item(1, "overlap", True), Item(2, "queue")])
    merge(ours, [theirs.path])
    assert frames.get(ours.reader(), frame.id) == frame
    order = frames.permutation(ours.reader(), frame)
    assert (6 - order).tolist() == frames.permutation(theirs.reader(), frame).tolist()
    unfinished = triage.unfinished(ours.reader(), "bob")
    assert unfinished is not None
    assert [item.pair_id for item in unfinished.items] == [5, 4]
    triage.finish(theirs, begun)
    merge(ours, [theirs.path])
    assert triage.unfinished(ours.reader(), "bob") is None
    triage.finish(ours, begun)
    merge(theirs, [ours.path])
    assert records(ours)[1:] == records(theirs)[1:]


def test_a_read_only_file_can_be_merged_and_nothing_into_it(two: tuple[Database, Database]) -> None:
    ours, theirs = two
    Annotator.begin(theirs, "bob").decide([1], "flag", "yes")
    theirs.checkpoint()
    theirs.close()
    theirs.path.chmod(0o444)
    assert merge(ours, [theirs.path])[0].added == 1
    with (
        Database.open(theirs.path, read_only=True) as closed,
        pytest.raises(StoreError, match="read-only: nothing can"),
    ):
        merge(closed, [ours.path])


def test_what_is_no_log_of_somebody_else_is_refused_before_anything_is_added(
    two: tuple[Database, Database], tmp_path: Path
) -> None:
    ours, theirs = two
    Annotator.begin(theirs, "bob").decide([1], "flag", "yes")
    theirs.checkpoint()
    older, text, link = tmp_path / "older.db", tmp_path / "text.db", tmp_path / "link.db"
    shutil.copy(theirs.path, older)
    connection = sqlite3.connect(older)
    connection.execute("PRAGMA user_version = 1")
    connection.close()
    text.write_text("no database", encoding="utf-8")
    link.symlink_to(ours.path)
    for path, message in (
        (older, "older schema.*hhtui stats"),
        (text, "is no database"),
        (link, "is the database itself; name that of somebody else"),
        (tmp_path / "none.db", "there is no database"),
    ):
        with pytest.raises(StoreError, match=message):
            merge(ours, [theirs.path, path])
    assert events(ours) == []


@pytest.mark.parametrize(
    "change",
    [
        "made_at = 'yesterday'",
        "made_at = '2024-01-01T00:00:00+00:00'",
        "made_at = '2024-01-01T00:00:00.000000'",
        "context = '{'",
        "context = '[]'",
        "context = '{\"blind\": NaN}'",
        "kind = 'opinion'",
        "target = 'a step'",
        "pair_hash = NULL",
        "pair_hash = x'00'",
        "annotator = ' '",
        "value = 'perhaps'",
        "side = 'chosen'",
        "label = 'harmful'",
        "kind = 'preference', value = 'bogus'",
        "kind = 'label', side = 'chosen', label = 'harmful', value = 'maybe'",
        "kind = 'label', side = 'middle', label = 'harmful'",
        "kind = 'label', side = 'chosen', label = 'Harm ful'",
        *(
            f"context = '{context}'"
            for context in (
                '{"sides": 7}',
                '{"sides": ["chosen", "chosen"]}',
                '{"sides": ["prompt"]}',
                '{"lane": "fast"}',
                '{"lane": ["queue"]}',
                '{"blind": 1}',
                '{"draw": true}',
                '{"frame": {"a": 1}}',
                '{"evidence": 3}',
                '{"evidence": {"interval": 3}}',
                '{"evidence": {"interval": [0, "much"]}}',
            )
        ),
    ],
)
def test_an_event_that_hhtui_does_not_write_is_refused(two: tuple[Database, Database], change: str) -> None:
    ours, theirs = two
    bob = Annotator.begin(theirs, "bob")
    bob.decide([1], "flag", "yes")
    bob.decide([2], "flag", "yes")
    with theirs.writing() as connection:
        connection.execute(f"UPDATE event SET {change} WHERE seq = 2")
    with pytest.raises(StoreError, match="not as hhtui writes them"):
        merge(ours, [theirs.path])
    assert events(ours) == []


@pytest.mark.parametrize("sides", [[], ["rejected"], ["rejected", "chosen"]])
def test_what_a_later_version_may_say_besides_is_kept(two: tuple[Database, Database], sides: list[str]) -> None:
    ours, theirs = two
    conditions = Conditions(context={"sides": sides, "evidence": {"interval": [0, 0.5]}, "mood": 5})
    Annotator.begin(theirs, "bob").decide([1], "flag", "yes", conditions=conditions)
    assert merge(ours, [theirs.path])[0].added == 1


def test_a_time_that_is_not_yet_is_refused_and_locks_nobody_out(two: tuple[Database, Database]) -> None:
    ours, theirs = two
    Annotator.begin(theirs, "bob").decide([1], "flag", "yes")
    soon, late = ((datetime.now(UTC) + timedelta(hours=hours)).isoformat(timespec="microseconds") for hours in (23, 25))
    for made_at in (late, "9999-12-31T23:59:59.999999+00:00"):
        with theirs.writing() as connection:
            connection.execute("UPDATE event SET made_at = ?", (made_at,))
        with pytest.raises(StoreError, match=r"b\.db was made at .*, more than a day from now"):
            merge(ours, [theirs.path])
        bob = Annotator.begin(theirs, "bob")
        bob.decide([2], "flag", "yes")
        bob.undo()
        with theirs.writing() as connection:
            connection.execute("DELETE FROM event WHERE seq > 1")
    with theirs.writing() as connection:
        connection.execute("UPDATE event SET made_at = ?", (soon,))
    assert merge(ours, [theirs.path])[0].added == 1


def test_nobody_takes_back_what_somebody_else_said(two: tuple[Database, Database]) -> None:
    ours, theirs = two
    anna, mallory = Annotator.begin(ours, "anna"), Annotator.begin(theirs, "mallory")
    flagged = anna.decide([1], "flag", "yes")
    mallory.decide([1], "drop", "yes")
    undone = mallory.undo()
    assert undone is not None
    with theirs.writing() as connection:
        connection.execute("UPDATE event SET target = ? WHERE kind = 'retract'", (flagged.uuid,))
    merge(ours, [theirs.path])
    assert [row[3:5] for row in decisions(ours)] == [("anna", "flag"), ("mallory", "drop")]
    assert [one.undone for one in log.read(ours.reader(), log.Wanted(kind="retract"))] == [log.Undone("", 0)]
    undone = anna.undo()
    assert undone is not None
    mallory.decide([2], "drop", "yes")
    mallory.undo()
    with theirs.writing() as connection:
        connection.execute("UPDATE event SET target = ? WHERE seq = 4", (undone.uuid,))
    merge(ours, [theirs.path])
    assert {row[3] for row in decisions(ours)} == {"mallory"}


@pytest.mark.parametrize(
    "change",
    [
        "id = '00aa'",
        "size = 4",
        "members = zeroblob(16), size = 1",
        "members = substr(members, 1, 15), size = 0",
        "sources = '{bad'",
        "sources = '{}'",
        "sources = '[1]'",
        "query = 'row:<2'",
        "seed = 8",
        "made_at = '0'",
        "made_at = '9999-01-01T00:00:00+00:00'",
    ],
)
def test_a_frame_that_is_not_what_its_id_says_is_refused(two: tuple[Database, Database], change: str) -> None:
    ours, theirs = two
    Annotator.begin(theirs, "bob").decide([1], "flag", "yes")
    frames.frame_of(theirs, "row:<9", 7)
    with theirs.writing() as connection:
        connection.execute(f"UPDATE frame SET {change}")
    with pytest.raises(StoreError, match=r"^frame \S+ in \S+b\.db is not as hhtui writes them"):
        merge(ours, [theirs.path])
    assert events(ours) == frames.all_frames(ours.reader()) == []


@pytest.mark.parametrize(
    ("table", "change"),
    [("triage", "started_at = '9999-12-31T23:59:59.999999+00:00'"), ("triage_item", "lane = 'fast'")],
)
def test_a_triage_that_hhtui_does_not_write_is_refused(two: tuple[Database, Database], table: str, change: str) -> None:
    ours, theirs = two
    triage.begin(theirs, "bob", Plan("", ""), [Item(1, "queue")])
    with theirs.writing() as connection:
        connection.execute(f"UPDATE {table} SET {change}")
    with pytest.raises(StoreError, match=f"^{table} .* is not as hhtui writes them"):
        merge(ours, [theirs.path])


def test_logs_that_contradict_one_another_are_refused_both_ways(two: tuple[Database, Database]) -> None:
    ours, theirs = two
    Annotator.begin(theirs, "bob").decide([1], "flag", "yes")
    merge(ours, [theirs.path])
    with theirs.writing() as connection:
        connection.execute("UPDATE event SET value = 'no'")
    for database, other in (two, two[::-1]):
        before = everything(database)
        with pytest.raises(StoreError, match="one thing here and another in"):
            merge(database, [other.path])
        assert everything(database) == before


def test_a_merge_that_is_killed_adds_nothing_and_can_be_done_again(two: tuple[Database, Database]) -> None:
    ours, theirs = two
    bob = Annotator.begin(theirs, "bob")
    for number in range(1, 6):
        bob.decide([number], "flag", "yes")
    program = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom hhtui.store import merging\n"
        "from hhtui.store.database import Database\n"
        "merging.derive = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "merging.merge(Database.open(Path(sys.argv[1])), [Path(sys.argv[2])])\n"
    )
    ended = subprocess.run([sys.executable, "-c", program, ours.path, theirs.path], env=os.environ, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert events(ours) == []
    assert merge(ours, [theirs.path])[0].added == 5


def test_the_kinds_of_decision_are_all_merged(two: tuple[Database, Database]) -> None:
    ours, theirs = two
    bob = Annotator.begin(theirs, "bob")
    said: list[tuple[Kind, str]] = [("flag", "yes"), ("drop", "no"), ("note", "a note"), ("skip", "yes")]
    for kind, value in said:
        bob.decide([1], kind, value)
    bob.decide([1], "label", "yes", sides=("chosen", "rejected"), label="harmful")
    merge(ours, [theirs.path])
    assert everything(ours)[0] == everything(theirs)[0]
    rows = ours.reader().execute("SELECT kind, side, label, value FROM decision ORDER BY 1, 2").fetchall()
    assert rows == [
        *(("flag", "", "", "yes"), ("label", "chosen", "harmful", "yes"), ("label", "rejected", "harmful", "yes")),
        *(("note", "", "", "a note"), ("skip", "", "", "yes")),
    ]


def test_of_equal_texts_under_other_keys_the_same_is_meant_in_whatever_order_they_were_loaded(tmp_path: Path) -> None:
    with new_database(tmp_path / "c.db", PAIRS) as third:
        Annotator.begin(third, "bob").decide([5], "flag", "yes")
        for name, keys in (("a.db", ("made/b/1", "made/a/1")), ("b.db", ("made/a/1", "made/b/1"))):
            with new_database(tmp_path / name, [PAIRS[4]]) as database:
                add_pairs(database, [PAIRS[4]])
                with database.writing() as connection:
                    connection.execute("UPDATE pair SET row = 1")
                    splits = [key.split("/")[1] for key in keys]
                    connection.executemany("UPDATE source SET split = ? WHERE id = ?", zip(splits, (1, 2), strict=True))
                merge(database, [third.path])
                found = [row[1] for row in decisions(database)]
                assert found == ["made/a/1"]
                disputing = Annotator.begin(database, "eve")
                disputing.decide([keys.index("made/a/1") + 1], "flag", "no")
                assert count(database.reader(), "conflict:flag key:made/a/1") == 1


def test_of_two_states_of_a_record_the_same_is_kept_both_ways(two: tuple[Database, Database]) -> None:
    ours, theirs = two
    for database, ended, made, finished in (
        (ours, None, "2024-01-02T00:00:00+00:00", "2024-01-04"),
        (theirs, "2024-01-03", EARLY, None),
    ):
        with database.writing() as connection:
            connection.execute("INSERT INTO session VALUES ('s', 'anna', '1', '2024-01-01', ?)", (ended,))
            add_frame(connection, made_at=made)
            connection.execute(
                "INSERT INTO triage VALUES ('t', 'anna', '', '', '', '', 7, '2024-01-01T00:00:00.000000+00:00', ?)",
                (finished,),
            )
    merge(ours, [theirs.path])
    merge(theirs, [ours.path])
    assert records(ours) == records(theirs)
    assert [rows[0][-1] for rows in records(ours)[:3]] == ["2024-01-03", EARLY, "2024-01-04"]
