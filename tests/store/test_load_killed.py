"""A load that is killed at any moment goes on with the same command and ends with the same database."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hhtui.ingest.load import load
from hhtui.store.database import Database
from tests.store.contents import contents

LOADER = """
import sys
from pathlib import Path

from hhtui.ingest import load as loading
from hhtui.store import growing, index, loading as writing, relations
from hhtui.store.database import Database

file, path, moment, times = sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
seen = 0

def stop(here):
    global seen
    seen += here == moment
    if here == moment and seen == times:
        print(moment, flush=True)
        sys.stdin.read()

def watched(function, here):
    def run(*arguments, **named):
        result = function(*arguments, **named)
        stop(here)
        return result
    return run

growing.FIRST_CHUNK = growing.CHUNK = 100
growing.MOST_SEGMENTS = 4
writing.begin = watched(writing.begin, "source written, not committed")
writing.append = watched(writing.append, "batch written, not committed")
writing.finish = watched(writing.finish, "end written, not committed")
growing.move_in = watched(growing.move_in, "texts indexed, not committed")
growing._merge = watched(growing._merge, "segments merged")
index.pack_structure = watched(index.pack_structure, "columns packed, not committed")
relations.relations = watched(relations.relations, "relations found, not stored")
with Database.open_or_create(path) as database:
    observer = lambda told: stop(told.phase)
    loading.load(database, [file], loading.Options(index=moment != "indexing"), observer)
    index.extend(database, observer)
"""

MOMENTS = [
    ("reading", 1),
    ("source written, not committed", 1),
    ("batch written, not committed", 1),
    ("loading", 1),
    ("batch written, not committed", 2),
    ("loading", 2),
    ("loading", 3),
    ("end written, not committed", 1),
    ("texts indexed, not committed", 2),
    ("indexing", 1),
    ("indexing", 3),
    ("segments merged", 1),
    ("relations found, not stored", 1),
    ("columns packed, not committed", 1),
]


@pytest.fixture(scope="module")
def unbroken(real_file: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[object, ...]]]:
    path = tmp_path_factory.mktemp("unbroken") / "a.db"
    with Database.create(path) as database:
        load(database, [str(real_file)])
    return contents(path)


def kill_at(file: Path, database: Path, moment: str, times: int) -> None:
    """Load in another process and kill it when it has come to a moment for the given time."""
    argv = [sys.executable, "-c", LOADER, str(file), str(database), moment, str(times)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == moment
        os.kill(process.pid, signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL


@pytest.mark.parametrize(("moment", "times"), MOMENTS)
def test_a_killed_load_goes_on_to_the_same_database(
    moment: str, times: int, real_file: Path, tmp_path: Path, unbroken: dict[str, list[tuple[object, ...]]]
) -> None:
    path = tmp_path / "a.db"
    kill_at(real_file, path, moment, times)
    with Database.open_or_create(path) as database:
        report = load(database, [str(real_file)])
    assert (report.read, report.pairs, report.refused) == (2312, 2312, 0)
    found = contents(path)
    assert [name for name in unbroken if found[name] != unbroken[name]] == []


def test_a_load_that_is_killed_again_and_again_ends_the_same(
    real_file: Path, tmp_path: Path, unbroken: dict[str, list[tuple[object, ...]]]
) -> None:
    path = tmp_path / "a.db"
    for moment in ("loading", "batch written, not committed", "loading", "indexing", "indexing"):
        kill_at(real_file, path, moment, 1)
    with Database.open(path) as database:
        load(database, [str(real_file)])
    found = contents(path)
    assert [name for name in unbroken if found[name] != unbroken[name]] == []


def test_what_was_committed_before_a_kill_is_readable_at_once(real_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    kill_at(real_file, path, "loading", 2)
    with Database.open(path) as database:
        source = database.reader().execute("SELECT rows_read, lines_done, complete FROM source").fetchone()
        assert source == (1500, 1500, 0)
        assert database.reader().execute("SELECT count(*), max(row) FROM pair").fetchone() == (1500, 1499)


def test_ctrl_c_keeps_what_is_committed(real_file: Path, tmp_path: Path) -> None:
    def interrupt(told: object) -> None:
        if getattr(told, "phase", "") == "loading":
            raise KeyboardInterrupt

    with Database.create(tmp_path / "a.db") as database:
        with pytest.raises(KeyboardInterrupt):
            load(database, [real_file], observer=interrupt)
        assert database.reader().execute("SELECT count(*) FROM pair").fetchone() == (500,)
        assert load(database, [real_file]).added == 1812
