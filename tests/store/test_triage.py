"""Frames, lanes and triages: what is shown to whom, and what the log says came of it."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from hhtui.model import Context, Kind
from hhtui.store import frames, index, lanes, queueing, ranking, triage
from hhtui.store.database import Database
from hhtui.store.decisions import Annotator, Conditions
from hhtui.store.errors import StoreError
from hhtui.store.lanes import Wanted
from hhtui.store.questions import parse_question
from hhtui.store.triage import Item, Plan, TakenError, Triage
from hhtui.store.votes import votes
from tests.store.filled import new_database
from tests.transcripts import dialogue

PAIRS = [(dialogue(f"q{at}", "yes"), dialogue(f"q{at}", "no" * at)) for at in range(40)]
EVERYTHING = (("everything", ""),)
LAST = (("last", "sort:row-"),)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with new_database(tmp_path / "a.db", PAIRS) as opened:
        yield opened


def ids(items: list[Item] | tuple[Item, ...]) -> list[int]:
    return [item.pair_id for item in items]


def decide(database: Database, item: Item, read: Triage, kind: str = "flag") -> None:
    context: Context = {"interface": "screen", "triage": read.id, "lane": item.lane, "blind": item.blind}
    if item.frame:
        context["frame"] = item.frame
    person = Annotator.begin(database, read.annotator)
    person.decide([item.pair_id], "skip" if kind == "skip" else "flag", "yes", conditions=Conditions(context=context))


def begun(database: Database, name: str, wanted: Wanted) -> Triage:
    return lanes.start(database, name, Plan("made", ""), wanted)


def test_a_frame_is_frozen_and_its_order_is_the_same_in_another_database(database: Database, tmp_path: Path) -> None:
    frame = frames.frame_of(database, "prompt:/q1/", 7)
    drawn = frames.permutation(database.reader(), frame).tolist()
    assert sorted(drawn) == [2, *range(11, 21)]
    assert frames.frame_of(database, " prompt:/q1/ ", 7) == frame
    assert frames.permutation(database.reader(), frames.frame_of(database, "prompt:/q1/", 8)).tolist() != drawn
    with new_database(tmp_path / "b.db", PAIRS[::-1]) as other:
        there = frames.frame_of(other, "prompt:/q1/", 7)
        assert there.id == frame.id
        assert [41 - pair_id for pair_id in frames.permutation(other.reader(), there).tolist()] == drawn


def test_equal_pairs_are_drawn_each(tmp_path: Path) -> None:
    with new_database(tmp_path / "a.db", [PAIRS[0], PAIRS[1], PAIRS[0], PAIRS[0]]) as database:
        frame = frames.frame_of(database, "", 7)
        assert frame.size == 4
        assert sorted(frames.permutation(database.reader(), frame).tolist()) == [1, 2, 3, 4]


@pytest.mark.parametrize("query", ["flag:yes", "-drop:yes", "chosen:yes (note:a OR by:anna)", "preference:none"])
def test_what_is_decided_cannot_choose_what_is_drawn(database: Database, query: str) -> None:
    with pytest.raises(StoreError, match="asks for decisions"):
        frames.frame_of(database, query, 7)


def test_an_empty_frame_is_refused(database: Database) -> None:
    with pytest.raises(StoreError, match="no pair meets"):
        frames.frame_of(database, "length.chosen:>1000", 7)


def test_what_is_left_of_a_frame_is_its_order_less_what_was_read_in_it_or_is_being_read(database: Database) -> None:
    frame = frames.frame_of(database, "", 7)
    order = frames.permutation(database.reader(), frame).tolist()

    def left(annotator: str) -> list[Item]:
        return list(islice(lanes.unread(database.reader(), annotator, frame, "random"), 10))

    items = left("anna")
    assert ids(items) == order[:10]
    assert [item.draw for item in items] == list(range(10))
    read = triage.begin(database, "anna", Plan("sample", ""), items[:4])
    decide(database, items[0], read)
    decide(database, items[1], read, "skip")
    assert ids(left("anna")) == order[2:12]
    assert ids(left("bob")) == order[4:14]
    Annotator.begin(database, "anna").decide([order[2]], "flag", "yes")
    assert ids(left("anna")) == order[2:12]


def test_lists_are_read_in_turn_and_say_who_surfaced_a_pair(database: Database) -> None:
    items = lanes.draw(database, "anna", Wanted((*EVERYTHING, *LAST), limit=5))
    assert [(item.pair_id, item.surfaced_by) for item in items] == [
        *[(1, "everything"), (40, "last"), (2, "everything"), (39, "last"), (3, "everything")]
    ]


def test_a_queue_leaves_out_what_is_decided_skipped_avoided_or_being_read(database: Database) -> None:
    Annotator.begin(database, "bob").decide([2], "preference", "equal")
    Annotator.begin(database, "anna").decide([3], "skip", "yes")
    assert ids(begun(database, "bob", Wanted(EVERYTHING, limit=2)).items) == [1, 3]
    assert ids(begun(database, "anna", Wanted(EVERYTHING, limit=3, avoid="row:3")).items) == [5, 6, 7]


def test_two_people_who_begin_at_once_do_not_get_the_same_pairs(database: Database) -> None:
    items = lanes.draw(database, "anna", Wanted(EVERYTHING, limit=3))
    begun(database, "bob", Wanted(EVERYTHING, limit=3))
    with pytest.raises(TakenError):
        triage.begin(database, "anna", Plan("made", ""), items)
    assert ids(begun(database, "anna", Wanted(EVERYTHING, limit=3)).items) == [4, 5, 6]


def test_overlap_is_the_same_pairs_for_everybody_and_nothing_else_is(database: Database) -> None:
    wanted = Wanted(EVERYTHING, limit=10, overlap=0.4)
    anna = begun(database, "anna", wanted)
    for item in anna.items:
        decide(database, item, anna)
    bob = begun(database, "bob", wanted)
    shared = [{item.pair_id for item in one.items if item.lane == "overlap"} for one in (anna, bob)]
    assert shared[0] == shared[1]
    assert len(shared[0]) == 4
    assert all(item.blind is (item.lane == "overlap") for item in anna.items)
    assert not {item.pair_id for item in bob.items} & {item.pair_id for item in anna.items} - shared[0]
    more = begun(database, "anna", wanted)
    assert not {item.pair_id for item in more.items if item.lane == "overlap"} & shared[0]


def overlapping(database: Database, name: str, query: str = "", limit: int = 4) -> set[int]:
    items = lanes.draw(database, name, Wanted((("", query),), limit=limit, overlap=1.0))
    return {item.pair_id for item in items if item.lane == "overlap"}


@pytest.mark.parametrize("kind", ["preference", "skip"])
def test_overlap_leaves_out_what_one_has_read_elsewhere(database: Database, kind: Kind) -> None:
    given = ids(begun(database, "anna", Wanted(EVERYTHING, limit=4, overlap=1.0)).items)
    open_reading = Conditions(context={"interface": "screen", "lane": "queue", "labels_visible": True})
    value = "yes" if kind == "skip" else "chosen"
    Annotator.begin(database, "bob").decide(given[:3], kind, value, conditions=open_reading)

    assert not overlapping(database, "bob") & set(given[:3])
    assert given[3] in overlapping(database, "bob")
    assert overlapping(database, "cat") == set(given)


def test_overlap_keeps_to_the_queue_that_is_asked_for(database: Database) -> None:
    given = ids(begun(database, "anna", Wanted((("", "row:0..19"),), limit=10, overlap=1.0)).items)

    assert overlapping(database, "bob", "row:10..39", limit=40) == set(range(11, 41))
    first = overlapping(database, "cat", "row:10..39", limit=2)
    assert first <= set(given)
    assert all(pair_id > 10 for pair_id in first)


def test_a_small_share_is_at_least_one_pair_and_never_more_than_the_limit(database: Database) -> None:
    Annotator.begin(database, "anna").decide([1], "flag", "yes", conditions=Conditions(context={"interface": "screen"}))

    def drawn(limit: int) -> list[str]:
        wanted = Wanted(EVERYTHING, limit=limit, random=0.05, overlap=0.05, repeat=0.05)
        return sorted(item.lane for item in lanes.draw(database, "anna", wanted))

    assert drawn(5) == ["overlap", "queue", "queue", "random", "repeat"]
    assert drawn(2) == ["overlap", "random"]


def test_repeat_shows_ones_own_pairs_once_more_and_only_once(database: Database) -> None:
    first = begun(database, "anna", Wanted(EVERYTHING, limit=4))
    for item in first.items:
        decide(database, item, first)
    Annotator.begin(database, "anna").decide([30, 31], "drop", "yes", conditions=Conditions(context={"bulk": True}))
    second = begun(database, "anna", Wanted(EVERYTHING, limit=4, repeat=0.5))
    again = [item for item in second.items if item.lane == "repeat"]
    assert len(again) == 2
    assert set(ids(again)) <= set(ids(first.items))
    assert all(item.blind for item in again)
    for item in again:
        decide(database, item, second)
    third = begun(database, "anna", Wanted(EVERYTHING, limit=8, repeat=0.5))
    assert {item.pair_id for item in third.items if item.lane == "repeat"} == (
        set(ids(first.items)) | {item.pair_id for item in second.items if item.lane == "queue"}
    ) - set(ids(again)) - {item.pair_id for item in second.items if item.lane == "queue"}


def test_the_random_lane_is_drawn_from_all_pairs_that_are_not_avoided(database: Database) -> None:
    Annotator.begin(database, "anna").decide(range(1, 21), "flag", "yes")
    read = begun(database, "anna", Wanted(EVERYTHING, limit=20, random=0.5, avoid="row:30..39"))
    drawn = [item for item in read.items if item.lane == "random"]
    frame = frames.frame_of(database, "-(row:30..39)", 7)
    assert ids(drawn) == frames.permutation(database.reader(), frame).tolist()[:10]
    assert {item.frame for item in drawn} == {frame.id}
    assert any(item.pair_id <= 20 for item in drawn)
    assert not any(item.pair_id > 30 for item in read.items)


def test_progress_is_what_the_log_says(database: Database) -> None:
    read = begun(database, "anna", Wanted(EVERYTHING, limit=4))
    decide(database, read.items[0], read)
    decide(database, read.items[1], read, "skip")
    Annotator.begin(database, "anna").decide([3], "flag", "yes")
    assert triage.unfinished(database.reader(), "anna") == read
    assert triage.progress(database.reader(), read) == triage.Progress(frozenset({1}), frozenset({2}))
    Annotator.begin(database, "anna").undo()
    Annotator.begin(database, "anna").undo()
    assert triage.progress(database.reader(), read) == triage.Progress(frozenset({1}), frozenset())
    decide(database, read.items[1], read, "skip")
    decide(database, read.items[1], read)
    assert triage.progress(database.reader(), read) == triage.Progress(frozenset({1, 2}), frozenset())
    triage.finish(database, read)
    assert triage.unfinished(database.reader(), "anna") is None
    assert ids(begun(database, "bob", Wanted(EVERYTHING, limit=2)).items) == [3, 4]


def test_adjudication_shows_pairs_until_what_is_in_dispute_was_decided_there(database: Database) -> None:
    anna, bob, carla = (Annotator.begin(database, name) for name in ("anna", "bob", "carla"))
    anna.decide([1, 2], "preference", "chosen")
    bob.decide([1, 2], "preference", "rejected")
    wanted = Wanted((("", "conflict:yes"),), lane="adjudication")
    read = begun(database, "carla", wanted)
    assert ids(read.items) == [1, 2]
    conditions = Conditions(context={"triage": read.id, "lane": "adjudication"})
    decide(database, read.items[0], read)
    decide(database, read.items[0], read, "skip")
    carla.decide([1], "label", "yes", sides=("chosen",), label="harmful", conditions=conditions)
    carla.decide([2], "preference", "chosen")
    assert ids(lanes.draw(database, "dan", wanted)) == [1, 2]
    assert not votes(database.reader(), "preference").adjudicated
    carla.decide([1], "preference", "chosen", conditions=conditions)
    assert ids(lanes.draw(database, "dan", wanted)) == [2]
    assert list(votes(database.reader(), "preference").adjudicated) == [1]
    carla.undo()
    assert ids(lanes.draw(database, "dan", wanted)) == [1, 2]


def test_a_second_triage_does_not_bury_the_first_and_a_sample_begun_again_takes_its_own_place(
    database: Database,
) -> None:
    first = begun(database, "anna", Wanted(EVERYTHING, limit=2))
    second = begun(database, "anna", Wanted(EVERYTHING, limit=1))
    assert triage.unfinished(database.reader(), "anna") == second
    assert triage.unfinished(database.reader(), "anna", besides=second.id) == first
    decide(database, second.items[0], second)
    assert triage.unfinished(database.reader(), "anna") == first, "nothing is left of the second, though it was killed"
    triage.finish(database, first)
    sample = Plan("", "", question="drop:yes")
    triage.begin(database, "anna", sample, [Item(8, "estimate", True), Item(9, "estimate", True)])
    again = triage.begin(database, "anna", sample, [Item(9, "estimate", True)])
    assert triage.unfinished(database.reader(), "anna", besides=again.id) is None


def test_items_know_the_query_of_the_list_that_brought_them(database: Database) -> None:
    read = begun(database, "anna", Wanted((*EVERYTHING, *LAST), limit=8, random=0.25, overlap=0.25))
    brought: dict[str, set[str | None]] = {item.lane: set() for item in read.items}
    for item in read.items:
        brought[item.lane].add(item.query)
    assert brought == {"queue": {"", "sort:row-"}, "random": {None}, "overlap": {None}}
    again = triage.unfinished(database.reader(), "anna")
    assert again is not None
    assert again.items == read.items


def test_nothing_to_read_and_too_many_shares_are_said(database: Database) -> None:
    with pytest.raises(StoreError, match="nothing to read"):
        begun(database, "anna", Wanted((("", "length.chosen:>1000"),)))
    with pytest.raises(StoreError, match="more than 100 %"):
        begun(database, "anna", Wanted(EVERYTHING, random=0.6, overlap=0.5))


def test_more_pairs_than_are_ordered_by_relevance_are_not_read_in_another_order(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.extend(database)
    wanted = Wanted((), limit=3)
    assert len(queueing.begin_query(database, "anna", "yes", "relevance", wanted).items) == 3
    monkeypatch.setattr(ranking, "MOST_RELEVANT", 39)
    for query, order in (("yes", "relevance"), ("yes sort:relevance", "")):
        with pytest.raises(StoreError, match="40 pairs are too many to be read by relevance, which is for up to 39;"):
            queueing.begin_query(database, "bert", query, order, wanted)
    assert len(queueing.begin_query(database, "bert", "yes", "row-", wanted).items) == 3


@pytest.mark.parametrize("text", ["preference:rejected", "drop:yes", "flag:yes", "label:harmful", "label.chosen:pii"])
def test_a_question_is_written_as_it_is_read(text: str) -> None:
    assert str(parse_question(text)) == text


@pytest.mark.parametrize("text", ["", "preference", "preference:better", "drop:no", "label.prompt:pii", "label:"])
def test_what_cannot_be_asked_is_said(text: str) -> None:
    with pytest.raises(StoreError, match="nothing that can be asked"):
        parse_question(text)
