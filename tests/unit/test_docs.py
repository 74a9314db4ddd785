"""The documentation says what the program does."""

import re
import tomllib
from pathlib import Path

from hhtui.cli.group import MODULES
from hhtui.config import SETTINGS, load
from hhtui.tui.actions import ACTIONS
from tests.readme import README, generated

ROOT = README.parent


def test_generated_parts_of_the_readme_are_current() -> None:
    text = README.read_text(encoding="utf-8")

    assert generated(text) == text, "run: python -m tests.readme"


def test_every_command_action_and_setting_is_documented() -> None:
    text = README.read_text(encoding="utf-8")

    missing = [name for name in MODULES if f"Usage: hhtui {name} " not in text]
    missing += [action.id for action in ACTIONS if f"`{action.id}`" not in text]
    missing += [name for name in SETTINGS if f"| `{name}` |" not in text]
    assert missing == []


def test_the_configuration_in_the_readme_is_valid(tmp_path: Path) -> None:
    text = README.read_text(encoding="utf-8")
    example = re.search(r"```toml\n(.*?)```", text, re.DOTALL)
    assert example is not None
    path = tmp_path / "config.toml"
    path.write_text(example[1])

    config = load(path, {action.id for action in ACTIONS})

    assert config.annotator == tomllib.loads(example[1])["annotator"]


def test_pictures_of_the_readme_are_there() -> None:
    named = re.findall(r"!\[[^]]*\]\(([^)]+)\)", README.read_text(encoding="utf-8"))

    assert named
    assert [name for name in named if not (ROOT / name).is_file()] == []
