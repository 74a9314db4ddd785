"""The panel of facets: it counts beside the keys, its rows go into the query and out, and it stays open."""

import random
from pathlib import Path

import pytest

from hhtui.model import RESPONSES
from hhtui.store import facets as stored
from hhtui.store.connection import SqliteError
from hhtui.store.database import Database
from hhtui.store.triage import Item, Plan, Triage
from hhtui.tui.facets import runner
from hhtui.tui.start import Start
from tests.store.scored import column, give
from tests.tui.conftest import PAIRS
from tests.tui.desk import ANNOTATOR, Desk, reading

NARROW = (80, 24)


@pytest.fixture
def scored(made: Path) -> Path:
    """The numbered pairs with scores of both sides, drawn at random."""
    with Database.open(made) as database:
        drawn = random.Random(3)
        numbers = {f"harsh.{side}": [drawn.random() for _ in range(PAIRS)] for side in RESPONSES}
        give(database, "one", [column("harsh")], numbers)
    return made


async def counted(desk: Desk) -> str:
    """Wait until everything that was asked has been counted, and return what stands on the screen."""
    await desk.settle()
    return desk.text()


async def go_to(desk: Desk, term: str) -> None:
    """Move the cursor to the row of a term."""
    await counted(desk)
    await desk.press("g")
    for _ in desk.browse.faceting.panel._items:
        current = desk.browse.faceting.panel.current
        if current is not None and current.term == term:
            return
        await desk.burst("j")
    raise AssertionError(f"no row toggles {term}:\n{desk.text()}")


def counts(desk: Desk) -> dict[str, int]:
    """Return how many pairs each row of the last facets counts, by its term."""
    found = desk.browse.faceting._facets
    assert found is not None
    return {row.term: row.pairs for group in found.groups for row in group.rows}


@pytest.mark.parametrize("size", [(200, 50), (120, 34), NARROW, (40, 12)])
async def test_the_panel_shows_what_the_result_falls_into(scored: Path, size: tuple[int, int]) -> None:
    async with reading(scored, size=size) as desk:
        await desk.search("bank")
        await desk.press("F")
        text = await counted(desk)
        assert desk.browse.list.display is False
        assert desk.browse.pair.display is (size[0] >= 120)
        assert counts(desk)["bank"] == len(desk.rows) == 24
        assert "facets" in text and "24 of 48" in text
        assert "✓ bank" in text and "100.0 %" in text
        assert all(len(line) <= size[0] for line in desk.lines())
        await desk.press("escape")
        assert "facets" not in "".join(desk.lines()[1:-1]) and desk.browse.pair.display


async def test_a_row_goes_into_the_query_and_out_and_the_panel_stays(scored: Path) -> None:
    async with reading(scored, size=NARROW) as desk:
        await desk.search("bank sort:row-")
        await desk.press("F")
        await go_to(desk, "harsh.chosen:0.4..0.6")
        expected = counts(desk)["harsh.chosen:0.4..0.6"]
        await desk.press("enter")
        await counted(desk)
        assert desk.query == "bank harsh.chosen:0.4..0.6 sort:row-"
        assert len(desk.rows) == expected == counts(desk)["bank"]
        assert desk.browse.faceting.panel.current is not None and desk.browse.faceting.panel.current.on
        await desk.press("space")
        await counted(desk)
        assert desk.query == "bank sort:row-" and len(desk.rows) == 24
        await desk.press("-")
        await counted(desk)
        assert desk.query == "bank -harsh.chosen:0.4..0.6 sort:row-" and len(desk.rows) == 24 - expected


@pytest.mark.parametrize("closing", [("j", "escape"), ("escape",), ("q",)])
async def test_a_panel_that_is_counting_can_be_closed(scored: Path, closing: tuple[str, ...]) -> None:
    async with reading(scored, size=NARROW) as desk:
        await desk.burst("F", *closing, "j", "f")
        assert not desk.browse.faceting.open
        assert desk.row == 1 and desk.events() == [("flag", "yes", "1")]


@pytest.mark.parametrize(
    ("keys", "query"),
    [
        (("enter", "/", *" bank", "enter"), "subset:made bank"),
        (("/", *"bank", "enter"), "bank"),
        (("j", "enter", "/", *" quay"), "split:test quay"),
        (("j", "enter", "T"), "flag:yes"),
    ],
)
async def test_keys_that_come_before_the_counts_keep_their_order(
    scored: Path, keys: tuple[str, ...], query: str
) -> None:
    async with reading(scored, size=NARROW) as desk:
        await desk.burst("F", *keys)
        assert desk.query == query
        await desk.burst("escape", "escape", "escape", "j", "f")
        await desk.burst("F", "escape", "g")
        assert not desk.browse.faceting.open and len(desk.events()) < 2, "keys are heard"


async def test_a_click_on_a_row_ends_the_editing(scored: Path) -> None:
    async with reading(scored, size=(160, 45)) as desk:
        await desk.burst("F")
        await desk.burst("/", *"bank")
        assert desk.footer.startswith("Enter keeps"), "the keys of the line"
        await counted(desk)
        row = next(at for at, line in enumerate(desk.lines()) if " test " in line)
        await desk.pilot.click("#facets", offset=(4, row - 1))
        await counted(desk)
        assert desk.query == "bank split:test" and desk.browse.focused is None
        assert "Enter in or out" in desk.footer
        await desk.burst("tab", "j", "f")
        assert [kind for kind, _, _ in desk.events()] == ["flag"]


async def test_a_panel_without_the_pair_beside_it_has_the_keys(scored: Path) -> None:
    async with reading(scored, size=(160, 45)) as desk:
        await desk.burst("F")
        await counted(desk)
        assert "▸facets" in desk.text()
        await desk.burst("tab")
        assert "▸facets" not in desk.text() and "facets" in desk.text()
        await desk.pilot.resize_terminal(80, 24)
        await desk.settle()
        assert "▸facets" in desk.text() and "Enter in or out" in desk.footer
        await desk.burst("j", "escape")
        assert desk.row == 0 and not desk.browse.faceting.open


async def test_the_counts_follow_the_query_while_it_is_typed(scored: Path) -> None:
    async with reading(scored, size=(160, 45)) as desk:
        await desk.burst("F")
        await desk.burst("/", *"chosen:bank")
        await counted(desk)
        assert desk.browse.focused is not None and desk.browse.faceting.open
        assert counts(desk)["chosen:bank"] == len(desk.rows) == 16
        await desk.burst("escape")
        await counted(desk)
        assert "chosen:bank" not in counts(desk) and len(desk.rows) == PAIRS
        await desk.burst("j", "enter")
        assert desk.query != "", "keys are the panel's again"


async def test_an_answer_that_was_overtaken_is_dropped(scored: Path) -> None:
    async with reading(scored, size=NARROW) as desk:
        await desk.burst("F")
        await counted(desk)
        faceting = desk.browse.faceting
        before = faceting._facets
        stale = runner.Counted(faceting._asked - 1, "an old answer")
        faceting.take(stale)
        assert faceting._facets is before and "an old answer" not in desk.text()


async def test_what_takes_long_is_shown_as_it_comes(scored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "PATIENCE", 0.0)
    shown: list[tuple[bool, int]] = []
    async with reading(scored, size=NARROW) as desk:
        faceting = desk.browse.faceting
        take = faceting.take

        def taken(counted: runner.Counted) -> None:
            take(counted)
            assert faceting._facets is not None
            shown.append((faceting.waiting, len(faceting._facets.groups)))

        monkeypatch.setattr(faceting, "take", taken)
        await desk.press("F")
        groups = [number for _, number in shown]
        assert groups == [*range(1, len(groups)), groups[-1]] and len(groups) > 5
        assert [waiting for waiting, _ in shown] == [True] * (len(shown) - 1) + [False]
        shown.clear()
        await desk.press("enter")
        assert {number for _, number in shown} == {groups[-1] + 1, groups[-1]}, "the whole stays until the next one"


async def test_a_number_becomes_a_histogram_that_marks_the_pair(scored: Path) -> None:
    async with reading(scored, size=(160, 45)) as desk:
        await desk.press("F")
        await go_to(desk, "harsh.chosen:0.4..0.6")
        await desk.press("h")
        text = await counted(desk)
        found = desk.browse.faceting._histogram
        assert found is not None and found.column == "harsh.chosen"
        assert "histogram of harsh.chosen" in text and "linear" in text and "48 with a number, 0 without" in text
        current = desk.browse.view.current
        assert current is not None
        place = found.place(current)
        assert place is not None
        assert [line for line in desk.lines() if f"◆ {found.bins[place].label} " in line]
        await desk.press("l")
        assert "logarithm" in desk.text()

        await desk.press("tab", "j")
        place = found.place(current + 1)
        assert place is not None and desk.row == 1
        assert [line for line in desk.lines() if f"◆ {found.bins[place].label} " in line], "the next pair is marked"

        await desk.press("F", "g", "enter")
        await counted(desk)
        assert desk.query == found.bins[0].term and len(desk.rows) == found.bins[0].pairs
        await desk.press("escape")
        await counted(desk)
        assert desk.browse.faceting.panel.current is not None
        assert desk.browse.faceting.panel.current.term == "harsh.chosen:0.4..0.6", "where it was left"


async def test_any_number_can_be_chosen(scored: Path) -> None:
    async with reading(scored, size=NARROW) as desk:
        await desk.burst("F", "c", *"length.ratio", "enter")
        text = await counted(desk)
        assert "histogram of length.ratio" in text
        await desk.press("escape", "escape")
        assert not desk.browse.faceting.open


async def test_groups_are_one_key_apart_and_a_click_toggles(scored: Path) -> None:
    async with reading(scored, size=(160, 45)) as desk:
        await desk.press("F")
        await counted(desk)
        terms = []
        for key in ("J", "}", "K", "{", "{", "G", "pageup", "g"):
            await desk.press(key)
            assert desk.browse.faceting.panel.current is not None
            terms.append(desk.browse.faceting.panel.current.term)
        assert terms[:5] == ["split:test", "by:none", "split:test", "subset:made", "subset:made"]
        assert terms[5] != terms[6] and terms[7] == "subset:made"
        row = next(at for at, line in enumerate(desk.lines()) if "split:test" in line or " test " in line)
        await desk.pilot.click("#facets", offset=(4, row - 1))
        await desk.settle()
        assert desk.query == "split:test"


async def test_a_decision_needs_the_pair(scored: Path) -> None:
    async with reading(scored, size=NARROW) as desk:
        await desk.burst("F", "f", "a")
        assert desk.events() == [] and "Esc closes the facets" in desk.footer
        await desk.burst("tab")
        assert desk.browse.faceting.active, "there is no room for the pair"
    async with reading(scored, size=(120, 34)) as desk:
        await desk.burst("F", "a")
        assert desk.events() == [] and "Tab gives keys to the pair" in desk.footer
        await desk.burst("tab", "f")
        assert desk.events() == [("flag", "yes", "0")] and desk.browse.faceting.open
        await counted(desk)
        await desk.until(lambda: counts(desk).get("flag:yes") == 1, "the flag was not counted")


async def test_what_goes_wrong_is_said_and_keys_go_on(scored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> stored.Facets:
        raise SqliteError("disk I/O error")

    monkeypatch.setattr(runner, "gather", fail)
    async with reading(scored, size=NARROW) as desk:
        await desk.press("F")
        assert "the disk takes no more" in await counted(desk)
        await desk.burst("enter")
        assert "nothing to choose" in desk.footer
        await desk.burst("q", "j")
        assert desk.row == 1


async def test_a_blind_triage_has_no_facets(made: Path) -> None:
    items = tuple(Item(number, "random", blind=True) for number in (3, 5, 8))
    triage = Triage("blind", ANNOTATOR, Plan("", "bank"), "2026-01-01T00:00:00+00:00", None, items)
    async with reading(made, start=Start(triage=triage)) as desk:
        await desk.press("F")
        assert not desk.browse.faceting.open and "off while you read blind" in desk.footer


async def test_the_shield_masks_the_words(made: Path) -> None:
    async with reading(made, size=(160, 45)) as desk:
        await desk.search("chosen:bank")
        await desk.press("F")
        await go_to(desk, "bank")
        assert " bank " in await counted(desk)
        await desk.press("R")
        text = await counted(desk)
        assert " bank " not in text and " **** " in text
        await desk.burst("enter")
        assert desk.query == "chosen:bank" and "a masked word does not go into the query: R" in desk.footer
        await desk.burst("-")
        assert desk.query == "chosen:bank"
        await desk.press("R", "R")
        assert " bank " in await counted(desk)
        await desk.press("enter")
        assert desk.query == "chosen:bank bank"
