"""What a person at the terminal sees of hhtui: the screen's lines, and what the header says of the pair."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks.commands import ROOT
from benchmarks.terminal import PARTIAL_ESCAPE, Ended, Terminal

KEY = re.compile(r"(?<!\S)[^\s/]+/[^\s/]+/\d+(?!\S)")
UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[[<=>][0-9;]*[a-zA-Z]|\x1b\[\?[0-9;]*\$p")
NEXT_LINE = b"\x1bE"
"""Moves to the begin of the next line, which pyte takes for a line feed."""


class Screen:
    """A program in a pseudo-terminal whose output is drawn on a screen in memory, by pyte."""

    def __init__(
        self,
        argv: Sequence[str],
        columns: int = 120,
        rows: int = 30,
        environment: Mapping[str, str] | None = None,
        directory: Path = ROOT,
    ) -> None:
        import pyte

        self.terminal = Terminal(argv, columns, rows, environment=environment, directory=directory)
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.fed = 0

    def draw(self, upto: int | None = None) -> None:
        """Draw what was received, or the bytes before `upto`, but for an escape sequence that is not whole yet."""
        data = bytes(self.terminal.received[self.fed : upto])
        partial = PARTIAL_ESCAPE.search(data)
        whole = data[: partial.start()] if partial else data
        self.stream.feed(UNKNOWN_TO_PYTE.sub(b"", whole.replace(NEXT_LINE, b"\r\n")))
        self.fed += len(whole)

    def lines(self) -> list[str]:
        """Return the lines that stand on the screen now."""
        self.draw()
        return [line.rstrip() for line in self.screen.display]

    def header(self) -> str:
        """Return the first line."""
        return self.lines()[0]

    def key(self) -> str:
        """Return the key of the pair that the header names, nothing where it names none."""
        found = KEY.search(self.header())
        return found[0] if found else ""

    def press(self, keys: bytes) -> None:
        """Send keys."""
        self.terminal.send(keys)

    def wait_until(self, seen: Callable[[], bool], longest: float = 30.0) -> None:
        """Read until `seen()`; raises Ended or TimeoutError with the screen's text where it is never seen."""
        try:
            self.terminal.read_until(seen, longest)
        except (Ended, TimeoutError) as error:
            text = "\n".join(line for line in self.lines() if line)
            raise type(error)(f"{error}; on the screen:\n{text}") from None

    def press_and_see(self, keys: bytes, seen: Callable[[], bool], until: float) -> bool:
        """Send keys and read on; return whether `seen()` came true before the moment `until` (perf_counter).

        Raises Ended where the program goes away.
        """
        self.press(keys)
        while not seen():
            if time.perf_counter() >= until:
                return False
            self.terminal.wait_for_output(until)
            self.check_running()
        return True

    def check_running(self) -> None:
        """Raise Ended with the screen's text where the program is gone."""
        if self.terminal.ended:
            raise Ended("\n".join(["the program ended:", *filter(None, self.lines())]))

    def close(self) -> None:
        """Kill the program where it still runs."""
        self.terminal.close()

    def __enter__(self) -> Screen:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()
