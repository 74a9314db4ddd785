"""The shield on the screen: what is masked where, what is revealed, and what is said about it."""

import json
from pathlib import Path

import pytest

from hhtui import paths
from hhtui.config import Config
from hhtui.score.run import run
from hhtui.store.database import Database
from hhtui.tui.masking import mask
from hhtui.tui.presentation import Blind
from hhtui.tui.screens.browse import Browse
from tests.store.made_scorer import MadeScorer
from tests.store.scored_turns import give_turns
from tests.transcripts import dialogue
from tests.tui.conftest import copied
from tests.tui.desk import Desk, Row, fill, reading
from tests.tui.hostile import OWN, bundled_rows
from tests.tui.shielded_rows import OTHER_RUDE, RUDE_QUESTION, RUDE_REPLY, THIRD_RUDE, WORDS, shielded
from tests.tui.test_hostile import look
from tests.tui.test_score_dialog import TURNS, Explaining, open_page

WIDE = (160, 45)
MASKED_REPLY = "*** ******** [*]*******[/*] *******, *** **** *******."


@pytest.fixture(scope="module")
def rude(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with masked turns, not to be written to."""
    return shielded(tmp_path_factory.mktemp("rude") / "a.db")


@pytest.fixture
def path(rude: Path, tmp_path: Path) -> Path:
    return copied(rude, tmp_path / "a.db")


def seen(desk: Desk) -> list[str]:
    """Return the masked turns' words that are on the screen."""
    return [word for word in WORDS if word in desk.text()]


def contexts(desk: Desk) -> list[dict[str, object]]:
    """Return the conditions of every event."""
    rows = desk.browse.connection.execute("SELECT context FROM event ORDER BY seq")
    return [json.loads(context) for (context,) in rows]


async def test_off_masks_nothing_profanity_the_turns_that_score_high_and_everything_every_turn(path: Path) -> None:
    async with reading(path, size=WIDE) as desk:
        assert {"zorbling", "snarfled"} <= set(seen(desk)), "a reply, and a question in the list"
        assert "shield" not in desk.header
        await desk.press("R")
        assert seen(desk) == []
        assert MASKED_REPLY in desk.text() and "The one at the old quay." in desk.text()
        assert "shield profanity: 1 masked" in desk.header and "without a score" not in desk.header
        assert "rejected · masked" in desk.text()
        await desk.press("R")
        assert "quay" not in desk.text() and "harbour" not in desk.text() and "street" not in desk.text()
        assert "shield everything: 3 masked" in desk.header
        await desk.press("R")
        assert "shield" not in desk.header
        assert {"zorbling", "snarfled"} <= set(seen(desk)), "nothing stale is left"


async def test_masks_stand_for_words_and_leave_every_line_where_it_was(path: Path) -> None:
    async with reading(path, size=(80, 24)) as desk:
        before = desk.lines()[1:-2]
        await desk.press("R")
        after = desk.lines()[1:-2]
        assert sum(line.count("*") for line in after) == 2 * mask(RUDE_REPLY).count("*") + len("askedtwice")
        for was, now in zip(before, after, strict=True):
            if "─" not in was:
                assert len(was) == len(now)
                assert all(one in (other, "*") for other, one in zip(was, now, strict=True))


async def test_it_says_what_it_does_and_what_it_does_not_catch(path: Path) -> None:
    async with reading(path, size=WIDE) as desk:
        await desk.press("j", "R")
        assert desk.footer == (
            "shield: profanity catches swearing, not meaning; it masks from 0.9 in toxicity (made 1.2); "
            "4 turns without a score: hhtui score DB --unit turn"
        )
        assert "shield profanity: 1 masked, 4 without a score" in desk.header
        assert "prompt · 1 turn masked" in desk.text()
        await desk.press("R")
        assert desk.footer == "shield: every turn is masked; r reveals a pair"
        await desk.press("R")
        assert desk.footer == "shield off: nothing is masked"


@pytest.mark.parametrize("width", [40, 60, 80, 100])
async def test_turns_without_a_score_name_the_command_at_every_width(path: Path, width: int) -> None:
    async with reading(path, size=(width, 24)) as desk:
        await desk.press("j", "R")
        assert desk.footer.endswith("hhtui score DB --unit turn")


async def test_without_scores_profanity_says_that_it_masks_nothing(made: Path) -> None:
    async with reading(made, size=WIDE) as desk:
        await desk.press("R")
        assert "masks nothing here, for there are no scores: hhtui score" in desk.footer
        assert "shield profanity: 0 masked, 5 without a score" in desk.header


async def test_a_narrow_header_still_names_the_shield(path: Path) -> None:
    async with reading(path, size=(80, 24)) as desk:
        await desk.press("j", "R")
        assert "shield profanity: 1 masked, 4 unscored" in desk.header


async def test_r_reveals_this_pair_alone_and_hides_it_again(path: Path) -> None:
    async with reading(path, size=WIDE) as desk:
        await desk.press("r")
        assert desk.footer == "the shield is off; R switches it on"
        await desk.press("R", "r")
        assert seen(desk) == ["zorbling", "mumpish", "crundle", "gribbet"], "the list still masks the others"
        assert "shield profanity: revealed" in desk.header
        await desk.press("j")
        assert seen(desk) == []
        await desk.press("r")
        assert set(seen(desk)) == {"snarfled", "brindlewick", "frobnicate", "\u5b57"}, "its row in the list, too"
        await desk.press("k")
        assert "zorbling" in desk.text(), "what was revealed stays so"
        await desk.press("r")
        assert "zorbling" not in desk.text() and desk.footer == "hidden again"
        assert desk.browse.shield.reveals == 2
        await desk.press("j", "j", "j", "r")
        assert desk.footer == "nothing is masked here"
        assert desk.browse.shield.reveals == 2
        await desk.press("R", "R", "R")
        assert seen(desk) == [], "changing the shield hides what was revealed"


async def test_the_level_is_remembered_for_each_annotator_and_what_was_revealed_is_not(path: Path) -> None:
    async with reading(path, size=WIDE) as desk:
        await desk.press("R", "r")
    async with reading(path, size=WIDE) as desk:
        assert "shield profanity" in desk.header and seen(desk) == []
    async with reading(path, size=WIDE, annotator="bert") as desk:
        assert "shield" not in desk.header


async def test_the_configured_level_holds_until_another_is_chosen(path: Path) -> None:
    config = Config(shield="everything", shield_threshold=0.96)
    async with reading(path, size=WIDE, config=config) as desk:
        assert "shield everything" in desk.header
        await desk.press("R", "R")
        assert "from 0.96 in toxicity" in desk.footer
        assert seen(desk) == ["snarfled", "brindlewick", "\u5b57"], "0.95 is below the threshold"
    async with reading(path, size=WIDE, config=config) as desk:
        assert "shield profanity" in desk.header


async def test_a_read_only_database_is_shielded_and_not_written_to(path: Path) -> None:
    async with reading(path, size=WIDE, read_only=True) as desk:
        await desk.press("R", "j")
        assert seen(desk) == [] and "shield profanity" in desk.header
    async with reading(path, size=WIDE) as desk:
        assert "shield" not in desk.header


async def test_every_decision_records_the_shield(path: Path) -> None:
    async with reading(path) as desk:
        await desk.press("f", "R", "f", "r", "f", "R", "f")
        assert [(one["shield"], one["revealed"]) for one in contexts(desk)] == [
            ("off", False),
            ("profanity", False),
            ("profanity", True),
            ("everything", False),
        ]


async def test_other_columns_of_the_source_do_not_quote_what_is_masked(path: Path) -> None:
    async with reading(path, size=WIDE) as desk:
        assert "asked twice" in desk.text()
        await desk.press("R")
        assert "remark: ***** *****: *** " in desk.text()


async def test_hits_and_differences_are_not_marked_in_masks(path: Path) -> None:
    async with reading(path, size=WIDE) as desk:
        await desk.press("R")
        await desk.search("grumbold OR woznak OR quay")
        assert desk.rows == [0, 2]
        assert seen(desk) == ["grumbold", "woznak"] and desk.query.startswith("grumbold"), "only what was typed"
        await desk.press("n")
        assert desk.browse.pair._hit == 0, "the word that is not masked"
        await desk.press("j", "n")
        assert desk.footer == "no further hit from here to the end of the result but masked ones; r reveals a pair"
        await desk.press("d", "}")
        assert desk.footer == "no differences are marked between masks"
        await desk.press("r", "n", "}")
        assert "masked" not in desk.footer and "between masks" not in desk.footer


async def test_copies_are_masked_until_the_pair_is_revealed(path: Path) -> None:
    def copy() -> str:
        return "".join(one.read_text(encoding="utf-8") for one in paths.data_folder().glob("clip*"))

    async with reading(path) as desk:
        await desk.press("j", "j", "R", "Y")
        assert json.loads(copy())["chosen"] == dialogue("Which harbour has the tallest crane?", "* ******** ********.")
        await desk.press("r", "Y")
        assert OTHER_RUDE in copy() and THIRD_RUDE in copy()


async def test_the_score_page_of_a_masked_pair_has_none_of_its_words(path: Path, tmp_path: Path) -> None:
    explaining = Explaining([("made", "prompt")])
    first, second = (RUDE_QUESTION, "Old?", "go"), ("The older zorbling?",)
    rows: list[Row] = [
        {"chosen": dialogue(*turns, "No."), "rejected": dialogue(*turns, "Yes.")} for turns in (first, second)
    ]
    made = fill(tmp_path / "scored.db", rows)
    with Database.open(made) as database:
        by_length = MadeScorer(columns=("toxicity",), units=("response", "prompt", "turn"))
        run(database, [by_length], lambda progress: None, more=TURNS)
    async with reading(made, size=WIDE, explain=explaining) as desk:
        await desk.press("R", "t")
        explaining.deliver("made", "prompt", [("snarfled", 3.0), ("brindlewick", -1.0)])
        await desk.settle()
        assert not any(word in open_page(desk) for word in WORDS)
        assert "**** *** ******** ***********" in open_page(desk) and "1  Old?" in open_page(desk)
        assert "+3.00 ********   −1.00 ***********" in open_page(desk)
        await desk.press("escape", "j", "t")
        explaining.deliver("made", "prompt", [("zorbling", 3.0), ("older", -1.0)])
        await desk.settle()
        assert "! prompt names identity groups: *****" in open_page(desk)
        assert "+3.00 ********" in open_page(desk)
        assert "older" not in open_page(desk) and "zorbling" not in open_page(desk)
        await desk.press("escape", "r", "t")
        explaining.deliver("made", "prompt", [("zorbling", 3.0)])
        await desk.settle()
        assert "! prompt names identity groups: older" in open_page(desk) and "+3.00 zorbling" in open_page(desk)


async def test_what_is_odd_is_said_of_the_texts_and_not_of_their_masks(tmp_path: Path) -> None:
    rows: list[Row] = [
        {"chosen": dialogue("So?", "plum"), "rejected": dialogue("So?", "pears")},
        {"chosen": dialogue("So?", "plum"), "rejected": dialogue("So?", "plum and more")},
    ]
    async with reading(fill(tmp_path / "odd.db", rows), config=Config(shield="everything")) as desk:
        assert "ended early" not in desk.text()
        await desk.press("j")
        assert "chosen · masked · ended early" in desk.text()


async def test_scores_that_come_later_mask_the_pair_that_is_shown(path: Path) -> None:
    async with reading(path, size=WIDE) as desk:
        await desk.press("j", "j", "j", "R")
        assert "Few ships." in desk.text() and "3 without a score" in desk.header
        with Database.open(path) as other:
            give_turns(other, {"Few ships.": 0.99})
        desk.browse._poll()
        await desk.settle()
        assert "Few ships." not in desk.text() and "*** *****." in desk.text()
        assert "1 masked, 2 without a score" in desk.header


async def test_the_place_in_a_long_text_stays_when_the_shield_changes(tmp_path: Path) -> None:
    long = "\n".join(f"line {at} of the zorbling tale" for at in range(90))
    rows: list[Row] = [{"chosen": dialogue("Tell me.", long), "rejected": dialogue("Tell me.", "No.")}]
    made = fill(tmp_path / "long.db", rows)
    with Database.open(made) as database:
        give_turns(database, {long: 0.99})
    async with reading(made) as desk:
        await desk.press("space", "space")
        top = desk.browse.pair.panes["left"].top
        assert top > 20
        for key in ("R", "r", "r"):
            await desk.press(key)
            assert desk.browse.pair.panes["left"].top == top


async def test_a_pair_that_is_read_blind_is_masked_and_no_column_is_named(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Browse, "blinding_of", lambda _screen, _pair_id: Blind("a triage"))
    async with reading(path, size=WIDE) as desk:
        assert "zorbling" in desk.text()
        await desk.press("R")
        assert desk.footer == "shield: profanity catches swearing, not meaning"
        assert seen(desk) == [] and "toxicity" not in desk.text()
        assert "A · masked" in desk.text() or "B · masked" in desk.text()


async def test_masks_of_hostile_texts_are_harmless(tmp_path: Path) -> None:
    rows = bundled_rows(OWN, size=4)
    made = fill(tmp_path / "own.db", rows)
    async with reading(made, size=(120, 40), config=Config(shield="everything")) as desk:
        for _ in rows:
            look(desk, f"in row {desk.row}")
            assert "QZXJ" not in desk.text()
            await desk.press("j")
