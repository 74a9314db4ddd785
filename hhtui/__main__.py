"""The command `hhtui`: a database alone goes straight to the screen, every other word to the commands.

The commands and what they load take a tenth of the time to the first paint, so the screen does without them.
"""

import gc
import os
import sys
from pathlib import Path

INTERRUPTED = 130


def main() -> None:
    """Run what the words of the command line ask for, and leave with its exit code."""
    try:
        database = _database_for_the_screen(sys.argv[1:])
        if database is None:
            from hhtui.cli import main as commands

            commands(prog_name="hhtui")
        else:
            _open(database)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _database_for_the_screen(words: list[str]) -> Path | None:
    """Return the one file that is named, or without words the one used last; None where more is asked for."""
    if not (sys.stdin and sys.stdin.isatty() and sys.stdout and sys.stdout.isatty()):
        return None
    if not words:
        from hhtui import paths

        return paths.named_database() or paths.last_database()
    return Path(words[0]) if len(words) == 1 and os.path.isfile(words[0]) else None


def _open(database: Path) -> None:
    gc.disable()
    from hhtui import api

    try:
        ending = api.browse(database)
    except Exception as error:
        from hhtui.cli.failures import exit_for

        exit_for(error)
    from hhtui.cli.output import narrate

    narrate(ending.words)
    sys.exit(ending.status)


if __name__ == "__main__":
    main()
