"""What commands write: data to stdout, narration and progress to stderr.

On a terminal every text goes through `text.clean`; to a pipe or a file it goes as it is, in UTF-8.
"""

import json
import shutil
import sys
import time
from collections.abc import Iterable, Mapping
from typing import Any

import click

from hhtui.store.placing import write_whole
from hhtui.text import cells, clean, clean_line

PAUSE = 0.1


def to_terminal() -> bool:
    """Return whether stdout is a terminal."""
    return sys.stdout.isatty()


def width() -> int:
    """Return how many columns a line of text may take: the terminal's, or 100 where there is none."""
    return shutil.get_terminal_size((100, 24)).columns if to_terminal() else 100


class Stdout:
    """Standard output as something that takes bytes of UTF-8 text, which a terminal gets cleaned."""

    def write(self, data: memoryview) -> int:
        """Write all of `data`, which ends where a character ends."""
        content = bytes(data)
        if to_terminal():
            text = content.decode("utf-8", "replace").replace("\r\n", "\n")
            content = clean(text).encode(sys.stdout.encoding, "replace")
        write_whole(sys.stdout.buffer, content)
        return len(data)


def data(text: str) -> None:
    """Write `text` and a newline to stdout."""
    write_whole(Stdout(), f"{text}\n".encode("utf-8", "backslashreplace"))


def data_json(value: Any) -> None:
    """Write `value` as one JSON object to stdout, on one line; not a number (NaN) has become null."""
    text = json.dumps(value, ensure_ascii=to_terminal(), allow_nan=False)
    data(text.replace("\x7f", "\\u007f"))


def figures(found: Mapping[str, Any] | Iterable[str], notes: Iterable[str]) -> None:
    """Write figures to stdout, as one JSON object or as lines, and to stderr what is to be said beside them."""
    if isinstance(found, Mapping):
        data_json(found)
    else:
        for line in found:
            data(line)
    for note in notes:
        narrate(note)


def can_ask() -> bool:
    """Return whether a question on stderr would be answered."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def narrate(text: str) -> None:
    """Write one line to stderr, after what stdout holds."""
    sys.stdout.flush()
    click.echo(clean_line(text), err=True)


def cut(text: str, columns: int) -> str:
    """Return `text` on one line, cut to `columns` terminal columns with an ellipsis where it is longer."""
    line = clean_line(text[: 4 * columns])
    if cells(line) <= columns:
        return line
    line = line[:columns]
    while cells(line) >= columns:
        line = line[:-1]
    return f"{line}…"


class ProgressLine:
    """A line on stderr that says how far a long step is: rewritten in place on a terminal, silent elsewhere."""

    def __init__(self) -> None:
        """Start with nothing shown."""
        self._terminal = sys.stderr.isatty()
        self._shown_at = 0.0
        self._drawn = False
        self._what = ""
        self._began = 0.0
        self._first = (0, 0)

    def update(self, what: str, done: int, total: int, count: int | None = None) -> None:
        """Show that `done` of `total` (0 where that is not known) of the step `what` are done.

        `count` is what is shown as done, where that is another number: pairs of a file whose bytes are counted.
        """
        now = time.monotonic()
        count = done if count is None else count
        if what != self._what:
            self._what, self._began, self._first = what, now, (done, count)
        if not self._terminal or now - self._shown_at < PAUSE:
            return
        self._shown_at = now
        seconds = max(now - self._began, PAUSE)
        rates = (done - self._first[0]) / seconds, (count - self._first[1]) / seconds
        told = progress_text(what, done, total, count, rates)
        over = cells(told) - _columns()
        self._draw(told if over <= 0 else progress_text(shorter(what, over), done, total, count, rates))

    def show(self, text: str) -> None:
        """Show `text`, unless another was shown a moment ago."""
        now = time.monotonic()
        if self._terminal and now - self._shown_at >= PAUSE:
            self._shown_at = now
            self._draw(text)

    def close(self) -> None:
        """Take the line away."""
        if self._drawn:
            click.echo("\r\x1b[K", nl=False, err=True)
            self._drawn = False

    def _draw(self, text: str) -> None:
        click.echo(f"\r\x1b[K{cut(text, _columns())}", nl=False, err=True)
        self._drawn = True


def _columns() -> int:
    """Return how long a line on stderr may be that does not wrap."""
    return shutil.get_terminal_size((80, 24)).columns - 1


def shorter(what: str, by: int) -> str:
    """Return a step with a name, as `loading a/file`, so many columns shorter: the name loses its beginning."""
    step, _, name = what.partition(" ")
    return f"{step} …{name[by + 1 :]}" if len(name) > by + 1 else step


def progress_text(what: str, done: int, total: int, count: int, rates: tuple[float, float]) -> str:
    """Return a step's progress in words: a bar and the time left where `total` is known.

    `rates` are how many of `done` and of `count` came in a second.
    """
    speed = f"{rates[1]:,.0f}/s" if rates[1] >= 1 else ""
    if not total:
        return f"{what}  {count:,}  {speed}".rstrip()
    bar = "█" * (20 * min(done, total) // total)
    left = f"{duration((total - done) / rates[0])} left" if rates[0] > 0 and done < total else ""
    of = f" of {total:,}" if count == done else ""
    return f"{what}  {bar:░<20}  {count:,}{of}  {speed}  {left}".rstrip()


def duration(seconds: float) -> str:
    """Return a number of seconds for people: `8 s`, `3 min`, `2 h 10 min`."""
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"
