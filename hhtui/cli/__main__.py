"""`python -m hhtui.cli` is the command `hhtui`."""

from hhtui.cli import main

if __name__ == "__main__":
    main(prog_name="hhtui")
