"""Reading blind: A and B in a seeded order, and nothing on the screen that tells label, score or queue."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.app import App

from hhtui.model import Context
from hhtui.score.run import run
from hhtui.store.database import Database
from hhtui.store.decisions import Annotator
from hhtui.store.triage import Item, Plan, begin
from hhtui.tui.actions import ACTIONS
from hhtui.tui.presentation import OPEN, Blind, Presentation, presented
from hhtui.tui.screens.browse import Browse
from hhtui.tui.screens.dialogs import Choose
from hhtui.tui.start import Start
from tests.store.made_scorer import MadeScorer
from tests.transcripts import dialogue
from tests.tui.conftest import copied
from tests.tui.desk import ANNOTATOR, Desk, Row, fill, reading

SEED = "a triage"
COLUMN = "frightfulness"
REFUSED = ("d", "}", "{", "n", "N", "t", "H", "Y", "C", "T", "O", "/")
TELLING = re.compile(
    r"chosen|rejected|sideband|frightful|letters|sort:|order:|\bp\d|\d\.\d\d|▕\d|\d▕|· empty|ended early|leaked"
    r"|other decided|no scores|of 9|all 9",
    re.IGNORECASE,
)
"""What a blind reader must not see: label, score, query, order, oddities, the source's columns, others' decisions."""

NOT_REPEATED = "which response is better is not repeated for a pair that is read blind, nor from one"


def rows() -> list[Row]:
    """Return nine pairs, odd in every way, with a column of their own; the sides differ in a word."""
    odd: list[Row] = [
        {"chosen": dialogue("How is it?", ""), "rejected": dialogue("How is it?", "Lovely, thank you.")},
        {"chosen": dialogue("A?", "Yes."), "rejected": dialogue("A?", "Yes. It is so.")},
        {"chosen": dialogue("One?", "No.", "Two?", "Three."), "rejected": dialogue("Four?", "Five.")},
    ]
    plain = [
        {"chosen": dialogue(f"Stall {at}?", "Left here."), "rejected": dialogue(f"Stall {at}?", "Right here.")}
        for at in range(6)
    ]
    return [{**row, "sideband": f"chosen is better by {at}"} for at, row in enumerate([*plain, *odd])]


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of nine pairs with scores, about some of which people have decided; not to be written to."""
    path = fill(tmp_path_factory.mktemp("scored") / "made.db", rows())
    with Database.open(path) as database:
        run(database, [MadeScorer(columns=(COLUMN, "letters"))], lambda progress: None)
        for name, value in (("anna", "chosen"), ("bert", "rejected")):
            annotator = Annotator.begin(database, name)
            annotator.decide([1, 2], "preference", value)
            annotator.toggle([1], "flag")
    return path


@pytest.fixture
def database(scored: Path, tmp_path: Path) -> Path:
    return copied(scored, tmp_path / "scored.db")


@pytest.fixture
def made_blind(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Make all pairs, or those that `which` says, be read blind."""

    def make(which: Callable[[int], bool] = lambda pair_id: True, since: str = "") -> None:
        blind = Blind(SEED, since)
        monkeypatch.setattr(Browse, "blinding_of", lambda _screen, pair_id: blind if which(pair_id) else None)

    return make


@contextmanager
def every_frame(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Collect all lines of every frame that is drawn."""
    drawn: dict[str, None] = {}
    display = App._display

    def recording(app: App[Any], screen: Any, renderable: Any) -> None:
        drawn.update(dict.fromkeys(strip.text.rstrip() for strip in screen._compositor.render_strips()))
        display(app, screen, renderable)

    lines: list[str] = []
    with monkeypatch.context() as patch:
        patch.setattr(App, "_display", recording)
        yield lines
    lines += drawn


def presentation(desk: Desk, row: int, seed: str = SEED) -> Presentation:
    """Return how the pair of this row is to be presented."""
    digest = desk.browse.connection.execute("SELECT hash FROM pair WHERE row = ?", (row,)).fetchone()[0]
    return presented(digest, seed)


def contexts(desk: Desk) -> list[Context]:
    found = desk.browse.connection.execute("SELECT context FROM event WHERE context != '{}' ORDER BY seq")
    return [json.loads(context) for (context,) in found]


async def test_nothing_that_is_drawn_tells_label_score_or_queue(
    database: Path, made_blind: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    query = f"response:here OR response:yes OR length.chosen:..100 sort:{COLUMN}.chosen-"
    made_blind(since="9999")
    with every_frame(monkeypatch) as lines:
        async with reading(database, size=(200, 50), start=Start(query=query)) as desk:
            assert sorted(desk.rows) == list(range(9))
            for key in (*REFUSED, "a", "s", "v", ".", "y"):
                await desk.burst(key)
            for _ in range(5):
                await desk.burst("space", "l", "tab", "h", "o")
                await desk.burst("o", "p", "1", "k", "p", "f", "x", "j")
            for keys in (("g", "2"), ("z", "u"), ("ctrl+r",), ("u", "."), ("J",), ("K", "b"), ("e", "g")):
                await desk.burst(*keys)
            await desk.burst("i", *"seen", "enter")
            await desk.burst(":", *"scores")
            await desk.press("escape")
            for size in ((80, 24), (60, 20), (40, 12), (160, 45)):
                await desk.pilot.resize_terminal(*size)
                await desk.burst("j", "l", "V", "V")
            assert len(desk.events()) > 15
    assert any("▸A ─" in line for line in lines) and any("B ─" in line for line in lines)
    assert [line for line in lines if "Left here." in line] and len(lines) > 100
    assert "\n".join(line for line in lines if TELLING.search(line)) == ""


async def test_the_pattern_finds_what_ordinary_reading_tells(database: Path) -> None:
    seen = set()
    async with reading(database, size=(200, 50), start=Start(query=f"sort:{COLUMN}-")) as desk:
        for query in ("row:0", "is:empty", f"sort:{COLUMN}-"):
            await desk.search(query)
            seen |= {found[0].lower() for found in TELLING.finditer(desk.text())}
    assert seen >= {"chosen", "rejected", "sideband", "frightful", "sort:", "order:", "other decided", "· empty"}


async def test_the_choice_is_saved_as_the_side_that_stood_there(made: Path, made_blind: Callable[..., None]) -> None:
    made_blind()
    async with reading(made) as desk:
        await desk.press("1", "2", "1", "2", "e", "z")
        shown = [presentation(desk, row) for row in range(6)]
        assert {one.left for one in shown} == {"chosen", "rejected"}
        assert [value for _, value, _ in desk.events()] == [
            *(shown[0].left, shown[1].right, shown[2].left, shown[3].right, "equal", "unsure")
        ]
        assert desk.row == 6
        assert desk.footer == "can't tell · saved   u undoes"
        for context, one in zip(contexts(desk), shown, strict=True):
            assert context["sides"] == [one.left, one.right]
            assert (context["blind"], context["labels_visible"], context["scores_visible"]) == (True, False, False)
            assert (context["interface"], context["bulk"]) == ("screen", False)


async def test_the_responses_stand_where_the_record_says(made: Path, made_blind: Callable[..., None]) -> None:
    made_blind()
    texts = {"chosen": "stands beside", "rejected": "stands behind"}
    async with reading(made, size=(200, 50)) as desk:
        for row in range(6):
            shown, text = presentation(desk, row), desk.text()
            assert text.index(texts[shown.left]) < text.index(texts[shown.right])
            assert desk.browse.pair.focused_side == shown.left
            await desk.press("l")
            assert desk.browse.pair.focused_side == shown.right
            await desk.press("tab", "j")


async def test_ordinary_reading_records_what_was_to_be_seen(made: Path, database: Path) -> None:
    for path, scores in ((made, False), (database, True)):
        async with reading(path) as desk:
            await desk.press("a", "1", "escape")
            (context,) = contexts(desk)[-1:]
            assert (context["blind"], context["sides"]) == (False, ["chosen", "rejected"])
            assert (context["labels_visible"], context["scores_visible"]) == (True, scores)
            assert desk.events()[-1][:2] == ("preference", "chosen"), "1 is a label's key here"


@pytest.mark.parametrize("key", REFUSED)
async def test_what_reveals_is_refused_in_one_line(made: Path, key: str, made_blind: Callable[..., None]) -> None:
    made_blind()
    async with reading(made) as desk:
        before = desk.lines()[1:-1]
        await desk.press(key)
        assert desk.footer.endswith("is off while you read blind: it could tell what is hidden")
        assert desk.lines()[1:-1] == before
        await desk.press("j")
        assert desk.row == 1


async def test_every_action_that_shows_other_pairs_or_more_of_one_is_marked() -> None:
    assert {action.id for action in ACTIONS if action.leaves} >= {"query", "order", "thresholds", "flagged", "reload"}
    assert all(action.explained.endswith("(not while reading blind)") for action in ACTIONS if action.id == "scores")


async def test_the_palette_does_not_offer_what_is_refused_and_goes_to_a_pair(
    made: Path, made_blind: Callable[..., None]
) -> None:
    made_blind()
    async with reading(made) as desk:
        await desk.press(":")
        dialog = desk.app.screen
        assert isinstance(dialog, Choose)
        offered = {choice.id for choice in dialog._choices}
        assert {"prefer_left", "flag", "export"} <= offered
        assert not offered & {"scores", "query", "copy_pair", "prefer_chosen", "prefer_rejected", "select"}
        await desk.burst(*"7", "enter")
        assert desk.row == 6
        await desk.burst(":", *"scores of the pair", "enter", "escape")
        assert desk.app.screen is desk.browse


async def test_the_keys_for_sides_name_the_keys_for_places(made: Path, made_blind: Callable[..., None]) -> None:
    made_blind()
    async with reading(made) as desk:
        for key in "asv":
            await desk.press(key)
            assert desk.footer == "not while you read blind: 1 A is better, 2 B is better, one pair at a time"
        assert desk.events() == []


async def test_only_what_is_no_side_is_repeated(made: Path, made_blind: Callable[..., None]) -> None:
    made_blind(lambda pair_id: pair_id != 3)
    async with reading(made) as desk:
        await desk.press("1", ".")
        assert desk.footer == NOT_REPEATED
        await desk.press("j", ".")
        assert desk.footer == NOT_REPEATED, "in a pair that is read openly it would tell what A was"
        await desk.press("s")
        assert desk.row == 3
        await desk.press(".")
        assert desk.footer == NOT_REPEATED
        await desk.press("e", ".", "f", "j", ".")
        assert [event[:2] for event in desk.events()[2:]] == [
            *[("preference", "equal")] * 2,
            *[("flag", "yes")] * 2,
        ]


async def test_undo_and_redo_speak_of_a_and_b_and_the_pair_stays_blind(
    made: Path, made_blind: Callable[..., None]
) -> None:
    made_blind()
    async with reading(made) as desk:
        await desk.press("2")
        assert desk.footer == "B is better · saved   u undoes"
        await desk.press("k")
        assert "B is better" in desk.header
        assert "▸A ─" in desk.text()
        await desk.press("1")
        assert desk.footer == "A is better · saved   u undoes"
        await desk.press("u")
        assert desk.footer == "undone: A is better · saved"
        assert "B is better" in desk.header
        await desk.press("ctrl+r")
        assert desk.footer == "redone: A is better · saved"
        assert "▸A ─" in desk.text()
        await desk.press("b")
        assert "on A and B" in desk.footer or "on B and A" in desk.footer


async def test_what_was_decided_before_is_neither_shown_nor_taken_off(
    database: Path, made_blind: Callable[..., None]
) -> None:
    with Database.open(database) as stored:
        last = stored.reader().execute("SELECT max(made_at) FROM event").fetchone()[0]
    made_blind(since=f"{last}+")
    async with reading(database) as desk:
        assert "undecided" in desk.header
        assert not any("•" in line for line in desk.lines())
        await desk.press("f")
        assert desk.footer == "flagged · saved   u undoes"
        assert any(line.startswith("▸  •") for line in desk.lines())
        await desk.press("f")
        assert desk.footer == "not flagged · saved   u undoes"
        await desk.press("u", "u")
        assert desk.footer == "undone: flagged · saved"
        await desk.press("u")
        assert desk.footer == "undone: a decision from before · saved"
        await desk.press("e", "k", "J")
        assert desk.row == 1, "the pair after it was decided before, which does not count here"


async def test_one_blind_pair_among_others_is_hidden_alone(database: Path, made_blind: Callable[..., None]) -> None:
    made_blind(lambda pair_id: pair_id == 2)
    async with reading(database, size=(200, 50), start=Start(query="sort:row")) as desk:
        first = desk.text()
        assert "sideband" in first and "▸chosen" in first and desk.query == "sort:row"
        await desk.press("j")
        assert desk.query == "" and "sideband" not in desk.text() and "▸A ─" in desk.text()
        assert desk.footer.startswith("1 A  2 B  e equal  z can't tell")
        assert "reading blind" in desk.header
        await desk.press("k")
        assert desk.text() == first
        await desk.press("v", "j", "e")
        assert "decided one at a time" in desk.footer
        await desk.burst("i", *"seen", "enter")
        assert "decided one at a time" in desk.footer
        assert desk.events()[2:] == desk.events("anna")[2:]


async def test_a_triage_hides_of_its_blind_pairs_what_was_shown_before(database: Path) -> None:
    query = f"sort:{COLUMN}-"
    items = [Item(1, "queue"), Item(2, "overlap", blind=True), Item(3, "random", blind=True)]
    async with reading(database, size=(200, 50), start=Start(query=query)) as desk:
        assert desk.text().count(" 99▕") + desk.text().count("▕99") > 0
        triage = begin(desk.browse.database, ANNOTATOR, Plan("", query), items)
        desk.browse.triaging.begin(triage)
        await desk.settle()
        shown, *hidden = [line for line in desk.lines() if re.search(r"–▕–|\d▕", line)]
        assert "–▕–" not in shown and all("–▕–" in line for line in hidden) and len(hidden) == 2
        assert "▸chosen" in desk.text()
        await desk.press("e")
        assert desk.row == 1 and "undecided" in desk.header
        ranked = [line for line in desk.lines() if re.search(r"▕\d|\d▕", line)]
        assert len(ranked) == 1, "the first pair is read openly"
        assert not [line for line in desk.lines()[:-1] if TELLING.search(line) and line not in ranked]
        sides = presentation(desk, 1, triage.id)
        await desk.press("2", "k")
        assert "B is better" in desk.header
        assert desk.events()[-1][1] == sides.right
        context = contexts(desk)[-1]
        assert (context["triage"], context["lane"], context["sides"]) == (triage.id, "overlap", list(sides.sides))


async def test_the_end_of_a_blind_triage_tells_what_brought_its_pairs_only_to_who_quits(database: Path) -> None:
    query = f"response:here sort:{COLUMN}-"
    async with reading(database) as desk:
        items = [Item(pair_id, "queue", blind=True) for pair_id in (1, 2)]
        desk.browse.triaging.begin(begin(desk.browse.database, ANNOTATOR, Plan("", query), items))
        await desk.press("1", "2")
        assert "2 of 2 decided" in desk.text()
        assert not TELLING.search(desk.text())
        await desk.press("u", "1")
        assert "2 of 2 decided" in desk.text()
        assert not TELLING.search(desk.text())
        assert query in desk.browse.triaging.farewell()


async def test_a_human_turn_of_one_response_is_not_in_the_list(database: Path, made_blind: Callable[..., None]) -> None:
    async with reading(database) as desk:
        assert [one.last_human for one in desk.browse.reader.headings([1, 9])] == ["Stall 0?", "Two?"]
    made_blind()
    async with reading(database) as desk:
        assert [one.last_human for one in desk.browse.reader.headings([1, 9])] == ["Stall 0?", ""]


def test_the_order_is_even_seeded_and_another_one_for_another_seed() -> None:
    digests = [number.to_bytes(16) for number in range(4000)]
    first = [presented(digest, "one") for digest in digests]
    assert first == [presented(digest, "one") for digest in digests]
    left = sum(one.left == "chosen" for one in first)
    assert 1850 < left < 2150, "five standard deviations from half are 158"
    same = sum(one == presented(digest, "two") for one, digest in zip(first, digests, strict=True))
    assert 1850 < same < 2150
    assert all(one.blind and {one.left, one.right} == {"chosen", "rejected"} for one in first)


def test_words_are_those_of_the_presentation() -> None:
    turned = Presentation("rejected", "chosen", True)
    assert (OPEN.names, turned.names) == (("chosen", "rejected"), ("A", "B"))
    assert OPEN.preference_words("rejected") == "preference: rejected"
    assert [turned.preference_words(value) for value in ("rejected", "chosen", "equal", "unsure")] == [
        *("A is better", "B is better", "equal", "can't tell")
    ]
    assert turned.step_words("undone: preference: chosen") == "undone: B is better"
    assert turned.step_words("label harmful on chosen and rejected") == "label harmful on A and B", "the order tells"
    assert OPEN.step_words("label harmful on chosen") == "label harmful on chosen"
    assert turned.name_of("prompt") == "prompt"
