"""The keys of the configuration: every name that a terminal can send, and no other."""

import string
from pathlib import Path

import pytest

from hhtui import api
from hhtui.config import ConfigError
from hhtui.tui.actions import ACTIONS
from hhtui.tui.key_names import is_key, nearest, refuse_unknown, shown_key


def test_every_default_key_may_be_configured_as_it_is_named_and_as_it_is_shown() -> None:
    keys = [key for action in ACTIONS for key in action.keys]
    assert [key for key in keys if not (is_key(key) and is_key(shown_key(key)))] == []


@pytest.mark.parametrize("key", [*string.printable, "é", "中", "§"])
def test_every_character_is_a_key(key: str) -> None:
    assert is_key(key)


@pytest.mark.parametrize(
    "key",
    [
        *("ctrl+x", "ctrl+D", "shift+tab", "alt+x", "ctrl+shift+left", "ctrl+shift+a", "ctrl+f5", "alt+question_mark"),
        *("enter", "space", "backspace", "F1", "f25", "PgDn", "PageUp", "Esc", "menu", "section_sign", "ctrl+@"),
    ],
)
def test_names_of_keys_are_keys(key: str) -> None:
    assert is_key(key)


@pytest.mark.parametrize(
    ("key", "instead"),
    [
        ("nosuchkey", ""),
        ("return", "enter"),
        ("del", "delete"),
        ("page_down", "pagedown"),
        ("spacebar", "space"),
        ("digit_one", ""),
        ("<any>", ""),
        ("control+d", "ctrl+d"),
        ("ctrl-d", "ctrl+d"),
        ("Shift+Ctrl+x", "ctrl+shift+x"),
        ("ctrl+ctrl+x", "ctrl+x"),
        ("ctrl++", "ctrl+plus"),
        ("ctrl+", "ctrl+plus"),
        ("alt+?", "alt+question_mark"),
        ("shift+f", "F"),
    ],
)
def test_what_no_terminal_sends_is_refused_with_the_nearest_key(key: str, instead: str) -> None:
    assert not is_key(key)
    assert is_key(nearest(key))
    assert nearest(key) == (instead or nearest(key))
    with pytest.raises(ConfigError) as caught:
        refuse_unknown(Path("config.toml"), {"quit": ("q",), "flag": ("f", key)})
    assert str(caught.value) == f"config.toml: keys.flag: there is no key {key!r}; the nearest is {nearest(key)}"


def test_the_browser_refuses_before_it_opens_anything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HHTUI_CONFIG_DIR", str(tmp_path))
    (tmp_path / "config.toml").write_text('[keys]\nflag = "nosuchkey"\n')
    with pytest.raises(ConfigError, match=r"config\.toml: keys\.flag: there is no key 'nosuchkey'"):
        api.browse(tmp_path / "none.db")
