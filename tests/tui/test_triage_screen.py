"""A triage on the screen: what is left, what its keys do, and that quitting or dying loses nothing of it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from hhtui.store import queueing, taxonomies, triage
from hhtui.store.database import Database
from hhtui.store.decisions import Annotator, Conditions
from hhtui.store.errors import StoreError
from hhtui.store.lanes import Wanted
from hhtui.store.triage import Item, Plan, Triage
from hhtui.tui.reading_clock import IDLE_SECONDS, REMIND_AFTER
from hhtui.tui.start import Start
from tests.transcripts import dialogue
from tests.tui.desk import ANNOTATOR, Desk, fill, reading

BANK = "chosen:bank"
"""A query of the made database: the rows 0, 3, 6 and so on."""


class Watch:
    """A time that only passes when it is told to."""

    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


def begin(path: Path, items: Mapping[int, Item] | None = None, *, limit: int = 4, question: str = "") -> Start:
    """Begin a triage of the first pairs with a bank, or of these items by row, and return how it is opened."""
    with Database.open(path) as database:
        if items is None:
            begun = queueing.begin_query(database, ANNOTATOR, BANK, "", Wanted((), limit=limit))
        else:
            plan = Plan("", BANK, question=question)
            begun = triage.begin(database, ANNOTATOR, plan, list(items.values()))
    return Start(triage=begun)


def item(row: int, **given: Any) -> Item:
    return Item(row + 1, **{"lane": "queue", **given})


def asked(path: Path, question: str) -> Start:
    return begin(path, {row: item(row) for row in (0, 3)}, question=question)


def contexts(desk: Desk) -> list[dict[str, Any]]:
    rows = desk.browse.connection.execute("SELECT context FROM event WHERE kind != 'retract' ORDER BY seq")
    return [json.loads(context) for (context,) in rows]


async def test_a_triage_goes_through_its_pairs_and_sums_up(made: Path) -> None:
    async with reading(made, start=begin(made)) as desk:
        assert (desk.rows, desk.row) == ([0, 3, 6, 9], 0)
        assert "0 done, 4 left" in desk.text()
        await desk.press("s")
        assert (desk.row, "1 done, 3 left" in desk.text()) == (3, True)
        await desk.press("enter", "space")
        assert desk.row == 9
        await desk.press("f")
        assert (desk.row, "4 done, 0 left" in desk.text()) == (9, True), "a flag does not go on"
        await desk.press("enter")
        assert "3 of 4 decided, 1 skipped · less than a minute" in desk.text()
        assert "more of the same: hhtui triage" in desk.text()
        assert desk.browse.triaging.more_command().endswith(f"made.db --query {BANK}")
        await desk.press("escape")
        assert (desk.row, len(desk.rows), desk.browse.triaging.on) == (0, 48, False), "browsing goes on"
        assert desk.events() == [
            ("preference", "rejected", "0"),
            ("flag", "no", "3"),
            ("skip", "yes", "6"),
            ("flag", "yes", "9"),
        ]
    with Database.open(made) as database:
        assert triage.unfinished(database.reader(), ANNOTATOR) is None


async def test_events_say_why_their_pair_was_shown(made: Path) -> None:
    harm = "toxicity.min:>0.5 sort:toxicity.min-"
    items = {
        0: item(0, surfaced_by="toxicity", query=harm),
        3: item(3, lane="estimate", frame="ab", draw=5),
    }
    start = begin(made, items, question="drop:yes")
    async with reading(made, start=start) as desk:
        await desk.press("e", "x")
        first, second = contexts(desk)
        assert start.triage is not None
        common = {"triage": start.triage.id, "what": "drop:yes", "interface": "screen"}
        listed = {"surfaced_by": "toxicity", "query": harm, "order": "toxicity.min-"}
        assert {**common, "lane": "queue", **listed}.items() <= first.items()
        assert {**common, "lane": "estimate", "frame": "ab", "draw": 5}.items() <= second.items()
        assert "frame" not in first
        assert not {"surfaced_by", "query", "order"} & second.keys(), "no list brought what was drawn"


async def test_decisions_outside_of_a_triage_know_of_none(made: Path) -> None:
    async with reading(made) as desk:
        await desk.press("f", "enter")
        assert "Enter goes on in a triage" in desk.footer
        assert "triage" not in contexts(desk)[0]
        await desk.burst(*[" "] * 6)
        assert len(desk.events()) == 1, "space only scrolls"


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("flag:yes", [("flag", "no", "", "")]),
        ("drop:yes", [("drop", "no", "", "")]),
        ("preference:rejected", [("preference", "", "", "")]),
        ("label.rejected:harmful", [("label", "no", "rejected", "harmful")]),
        ("label:harmful", [("label", "no", "chosen", "harmful"), ("label", "no", "rejected", "harmful")]),
    ],
)
async def test_enter_says_no_to_what_was_asked(made: Path, question: str, said: list[tuple[str, ...]]) -> None:
    async with reading(made, start=asked(made, question)) as desk:
        await desk.press("enter")
        rows = desk.browse.connection.execute("SELECT kind, value, side, label FROM event ORDER BY side")
        assert rows.fetchall() == said
        assert desk.row == 3
        assert "1 done, 1 left" in desk.text()


async def test_space_skips_at_the_end_of_the_text_alone_and_page_down_never(tmp_path: Path) -> None:
    long = " ".join(f"word {number}" for number in range(400))
    rows = [{"chosen": dialogue("Why?", long), "rejected": dialogue("Why?", f"{long} not")} for _ in range(2)]
    made = fill(tmp_path / "long.db", rows)
    start = begin(made, {row: item(row) for row in (0, 1)})
    async with reading(made, start=start, size=(80, 24)) as desk:
        spaces = 0
        while not desk.browse.pair.at_end:
            await desk.press("space")
            spaces += 1
        assert (spaces > 2, desk.row, desk.events()) == (True, 0, [])
        await desk.press("pagedown", "pagedown", "ctrl+d")
        assert (desk.row, desk.events()) == (0, [])
        await desk.press("p", "space")
        assert desk.events() == [], "the whole prompt is shown, not the end of the responses"
        await desk.press("p", "G")
        assert desk.row == 1
        await desk.press("g")
        while not desk.browse.pair.at_end:
            await desk.press("space")
        await desk.press("space")
        assert (desk.row, desk.events()) == (1, [("skip", "yes", "0")])


async def test_spaces_typed_ahead_are_no_blind_skips(made: Path) -> None:
    async with reading(made, start=begin(made, limit=12)) as desk:
        await desk.burst(*["space"] * 6)
        assert "6 decision keys came at once" in desk.text()
        await desk.press("n")
        assert desk.events() == []


async def test_moving_looks_for_what_is_left_and_comes_round(made: Path) -> None:
    async with reading(made, start=begin(made)) as desk:
        await desk.press("j", "enter", "a")
        assert desk.row == 9
        await desk.press("K")
        assert desk.row == 0, "what Enter and a decided is not left, though Enter leaves no decision"
        await desk.press("J", "e")
        assert desk.row == 0, "from the end to the first that is left"
        await desk.press("u")
        assert (desk.row, "2 done, 2 left" in desk.text()) == (9, True)


async def test_a_decided_pair_is_not_overwritten_by_going_on(made: Path) -> None:
    async with reading(made, start=begin(made)) as desk:
        await desk.press("f", "enter", "k", "space")
        assert desk.row == 3
        assert desk.events() == [("flag", "yes", "0")]


async def test_what_changes_the_pairs_is_refused(made: Path) -> None:
    async with reading(made, start=begin(made)) as desk:
        for key in ("/", "O", "H", "T"):
            await desk.press(key)
            assert desk.footer.startswith(f"{key} (") and "is off in a triage" in desk.footer, key
        assert desk.rows == [0, 3, 6, 9]


async def test_what_is_revealed_is_counted(made: Path) -> None:
    async with reading(made, start=begin(made, limit=1)) as desk:
        await desk.press("R", "R", "r")
        assert "0 done, 1 left ░░░░░░░░ 0 min reading, 1 revealed" in desk.text()
        await desk.press("a")
        assert "1 of 1 decided · less than a minute, 1 revealed" in desk.text()


async def test_the_pairs_of_a_triage_are_not_offered_as_a_view(made: Path) -> None:
    async with reading(made, start=begin(made)) as desk:
        await desk.press("f", "w")
        assert "1 flagged as csv" in desk.text()
        assert "of this view" not in desk.text()
        await desk.press("escape", "C")
        assert "copied the command" in desk.footer
        assert desk.browse.leaving.command().endswith("made.db --resume")


async def test_undo_at_the_end_goes_back_to_what_is_left(made: Path) -> None:
    async with reading(made, start=begin(made, limit=2)) as desk:
        await desk.press("s", "s", "u")
        assert (desk.row, "1 done, 1 left" in desk.text()) == (3, True)
        await desk.press("q")
    assert "1 of 2 left: hhtui triage" in desk.app.farewell
    with Database.open(made) as database:
        assert triage.unfinished(database.reader(), ANNOTATOR) is not None


async def test_quitting_early_leaves_the_rest_to_be_resumed(made: Path) -> None:
    start = begin(made)
    async with reading(made, start=Start(key="made/test/7")) as desk:
        assert "4 of 4 left of chosen:bank: O 0 resumes it" in desk.footer
    async with reading(made, start=start) as desk:
        await desk.press("s", "space")
    assert desk.app.farewell.startswith("2 of 4 left: hhtui triage ")
    assert desk.app.farewell.endswith("--resume")
    async with reading(made) as desk:
        assert desk.key == "made/test/7", "the place of browsing is kept"
        await desk.press("O")
        assert "0  2 of 4 left of chosen:bank" in desk.text()
        await desk.press("0")
        assert (desk.row, "2 done, 2 left" in desk.text()) == (6, True)


async def test_another_reader_is_not_offered_what_is_not_theirs(made: Path) -> None:
    begin(made)
    async with reading(made, annotator="bert") as desk:
        assert "left" not in desk.footer
        await desk.press("O", "0")
        assert "left of" not in desk.text()


async def test_the_card_counts_and_a_digit_starts(made: Path) -> None:
    with Database.open(made) as database:
        bert = Annotator.begin(database, "bert")
        bert.decide([1, 2, 3], "preference", "equal")
    async with reading(made, start=Start(wanted=Wanted((), limit=3))) as desk:
        lines = desk.text()
        assert "4  structure oddities         0" in lines
        assert "5  undecided at random       45" in lines
        assert "hhtui score" in lines, "a queue without its score says how to get it"
        await desk.press("1")
        assert "label candidates needs a score that is not here: hhtui score made.db" in desk.text()
        assert "What to read?" in desk.text(), "the card stays"
        await desk.press("escape", "O", "1")
        assert "label candidates needs a score that is not here: hhtui score made.db" in desk.text()
        await desk.press("escape", "O", "4")
        assert "no pair is left in this queue" in desk.footer
        await desk.press("O", "5")
        assert len(desk.rows) == 3
        assert "undecided at random" in desk.query
        assert not {0, 1, 2} & set(desk.rows)
        assert desk.app.farewell == ""
    assert "3 of 3 left" in desk.app.farewell


async def test_the_card_can_be_left_for_browsing(made: Path) -> None:
    async with reading(made, start=Start(wanted=Wanted(()))) as desk:
        await desk.press("9", "0", "x", "escape", "j", "O", *"random(1", "enter")
        assert desk.query == "sort:random(1)"
        assert desk.events() == []


async def test_a_blind_pair_says_nothing_of_what_brought_it(made: Path) -> None:
    start = begin(made, {0: item(0, surfaced_by="toxicity"), 3: item(3, blind=True, surfaced_by="toxicity")},
                  question="label.rejected:harmful")  # fmt: skip
    async with reading(made, start=start, size=(160, 45)) as desk:
        assert "by toxicity" in desk.query
        assert "label harmful on rejected?" in desk.query
        await desk.press("e")
        assert desk.query.startswith("label harmful? Enter: no · triage · reading blind ")
        assert "toxicity" not in desk.text()
        assert "1 done, 1 left" in desk.text()


async def test_1_and_2_never_label_where_they_choose_between_a_and_b(made: Path) -> None:
    with Database.open(made) as database:
        taxonomies.save_slot(database, ANNOTATOR, "1", "harmful")
        taxonomies.save_slot(database, ANNOTATOR, "3", "theft")
    start = begin(made, {0: item(0), 3: item(3, lane="overlap", blind=True)})
    async with reading(made, start=start) as desk:
        await desk.press("1")
        assert desk.footer == "1 and 2 choose between A and B in this triage; L gives labels"
        await desk.press("2")
        assert (desk.row, desk.events()) == (0, [])
        await desk.press("3")
        assert (desk.row, desk.events()) == (0, [("label", "yes", "0")])
        await desk.press("j", "1")
        assert [(kind, row) for kind, _, row in desk.events()] == [("label", "0"), ("preference", "3")]


@pytest.mark.parametrize("blind", [False, True])
@pytest.mark.parametrize(
    ("size", "label", "asked"),
    [
        ((80, 24), "nonviolent-unethical", "label nonviolent-unethical on rejected? Enter: no"),
        ((80, 24), "sexual-exploitation-trafficking", "label sexual-exploitation-trafficking on rejected? Enter: no"),
        ((48, 12), "nonviolent-unethical", "label nonviolent-unethical on rejected?"),
    ],
)
async def test_the_question_stands_whole_and_first(
    made: Path, size: tuple[int, int], label: str, asked: str, blind: bool
) -> None:
    start = begin(made, {row: item(row, blind=blind) for row in (0, 3)}, question=f"label.rejected:{label}")
    asked = asked.replace(" on rejected", "") if blind else asked
    async with reading(made, start=start, size=size) as desk:
        for key, pace in (("c", "untimed"), ("enter", "0 s a pair")):
            await desk.press(key)
            assert desk.query.startswith(asked), desk.query
            assert pace in desk.query or size[0] < 80
            assert "0/2" in desk.query or "1/2" in desk.query or "done" in desk.query


async def test_which_is_better_is_asked_whole_and_what_is_cut_says_so(made: Path) -> None:
    plan = Plan("", "chosen:bank -rejected:nothing-of-this-kind", question="preference:rejected")
    with Database.open(made) as database:
        start = Start(triage=triage.begin(database, ANNOTATOR, plan, [item(0), item(3)]))
    async with reading(made, start=start, size=(80, 24)) as desk:
        assert desk.query.startswith("which is better? · chosen:bank -rejecte")
        assert "… " in desk.query
        assert desk.query.endswith("0 done, 2 left ░░░░░░░░ 0 min reading")


@pytest.mark.parametrize("size", [(60, 10), (80, 24), (120, 34)])
@pytest.mark.parametrize("keys", [("1",), ("escape", "O", "1")])
async def test_how_to_make_a_missing_score_is_read_whole(
    made: Path, size: tuple[int, int], keys: tuple[str, ...]
) -> None:
    async with reading(made, start=Start(wanted=Wanted(())), size=size) as desk:
        await desk.press(*keys)
        words = " ".join(desk.text().replace("│", " ").split())
        assert "label candidates needs a score that is not here: hhtui score made.db" in words
        assert words.count("--scorer preference-model") >= 1


@pytest.mark.parametrize("question", ["flag:yes", "preference:rejected", "label:harmful"])
async def test_undo_of_enter_says_that_it_was_read(made: Path, question: str) -> None:
    async with reading(made, start=asked(made, question)) as desk:
        await desk.press("enter", "u")
        assert desk.footer == "undone: read · saved"
        await desk.press("ctrl+r")
        assert desk.footer == "redone: read · saved"
        await desk.press("f", "f", "u")
        assert desk.footer == "undone: not flagged · saved"


async def test_the_pace_is_shown_on_demand_and_the_clock_stands_still_when_nothing_happens(made: Path) -> None:
    watch = Watch()
    async with reading(made, start=begin(made), now=watch) as desk:
        for seconds in (20, 40, 10 * IDLE_SECONDS):
            watch.time += seconds
            await desk.press("s")
        assert "median" not in desk.text()
        await desk.press("c")
        assert "median 40 s, 1.5 a minute" in desk.text()
        await desk.press("B")
        watch.time += 1000
        await desk.press("j")
        watch.time += 30
        await desk.press("s")
        assert "4 of 4 decided · 2 minutes" in desk.text()
        assert "median 35 s, 1.6 a minute" in desk.text()
        await desk.press("escape", "c")
        assert "median" not in desk.text()


async def test_after_25_minutes_one_line_reminds_of_a_break(made: Path) -> None:
    watch = Watch()
    async with reading(made, now=watch) as desk:
        for _ in range(int(REMIND_AFTER / 50) - 2):
            watch.time += 50
            desk.browse.triaging.clock.touch()
        reminded = []
        for key in ("j", "k", "f", "j"):
            watch.time += 50
            await desk.press(key)
            reminded.append("25 minutes of reading: take a break   B blanks" in desk.footer)
        assert reminded == [False, True, False, False]
        assert desk.events() == [("flag", "yes", "0")]


async def test_conflicts_are_settled_with_the_decisions_of_others_in_view(made: Path) -> None:
    with Database.open(made) as database:
        for name, value in (("bert", "chosen"), ("carla", "rejected")):
            Annotator.begin(database, name).decide([5], "preference", value)
        Annotator.begin(database, "bert").decide([6], "preference", "chosen")
        wanted = Wanted((), lane="adjudication")
        begun = queueing.begin_query(database, ANNOTATOR, "conflict:yes", "", wanted)
    async with reading(made, start=Start(triage=begun), size=(160, 45)) as desk:
        assert desk.rows == [4]
        assert "preference? bert: chosen · carla: rejected" in desk.header
        assert "conflict:yes · adjudication" in desk.query
        await desk.press("a")
        assert "1 of 1 decided" in desk.text()
        assert contexts(desk)[-1]["lane"] == "adjudication"
    with Database.open(made) as database, pytest.raises(StoreError, match="no pair is left"):
        queueing.begin_query(database, "dora", "conflict:yes", "", wanted)


def test_a_triage_that_was_killed_knows_what_is_done(made: Path) -> None:
    start = begin(made)
    assert isinstance(start.triage, Triage)
    with Database.open(made) as database:
        anna = Annotator.begin(database, ANNOTATOR)
        anna.decide([1], "flag", "no", conditions=Conditions(context={"triage": start.triage.id}))
        anna.decide([4], "skip", "yes", conditions=Conditions(context={"triage": start.triage.id}))
        anna.decide([7], "flag", "yes")
    with Database.open(made) as database:
        begun = queueing.left_to_read(database, ANNOTATOR)
        assert begun.items == start.triage.items
        assert triage.left(database.reader(), begun) == 2
