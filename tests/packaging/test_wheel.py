"""The wheel, installed in an environment of its own and run from another folder.

`HHTUI_INSTALLED` names the installed command; `.ci/run` builds the wheel and sets it.
"""

import json
import os
import subprocess
from pathlib import Path

import pytest

from benchmarks.terminal import Terminal, drawn_text
from hhtui import __version__


@pytest.fixture
def installed() -> str:
    """The command `hhtui` of an installed wheel."""
    command = os.environ.get("HHTUI_INSTALLED")
    if not command:
        pytest.skip("no wheel is installed: HHTUI_INSTALLED names none")
    return command


@pytest.fixture
def elsewhere(own_folders: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Another folder, with data and configuration folders of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    return tmp_path


def run(*arguments: str) -> str:
    return subprocess.run(arguments, capture_output=True, text=True, check=True).stdout


def test_the_wheel_knows_its_version(installed: str, elsewhere: Path) -> None:
    assert __version__ in run(installed, "--version")


def test_it_is_typed_for_those_who_import_it(installed: str, elsewhere: Path) -> None:
    script = "import hhtui, pathlib; print((pathlib.Path(hhtui.__file__).parent / 'py.typed').is_file())"
    assert run(str(Path(installed).with_name("python")), "-c", script) == "True\n"


def test_a_file_is_loaded_scored_searched_and_exported(installed: str, elsewhere: Path) -> None:
    texts = ("\\n\\nHuman: Is it late?\\n\\nAssistant: Yes.", "\\n\\nHuman: Is it late?\\n\\nAssistant: No, you idiot.")
    line = f'{{"chosen": "{texts[0]}", "rejected": "{texts[1]}"}}\n'
    Path("pairs.jsonl").write_text(line)

    loaded = json.loads(run(installed, "load", "pairs.jsonl", "--db", "a.db", "--json"))
    found = run(installed, "search", "a.db", "rejected:idiot toxicity.rejected:>0.5", "--ids")
    exported = run(installed, "export", "a.db", "--all", "--format", "jsonl")

    assert (loaded["read"], loaded["pairs"], loaded["refused"]) == (1, 1, 0)
    assert found == "pairs/all/0\n"
    assert exported == line


def test_the_browser_opens_on_the_sample_with_its_styles(installed: str, elsewhere: Path) -> None:
    with Terminal([installed, "demo"], 100, 30) as terminal:
        terminal.read_until(lambda: "SAMPLE" in drawn_text(bytes(terminal.received)))
        terminal.send(b"q")
        terminal.read_until(lambda: b"saved in" in terminal.received)

        assert terminal.wait() == 0
