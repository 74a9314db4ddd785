"""The command line for tests: run inside this process, or as a process of its own, on a small file of pairs."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from hhtui.cli import main
from tests.transcripts import dialogue

ROWS: tuple[Mapping[str, str], ...] = (
    {"chosen": dialogue("Which bank?", "The river bank."), "rejected": dialogue("Which bank?", "Any.")},
    {"chosen": dialogue("Hello", ""), "rejected": dialogue("Hello", "Hello to you.")},
    {"chosen": dialogue("One\ttwo", "Café, naïve."), "rejected": dialogue("One\ttwo", "Ünlike \x1b[2J\u202e that.")},
    {"chosen": dialogue("Sum?", "Four."), "rejected": dialogue("Sum?", "Five.", "Sure?", "=1+1")},
)


def write_rows(path: Path, rows: Sequence[Mapping[str, object]] = ROWS) -> Path:
    """Write rows as JSON lines to `path`, as hh-rlhf writes them, and return it."""
    path.write_text("".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows), encoding="utf-8")
    return path


def hhtui(*words: object, stdin: str | None = None) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(main, [str(word) for word in words], input=stdin, prog_name="hhtui")


def hhtui_json(*words: object) -> dict[str, Any]:
    """Run a command in this process that succeeds, and return the JSON object that it prints."""
    result = hhtui(*words)
    assert result.exit_code == 0, result.stderr
    told = json.loads(result.stdout)
    assert isinstance(told, dict)
    return told


def command(*words: object) -> list[str]:
    """Return the words of a process that runs a command."""
    return [sys.executable, "-m", "hhtui", *map(str, words)]


def hhtui_process(*words: object, prepare: Callable[[], object] | None = None) -> subprocess.CompletedProcess[bytes]:
    """Run a command in a process of its own, with its output captured; `prepare` runs in it first."""
    return subprocess.run(command(*words), capture_output=True, timeout=120, check=False, preexec_fn=prepare)
