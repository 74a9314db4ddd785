"""Explanations of one pair's scores, from a process of its own: scikit-learn never lives where the screen is."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from threading import Lock, Thread

from hhtui.model import Side
from hhtui.score.explain.explainer import Request, explained_by
from hhtui.score.process import spawn
from hhtui.score.scorer import WordWeight
from hhtui.store.database import Database

PATIENCE_SECONDS = 1.0

Deliver = Callable[[str, Side, "Sequence[WordWeight] | str"], object]
"""Takes the words that move a scorer's score of a side most, or why there are none to be had."""


class Explaining:
    """Explains scores of one pair; `deliver` is called from a thread of its own.

    Each of `asked` is answered once, unless it is closed before; then the process ends, as it does when nobody
    listens any more.
    """

    def __init__(self, database: Database, pair_id: int, asked: Collection[Request], deliver: Deliver) -> None:
        """Ask about each of `asked`, in their order; without any no process is started."""
        self.asked = tuple(asked)
        self._unanswered = list(asked)
        self._deliver = deliver
        self._mutex = Lock()
        self._closed = False
        self._process: subprocess.Popen[str] | None = None
        self._narration = tempfile.TemporaryFile()  # noqa: SIM115
        if asked:
            command = [sys.executable, "-P", "-m", "hhtui.score.explain.child", str(database.path)]
            Thread(target=self._explain, args=(command, pair_id), name="hhtui-explaining", daemon=True).start()

    @property
    def pid(self) -> int | None:
        """The process's number, None where none is started yet."""
        return None if self._process is None else self._process.pid

    def close(self) -> None:
        """End the process; nothing is delivered any more."""
        with self._mutex:
            self._closed = True
        if self._process is not None:
            self._process.kill()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(PATIENCE_SECONDS)

    def _explain(self, command: Sequence[str], pair_id: int) -> None:
        try:
            process = self._start(command)
        except OSError as error:
            cause = f"no process can be started ({error.strerror})"
        else:
            if process is not None:
                self._listen(process, pair_id)
            cause = self._cause()
        for name, side in tuple(self._unanswered):
            self._answer(name, side, cause)
        self._narration.close()

    def _start(self, command: Sequence[str]) -> "subprocess.Popen[str] | None":
        """Start the process, unless it is closed already."""
        with self._mutex:
            if not self._closed:
                self._process = spawn(command, subprocess.PIPE, self._narration)
            return self._process

    def _listen(self, process: "subprocess.Popen[str]", pair_id: int) -> None:
        """Send all requests, so that the process ends when it has answered them, and hand on the answers."""
        assert process.stdin is not None and process.stdout is not None
        requests = [{"scorer": name, "pair": pair_id, "side": side} for name, side in self.asked]
        with suppress(BrokenPipeError), process.stdin as sent:
            sent.writelines(f"{json.dumps(request)}\n" for request in requests)
        with process.stdout as lines:
            for line in lines:
                told = json.loads(line)
                self._answer(told["scorer"], told["side"], _words(told))
        process.wait()

    def _answer(self, name: str, side: Side, found: "Sequence[WordWeight] | str") -> None:
        self._unanswered.remove((name, side))
        if not self._closed:
            self._deliver(name, side, found)

    def _cause(self) -> str:
        self._narration.seek(0)
        narration = self._narration.read().decode("utf-8", "replace").strip().splitlines()
        return f"the process that explains scores failed{f': {narration[-1]}' if narration else ''}"


def explain(database: Database, pair_id: int, deliver: Deliver) -> Explaining:
    """Ask which words move the scores of a pair most, for every side that a linear scorer of the database reads."""
    return Explaining(database, pair_id, explained_by(database), deliver)


def _words(told: "dict[str, object]") -> "Sequence[WordWeight] | str":
    words = told.get("words")
    return [WordWeight(*one) for one in words] if isinstance(words, list) else str(told["error"])
