"""The names of keys: how people write them, and those in the configuration that a terminal can send."""

import string
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from hhtui.config import ConfigError

MODIFIERS = ("alt", "ctrl", "hyper", "meta", "shift", "super")
"""In the order in which Textual writes them."""
NEVER_SENT = {"<any>", "<ignore>", "<scroll-up>", "<scroll-down>", "ctrl-at", "return"}
"""Members of `textual.keys.Keys` that no key sends; the Return key sends `enter`."""

_RENAMED = {"solidus": "slash", "reverse_solidus": "backslash", "commercial_at": "at", "hyphen_minus": "minus"}
_RENAMED |= {"plus_sign": "plus", "low_line": "underscore"}
_SHOWN = {
    "slash": "/",
    "colon": ":",
    "question_mark": "?",
    "full_stop": ".",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "left_parenthesis": "(",
    "right_parenthesis": ")",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "home": "Home",
    "end": "End",
    "down": "↓",
    "up": "↑",
    "left": "←",
    "right": "→",
    "tab": "Tab",
    "escape": "Esc",
    "enter": "Enter",
}
_WRITTEN = {shown.lower(): key for key, shown in _SHOWN.items()}


def shown_key(key: str) -> str:
    """Return how a key is written for people: `slash` is `/`, `pagedown` is `PgDn`."""
    return _SHOWN.get(key) or _CHARACTERS.get(key, key)


def key_name(key: str) -> str:
    """Return Textual's name of a key that may be written as people write it: `?` is `question_mark`, `Esc` `escape`."""
    if len(key) > 1:
        return _WRITTEN.get(key.lower(), key.lower())
    if key in _WRITTEN or key.isalnum():
        return _WRITTEN.get(key, key)
    name = unicodedata.name(key, key).lower().replace("-", "_").replace(" ", "_")
    return _RENAMED.get(name, name)


_CHARACTERS = {key_name(character): character for character in string.punctuation}


def refuse_unknown(path: Path, configured: Mapping[str, Iterable[str]]) -> None:
    """Raise ConfigError for a key in `configured`, by action id, that no terminal has; `path` is the configuration."""
    for action, keys in configured.items():
        for key in keys:
            if not is_key(key):
                raise ConfigError(f"{path}: keys.{action}: there is no key {key!r}; the nearest is {nearest(key)}")


def is_key(key: str) -> bool:
    """Say whether a terminal can send `key`: a character or the name of a key, with modifiers before it or without.

    Shift with a letter or digit is none: it sends another character.
    """
    if len(key) == 1:
        return True
    name = key_name(key)
    *modifiers, last = name.split("+")
    if name in _names():
        return True
    return modifiers == _in_order(modifiers) and _is_sent(last) and not (modifiers == ["shift"] and len(last) == 1)


def nearest(key: str) -> str:
    """Return the name that `is_key` takes and that is most like `key`."""
    name = key_name(key)
    for modifier in MODIFIERS:
        name = name.replace(f"{modifier}-", f"{modifier}+")
    *modifiers, last = name.split("+")
    last = key_name(last or "+")
    if not _is_sent(last):
        last = "enter" if last == "return" else _closest(last, (one for one in _usual_names() if "+" not in one))
    modifiers = _in_order([_closest(one, MODIFIERS) for one in modifiers if one])
    return last.upper() if modifiers == ["shift"] and len(last) == 1 else "+".join([*modifiers, last])


def _in_order(modifiers: list[str]) -> list[str]:
    return [one for one in MODIFIERS if one in modifiers]


def _is_sent(name: str) -> bool:
    """Say whether `name` is that of a key without modifiers, as Textual writes it."""
    if len(name) == 1 or name in _names():
        return name == key_name(name)
    try:
        return key_name(unicodedata.lookup(name.replace("_", " "))) == name
    except KeyError:
        return False


@cache
def _names() -> frozenset[str]:
    """Return Textual's names of keys, also of those that only some terminals tell apart."""
    from textual._keyboard_protocol import FUNCTIONAL_KEYS

    return _usual_names() | frozenset(FUNCTIONAL_KEYS.values())


@cache
def _usual_names() -> frozenset[str]:
    from textual.keys import Keys

    return frozenset({*(key.value for key in Keys), *map(key_name, string.punctuation)} - NEVER_SENT)


def _closest(name: str, names: Iterable[str]) -> str:
    from difflib import get_close_matches

    return get_close_matches(name, sorted(names), n=1, cutoff=0.0)[0]
