"""Scoring in a process of its own: started, listened to, interrupted."""

import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path
from threading import Thread
from typing import IO, TYPE_CHECKING

from hhtui.model import Unit
from hhtui.processes import environment
from hhtui.score.child import INTERRUPTED
from hhtui.score.progress import Report, ScoreProgress
from hhtui.score.scorer import DEFAULTS, NO_OPTIONS, Options, ScoreError

if TYPE_CHECKING:
    from hhtui.score.ray.engine import RayOptions

PATIENCE_SECONDS = 5.0


class Scoring:
    """A running process that scores. `report` is called from a thread of its own."""

    def __init__(self, command: Sequence[str], report: Report) -> None:
        """Use `start`."""
        self._report = report
        self._error: str | None = None
        self._scored = 0
        self._narration = tempfile.TemporaryFile()  # noqa: SIM115
        self._process = spawn(command, subprocess.DEVNULL, self._narration)
        self._listener = Thread(target=self._listen, name="hhtui-scoring", daemon=True)
        self._listener.start()

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it is still at work."""
        return self._process.poll() is None

    def wait(self) -> int:
        """Wait for the end and return how many texts were scored.

        Ctrl-C or SystemExit while waiting is passed on, and raised once the process has ended. Raises KeyboardInterrupt
        also where the process was interrupted, and ScoreError, in one line, where it failed or died.
        """
        try:
            code = self._process.wait()
        except (KeyboardInterrupt, SystemExit):
            self.stop()
            raise
        self._listener.join()
        if code == INTERRUPTED or code == -signal.SIGINT:
            raise KeyboardInterrupt
        if code:
            raise ScoreError(self._error or self._cause(code))
        return self._scored

    def stop(self) -> None:
        """Interrupt it and wait until it is gone; what it has scored stays, and the next run goes on from there."""
        if self.running:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._process.wait()
        self._listener.join()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                said = json.loads(line)
                if "progress" in said:
                    self._report(ScoreProgress.from_json(said["progress"]))
                self._error = said.get("error", self._error)
                self._scored = said.get("scored", self._scored)

    def _cause(self, code: int) -> str:
        self._narration.seek(0)
        narration = self._narration.read().decode("utf-8", "replace").strip().splitlines()
        ended = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"failed with exit status {code}"
        last = f" ({narration[-1]})" if narration else ""
        return f"the scoring process {ended}{last}; what it had scored is kept, the same command goes on"


def start(
    database: Path,
    names: Sequence[str] = (),
    report: Report = lambda progress: None,
    *,
    options: Options = NO_OPTIONS,
    more: Collection[Unit] = (),
    ray: "RayOptions | None" = None,
    wait: bool = True,
) -> Scoring:
    """Start a process that scores `database` by the scorers `names`, and return it at once.

    Without `names` those are the ones that work at once, and one that too few pairs are here for is skipped.
    `more` are kinds of text to score besides responses and prompts. With `ray`, Ray does the work. Without `wait` it
    ends with an error where another process scores this database. It ends when nobody listens any more.
    """
    command = [sys.executable, "-P", "-m", "hhtui.score.child", str(database), "--options", options.to_json()]
    for name in names or DEFAULTS:
        command += ["--scorer", name]
    for unit in more:
        command += ["--unit", unit]
    if ray is not None:
        command += ["--ray", ray.to_json()]
    if not names:
        command.append("--lenient")
    if not wait:
        command.append("--no-wait")
    return Scoring(command, report)


def spawn(command: Sequence[str], stdin: int, narration: IO[bytes]) -> "subprocess.Popen[str]":
    """Start a process in a session of its own, whose output is read and whose other words go to `narration`."""
    return subprocess.Popen(
        command,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=narration,
        env=environment(),
        start_new_session=True,
        text=True,
        encoding="utf-8",
    )
