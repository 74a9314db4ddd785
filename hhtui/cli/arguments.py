"""How the commands read their arguments: queries that begin with `-`, and which database is meant."""

import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from hhtui.cli.failures import Failure

WORDS = "hhtui.words"
MAGIC = b"SQLite format 3\0"
SUFFIXES = (".db", ".sqlite", ".sqlite3")


class QueryCommand(click.Command):
    """A command whose words may begin with `-`: only what is one of its options is read as an option."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """Put the options first and the other words behind `--`."""
        options, words = self._parted(args)
        return super().parse_args(context, [*options, "--", *words])

    def _parted(self, args: Sequence[str]) -> tuple[list[str], list[str]]:
        takes_value = {
            name: not (option.is_flag or option.count)
            for option in self.params
            if isinstance(option, click.Option)
            for name in (*option.opts, *option.secondary_opts)
        } | {"--help": False, "-h": False}
        options: list[str] = []
        words: list[str] = []
        rest = iter(args)
        for word in rest:
            name = word.partition("=")[0] if word.startswith("--") else word
            if word == "--":
                words.extend(rest)
            elif name in takes_value:
                options.append(word)
                if takes_value[name] and name == word:
                    options.extend(value for value in [next(rest, None)] if value is not None)
            elif word.startswith("--") and len(word) > 2 and word[2].isalpha():
                options.append(word)
            else:
                words.append(word)
        return options, words


def same_command(context: click.Context) -> str:
    """Return the command line as it was given."""
    return shlex.join(["hhtui", *context.meta[WORDS]])


def database_first(words: Sequence[str]) -> tuple[Path, list[str]]:
    """Return the database and the words that are left: the first word where it is a database, else `HHTUI_DB`.

    Raises Failure where neither is there.
    """
    from hhtui.paths import DATABASE_VARIABLE, named_database

    named = named_database()
    if not words:
        if named is None:
            raise click.UsageError(f"name a database, or set {DATABASE_VARIABLE}")
        return named, []
    first = Path(words[0])
    if _is_database(first) or (named is None and os.path.exists(first)):
        return first, list(words[1:])
    if named is None or first.suffix in SUFFIXES:
        raise Failure(f"there is no database {words[0]}; name one first, or make it: hhtui load FILE --db NEW.db")
    return named, list(words)


def database_alone(words: Sequence[str], way_out: str) -> Path:
    """Return the database of a command that takes nothing else; more is a UsageError that says `way_out`."""
    path, rest = database_first(words)
    if rest:
        raise click.UsageError(f"{rest[0]!r} is too much; {way_out}")
    return path


def keys_from(words: Sequence[str]) -> list[str]:
    """Return the keys in `words`, where `-` stands for the lines of standard input."""
    keys: list[str] = []
    for word in words:
        if word == "-":
            keys.extend(line for line in map(str.strip, sys.stdin) if line)
        else:
            keys.append(word)
    if not keys:
        raise click.UsageError("name at least one pair by its key, such as harmless-base/test/812")
    return keys


def _is_database(path: Path) -> bool:
    if not os.path.isfile(path):
        return False
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC
