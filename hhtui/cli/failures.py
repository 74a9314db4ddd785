"""What goes wrong becomes one line on stderr and an exit code, never a traceback.

0 done, 1 an error with the way out, 2 wrong usage, 130 interrupted (resumable), 141 the reader of stdout went away,
129 and 143 the terminal went away or somebody ended the process (also resumable).
"""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import IO, Any, NoReturn

import click

from hhtui.text import clean, clean_line

INTERRUPTED = 130
READER_GONE = 141
SHOWN_BEFORE = 60
SHOWN_AFTER = 60
"""Characters of a long query on either side of the place where it is wrong."""


class Failure(click.ClickException):
    """An error in one line that says the way out; exit code 1."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Write the line to stderr."""
        click.echo(f"hhtui: {clean_line(self.message)}", file=file, err=True)


class QueryFailure(Failure):
    """A query that cannot be read or run: its message, the query, and a caret under the place."""

    def __init__(self, message: str, query: str, position: int) -> None:
        """Point at the character of `query` at `position`, counted from 0."""
        super().__init__(message)
        self.query = query
        self.position = position

    def show(self, file: IO[Any] | None = None) -> None:
        """Write the message, the query and the caret to stderr."""
        from hhtui.text import cells

        super().show(file)
        first = max(0, self.position - SHOWN_BEFORE)
        line = clean_line(self.query[first : self.position + SHOWN_AFTER])
        before, after = "…" if first else "", "…" if len(self.query) > self.position + SHOWN_AFTER else ""
        place = " " * cells(before + line[: self.position - first])
        click.echo(f"  {before}{line}{after}\n  {place}^", file=file, err=True)


class Interrupted(Exception):
    """A command was interrupted; the message says what is kept and the command that goes on."""


@contextmanager
def reported() -> Iterator[None]:
    """Turn the errors that a command may raise into lines on stderr and exit codes."""
    _replace_closed_streams()
    try:
        with _ended_by_exception():
            yield
        sys.stdout.flush()
    except (KeyboardInterrupt, Interrupted) as error:
        message = str(error) or "interrupted; nothing was left half done, the same command can be given again"
        click.echo(f"\nhhtui: {clean(message)}", err=True)
        raise click.exceptions.Exit(INTERRUPTED) from None
    except BrokenPipeError:
        _empty_stdout()
        raise click.exceptions.Exit(READER_GONE) from None
    except OSError as error:
        _empty_stdout()
        raise Failure(_about_file(error)) from None
    except (click.ClickException, click.exceptions.Exit, click.Abort):
        raise
    except Exception as error:
        line = _about(error)
        if line is None:
            raise
        raise Failure(line) from None


def exit_for(error: Exception) -> NoReturn:
    """Report an error that was raised outside of a command, and leave with its exit code."""
    try:
        with reported():
            raise error
    except click.exceptions.Exit as ending:
        sys.exit(ending.exit_code)
    except click.ClickException as failure:
        failure.show()
        sys.exit(failure.exit_code)


@contextmanager
def pointing_into(query: str) -> Iterator[None]:
    """Show an error of the query language with the query and a caret under the place."""
    from hhtui.query.errors import QueryError

    try:
        yield
    except QueryError as error:
        tail = f"; expected {error.expected}" if error.expected else ""
        raise QueryFailure(f"{error.message}{tail}", query, error.position) from None


def _about(error: Exception) -> str | None:
    """Return the line for an error that a command may raise, or None where the error is a fault of hhtui."""
    from hhtui.audit.errors import AuditError
    from hhtui.config import ConfigError
    from hhtui.ingest.errors import LoadError
    from hhtui.query.errors import QueryError
    from hhtui.score.scorer import ScoreError
    from hhtui.store.errors import StoreError
    from hhtui.taxonomy import TaxonomyError

    if isinstance(error, TaxonomyError | StoreError | LoadError | ScoreError | AuditError | QueryError | ConfigError):
        return str(error)
    if type(error).__module__ == "sqlite3":
        from hhtui.store.database import explain

        return f"the database cannot be read: {explain(error)}"  # type: ignore[arg-type]
    return None


def _about_file(error: OSError) -> str:
    from hhtui.store.placing import reason

    return f"{error.filename}: {reason(error)}" if error.filename else reason(error)


@contextmanager
def _ended_by_exception() -> Iterator[None]:
    """Let SIGTERM and SIGHUP, where nobody ignores them, end the process as an error does: what it began is taken away.

    That is the draft of an export, and the process that scores.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [one for one in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(one) is signal.SIG_DFL]
    for number in numbers:
        signal.signal(number, _end)
    try:
        yield
    finally:
        for number in numbers:
            signal.signal(number, signal.SIG_DFL)


def _end(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)


def _replace_closed_streams() -> None:
    """Give closed standard streams a file: stdin an empty one, stdout one that refuses, stderr one that forgets."""
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115
    if sys.stdout is None:
        sys.stdout = open(os.open(os.devnull, os.O_RDONLY), "w", encoding="utf-8")  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115


def _empty_stdout() -> None:
    """Write what stdout still buffers, or point it at nothing where that fails, so that it fails only once."""
    try:
        sys.stdout.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
