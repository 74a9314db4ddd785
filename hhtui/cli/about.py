"""`hhtui locate`, `hhtui keys`, `hhtui schema`: where things are, and what they are called."""

import click

from hhtui.cli import output


@click.command()
def locate() -> None:
    """Print where configuration and data are."""
    from hhtui import paths

    for name, path in (
        ("config", paths.config_file()),
        ("data", paths.data_folder()),
        ("sample", paths.sample_database()),
        ("HHTUI_DB", paths.named_database()),
        ("last", paths.last_database()),
    ):
        there = "" if path is None or path.exists() else "  (not there yet)"
        output.data(f"{name:<9}{path if path is not None else '–'}{there}")


@click.command()
def keys() -> None:
    """Print the keys of the screen, as configured."""
    from hhtui import config, paths
    from hhtui.tui.actions import BY_ID
    from hhtui.tui.key_names import refuse_unknown
    from hhtui.tui.keys import key_table, keys_in_use

    chosen = config.load(paths.config_file(), BY_ID)
    refuse_unknown(paths.config_file(), chosen.keys)
    groups = key_table(keys_in_use(chosen.keys))
    widths = [max(len(row[column]) for _, rows in groups for row in rows) for column in (0, 1)]
    for title, rows in groups:
        output.data(title)
        for written, name, meaning in rows:
            output.data(f"  {written:<{widths[0]}}  {name:<{widths[1]}}  {meaning}")


@click.command()
def schema() -> None:
    """Print the tables, structure bits, query fields and patterns.

    The database opens in any SQLite tool; tables, views and columns are named as here.
    """
    from hhtui.model import BIT_MEANINGS, Bit
    from hhtui.query.fields import FIELDS, SIDE_MEANINGS, SORT_MEANING
    from hhtui.query.patterns import PATTERNS
    from hhtui.store.named_values import bit_names
    from hhtui.store.schema import LATE_INDEXES, SCHEMA_VERSION, TABLES

    output.data(f"-- hhtui schema {SCHEMA_VERSION} (PRAGMA user_version)\n{TABLES.strip()}\n\n{LATE_INDEXES.strip()}\n")
    output.data("-- pair.bits: structure bits")
    for bit in Bit:
        name = bit_names(bit)[0]
        output.data(f"--   {int(bit):>6}  {name:<28}{BIT_MEANINGS[name.partition('.')[0]]}")
    output.data("\n-- fields of the query language")
    for field in FIELDS:
        sides = f" ({', '.join(f'.{part}' for part in field.parts)})" if field.parts else ""
        output.data(f"--   {field.name + ':':<12}{field.meaning}{sides}  {field.example}")
    for name, meaning in SIDE_MEANINGS.items():
        output.data(f"--   {name + ':':<12}{meaning}")
    output.data(f"--   {'sort:':<12}{SORT_MEANING}")
    output.data("\n-- patterns, for has:")
    for name, found in PATTERNS.items():
        output.data(f"--   {name:<12}{found.meaning}")
