"""Lists of pairs for commands: a file, or standard input, which is kept where it has to be opened again."""

import os
import sys
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from hhtui.cli import output
from hhtui.cli.failures import Failure

if TYPE_CHECKING:
    from hhtui.store.database import Database
    from hhtui.store.listing import Listing

STANDARD_INPUT = "standard input"
DIGEST_LENGTH = 12


def read_list(database: "Database", file: str) -> "Listing":
    """Return the pairs that the list in `file` names, `-` for standard input, and say which it does not know."""
    from hhtui import api

    if file == "-":
        found = api.listing(database, sys.stdin.buffer.read(), STANDARD_INPUT)
    else:
        found = api.listing(database, file)
    if told := found.told():
        output.narrate(told)
    return found


def list_file(file: str) -> Path:
    """Return the file with a list: of standard input, `-`, a copy in the data folder; what is typed is then read anew
    from the terminal.

    Raises Failure where there is no such file, or standard input is a terminal.
    """
    if file != "-":
        if not Path(file).is_file():
            raise Failure(
                f"there is no file {file}; a list has one key or hash a line, as hhtui search DB --ids prints"
            )
        return Path(file).absolute()
    if sys.stdin.isatty():
        raise Failure("--ids - reads the list from a pipe: hhtui search DB QUERY --ids | hhtui DB --ids -")
    kept = _keep(sys.stdin.buffer.read())
    _read_keys_from_terminal()
    return kept


def _keep(content: bytes) -> Path:
    from hhtui import paths
    from hhtui.store.listed_names import as_table, named_in

    table = as_table(named_in(content, STANDARD_INPUT)).encode()
    path = paths.data_folder() / "lists" / f"{sha256(table).hexdigest()[:DIGEST_LENGTH]}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        draft.write_bytes(table)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return path


def _read_keys_from_terminal() -> None:
    """Let standard input be the terminal that the process belongs to."""
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError:
        raise Failure(
            "browsing needs a terminal; for a pipe or a file there is: hhtui search DB --ids-file -"
        ) from None
    os.dup2(terminal, sys.stdin.fileno())
    os.close(terminal)
