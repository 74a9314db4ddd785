"""Lines that other processes parse become the same pairs, and those processes end with the load."""

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from hhtui.ingest import batches
from hhtui.ingest import load as loading
from hhtui.ingest.batches import Ending, Start, read
from hhtui.ingest.converting import processes
from hhtui.ingest.errors import LoadError
from hhtui.ingest.load import load
from hhtui.ingest.opening import Opening
from hhtui.ingest.resolving import Choice, open_one
from hhtui.progress import unobserved
from hhtui.store import pairs
from hhtui.store.database import Database
from hhtui.store.loading import Batch
from tests.store.contents import contents

Started = list["subprocess.Popen[bytes]"]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[Started]:
    """Have two processes parse all lines, in small blocks; the processes that were started."""
    found: Started = []
    before = pipes()
    start = subprocess.Popen

    def watched(*arguments: Any, **named: Any) -> "subprocess.Popen[bytes]":
        found.append(start(*arguments, **named))
        return found[-1]

    monkeypatch.setattr(subprocess, "Popen", watched)
    monkeypatch.setattr(processes, "ALONE", 0)
    monkeypatch.setattr(loading, "sensible", lambda: 2)
    monkeypatch.setattr(batches, "FIRST_BATCH", 3)
    monkeypatch.setattr(batches, "LATER_BATCHES", 7)
    yield found
    assert all(process.returncode is not None for process in found)
    assert pipes() == before


def line(number: int, **extra: Any) -> bytes:
    """Return a line of hh-rlhf whose texts tell its number."""
    start = f"\n\nHuman: question {number}\n\nAssistant:"
    return json.dumps({"chosen": f"{start} good é {number}", "rejected": f"{start} bad", **extra}).encode()


ODD = [
    b"",
    b" \t",
    b"{broken",
    b"\xff\xfe",
    b"[1]",
    b"null",
    b'{"chosen": "a"}',
    b'{"chosen": "a", "rejected": null}',
    b'{"chosen": "\\ud800", "rejected": "b"}',
    b'{"rejected":"\\u0041 escaped where it need not be","chosen":"other order"}',
    line(1, note={"deep": [1, None, 2.50], "\u2028": "\x00"}),
    line(2, huge=10**40),
    line(3, surrogate="\ud800"),
    b"9" * 5000,
]
MIXED = b"\r\n".join(ODD[number % len(ODD)] if number % 3 else line(number) for number in range(120))


def items(path: Path, start: Start, **options: Any) -> tuple[Opening, list[Any], list[Any], bool, str]:
    """Return what reading a file gives: its opening, pairs, refused rows, whether it ended, and its error."""
    found_pairs: list[Any] = []
    refused: list[Any] = []
    opening, ended, error = Opening("", (), None), False, ""
    with closing(open_one(path, Choice(), unobserved)) as source, closing(read(source, start, **options)) as reading:
        try:
            for item in reading:
                if isinstance(item, Opening):
                    opening = item
                elif isinstance(item, Batch):
                    found_pairs += item.pairs
                    refused += item.refused
                ended |= isinstance(item, Ending)
        except LoadError as told:
            error = str(told)
    return opening, found_pairs, refused, ended, error


@pytest.mark.parametrize("options", [{}, {"limit": 0}, {"limit": 30}, {"limit": 110}, {"strict": True}])
def test_the_same_comes_of_any_lines(options: dict[str, Any], tmp_path: Path, started: Started) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(MIXED)
    alone = items(path, Start(), **options)
    assert started == []
    assert items(path, Start(), processes=2, **options) == alone
    assert len(started) == 2
    _, found_pairs, refused, ended, error = alone
    assert ended == (options in ({}, {"limit": 110}))
    assert bool(error) == ("strict" in options)
    assert bool(found_pairs and refused) == (options != {"limit": 0} and not error)


def test_reading_goes_on_from_any_line(tmp_path: Path, started: Started) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(MIXED)
    opening, every, *_ = items(path, Start())
    lines = [number for number, content in enumerate(MIXED.split(b"\r\n"), 1) if content.strip()]
    for limit in (1, 3, 10, 59):
        before = items(path, Start(), limit=limit, processes=2)
        after = items(path, Start(lines[limit - 1], limit, opening), processes=2)
        assert before[1] + after[1] == every


def test_the_same_database_comes_of_the_real_file(
    real_file: Path, tmp_path: Path, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Database.create(tmp_path / "apart") as database:
        load(database, [real_file])
    monkeypatch.setattr(loading, "sensible", lambda: 0)
    with Database.create(tmp_path / "alone") as database:
        load(database, [real_file])
    assert len(started) == 2
    alone, apart = contents(tmp_path / "alone"), contents(tmp_path / "apart")
    assert [name for name in alone if alone[name] != apart[name]] == []


@pytest.mark.parametrize("number", [90, 3000])
def test_every_line_before_a_damage_is_loaded(
    number: int, database: Database, tmp_path: Path, started: Started
) -> None:
    lines = [line(row, filling="é" * 2000) for row in range(number)]
    whole = gzip.compress(b"\n".join(lines), compresslevel=0)
    (tmp_path / "x.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(LoadError, match=r"damaged after line \d+") as caught:
        load(database, [tmp_path / "x.jsonl.gz"])
    told = int(str(caught.value).split("damaged after line ")[1].split()[0])
    assert pairs.count(database.reader()) == told > number // 4


@pytest.mark.parametrize("ended", [1, 2])
def test_without_processes_that_end_the_load_goes_on(
    ended: int, database: Database, tmp_path: Path, started: Started
) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b"\n".join(map(line, range(500))))

    def end(progress: object) -> None:
        for process in started[:ended]:
            process.kill()

    assert load(database, [path], observer=end).pairs == 500
    assert len(started) == 2
    rows = database.reader().execute("SELECT row FROM pair ORDER BY id").fetchall()
    assert rows == [(row,) for row in range(500)]


@pytest.mark.parametrize("program", ["import sys; sys.exit(1)", "print('words of another program'); 1 / 0"])
def test_processes_that_cannot_work_do_no_harm(
    program: str,
    database: Database,
    tmp_path: Path,
    started: Started,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    start = subprocess.Popen

    def broken(argv: Sequence[str], **named: Any) -> "subprocess.Popen[bytes]":
        process: subprocess.Popen[bytes] = start([argv[0], "-c", program], **named)
        return process

    monkeypatch.setattr(subprocess, "Popen", broken)
    (tmp_path / "x.jsonl").write_bytes(b"\n".join(map(line, range(50))))
    assert load(database, [tmp_path / "x.jsonl"]).pairs == 50
    assert len(started) == 2
    assert capfd.readouterr() == ("", "")


def test_where_no_process_can_be_started_the_load_goes_on_alone(
    database: Database, tmp_path: Path, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: Any, **named: Any) -> None:
        raise BlockingIOError("no more processes")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    before = pipes()
    (tmp_path / "x.jsonl").write_bytes(b"\n".join(map(line, range(50))))
    assert load(database, [tmp_path / "x.jsonl"]).pairs == 50
    assert pipes() == before


@pytest.mark.parametrize("number", [24, 25])
def test_few_lines_start_no_process(
    number: int, database: Database, tmp_path: Path, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "ALONE", 4)
    (tmp_path / "x.jsonl").write_bytes(b"\n".join(map(line, range(number))))
    assert load(database, [tmp_path / "x.jsonl"]).pairs == number
    assert len(started) == (2 if number > 24 else 0)


def test_an_array_is_read_without_other_processes(database: Database, tmp_path: Path, started: Started) -> None:
    (tmp_path / "x.json").write_bytes(b"[" + b",".join(map(line, range(50))) + b"]")
    assert load(database, [tmp_path / "x.json"]).pairs == 50
    assert started == []


def test_ctrl_c_ends_the_processes_and_keeps_what_is_stored(
    database: Database, tmp_path: Path, started: Started
) -> None:
    (tmp_path / "x.jsonl").write_bytes(b"\n".join(map(line, range(500))))

    def interrupt(told: object) -> None:
        if started:
            sessions.extend(os.getsid(process.pid) for process in started)
            raise KeyboardInterrupt

    sessions: list[int] = []

    with pytest.raises(KeyboardInterrupt):
        load(database, [tmp_path / "x.jsonl"], observer=interrupt)
    assert len(started) == 2
    assert sessions == [process.pid for process in started], "a terminal's Ctrl-C reaches its whole session"
    assert all(process.returncode == -signal.SIGKILL for process in started)
    assert pairs.count(database.reader()) == 3
    assert load(database, [tmp_path / "x.jsonl"]).added == 497


LOADER = """
import subprocess
import sys
from pathlib import Path

from hhtui.ingest import batches, load
from hhtui.ingest.converting import processes
from hhtui.store.database import Database

processes.ALONE, batches.FIRST_BATCH, batches.LATER_BATCHES, load.sensible = 0, 3, 7, lambda: 2
start = subprocess.Popen

def watched(*arguments, **named):
    process = start(*arguments, **named)
    print(process.pid, flush=True)
    return process

def wait(told):
    if told.phase == "loading":
        print("loading", flush=True)
        sys.stdin.read()

subprocess.Popen = watched
with Database.create(Path(sys.argv[2])) as database:
    load.load(database, [sys.argv[1]], observer=wait)
"""


def test_the_processes_end_with_a_load_that_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b"\n".join(map(line, range(500))))
    argv = [sys.executable, "-c", LOADER, str(path), str(tmp_path / "a.db")]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        numbers = [int(process.stdout.readline()) for _ in range(2)]
        assert process.stdout.readline() == b"loading\n"
        os.kill(process.pid, signal.SIGKILL)
        assert process.stderr.read() == b""
    wait_until_gone(numbers)
    with Database.open(tmp_path / "a.db") as database:
        assert load(database, [path]).pairs == 500


def pipes() -> list[str]:
    """Return the open pipes of this process."""
    links = [os.readlink(one.path) for one in os.scandir("/proc/self/fd") if one.is_symlink()]
    return sorted(link for link in links if link.startswith("pipe:"))


def wait_until_gone(numbers: Sequence[int]) -> None:
    """Wait until none of these processes runs; fail after some seconds."""
    until = time.monotonic() + 20
    while any(map(runs, numbers)):
        assert time.monotonic() < until
        time.sleep(0.02)


def runs(number: int) -> bool:
    try:
        state = Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


@pytest.mark.parametrize(("cores", "expected"), [({0}, 0), ({0, 1}, 2), (set(range(64)), 3)])
def test_processes_are_for_cores_that_may_be_used(
    cores: set[int], expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: cores, raising=False)
    assert processes.sensible() == expected
