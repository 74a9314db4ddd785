"""Copying over a terminal: an OSC 52 sequence that also passes tmux, and always a file as well."""

import base64
import os
from pathlib import Path

CLIPBOARD_FILE = "clipboard.txt"


def sequence(text: str, environment: "os._Environ[str] | dict[str, str]" = os.environ) -> str:
    """Return what asks the terminal to put `text` on its clipboard; tmux is told to pass it through."""
    encoded = base64.b64encode(text.encode()).decode("ascii")
    osc52 = f"\x1b]52;c;{encoded}\x07"
    if "TMUX" in environment:
        return "\x1bPtmux;" + osc52.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    return osc52


def save(text: str, folder: Path) -> Path:
    """Write `text` to the clipboard file in `folder`, and return it; raises OSError where that fails."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / CLIPBOARD_FILE
    path.write_text(text + "\n", encoding="utf-8")
    return path
