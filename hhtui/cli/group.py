"""The command `hhtui`: its first word is a command or a database, and errors are one line."""

import os
from importlib import import_module
from keyword import iskeyword
from typing import Any

import click
from click_default_group import DefaultGroup

from hhtui import __version__
from hhtui.cli.arguments import WORDS
from hhtui.cli.failures import reported

MODULES = {
    "browse": "browsing",
    "demo": "browsing",
    "triage": "triaging",
    "load": "loading",
    "score": "scoring",
    "scorer": "scorers",
    "search": "searching",
    "show": "searching",
    "view": "views",
    "facets": "facets",
    "similar": "similarity",
    "dupes": "similarity",
    "flag": "deciding",
    "taxonomy": "labels",
    "export": "exporting",
    "clean": "cleaning",
    "apply": "cleaning",
    "backup": "exporting",
    "import": "importing",
    "log": "telling",
    "report": "reporting",
    "stats": "counting",
    "threshold": "thresholds",
    "eval": "evaluating",
    "estimate": "estimating",
    "check": "rule_checking",
    "merge": "people",
    "agreement": "people",
    "doctor": "checking",
    "locate": "about",
    "keys": "about",
    "schema": "about",
}
"""The commands, in the order of a day's work, and the module of this package that each is in."""


class Commands(DefaultGroup):  # type: ignore[misc]
    """The commands, each loaded when it is asked for; without one, a database is browsed."""

    def list_commands(self, context: click.Context) -> list[str]:
        """Return the names of the commands."""
        return list(MODULES)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Return the command with this name, the default one where there is none."""
        wanted = name if name in MODULES else self.default_cmd_name
        if wanted not in self.commands:
            attribute = f"{wanted}_" if iskeyword(wanted) else wanted
            self.add_command(getattr(import_module(f"hhtui.cli.{MODULES[wanted]}"), attribute))
        command: click.Command | None = super().get_command(context, name)
        return command

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Refuse a first word that is neither a command, an option nor a file."""
        word = args[0]
        if word not in MODULES and not word.startswith("-") and not os.path.exists(word):
            raise click.UsageError(self._neither(word), context)
        resolved: tuple[str | None, click.Command | None, list[str]] = super().resolve_command(context, args)
        return resolved

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """Remember the words of the command line, for the command that goes on."""
        context.meta[WORDS] = list(args)
        rest: list[str] = super().parse_args(context, args)
        return rest

    def invoke(self, context: click.Context) -> Any:
        """Run the command, with its errors reported."""
        with reported():
            return super().invoke(context)

    def _neither(self, word: str) -> str:
        from difflib import get_close_matches

        close = get_close_matches(word, MODULES, n=1, cutoff=0.5)
        if close:
            return f"{word!r} is neither a command nor a file; did you mean: hhtui {close[0]}"
        return f"{word!r} is neither a command nor a file; to make a database: hhtui load FILE --db NEW.db"


@click.group(
    cls=Commands,
    default="browse",
    default_if_no_args=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="hhtui")
def main() -> None:
    """Read, search, score and flag pairs of RLHF preference data.

    Without a command, hhtui opens a database on the screen: the one named, else the one used last, on the first
    run a shipped sample.

    \b
      hhtui load harmless-base/test.jsonl.gz --db audit.db
      hhtui audit.db
      hhtui search audit.db 'chosen:bank -rejected:bank' --count

    stdout is data, stderr tells what happens. Exit codes: 0 done, 1 an error, 2 wrong usage, 130 interrupted.
    """
