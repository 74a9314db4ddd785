"""The command line: one file for each group of commands."""

from hhtui.cli.about import keys, locate, schema
from hhtui.cli.browsing import browse, demo
from hhtui.cli.checking import doctor
from hhtui.cli.counting import stats
from hhtui.cli.deciding import flag
from hhtui.cli.exporting import backup, export
from hhtui.cli.group import main
from hhtui.cli.loading import load, score
from hhtui.cli.searching import search, show

__all__ = ["main"]

IN_ORDER = (browse, demo, load, score, search, show, flag, export, backup, stats, doctor, locate, keys, schema)

for command in IN_ORDER:
    main.add_command(command)
