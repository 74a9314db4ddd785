"""The parts of the README that are made from the code: `python -m tests.readme` writes them."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import click

from hhtui.cli import main
from hhtui.config import SETTINGS
from hhtui.model import BIT_MEANINGS
from hhtui.query.fields import FIELDS, SIDE_MEANINGS, SORT_MEANING
from hhtui.query.patterns import PATTERNS
from hhtui.score.listing import signals
from hhtui.tui.keys import key_table

README = Path(__file__).resolve().parent.parent / "README.md"
BLOCK = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def generated(text: str) -> str:
    """Return the README with every generated block made anew."""
    return BLOCK.sub(lambda found: f"{found[1]}{BLOCKS[found[2]]()}{found[3]}", text)


def _keys() -> str:
    rows = [
        (f"`{'` `'.join(shown.split())}`", meaning, f"`{name}`")
        for _, group in key_table()
        for shown, name, meaning in group
    ]
    return _table(("key", "what it does", "name in the configuration"), rows)


def _fields() -> str:
    def sides(parts: tuple[str, ...]) -> str:
        return f" Also {' '.join(f'`.{part}`' for part in parts)}." if parts else ""

    rows = [(f"`{field.name}:`", field.meaning + sides(field.parts), f"`{field.example}`") for field in FIELDS]
    rows += [(f"`{name}:`", meaning, "") for name, meaning in SIDE_MEANINGS.items()]
    rows += [("`sort:`", SORT_MEANING, "`sort:harm-,row`")]
    return _table(("field", "meaning", "example"), rows)


def _bits() -> str:
    return _table(("bit", "meaning"), [(f"`{name}`", meaning) for name, meaning in BIT_MEANINGS.items()])


def _patterns() -> str:
    return _table(("pattern", "what it finds"), [(f"`{name}`", found.meaning) for name, found in PATTERNS.items()])


def _settings() -> str:
    return _table(("setting", "meaning"), [(f"`{name}`", meaning) for name, meaning in SETTINGS.items()])


def _scorers() -> str:
    first = {signal.kind: signal for signal in reversed(signals())}
    rows = [
        (f"`{signal.name}`", f"`{column.name}`", column.meaning, column.fails)
        for signal in reversed(first.values())
        for column in signal.columns
    ]
    return _table(("scorer", "column", "what it measures", "where it fails"), rows)


def _commands() -> str:
    parts = []
    group = click.Context(main, info_name="hhtui", terminal_width=100, **main.context_settings)
    for name in main.list_commands(group):
        command = main.get_command(group, name)
        assert command is not None
        parts += _helps(command, name, group)
    return "\n".join(parts)


def _helps(command: click.Command, name: str, parent: click.Context) -> list[str]:
    """Return the help of a command, and of the commands under it."""
    with click.Context(command, info_name=name, parent=parent) as context:
        parts = [f"```\n{command.get_help(context)}\n```\n"]
        for below, one in command.commands.items() if isinstance(command, click.Group) else ():
            parts += _helps(one, below, context)
    return parts


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


BLOCKS: dict[str, Callable[[], str]] = {
    "keys": _keys,
    "fields": _fields,
    "bits": _bits,
    "patterns": _patterns,
    "settings": _settings,
    "scorers": _scorers,
    "commands": _commands,
}

if __name__ == "__main__":
    README.write_text(generated(README.read_text(encoding="utf-8")), encoding="utf-8")
