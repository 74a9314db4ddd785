"""Run a command and measure it from outside: seconds from its start, CPU, memory, output."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
AS_INSTALLED = {"PYTHONDONTWRITEBYTECODE": ""}
"""Lets Python keep the bytecode of its modules, as an installed program has it."""


class CommandFailed(Exception):
    """A measured command ended with an error; its last lines say which."""


@dataclass(frozen=True)
class Run:
    """A finished command: wall and CPU seconds (with its children's), and what it wrote to stdout.

    `peak_mib` is the most memory that was resident in it, or in one of its children, in MiB.
    """

    seconds: float
    cpu_seconds: float
    peak_mib: float
    output: str

    def json(self) -> dict[str, Any]:
        """Return the object on the last line of the output."""
        answer: dict[str, Any] = json.loads(self.output.strip().splitlines()[-1])
        return answer


class Command:
    """A command that runs, with the moment of its start (perf_counter seconds)."""

    def __init__(self, argv: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        """Start it in the project's folder, so that `-m benchmarks.…` and `-m hhtui.…` are found."""
        self.output, self.errors = (os.memfd_create(name, os.MFD_CLOEXEC) for name in ("stdout", "stderr"))
        self.argv = list(argv)
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            self.argv,
            cwd=ROOT,
            env={**os.environ, **AS_INSTALLED, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=self.output,
            stderr=self.errors,
        )

    def running(self) -> bool:
        """Return whether it has not ended yet."""
        return os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None

    def said(self) -> bytes:
        """Return what it has written to stdout so far."""
        return os.pread(self.output, os.fstat(self.output).st_size, 0)

    def kill(self) -> None:
        """Kill it with SIGKILL, as `kill -9` does, and wait for it to be gone."""
        self.process.kill()
        self.process.wait()
        self.read_all()

    def finish(self) -> Run:
        """Wait for its end; raises CommandFailed where it failed."""
        _, status, used = os.wait4(self.process.pid, 0)
        seconds = time.perf_counter() - self.started
        self.process.returncode = os.waitstatus_to_exitcode(status)
        output, errors = self.read_all()
        if self.process.returncode:
            last = "\n".join((errors or output).strip().splitlines()[-12:])
            raise CommandFailed(f"{' '.join(self.argv)} ended with {self.process.returncode}:\n{last}")
        peak_mib = used.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
        return Run(seconds, used.ru_utime + used.ru_stime, peak_mib, output)

    def read_all(self) -> tuple[str, str]:
        """Return all that was written to stdout and stderr, and close both."""
        written = []
        for descriptor in (self.output, self.errors):
            os.lseek(descriptor, 0, os.SEEK_SET)
            with os.fdopen(descriptor, encoding="utf-8", errors="replace") as file:
                written.append(file.read())
        return written[0], written[1]


def python(*arguments: str) -> list[str]:
    """Return the command that runs this Python with the arguments."""
    return [sys.executable, *arguments]


def hhtui(*arguments: str) -> list[str]:
    """Return the command that runs hhtui with the arguments, as its console script does."""
    return python("-m", "hhtui", *arguments)


def run(argv: Sequence[str], environment: Mapping[str, str] | None = None) -> Run:
    """Run a command to its end; raises CommandFailed where it failed."""
    return Command(argv, environment).finish()


@contextmanager
def own_home(folder: Path) -> Iterator[dict[str, str]]:
    """Give the environment of a person who never ran hhtui: empty config, data, state and cache folders."""
    with tempfile.TemporaryDirectory(dir=folder) as home:
        names = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
        yield {**AS_INSTALLED, "HOME": home, **{name: str(Path(home) / name.lower()) for name in names}}
