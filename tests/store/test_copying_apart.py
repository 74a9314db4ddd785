"""The copy of the texts is made in a process of its own, at the end of a load or while somebody reads."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from hhtui import api
from hhtui.ingest.load import Options
from hhtui.processes import environment
from hhtui.progress import Progress
from hhtui.store import text_copy
from hhtui.store.database import Database
from hhtui.store.drafts import draft_beside, drafts_of_others
from hhtui.store.errors import StoreError
from hhtui.store.integrity import Check, inspect
from hhtui.store.text_copy import child
from hhtui.store.text_copy.process import make_apart
from hhtui.tui import copying
from tests.store.filled import new_database
from tests.transcripts import dialogue

PAIRS = [(dialogue("question", f"bank {row}"), dialogue("question", "no")) for row in range(6)]


def a_file(folder: Path) -> Path:
    """Return a JSONL file with these pairs."""
    file = folder / "pairs.jsonl"
    file.write_text("".join(json.dumps({"chosen": one, "rejected": two}) + "\n" for one, two in PAIRS))
    return file


def has_copy(path: Path) -> bool:
    """Tell whether a database has a copy of all its texts."""
    with Database.open(path) as database:
        return text_copy.is_current(database.reader())


def test_a_load_copies_the_texts_of_many_pairs_at_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, told = tmp_path / "a.db", list[Progress]()
    api.load(path, a_file(tmp_path), options=Options(limit=3))
    assert not has_copy(path)
    monkeypatch.setattr(text_copy, "FEW_PAIRS", 3)
    api.load(path, a_file(tmp_path), copy=False)
    assert not has_copy(path)
    report = api.load(path, a_file(tmp_path), observer=told.append)
    assert has_copy(path)
    assert (told[-1].phase, told[-1].done, told[-1].total, report.notes) == ("copying", 6, 6, [])
    again = list[Progress]()
    api.load(path, a_file(tmp_path), observer=again.append)
    assert "copying" not in {progress.phase for progress in again}


def test_a_load_without_room_for_the_copy_is_complete_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_copy, "FEW_PAIRS", 3)
    (tmp_path / "a.db.texts").mkdir()
    report = api.load(tmp_path / "a.db", a_file(tmp_path))
    assert report.pairs == 6
    assert len(report.notes) == 1
    assert report.notes[0].startswith("the texts were not copied for searching: ")
    assert "a.db.texts is a folder" in report.notes[0]


def test_the_doctor_says_whether_there_is_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with new_database(tmp_path / "a.db", PAIRS) as database:

        def found() -> str:
            return next(check.found for check in inspect(database) if check.name == "text copy" and check.well)

        assert found() == "none, so few pairs need none"
        monkeypatch.setattr(text_copy, "FEW_PAIRS", 3)
        assert found() == "none of all pairs; hhtui makes it while you read"
        text_copy.make(database)
        assert found() == "it has all pairs"


def test_the_doctor_names_the_files_of_a_damaged_copy(tmp_path: Path) -> None:
    def looked() -> Check:
        return next(check for check in inspect(database) if check.name == "text copy")

    with new_database(tmp_path / "a.db", PAIRS) as database:
        text_copy.make(database)
        assert looked().well
        for file in (tmp_path / "a.db.texts", tmp_path / "a.db.words"):
            whole = file.read_bytes()
            file.write_bytes(whole[:-100] + bytes([whole[-100] ^ 1]) + whole[-99:])
            os.utime(file, ns=(0, 1))
            check = looked()
            assert not check.well
            assert check.found == f"damaged, and not used: {file}"
            assert check.way_out.startswith("delete it: nothing is lost")
            assert file.exists()
            file.write_bytes(whole)
        assert looked().well
        (tmp_path / "a.db.words").write_bytes(b"")
        assert not looked().well


def test_a_copy_that_is_interrupted_stops_its_process(tmp_path: Path) -> None:
    new_database(tmp_path / "a.db", PAIRS).close()

    def interrupt(progress: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_apart(tmp_path / "a.db", interrupt)
    assert [name for name in os.listdir(tmp_path) if name.endswith(".draft")] == []


def test_a_process_that_fails_says_why(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text("no database")
    with pytest.raises(StoreError, match=r"a\.db is no database"):
        make_apart(tmp_path / "a.db", lambda progress: None)


@pytest.mark.parametrize("finishes", [True, False])
def test_a_process_that_copies_already_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], finishes: bool
) -> None:
    path = tmp_path / "a.db"
    new_database(path, PAIRS).close()
    monkeypatch.setattr(os, "nice", lambda increment: 0)
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    draft = draft_beside(Path(f"{path}.texts"))
    draft = draft.with_name(draft.name.replace(f".{os.getpid()}.", f".{other.pid}."))
    draft.touch()

    def end_the_other(seconds: float) -> None:
        assert drafts_of_others(Path(f"{path}.texts")) == [draft]
        if finishes:
            with Database.open(path) as database:
                text_copy.make(database)
        other.communicate(b"\n")

    monkeypatch.setattr(child, "sleep", end_the_other)
    assert child.main(str(path)) == 0
    assert other.returncode == 0
    assert drafts_of_others(Path(f"{path}.texts")) == []
    assert has_copy(path)
    assert capsys.readouterr().out == ("" if finishes else '{"done": 6, "total": 6}\n')


def test_a_process_that_writes_nothing_is_not_waited_for_forever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, draft = tmp_path / "a.db", draft_beside(Path(f"{tmp_path / 'a.db'}.texts"))
    new_database(path, PAIRS).close()
    monkeypatch.setattr(os, "nice", lambda increment: 0)
    draft = draft.with_name(draft.name.replace(f".{os.getpid()}.", f".{os.getppid()}."))
    draft.touch()
    clock = iter(range(0, 1000, 25))
    monkeypatch.setattr(child, "monotonic", lambda: next(clock))
    monkeypatch.setattr(child, "sleep", lambda seconds: None)
    assert child.main(str(path)) == 0
    assert has_copy(path)


def test_reading_starts_the_copy_where_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.db"
    api.load(path, a_file(tmp_path))
    monkeypatch.setattr(text_copy, "FEW_PAIRS", 3)
    with Database.open(path) as database:
        reading = copying.Copying(database)
        reading.begin()
        for thread in threading.enumerate():
            if thread.name == "copying":
                thread.join()
        assert reading.process is not None
        assert reading.process.wait() == 0
        assert text_copy.is_current(database.reader())
        reading.close()
        again = copying.Copying(database)
        again.begin()
        for thread in threading.enumerate():
            if thread.name == "copying":
                thread.join()
        assert again.process is None


def test_whether_a_copy_is_current_is_told_without_arrow(tmp_path: Path) -> None:
    with new_database(tmp_path / "a.db", PAIRS) as database:
        text_copy.make(database)
    program = (
        "import sys; from pathlib import Path; from hhtui.store.database import Database\n"
        "from hhtui.store import text_copy\n"
        "assert text_copy.is_current(Database.open(Path(sys.argv[1])).reader())\n"
        "assert not {'numpy', 'pyarrow'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "a.db")], check=True, env=environment())
