"""`hhtui taxonomy`: the labels of a database, printed and replaced."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hhtui.cli import output
from hhtui.cli.arguments import QueryCommand, database_alone
from hhtui.cli.failures import Failure

if TYPE_CHECKING:
    from hhtui.store.database import Database
    from hhtui.taxonomy import Taxonomy


@click.command(cls=QueryCommand)
@click.argument("words", nargs=-1, metavar="[DB]")
@click.option("--set", "file", metavar="FILE", help="Give the database the taxonomy in this TOML file; - reads stdin.")
@click.option("--default", is_flag=True, help="Give the database the default taxonomy again.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def taxonomy(words: tuple[str, ...], file: str | None, default: bool, as_json: bool) -> None:
    """Print the labels of a database as TOML, or give it others.

    A table is a group, a line in it a label: its slug and what it means. Labels in use that a new taxonomy lacks are
    kept and named. Each label is saved with the version of the taxonomy that it was given under.

    \b
      hhtui taxonomy audit.db > labels.toml
      hhtui taxonomy audit.db --set labels.toml
    """
    from hhtui import api

    path = database_alone(words, "to change the labels: hhtui taxonomy DB --set FILE")
    if file is not None and default:
        raise click.UsageError("give one of --set and --default")
    with api.open(path) as database:
        if file is not None or default:
            _set(database, file, path)
            if not as_json:
                return
        if as_json:
            output.data_json(_told(database))
        else:
            _print(database)


def _set(database: "Database", file: str | None, path: Path) -> None:
    from hhtui import api

    stored = api.set_taxonomy(database, None if file is None else _read(file), file or "the default taxonomy")
    output.narrate(f"{path}: {_described(stored.taxonomy)}")
    if stored.kept:
        used = ", ".join(f"{slug} ({pairs:,})" for slug, pairs in stored.kept.items())
        output.narrate(f"kept, though not among them: {used}; to find them: hhtui search {path} label:SLUG")


def _read(file: str) -> str:
    content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Failure(f"{file} is not UTF-8 text, from byte {error.start} on; save it as UTF-8") from None


def _print(database: "Database") -> None:
    from hhtui import api
    from hhtui.store import taxonomies

    output.data(taxonomies.text(database.reader()).removesuffix("\n"))
    output.narrate(_described(api.taxonomy(database)))


def _described(found: "Taxonomy") -> str:
    groups = len({label.group for label in found.labels})
    return f"taxonomy {found.version}: {len(found.labels):,} labels in {groups:,} group{'' if groups == 1 else 's'}"


def _told(database: "Database") -> dict[str, Any]:
    from hhtui import api
    from hhtui.store import taxonomies

    found, connection = api.taxonomy(database), database.reader()
    groups: dict[str, dict[str, str]] = {}
    for label in found.labels:
        groups.setdefault(label.group, {})[label.slug] = label.meaning
    used = taxonomies.in_use(connection)
    return {
        "version": found.version,
        "default": taxonomies.is_default(connection),
        "groups": groups,
        "in_use": used,
        "kept": {slug: pairs for slug, pairs in used.items() if slug not in found},
    }
