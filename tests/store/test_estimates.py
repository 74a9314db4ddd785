"""Estimates from the log: which answers count, what an unbroken beginning is, and that the interval finds the truth."""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from hhtui.audit.errors import AuditError
from hhtui.audit.estimates import estimate
from hhtui.audit.rule_checks import Hits, apply_rule, check_rule, pairs_to_decide
from hhtui.audit.samples import Decided, Sample, attainable, sample_of
from hhtui.audit.strata import share_of
from hhtui.cli.sample_words import progress
from hhtui.model import Context, Question
from hhtui.store.database import Database
from hhtui.store.decisions import Annotator, Conditions
from hhtui.store.errors import StoreError
from hhtui.store.frames import frame_of
from hhtui.store.questions import parse_question
from tests.store.filled import add_pairs, new_database
from tests.store.real_rows import fill
from tests.store.sampled import answer, context_of, finish_sources, transcripts
from tests.transcripts import dialogue

PAIRS = 240
DROP = parse_question("drop:yes")
REJECTED = parse_question("preference:rejected")
ON_SCREEN = Conditions(context={"interface": "screen"})


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with new_database(tmp_path / "a.db", transcripts(PAIRS, "Yes")) as made:
        finish_sources(made)
        yield made


def draw(
    database: Database,
    question: Question = DROP,
    size: int = 20,
    *,
    by: str = "anna",
    decided: Decided = "again",
    query: str = "",
    seed: int = 7,
) -> Sample:
    frame = frame_of(database, query, seed)
    return sample_of(database.reader(), frame, question, size, annotator=by, decided=decided)


def test_nothing_is_read_at_first(database: Database) -> None:
    sample = draw(database)
    found = estimate(database.reader(), sample)

    assert (sample.size, len(sample.open), sample.drawn, sample.is_complete) == (20, 20, (), False)
    assert [place for place, _ in sample.open] == list(range(20))
    assert found.whole.share is None
    assert found.bounds is None


def test_what_is_read_counts_with_its_answer(database: Database) -> None:
    answer(database, draw(database), ["yes", "no", "no", "yes"])

    sample = draw(database)
    found = estimate(database.reader(), sample)

    assert [one.answer for one in sample.drawn] == [True, False, False, True]
    assert (found.whole.read, found.whole.positive, found.whole.share) == (4, 2, 0.5)
    assert found.whole == share_of([True, False, False, True], range(4), PAIRS)
    assert not sample.is_complete


def test_a_sample_goes_on_where_it_stopped(database: Database) -> None:
    answer(database, draw(database, size=5), ["yes"] * 5)

    assert draw(database, size=5).is_complete
    assert [place for place, _ in draw(database, size=8).open] == [5, 6, 7]
    assert draw(database, size=10**6).size == PAIRS


def test_only_an_unbroken_beginning_counts(database: Database) -> None:
    sample = draw(database)
    answer(database, sample, ["yes", "no"])
    answer(database, sample._replace(open=sample.open[3:6]), ["yes", "yes", "yes"])

    found = draw(database)
    short = draw(database, size=2)

    assert [one.draw for one in found.drawn] == [0, 1]
    assert (found.after_gap, found.after_end, len(found.open)) == (3, 0, 15)
    assert (short.is_complete, short.after_gap, short.after_end) == (True, 0, 3)


def test_skips_are_no_answers_and_bound_the_share(database: Database) -> None:
    answer(database, draw(database, size=10), ["yes", "skip", "no", "skip", "no", "no", "no", "no", "no", "no"])

    sample = draw(database, size=10)
    found = estimate(database.reader(), sample)

    assert (sample.is_complete, sample.skipped) == (True, 2)
    assert (found.whole.read, found.whole.positive) == (8, 1)
    assert found.bounds is not None
    assert (found.bounds.if_none, found.bounds.if_all) == (0.1, 0.3)
    assert found.bounds.interval.low <= 0.1 < 0.3 <= found.bounds.interval.high
    assert found.to_json()["if_skipped"] == {
        **{"none": 0.1, "all": 0.3},
        "interval": list(found.bounds.interval),
    }


def test_a_skip_that_was_answered_later_is_an_answer(database: Database) -> None:
    sample = draw(database)
    answer(database, sample, ["skip"])
    answer(database, sample, ["yes"])

    assert [one.answer for one in draw(database).drawn] == [True]


def test_what_was_undone_is_open_again(database: Database) -> None:
    answer(database, draw(database), ["yes"])
    Annotator.begin(database, "anna").undo()

    assert draw(database).drawn == ()


@pytest.mark.parametrize(
    "condition",
    [
        {"blind": False},
        {"lane": "queue"},
        {"bulk": True},
        {"what": "flag:yes"},
        {"frame": "another"},
    ],
)
def test_what_was_read_otherwise_does_not_count(database: Database, condition: dict[str, Any]) -> None:
    answer(database, draw(database), ["yes"], **condition)

    assert draw(database).drawn == ()


def test_a_mark_given_by_the_way_is_no_answer(database: Database) -> None:
    answer(database, draw(database, REJECTED), ["yes"], kind="drop")

    assert draw(database, DROP).drawn == ()
    assert draw(database, REJECTED).drawn == ()


def test_a_preference_answers_every_question_about_preferences(database: Database) -> None:
    answer(database, draw(database, REJECTED), ["rejected", "chosen", "equal", ""])

    assert [one.answer for one in draw(database, REJECTED).drawn] == [True, False, False, False]
    assert [one.answer for one in draw(database, parse_question("preference:chosen")).drawn] == [False, True, False]


def test_a_skip_of_another_question_is_none_of_this_one(database: Database) -> None:
    answer(database, draw(database, REJECTED), ["skip"])
    drops = draw(database, DROP)
    answer(database, drops._replace(open=drops.open[1:]), ["skip"])

    assert [one.answer for one in draw(database, REJECTED).drawn] == [None]
    assert [one.answer for one in draw(database, parse_question("preference:chosen")).drawn] == [None]
    assert draw(database, DROP).drawn == ()


def test_without_a_question_nothing_to_say_is_an_answer_about_flags(database: Database) -> None:
    flags = draw(database, parse_question("flag:yes"))
    answer(database, flags, ["no", "yes"], what="", lane="random")

    assert [one.answer for one in draw(database, parse_question("flag:yes")).drawn] == [False, True]


def test_a_label_on_either_response_answers_for_the_pair(database: Database) -> None:
    either, chosen = parse_question("label:harmful"), parse_question("label.chosen:harmful")
    sample, person = draw(database, either), Annotator.begin(database, "anna")
    for (place, pair_id), values in zip(sample.open, [("no", "yes"), ("no", "no"), ("yes", "no")], strict=False):
        for side, value in zip(("chosen", "rejected"), values, strict=True):
            conditions = Conditions(context=context_of(sample, place))
            person.decide([pair_id], "label", value, sides=(side,), label="harmful", conditions=conditions)
    asked = draw(database, chosen)
    person.decide(
        *([asked.open[0][1]], "label", "yes"),
        sides=("chosen",),
        label="harmful",
        conditions=Conditions(context=context_of(asked, 0)),
    )

    assert [one.answer for one in draw(database, either).drawn] == [True, False, True]
    assert [one.answer for one in draw(database, chosen).drawn] == [True]
    assert draw(database, parse_question("label:unhelpful")).drawn == ()


def test_everybody_counts_where_nobody_is_named(database: Database) -> None:
    sample = draw(database)
    answer(database, sample, ["yes"], by="ben")
    answer(database, sample, ["no", "no"], by="anna")

    assert [one.answer for one in draw(database, by="anna").drawn] == [False, False]
    assert [one.answer for one in draw(database, by="ben").drawn] == [True]
    assert [one.answer for one in draw(database, by="").drawn] == [True, False]


def test_decided_pairs_are_shown_again_unless_they_are_to_count(database: Database) -> None:
    person, order = Annotator.begin(database, "anna"), [pair_id for _, pair_id in draw(database).open]
    person.decide([order[0]], "drop", "yes", conditions=ON_SCREEN)
    person.decide([order[1]], "drop", "no", conditions=ON_SCREEN)
    person.decide([order[2]], "drop", "yes", conditions=Conditions(context={"interface": "screen", "bulk": True}))

    assert draw(database).drawn == ()
    assert [one.answer for one in draw(database, decided="count").drawn] == [True, False]


@pytest.mark.parametrize("interface", ["import", "command line"])
def test_what_came_from_a_file_or_the_command_line_was_not_read_but_stays(database: Database, interface: str) -> None:
    sample = draw(database, size=PAIRS)
    person = Annotator.begin(database, "anna")
    person.decide([sample.order[0]], "drop", "yes", conditions=Conditions(context={"interface": interface}))

    assert draw(database, decided="count").drawn == ()
    assert sample.order[0] not in pairs_to_decide(database.reader(), draw(database))


def test_a_preference_that_was_withdrawn_is_not_decided(database: Database) -> None:
    person, order = Annotator.begin(database, "anna"), [pair_id for _, pair_id in draw(database).open]
    person.decide(order[:2], "preference", "rejected", conditions=ON_SCREEN)
    person.decide(order[1:2], "preference", "", conditions=ON_SCREEN)

    assert [one.answer for one in draw(database, REJECTED, decided="count").drawn] == [True]


def read_at_random(database: Database, *said: tuple[str, str], by: str = "anna", start: int = 0) -> None:
    """Read the first pairs of everything in the random lane, where nothing in particular is asked."""
    for at, (kind, value) in enumerate(said, start):
        sample = draw(database, size=PAIRS, by=by)
        one = sample._replace(open=((at, sample.order[at]),))
        answer(database, one, ["skip" if kind == "skip" else value], by=by, kind=kind, lane="random", what="")


def test_whoever_reads_at_random_without_a_question_answers_them_all(database: Database) -> None:
    read_at_random(database, ("preference", "rejected"), ("flag", "no"), ("skip", "yes"), ("drop", "yes"))
    read_at_random(database, ("flag", "yes"), start=0)

    preferences, drops, flags = (
        draw(database, question, 4) for question in (REJECTED, DROP, parse_question("flag:yes"))
    )

    assert [one.answer for one in preferences.drawn] == [True, None, None, None]
    assert (preferences.skipped, preferences.without_preference, preferences.is_complete) == (3, 2, True)
    assert [one.answer for one in drops.drawn] == [False, False, None, True]
    assert [one.answer for one in flags.drawn] == [True, False, None, False]
    assert [one.answer for one in draw(database, parse_question("label:harmful"), 4).drawn] == [
        *(False, False, None, False)
    ]
    assert (drops.skipped, drops.without_preference) == (1, 0)


def test_a_preference_taken_back_at_random_is_no_answer(database: Database) -> None:
    read_at_random(database, ("preference", "rejected"))
    read_at_random(database, ("preference", ""))

    assert [one.answer for one in draw(database, REJECTED, 1).drawn] == [None]


def test_what_others_have_read_of_what_is_open_is_counted(database: Database) -> None:
    read_at_random(database, ("flag", "no"), ("flag", "no"), by="ben")
    read_at_random(database, ("flag", "no"), start=2)

    sample = draw(database, size=5)

    assert (len(sample.open), sample.by_others, sample.after_gap) == (4, 2, 1)
    assert "others have read 2 of those that are left: --everyone counts them" in progress(sample)
    assert draw(database, size=5, by="").by_others == 0
    assert len(draw(database, size=5, by="").drawn) == 3


def test_a_frame_is_not_made_of_decisions(database: Database) -> None:
    with pytest.raises(StoreError, match="what has been read would choose"):
        draw(database, query="drop:yes")


def test_a_frame_stays_and_tells_what_its_query_finds_by_now(database: Database) -> None:
    query = "key:made/test/1*"
    before = draw(database, query=query)
    with database.writing() as connection:
        connection.execute("UPDATE pair SET row = 999 WHERE row = 1")
        connection.execute("UPDATE pair SET row = 1002 WHERE row = 2")
        connection.execute("UPDATE pair SET row = 1003 WHERE row = 3")

    after = draw(database, query=query)

    assert (before.joined, before.left, after.joined, after.left) == (0, 0, 2, 1)
    assert after.open == before.open
    with pytest.raises(AuditError, match="2 more, 1 no longer; check it anew with another --seed"):
        apply_rule(Annotator.begin(database, "anna"), check_rule(database.reader(), after))


def test_whom_a_rule_hits_is_told_for_each_subset_that_it_hits(tmp_path: Path) -> None:
    def replying(*replies: str) -> list[tuple[str, str]]:
        return [(dialogue(f"Well {reply}?", reply), dialogue(f"Well {reply}?", "No.")) for reply in replies]

    with Database.create(tmp_path / "a.db") as database:
        fill(database, replying("Bank one.", "Bank of old men.", "A young one.", "Two."), "first", "test")
        fill(database, replying("Bank three.", "Four.", "Five."), "second", "test")
        fill(database, replying("Six."), "third", "test")
        finish_sources(database)

        hits = check_rule(database.reader(), draw(database, query="chosen:bank")).hits

    assert hits == (
        Hits("", pairs=8, hit=3, naming=2, naming_hit=1, others=6, others_hit=2),
        Hits("first", pairs=4, hit=2, naming=2, naming_hit=1, others=2, others_hit=1),
        Hits("second", pairs=3, hit=1, naming=0, naming_hit=0, others=3, others_hit=1),
    )
    assert (hits[0].of_naming, hits[0].of_others, hits[2].of_naming) == (1 / 2, 1 / 3, None)


def test_subsets_are_weighted_by_their_size(tmp_path: Path) -> None:
    with new_database(tmp_path / "a.db", transcripts(90, "Yes")) as database:
        add_pairs(database, transcripts(30, "Perhaps"))
        with database.writing() as connection:
            connection.execute("UPDATE source SET subset = 'other' WHERE id = 2")
        finish_sources(database)
        sample = draw(database, size=40)
        answer(database, sample, ["yes" if pair_id > 90 else "no" for _, pair_id in sample.open])

        found = estimate(database.reader(), draw(database, size=40), by_subset=True)

    assert [(one.subset, one.share.population, one.share.share) for one in found.by_subset] == [
        ("made", 90, 0.0),
        ("other", 30, 1.0),
    ]
    assert found.weighted is not None
    assert found.weighted.share == pytest.approx(0.25)
    assert found.weighted.interval.low < 0.25 < found.weighted.interval.high
    assert found.weighted.interval.high - found.weighted.interval.low < 0.5 * (
        found.whole.interval.high - found.whole.interval.low
    )
    assert sum(one.share.read for one in found.by_subset) == found.whole.read == 40


def test_families_count_as_clusters(database: Database) -> None:
    sample = draw(database, size=30)
    with database.writing() as connection:
        for first, second in zip(sample.open[::2], sample.open[1::2], strict=True):
            connection.execute("UPDATE pair SET family = ? WHERE id IN (?, ?)", (first[1], first[1], second[1]))
    answer(database, sample, ["yes", "yes", "no", "no", "no", "no"] * 5)

    found = estimate(database.reader(), draw(database, size=30)).whole

    assert found.design_effect == pytest.approx(2 * (15 / 14) * (29 / 30))
    assert (
        found.interval
        == share_of([True, True, False, False, False, False] * 5, [at // 2 for at in range(30)], PAIRS)[4]
    )


def test_what_is_attainable_is_known_before() -> None:
    plan = attainable(200, 2312, 0.1, 0.03)

    assert (round(plan.margin, 3), round(plan.expected_margin, 3), plan.needed) == (0.066, 0.04, 729)
    assert attainable(200, 2312, 0.1).needed is None


def test_through_a_database_the_interval_finds_the_truth_while_a_queue_is_read_beside(database: Database) -> None:
    """Pair by pair as people do it: a queue of the worst first, then samples of everything by 50 seeds.

    The truth goes with the order of the queue. Pairs drawn from what the queue left undecided would miss it.
    """
    chance, size, runs = random.Random(5), 60, 50
    truth = {pair_id: chance.random() < 0.8 * (1 - pair_id / PAIRS) ** 2 for pair_id in range(1, PAIRS + 1)}
    share = sum(truth.values()) / PAIRS
    queue = range(1, 101)
    _decide(database, queue, truth, Context(interface="screen", lane="queue", blind=False))
    undecided = [pair_id for pair_id in truth if pair_id not in queue]
    held = biased = 0
    for seed in range(runs):
        sample = draw(database, size=size, seed=seed)
        _decide(database, [pair_id for _, pair_id in sample.open], truth, context_of(sample, 0))
        found = estimate(database.reader(), draw(database, size=size, seed=seed)).whole
        held += found.interval.low <= share <= found.interval.high
        left = [truth[pair_id] for pair_id in random.Random(seed).sample(undecided, size)]
        interval = share_of(left, range(size), PAIRS).interval
        biased += interval.low <= share <= interval.high

    assert held >= 46
    assert biased <= 25


def _decide(database: Database, pair_ids: Sequence[int], truth: dict[int, bool], context: Context) -> None:
    """Decide about pairs as they truly are."""
    person = Annotator.begin(database, "anna")
    for value, positive in (("yes", True), ("no", False)):
        some = [pair_id for pair_id in pair_ids if truth[pair_id] is positive]
        if some:
            person.decide(some, "drop", value, conditions=Conditions(context=context))
