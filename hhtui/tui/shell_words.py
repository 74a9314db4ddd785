"""Commands to be pasted into a shell: bash, zsh and ksh read each word as it was meant, in any folder."""

import re
import shlex
from collections.abc import Iterable
from pathlib import Path

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_ESCAPED = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def command(*words: str | Path) -> str:
    """Return a command line of these words on one line; paths are made absolute."""
    return " ".join(_quoted(str(word.absolute()) if isinstance(word, Path) else word) for word in words)


def options(given: Iterable[tuple[str, str | None]]) -> list[str]:
    """Return the options whose values are not None, each followed by its value."""
    return [word for name, value in given if value is not None for word in (name, value)]


def _quoted(word: str) -> str:
    """Return a word in quotes where it needs them; one with control characters, which a terminal may keep for itself
    when they are pasted, as `$'…'` with escapes."""
    return f"$'{''.join(map(_escaped, word))}'" if CONTROL.search(word) else shlex.quote(word)


def _escaped(character: str) -> str:
    if character in _ESCAPED:
        return _ESCAPED[character]
    if character == "!" or (character < " " or character == "\x7f"):
        return f"\\x{ord(character):02x}"
    return "".join(f"\\x{byte:02x}" for byte in character.encode()) if CONTROL.match(character) else character
