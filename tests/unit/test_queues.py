"""The queues of a triage: what a database can offer, and what it says where it cannot."""

import pytest

from hhtui.model import RESPONSES, SIDES, ScoreField
from hhtui.query.parser import parse
from hhtui.query.planner import plan
from hhtui.query.queues import TITLES, Queue, queues

TOXICITY = ScoreField("alt_profanity.toxicity", SIDES)
REFUSAL = ScoreField("refusal.refusal", RESPONSES)
DISPREFERRED = ScoreField("preference_model.dispreferred", RESPONSES)
DISAGREEMENT = ScoreField("preference_model.disagreement", ())
EVERYTHING = {
    "alt_profanity.toxicity": TOXICITY,
    "toxicity": TOXICITY,
    "refusal": REFUSAL,
    "dispreferred": DISPREFERRED,
    "preference_model.dispreferred": DISPREFERRED,
    "disagreement": DISAGREEMENT,
}


def of(columns: dict[str, ScoreField], harm: str | None) -> dict[str, Queue]:
    return {queue.name: queue for queue in queues(columns, harm)}


def test_every_queue_of_a_scored_database_can_be_asked() -> None:
    found = queues(EVERYTHING, TOXICITY.column)
    assert tuple(queue.name for queue in found) == tuple(TITLES)
    for queue in found:
        assert queue.lists
        assert queue.missing is None
        for one in queue.lists:
            assert plan(parse(one.query), EVERYTHING, TOXICITY.column).order, one


def test_both_replies_bad_has_two_lists_named_after_their_columns() -> None:
    both = of(EVERYTHING, TOXICITY.column)["both-bad"]
    assert [tuple(one) for one in both.lists] == [
        ("toxicity", "toxicity.min:>0.5 sort:toxicity.min-"),
        ("dispreferred", "dispreferred.min:>0.5 sort:dispreferred.min-"),
    ]
    assert len(of(EVERYTHING, DISPREFERRED.column)["both-bad"].lists) == 1


def test_a_false_alarm_is_high_and_fine_on_one_and_the_same_side() -> None:
    refusing = of(EVERYTHING, TOXICITY.column)["false-alarms"].lists[0]
    assert refusing.query == (
        "((toxicity.chosen:>0.5 refusal.chosen:1) OR (toxicity.rejected:>0.5 refusal.rejected:1)) sort:toxicity-"
    )


@pytest.mark.parametrize(
    ("columns", "harm", "missing"),
    [
        ({}, None, {"label-candidates": "preference-model", "both-bad": "", "false-alarms": "alt-profanity"}),
        ({"toxicity": TOXICITY}, TOXICITY.column, {"label-candidates": "preference-model", "false-alarms": "refusal"}),
        ({"toxicity": TOXICITY, "refusal": REFUSAL}, TOXICITY.column, {"label-candidates": "preference-model"}),
        ({"length_of": DISAGREEMENT}, DISAGREEMENT.column, {"label-candidates": "preference-model", "both-bad": "",
         "false-alarms": "alt-profanity"}),
    ],
)  # fmt: skip
def test_a_queue_without_its_score_names_the_command_that_makes_it(
    columns: dict[str, ScoreField], harm: str | None, missing: dict[str, str]
) -> None:
    found = of(columns, harm)
    assert {name: queue.missing for name, queue in found.items() if queue.missing is not None} == missing
    for name, queue in found.items():
        assert bool(queue.lists) == (name not in missing)
        scorer = missing.get(name)
        wanted = "" if scorer is None else f"hhtui score a.db{f' --scorer {scorer}' if scorer else ''}"
        assert queue.way_out("a.db").endswith(wanted)
        assert bool(queue.way_out("a.db")) == (scorer is not None)


def test_the_seed_draws_the_last_queue() -> None:
    assert {queues({}, None, seed)[-1].lists[0].query for seed in (3, 4)} == {"sort:random(3)", "sort:random(4)"}
