"""What a killed process was writing goes when the next one writes in the folder; what another writes stays."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hhtui.store.drafts import HOST, draft_beside
from hhtui.store.folders import placed_folder
from hhtui.store.placing import placed

KILLED = """
import os, signal, sys
from pathlib import Path
from hhtui.store.folders import placed_folder
from hhtui.store.placing import placed
folder = Path(sys.argv[1])
with placed(folder / "x.jsonl") as draft, placed_folder(folder / "saved", mark="mark") as saved:
    draft.write_text("half")
    (saved / "part").mkdir()
    (saved / "part" / "rows").write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("folder", [False, True])
def test_drafts_of_a_killed_process_are_swept(tmp_path: Path, folder: bool) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED, tmp_path])
    assert killed.returncode == -signal.SIGKILL
    left = {one.name for one in tmp_path.iterdir()}
    (dead,) = {name.split(".")[-3] for name in left}
    assert left == {f".{name}.{dead}.{HOST}.draft" for name in ("x.jsonl", "saved")}
    others = {
        f".x.jsonl.{os.getppid()}.{HOST}.draft",
        f".x.jsonl.{dead}.{'0' * 8}.draft",
        f".x.jsonl.{dead}.{HOST}.draft.txt",
        f"x.jsonl.{dead}.{HOST}.draft",
        f".x.jsonl.{dead}.draft",
    }
    for name in others:
        (tmp_path / name).write_text("kept")
    if folder:
        with placed_folder(tmp_path / "next", mark="mark"):
            pass
    else:
        with placed(tmp_path / "next") as draft:
            assert draft == draft_beside(tmp_path / "next")
            draft.write_text("whole")
    assert {one.name for one in tmp_path.iterdir()} == {*others, "next"}
