"""`hhtui doctor`: whether everything that hhtui needs is there, one line each."""

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hhtui.cli import output

if TYPE_CHECKING:
    from hhtui.store.integrity import Check

EXTRAS = {"detoxify": "detoxify", "onnx": "onnxruntime", "ray": "ray"}


@click.command()
@click.argument("database", required=False, type=click.Path(path_type=Path))
@click.option("--repair", is_flag=True, help="Derive the database's current decisions anew from their log first.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def doctor(database: Path | None, repair: bool, as_json: bool) -> None:
    """Check versions, terminal, folders and a database.

    Each line begins with ok or not, and ends with the way out. Exit code 1 where something is not well.
    """
    from hhtui import paths

    named = database or paths.named_database()
    if repair:
        if named is None:
            raise click.UsageError("--repair needs a database")
        _repair(named)
    checks = [*_machine(), *_folders(), *(_database(named) if named else ())]
    if as_json:
        output.data_json({"well": all(check.well for check in checks), "checks": [asdict(check) for check in checks]})
    else:
        _print(checks)
    if not all(check.well for check in checks):
        raise click.exceptions.Exit(1)


def _print(checks: Sequence["Check"]) -> None:
    wide = max(len(check.name) for check in checks)
    for check in checks:
        way_out = f" → {check.way_out}" if check.way_out and not check.well else ""
        output.data(f"{'ok ' if check.well else 'not'} {check.name:<{wide}}  {check.found}{way_out}")


def _machine() -> Iterator["Check"]:
    from hhtui.store.integrity import Check, sqlite_check

    version = ".".join(map(str, sys.version_info[:3]))
    yield Check("Python", sys.version_info >= (3, 11), version, "hhtui needs 3.11 or newer")
    yield sqlite_check()
    yield from _packages()
    yield _extras()
    yield _terminal()


def _packages() -> Iterator["Check"]:
    """Yield the versions of what hhtui is installed with, and what does not fit its own requirements."""
    from importlib.metadata import PackageNotFoundError, requires, version

    from hhtui.store.integrity import Check

    try:
        wanted = requires("hhtui") or []
    except PackageNotFoundError:
        yield Check("packages", False, "hhtui runs without being installed", "uv tool install, pipx or pip install it")
        return
    for requirement in wanted:
        if "extra ==" in requirement:
            continue
        name = requirement.split(";")[0]
        for sign in "<>=!~ [":
            name = name.partition(sign)[0]
        try:
            found, well = version(name), True
        except PackageNotFoundError:
            found, well = "missing", False
        yield Check(name, well, found, "" if well else f"install hhtui again; it asks for {requirement}")


def _extras() -> "Check":
    from importlib.util import find_spec

    from hhtui.store.integrity import Check

    told = [f"{name} {'there' if find_spec(module) else 'not installed'}" for name, module in EXTRAS.items()]
    return Check("extras", True, ", ".join(told))


def _terminal() -> "Check":
    from hhtui.store.integrity import Check

    if not sys.stdout.isatty():
        return Check("terminal", True, "standard output is no terminal")
    size = os.get_terminal_size(sys.stdout.fileno())
    kind, colours = os.environ.get("TERM", ""), os.environ.get("COLORTERM", "")
    found = f"{kind or 'TERM is not set'} {colours}, {size.columns}×{size.lines}, {sys.stdout.encoding}"
    if kind in ("", "dumb"):
        return Check("terminal", False, found, "set TERM, for example to xterm-256color")
    if "utf" not in sys.stdout.encoding.lower():
        return Check("terminal", False, found, "set LANG to a UTF-8 locale, such as C.UTF-8")
    if size.columns < 40 or size.lines < 12:
        return Check("terminal", False, found, "make it 40 columns by 12 lines or larger")
    return Check("terminal", True, found)


def _folders() -> Iterator["Check"]:
    from hhtui import config, paths
    from hhtui.store.integrity import Check
    from hhtui.tui.actions import BY_ID
    from hhtui.tui.key_names import refuse_unknown

    folder = paths.data_folder()
    there = next(parent for parent in (folder, *folder.resolve().parents) if parent.exists())
    writable = os.access(there, os.W_OK)
    yield Check(
        "data folder", writable, str(folder), "" if writable else f"make it writable, or set {paths.DATA_VARIABLE}"
    )
    file = paths.config_file()
    try:
        refuse_unknown(file, config.load(file, BY_ID).keys)
    except config.ConfigError as error:
        yield Check("configuration", False, str(error))
        return
    yield Check("configuration", True, str(file) if file.exists() else f"none, {file} would be read")


def _database(path: Path) -> Iterator["Check"]:
    from hhtui import api
    from hhtui.store.errors import StoreError
    from hhtui.store.integrity import Check, inspect

    try:
        with api.open(path) as database:
            yield Check("database", True, f"{path}{f' ({database.notice})' if database.notice else ''}")
            yield from inspect(database)
    except StoreError as error:
        yield Check("database", False, str(error))


def _repair(path: Path) -> None:
    from hhtui import api
    from hhtui.store.integrity import repair_decisions

    with api.open(path) as database:
        repair_decisions(database)
    output.narrate(f"{path}: the current decisions are derived anew from their log")
