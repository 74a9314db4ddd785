"""The settings of the shield."""

from pathlib import Path

import pytest

from hhtui.config import SHIELD_LEVELS, Config, ConfigError, load


def configured(folder: Path, text: str) -> Config:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return load(path, ())


def test_the_shield_is_off_and_its_threshold_at_nine_tenths_unless_configured(tmp_path: Path) -> None:
    assert configured(tmp_path, "") == Config(shield="off", shield_threshold=0.9)


@pytest.mark.parametrize("level", SHIELD_LEVELS)
def test_a_level_and_a_threshold_are_read(tmp_path: Path, level: str) -> None:
    found = configured(tmp_path, f'shield = "{level}"\nshield_threshold = 1')
    assert (found.shield, found.shield_threshold) == (level, 1.0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('shield = "profane"', "shield is 'profane'; it must be one of off, profanity, everything"),
        ("shield = true", "shield is True; it must be one of"),
        ("shield_threshold = 1.5", "shield_threshold is 1.5; it must be a number from 0 to 1"),
        ("shield_threshold = true", "shield_threshold is True"),
        ('shield_threshold = "0.9"', "shield_threshold is '0.9'"),
        ("shield_treshold = 0.5", "there is no setting shield_treshold; the nearest is shield_threshold"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        configured(tmp_path, text)
    assert said in str(refused.value)
