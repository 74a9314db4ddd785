"""What Enter leaves as it is, what settles a dispute, and what a finished or a second triage leaves behind."""

import threading
from pathlib import Path

import pytest

from hhtui.model import Kind
from hhtui.store import lanes, queueing, triage
from hhtui.store.connection import Connection
from hhtui.store.database import Database
from hhtui.store.decisions import Annotator, Conditions
from hhtui.store.events import rebuild
from hhtui.store.lanes import Wanted
from hhtui.store.triage import Item, Plan, Triage
from hhtui.store.votes import votes
from hhtui.tui.start import Start
from tests.tui.desk import ANNOTATOR, Desk, reading

EVERY_THIRD = "chosen:bank"


def begin(path: Path, *items: Item, question: str = "") -> Triage:
    with Database.open(path) as database:
        return triage.begin(database, ANNOTATOR, Plan("", EVERY_THIRD, question=question), items)


def decided(path: Path, name: str, pair_id: int, kind: Kind, value: str, *, side: str = "", label: str = "") -> None:
    with Database.open(path) as database:
        Annotator.begin(database, name).decide([pair_id], kind, value, sides=(side,), label=label)


def standing(desk: Desk) -> list[tuple[str, ...]]:
    rows = desk.browse.connection.execute(
        "SELECT pair_id, annotator, kind, side, label, value, event_uuid FROM decision"
    )
    return sorted(rows.fetchall())


def adjudicate(database: Database, annotator: str) -> Triage:
    return queueing.begin_query(database, annotator, "conflict:yes", "", Wanted((), lane="adjudication"))


@pytest.mark.parametrize(
    ("question", "kind", "value", "side", "label"),
    [
        ("", "flag", "yes", "", ""),
        ("drop:yes", "drop", "yes", "", ""),
        ("preference:rejected", "preference", "equal", "", ""),
        ("label:harmful", "label", "yes", "rejected", "harmful"),
    ],
)
async def test_enter_changes_nothing_of_what_stands_and_undo_brings_back_the_same(
    made: Path, question: str, kind: Kind, value: str, side: str, label: str
) -> None:
    decided(made, ANNOTATOR, 1, kind, value, side=side, label=label)
    begun = begin(made, Item(1, "queue"), Item(4, "queue"), question=question)
    async with reading(made, start=Start(triage=begun)) as desk:
        before = standing(desk)
        await desk.press("enter")
        assert desk.events()[-1] == (kind, value, "0")
        assert [one[:-1] for one in standing(desk)] == [one[:-1] for one in before]
        assert (desk.row, "what you decided stays" in desk.footer) == (3, True)
        await desk.press("u")
        assert standing(desk) == before
        assert desk.browse.triaging.left == 2


async def test_in_a_blind_pair_enter_answers_no_and_the_hidden_decision_stays(made: Path) -> None:
    decided(made, ANNOTATOR, 1, "flag", "yes")
    begun = begin(made, Item(1, "repeat", blind=True), Item(4, "queue"))
    async with reading(made, start=Start(triage=begun)) as desk:
        before = standing(desk)
        await desk.press("enter")
        assert (desk.events()[-1], standing(desk)) == (("flag", "no", "0"), before)
        assert desk.browse.triaging.left == 1
        await desk.press("u")
        assert standing(desk) == before
        assert desk.browse.triaging.left == 2
        await desk.press("enter")
    with Database.open(made) as database, database.writing() as connection:
        assert rebuild(connection) == []
        kept = connection.execute("SELECT kind, value FROM decision WHERE pair_id = 1").fetchall()
        assert (kept, votes(connection, "flag").of_pair[1][0].value) == ([("flag", "yes")], "yes")


async def test_a_finished_triage_lets_the_reader_go(made: Path) -> None:
    for key in ("escape", "O", "T", "slash"):
        begun = begin(made, Item(1, "queue"), Item(4, "queue"))
        async with reading(made, start=Start(triage=begun)) as desk:
            await desk.press("s", *(["s", "escape"] if key == "escape" else ["f", key]))
            assert not desk.browse.triaging.on, key
            assert "is off in a triage" not in desk.text()
            await desk.press("escape")
            assert len(desk.rows) in (48, 1), key
            await desk.press("u")
            assert desk.events()[-1][0] == "retract"


async def test_a_second_triage_leaves_the_first_to_be_resumed_and_measures_its_own_time(made: Path) -> None:
    seconds = [0.0]
    first = begin(made, Item(1, "queue"), Item(4, "queue"))
    async with reading(made, start=Start(triage=first), now=lambda: seconds[0]) as desk:
        for key in ("R", "R", "r", "j"):
            seconds[0] += 50
            await desk.press(key)
        assert "1 revealed" in desk.text()
        second = triage.begin(desk.browse.database, ANNOTATOR, Plan("", EVERY_THIRD), [Item(7, "queue")])
        desk.browse.queueing._read_new(second)
        await desk.settle()
        assert "2 of 2 left of chosen:bank, too: hhtui triage --resume" in desk.footer
        seconds[0] += 20
        await desk.press("s")
        assert "1 of 1 decided · less than a minute" in desk.text()
        assert "revealed" not in desk.text()
        await desk.press("escape")
    with Database.open(made) as database:
        assert queueing.left_to_read(database, ANNOTATOR).id == first.id


async def test_more_of_the_same_names_the_queue_that_the_card_gave(made: Path) -> None:
    start = Start(wanted=Wanted((), limit=1), more="hhtui triage c.db --by cy --limit 1")
    async with reading(made, start=start, size=(160, 40)) as desk:
        await desk.press("5", "a")
        assert "more of the same: hhtui triage c.db --by cy --limit 1 --queue random" in desk.text()


async def test_what_another_window_of_the_same_annotator_did_is_seen(made: Path) -> None:
    begun = begin(made, Item(1, "queue"), Item(4, "queue"), Item(7, "queue"))
    async with reading(made, start=Start(triage=begun)) as desk:
        with Database.open(made) as database:
            other = Annotator.begin(database, ANNOTATOR)
            other.decide([4], "flag", "no", conditions=Conditions(context={"triage": begun.id}))
            desk.browse._poll()
            assert "1 done, 2 left" in desk.text() or desk.browse.triaging.left == 2
            await desk.press("s")
            assert desk.row == 6
            other.undo()
            other.undo()
            desk.browse._poll()
            assert desk.browse.triaging.left == 3


async def test_the_queues_and_what_was_begun_are_read_beside_the_screen(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = []

    def unfinished(connection: Connection, annotator: str, besides: str = "") -> Triage | None:
        threads.append(threading.current_thread())
        return found(connection, annotator, besides)

    begin(made, Item(1, "queue"))
    found = triage.unfinished
    monkeypatch.setattr(triage, "unfinished", unfinished)
    async with reading(made) as desk:
        assert "1 of 1 left" in desk.footer
        await desk.press("O", "0")
        assert desk.rows == [0]
    assert len(threads) == 2
    assert threading.main_thread() not in threads


async def test_a_dispute_shows_who_says_what_as_far_as_there_is_room(made: Path) -> None:
    decided(made, "bert", 5, "drop", "yes")
    decided(made, "carla\x1b[31m", 5, "drop", "no")
    with Database.open(made) as database:
        begun = adjudicate(database, ANNOTATOR)
    async with reading(made, start=Start(triage=begun), size=(160, 40)) as desk:
        assert "drop? bert: yes · carla" in desk.header
        assert "\x1b" not in desk.header
    async with reading(made, start=Start(triage=begun), size=(50, 20)) as desk:
        assert "drop? 2 say" in desk.header


@pytest.mark.parametrize("keys", [("f", "enter"), ("enter",), ("i", "x", "enter")])
async def test_only_what_is_in_dispute_settles_it(made: Path, keys: tuple[str, ...]) -> None:
    decided(made, "bert", 5, "preference", "chosen")
    decided(made, "carla", 5, "preference", "rejected")
    with Database.open(made) as database:
        begun = adjudicate(database, ANNOTATOR)
    async with reading(made, start=Start(triage=begun)) as desk:
        await desk.press(*keys)
        assert lanes.draw(desk.browse.database, "dora", Wanted((("", "conflict:yes"),), lane="adjudication"))
        await desk.press("u", "a")
        assert not lanes.draw(desk.browse.database, "dora", Wanted((("", "conflict:yes"),), lane="adjudication"))


async def test_enter_says_no_to_a_mark_in_dispute(made: Path) -> None:
    decided(made, "bert", 5, "label", "yes", side="chosen", label="harmful")
    decided(made, "carla", 5, "label", "no", side="chosen", label="harmful")
    with Database.open(made) as database:
        begun = adjudicate(database, ANNOTATOR)
    async with reading(made, start=Start(triage=begun)) as desk:
        await desk.press("enter")
        said = desk.browse.connection.execute("SELECT kind, side, label, value FROM event ORDER BY seq DESC").fetchone()
        assert said == ("label", "chosen", "harmful", "no")
        assert not lanes.draw(desk.browse.database, "dora", Wanted((("", "conflict:yes"),), lane="adjudication"))
