"""The command line: one file for each group of commands, loaded when one of them is asked for."""

from hhtui.cli.group import main

__all__ = ["main"]
