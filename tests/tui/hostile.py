"""Strings that try to harm a terminal, to become markup, or to shear the screen: our own, and shared collections."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

from tests.transcripts import dialogue
from tests.tui.desk import Row

HARMFUL = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
MARKER = "QZXJ"

OWN = (
    f"\x1b[31m{MARKER} red\x1b[0m",
    f"\x1b]52;c;{MARKER}\x07",
    f"\x1b]0;{MARKER} title\x1b\\",
    f"\x1b]8;;https://{MARKER}.example\x07a link\x1b]8;;\x07",
    f"\x1b[2J\x1b[H\x1b[?1049l{MARKER}",
    f"\x1bP{MARKER}\x1b\\ \x1b_{MARKER}\x1b\\ \x1b[6n",
    f"\x9b31m{MARKER} \x9d0;{MARKER}\x9c \x90{MARKER}\x9c \x85",
    f"\u202e{MARKER} backwards\u202c \u2066one\u2069 \u2067two\u2069 \u2068three\u2069 \u202a\u202b\u202d",
    f"{MARKER}\x00\x07\x08\x08\x08\x0b\x0c\x0e\x0f\x7f\r overwritten",
    f"[bold]{MARKER}[/bold] [/] [red on blue] [link=https://{MARKER}.example]x[/link] [@click=app.quit()]quit[/]",
    f"[{MARKER} [[ ]] [/{MARKER}] \\[b] $text-error {{}} %s :smile:",
    f"\u2028{MARKER}\u2029line separators\u200b\u200d\ufeff",
    "\U0001f469\U0001f3fd\u200d\U0001f680 \U0001f1e9\U0001f1ea \u0301\u0302 \uf04a \u3042\uff21 \u5b57" + MARKER,
    f"{MARKER}{'x' * 400}",
    f"-- {MARKER}'; DROP TABLE pair; --",
)


def shared(folder: Path) -> list[str]:
    """Return the strings of the shared collections of terminal escapes and of naughty strings."""
    payloads = json.loads((folder / "nasty" / "ansi" / "garak_ansi.json").read_text(encoding="utf-8"))
    naughty = json.loads((folder / "nasty" / "blns" / "blns.json").read_text(encoding="utf-8"))
    texts = [text for some in payloads.values() for text in some] + naughty
    return [text for text in texts if isinstance(text, str)]


def single_rows(texts: Sequence[str]) -> list[Row]:
    """Return a pair for every string, which stands in its prompt and in both responses."""
    return [{"chosen": dialogue(text, f"{text} yes"), "rejected": dialogue(text, f"no {text}")} for text in texts]


def bundled_rows(texts: Sequence[str], size: int = 40) -> list[Row]:
    """Return few pairs with many strings each, in turns of the prompt and in lines of the responses."""
    rows: list[Row] = []
    for first in range(0, len(texts), size):
        some = texts[first : first + size]
        turns = some if len(some) % 2 else [*some, "and?"]
        lines = "\n".join(some)
        rows.append(
            {
                "chosen": dialogue(*turns, f"{MARKER} {lines}"),
                "rejected": dialogue(*turns, f"{lines} {MARKER}"),
                "source\x1b[31m": f"\x1b[32m{some[0]}",
            }
        )
    return rows
