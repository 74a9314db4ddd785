"""Labels from the keyboard: digits, the list, both responses at once, and what stands on the screen."""

import json
from pathlib import Path

import pytest
from textual.widgets import OptionList

from hhtui.store import taxonomies
from hhtui.store.database import Database
from hhtui.tui.presentation import Blind
from hhtui.tui.screens.browse import Browse
from hhtui.tui.screens.labels import LabelDialog
from tests.tui.desk import Desk, reading

Given = tuple[str, str, int]


def labels(desk: Desk) -> list[Given]:
    """The (slug, side, row) of every current label, in order."""
    rows = desk.browse.connection.execute(
        "SELECT label, side, pair.row FROM decision JOIN pair ON pair.id = pair_id WHERE kind = 'label' "
        "ORDER BY pair.row, side, label"
    )
    return [tuple(row) for row in rows]


def offered(desk: Desk) -> list[str]:
    """The lines of the list of labels."""
    options = desk.app.screen.query_one(OptionList)
    return [str(options.get_option_at_index(at).prompt) for at in range(options.option_count)]


async def test_a_digit_gives_its_label_to_the_response_in_focus_and_takes_it_off(made: Path) -> None:
    async with reading(made) as desk:
        await desk.press("3")
        assert (desk.row, labels(desk)) == (0, [("harmful", "chosen", 0)])
        assert desk.footer == "label harmful on chosen · saved   u undoes"
        assert "chosen: harmful" in desk.header
        await desk.press("l", "3", "5")
        assert "both: harmful · rejected: acceptable" in desk.header
        await desk.press("h", "3")
        assert labels(desk) == [("acceptable", "rejected", 0), ("harmful", "rejected", 0)]
        assert desk.footer == "label harmful taken off on chosen · saved   u undoes"
        await desk.press("u")
        assert len(labels(desk)) == 3


async def test_b_labels_both_responses_in_one_step_and_takes_it_off_again(made: Path) -> None:
    async with reading(made) as desk:
        await desk.press("l", "3", "b")
        assert labels(desk) == [("harmful", "chosen", 0), ("harmful", "rejected", 0)]
        assert "both: harmful" in desk.header
        await desk.press("u")
        assert labels(desk) == [("harmful", "rejected", 0)]
        await desk.press("ctrl+r", "b")
        assert labels(desk) == []
        assert desk.footer == "label harmful taken off on chosen and rejected · saved   u undoes"


async def test_the_list_gives_several_labels_in_a_row_and_goes_to_the_other_response(made: Path) -> None:
    async with reading(made) as desk:
        await desk.burst("L", *"weap", "enter", *"organised", "enter", "tab", "enter")
        assert isinstance(desk.app.screen, LabelDialog)
        assert labels(desk) == [
            *(("terrorism-organised-crime", "chosen", 0), ("weapons", "chosen", 0)),
            ("terrorism-organised-crime", "rejected", 0),
        ]
        assert [line[0] for line in offered(desk) if "weapons" in line or "organised" in line] == [" ", "✓"]
        await desk.burst("tab", "enter", "escape", "f")
        assert labels(desk) == [("weapons", "chosen", 0), ("terrorism-organised-crime", "rejected", 0)]
        assert "⚑ flagged · chosen: weapons · rejected: terrorism-organised-crime" in desk.header


async def test_typing_finds_slugs_groups_and_meanings_and_nothing_changes_nothing(made: Path) -> None:
    async with reading(made) as desk:
        await desk.burst("L", *"behav refusal")
        assert [line.split()[1] for line in offered(desk)] == ["full-refusal", "partial-refusal"]
        await desk.burst("ctrl+u", *"vandalism")
        assert [line.split()[0] for line in offered(desk)] == ["property-crime"]
        await desk.burst("z", "enter", "4", "escape")
        assert desk.events() == []


async def test_an_empty_digit_is_filled_from_the_list_and_any_digit_takes_another_label(made: Path) -> None:
    async with reading(made) as desk:
        await desk.press("1")
        assert "a label for the key 1, and for chosen" in desk.text()
        await desk.burst(*"theft", "enter")
        assert labels(desk) == [("theft", "chosen", 0)]
        await desk.press("j", "1")
        assert labels(desk)[1:] == [("theft", "chosen", 1)]
        await desk.burst("L", *"pii", "3", "escape", "3")
        assert labels(desk)[1:] == [("pii", "chosen", 1), ("theft", "chosen", 1)]
    async with reading(made, annotator="bert") as desk:
        await desk.press("3")
        assert ("harmful", "chosen", 0) in labels(desk), "digits are one's own"
        assert "1 other decided" in desk.header
    async with reading(made) as desk:
        await desk.press("j", "3")
        assert labels(desk).count(("pii", "chosen", 1)) == 1


async def test_a_label_for_a_selection_is_one_step_marked_as_bulk(made: Path) -> None:
    async with reading(made) as desk:
        await desk.press("l", "v", "j", "j", "3")
        assert labels(desk) == [("harmful", "rejected", row) for row in range(3)]
        await desk.press("v", "v")
        await desk.burst("L", *"pii", "enter")
        assert "label pii on rejected for 48 pairs, as one step?" in desk.text()
        await desk.press("y")
        assert len(labels(desk)) == 51
        context = desk.browse.connection.execute("SELECT context FROM event ORDER BY seq DESC").fetchone()[0]
        assert (json.loads(context)["bulk"], json.loads(context)["taxonomy"]) == (True, "1")
        await desk.press("u", "u")
        assert labels(desk) == []


async def test_repeating_labels_the_response_in_focus_then(made: Path) -> None:
    async with reading(made) as desk:
        await desk.press("3", "j", "l", ".")
        assert labels(desk) == [("harmful", "chosen", 0), ("harmful", "rejected", 1)]


async def test_labels_of_a_blind_pair_go_to_what_stands_there_and_speak_of_a_and_b(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Browse, "blinding_of", lambda _screen, _pair_id: Blind("seed"))
    turned = set[str]()
    async with reading(made) as desk:
        for row in range(6):
            sides = desk.browse.pair.presentation.sides
            turned.add(sides[0])
            await desk.press("l", "3")
            assert labels(desk)[-1] == ("harmful", sides[1], row)
            assert desk.footer == "label harmful on B · saved   u undoes"
            assert "B: harmful" in desk.header
            await desk.press("L")
            assert "labels of B" in desk.text()
            await desk.burst(*"theft", "enter", "escape")
            assert ("theft", sides[1], row) in labels(desk)
            await desk.press("b")
            assert "both: harmful · B: theft" in desk.header
            assert desk.footer == "label harmful on A and B · saved   u undoes"
            await desk.press("u")
            assert desk.footer == "undone: label harmful on A and B · saved"
            await desk.press("ctrl+r")
            assert desk.footer == "redone: label harmful on A and B · saved"
            await desk.press("h", "j")
    assert turned == {"chosen", "rejected"}


async def test_a_row_says_that_a_pair_is_labelled_and_a_narrow_header_how_often(made: Path) -> None:
    async with reading(made) as desk:
        await desk.press("b", "f")
        assert any(line.startswith("▸⚑  # –▕–") for line in desk.lines())
    async with reading(made, size=(44, 20)) as desk:
        assert "⚑ 2 labels" in desk.header


async def test_a_taxonomy_without_harmful_leaves_b_and_the_digits_without_their_labels(made: Path) -> None:
    with Database.open(made) as database:
        taxonomies.store(database, 'version = "own"\n[tone]\nwarm = "kind"\ncold-2 = "unkind"\n')
    async with reading(made) as desk:
        await desk.press("b")
        assert desk.footer == "there is no label 'harmful'; the nearest is warm"
        await desk.press("3")
        assert [line.split() for line in offered(desk)] == [["warm", "tone", "kind"], ["cold-2", "tone", "unkind"]]
        await desk.burst(*"cold-", "enter", "3")
        assert desk.footer == "label cold-2 taken off on chosen · saved   u undoes"


async def test_a_list_on_an_empty_result_or_a_read_only_database_says_so(made: Path) -> None:
    async with reading(made, read_only=True) as desk:
        await desk.press("3")
        assert (labels(desk), "read-only" in desk.footer or "cannot" in desk.footer) == ([], True)
        await desk.search("nosuchword")
        await desk.press("L")
        assert desk.footer == "there is no pair to label"
