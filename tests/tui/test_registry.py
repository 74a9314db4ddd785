"""One registry of actions: each does something, by keys that are its own and can be changed."""

import string
from pathlib import Path

from textual.keys import _character_to_key

from hhtui.config import Config, load
from hhtui.tui.actions import ACTIONS, BY_ID
from hhtui.tui.app import LEFT_TO_TEXTUAL
from hhtui.tui.key_names import key_name, shown_key
from hhtui.tui.keys import DEFAULT_KEYS, by_key, footer, key_table, keys_in_use
from hhtui.tui.screens.dialogs import Choose
from hhtui.tui.screens.help import Help
from tests.tui.desk import reading

NEEDS_NO = ("alt+", "ctrl+shift+", "ctrl+s", "ctrl+j", "ctrl+b", "ctrl+o")


async def test_every_action_has_a_handler_and_every_handler_an_action(made: Path) -> None:
    async with reading(made) as desk:
        assert set(desk.browse._handlers) == set(BY_ID)


def test_no_key_belongs_to_two_actions_and_none_needs_what_terminals_keep() -> None:
    for blind in (False, True):
        own = [key for action in ACTIONS if action.for_blind == blind for key in action.keys]
        assert len(own) == len(set(own))
    keys = {key for action in ACTIONS for key in action.keys}
    assert not [key for key in keys if key.startswith(NEEDS_NO) or key in LEFT_TO_TEXTUAL]
    assert all(action.keys and action.meaning and action.label for action in ACTIONS)


def test_keys_are_named_as_textual_names_them() -> None:
    characters = [one for one in string.printable if one.isprintable()]
    assert {one: key_name(one) for one in characters} == {one: _character_to_key(one) for one in characters}
    assert [key_name(one) for one in ("Esc", "PgDn", "F5", "ctrl+d", "J", "?")] == [
        *("escape", "pagedown", "f5", "ctrl+d", "J", "question_mark")
    ]
    assert all(key_name(shown_key(key)) == key for keys in DEFAULT_KEYS.values() for key in keys)


def test_a_configured_key_is_taken_from_who_had_it() -> None:
    keys = keys_in_use({"flag": ("?", "F5")})
    assert keys["flag"] == ("question_mark", "f5")
    assert keys["help"] == ()
    assert keys["next_pair"] == BY_ID["next_pair"].keys


def test_keys_for_blind_reading_and_others_do_not_take_each_other() -> None:
    keys = keys_in_use({"prefer_left": ("a",), "flag": ("2",)})
    assert (keys["prefer_chosen"], keys["prefer_right"]) == (("a",), ("2",))
    ordinary, blind = by_key(keys, blind=False), by_key(keys, blind=True)
    assert (ordinary["a"].id, ordinary["2"].id) == ("prefer_chosen", "flag")
    assert (blind["a"].id, blind["2"].id, blind["j"].id) == ("prefer_left", "prefer_right", "next_pair")


def test_the_table_lists_every_action_once_and_the_footer_names_the_keys_in_use() -> None:
    listed = [name for _, rows in key_table() for _, name, _ in rows]
    assert sorted(listed) == sorted(BY_ID)
    assert footer(200, keys_in_use({"flag": ("F5",)})).split("  ")[1] == "f5 flag"
    assert len(footer(39)) <= 39
    assert footer(10) == "j next"


async def test_remapped_keys_work_and_the_old_ones_do_not(made: Path, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[keys]\nflag = "!"\nnext_pair = ["n", "PgDn"]\n')
    async with reading(made, config=load(file, BY_ID)) as desk:
        assert desk.footer.startswith("n next  ! flag")
        await desk.press("n", "pagedown")
        assert desk.row == 2
        await desk.press("f", "j", "down")
        assert (desk.row, desk.events()) == (2, [])
        await desk.press("!")
        assert desk.events() == [("flag", "yes", "2")]
        await desk.press("?")
        assert "n PgDn       next pair" in desk.text()


async def test_the_palette_lists_every_action_and_runs_the_one_that_is_typed(filled: Path) -> None:
    wanted = [action.id for action in ACTIONS if action.id != "palette"]
    async with reading(filled, config=Config(), read_only=True) as desk:
        await desk.press(":")
        dialog = desk.app.screen
        assert isinstance(dialog, Choose)
        assert [choice.id for choice in dialog._choices] == wanted
        await desk.burst(*"difference", "enter")
        assert desk.footer == "differences: always", "the id that is typed goes before those that contain it"
        await desk.burst(":", *"last pair", "enter")
        assert desk.row == 47
        await desk.burst(":", *"keys and the query", "enter")
        assert isinstance(desk.app.screen, Help)


def test_help_begins_with_the_keys_and_ends_with_the_notes() -> None:
    from hhtui.tui.screens.help import help_lines

    lines = help_lines(DEFAULT_KEYS, ("toxicity is a score",))
    assert (lines[0], lines[-1]) == ("Move", "toxicity is a score")
