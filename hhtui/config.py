"""The user's configuration: one TOML file, in which unknown names are refused."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar

from hhtui.model import NO_VALUES

Colour = Literal["auto", "truecolor", "256", "16"]
COLOURS: tuple[Colour, ...] = ("auto", "truecolor", "256", "16")
ShieldLevel = Literal["off", "profanity", "everything"]
SHIELD_LEVELS: tuple[ShieldLevel, ...] = ("off", "profanity", "everything")
Word = TypeVar("Word", bound=str)


class ConfigError(Exception):
    """The configuration cannot be used; the message names the file, the key and what is valid."""


class Config(NamedTuple):
    """What the user set, or the defaults.

    `annotator` is the name that decisions are saved under, `colour` the depth of colours, `mouse` whether the mouse is
    used, `keys` the keys of an action by its id. `shield` is what is masked where a reader has not chosen yet, and
    `shield_threshold` the score, from 0 to 1, from which the level "profanity" masks a turn.
    """

    annotator: str = ""
    colour: Colour = "auto"
    mouse: bool = True
    shield: ShieldLevel = "off"
    shield_threshold: float = 0.9
    keys: Mapping[str, tuple[str, ...]] = NO_VALUES


SETTINGS: Mapping[str, str] = {
    "annotator": "the name that decisions are saved under; by default the login name",
    "colour": "auto, truecolor, 256 or 16",
    "mouse": "true or false",
    "shield": "off, profanity or everything: what is masked until `R` chooses another, which a database remembers",
    "shield_threshold": "a number from 0 to 1, by default 0.9: from which score the level profanity masks a turn",
    "keys": "a table: action id = key, or a list of keys",
}


def login_name() -> str:
    """Return the name of the user who is logged in."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "anonymous"


def load(path: Path, actions: Collection[str]) -> Config:
    """Read the configuration at `path`, or the defaults where there is no such file.

    `actions` are the valid names under `[keys]`. Raises ConfigError for anything unknown or of the wrong type.
    """
    if not path.exists():
        return Config()
    import tomllib

    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}; mend it or move it away") from None
    _refuse_unknown(path, "", content, SETTINGS)
    keys = content.get("keys", {})
    if not isinstance(keys, dict):
        raise ConfigError(f'{path}: keys must be a table, as in:\n[keys]\nflag = "f"')
    _refuse_unknown(path, "keys.", keys, actions)
    return Config(
        annotator=_typed(path, content, "annotator", str, ""),
        colour=_one_of(path, content, "colour", COLOURS),
        mouse=_typed(path, content, "mouse", bool, True),
        shield=_one_of(path, content, "shield", SHIELD_LEVELS),
        shield_threshold=_share(path, content, "shield_threshold", 0.9),
        keys=_unambiguous(path, {name: _keys(path, name, value) for name, value in keys.items()}),
    )


def _refuse_unknown(path: Path, prefix: str, found: Mapping[str, Any], valid: Collection[str]) -> None:
    for name in found:
        if name not in valid:
            from difflib import get_close_matches

            near = get_close_matches(name, valid, n=1, cutoff=0.0)
            raise ConfigError(f"{path}: there is no setting {prefix}{name}; the nearest is {prefix}{near[0]}")


def _one_of(path: Path, content: Mapping[str, Any], name: str, values: Sequence[Word]) -> Word:
    """Return the value of a setting that must be one of `values`, by default the first."""
    value = next((known for known in values if known == content.get(name, values[0])), None)
    if value is None:
        raise ConfigError(f"{path}: {name} is {content[name]!r}; it must be one of {', '.join(values)}")
    return value


def _share(path: Path, content: Mapping[str, Any], name: str, default: float) -> float:
    value = content.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ConfigError(f"{path}: {name} is {value!r}; it must be {SETTINGS[name]}")
    return float(value)


def _typed(path: Path, content: Mapping[str, Any], name: str, kind: type, default: Any) -> Any:
    value = content.get(name, default)
    if not isinstance(value, kind):
        raise ConfigError(f"{path}: {name} is {value!r}; it must be {SETTINGS[name]}")
    return value


def _keys(path: Path, name: str, value: Any) -> tuple[str, ...]:
    keys = [value] if isinstance(value, str) else value
    if not isinstance(keys, list) or not keys or not all(isinstance(key, str) and key for key in keys):
        raise ConfigError(f'{path}: keys.{name} is {value!r}; it must be a key such as "f", or a list of keys')
    return tuple(keys)


def _unambiguous(path: Path, keys: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    owner: dict[str, str] = {}
    for name, names in keys.items():
        for key in names:
            if key in owner:
                raise ConfigError(
                    f"{path}: the key {key!r} is given to keys.{owner[key]} and to keys.{name}; choose one"
                )
            owner[key] = name
    return keys
